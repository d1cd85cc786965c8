//! What the process has used, and the line that shows it.

use super::options::{Limits, Options};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs;

/// Nanoseconds that this thread has run on a core, where the system tells (Linux).
pub(crate) fn thread_nanoseconds() -> Option<u64> {
    fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}

/// Bytes of memory that this process holds, where the system tells (Linux).
pub(crate) fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Why memory is full, if it is; `held` is what this process held when the work began.
pub(crate) fn full(limits: &Limits, held: u64) -> Option<String> {
    if limits.bytes.is_none() && limits.process.is_none() {
        return None;
    }
    let now = resident_bytes()?;
    let grown = limits.bytes.filter(|most| now.saturating_sub(held) >= *most);
    let whole = limits.process.filter(|most| now >= *most);
    grown
        .map(|most| format!("{} of memory", HumanBytes(most)))
        .or_else(|| whole.map(|most| format!("{} of memory in this process", HumanBytes(most))))
}

/// The line of progress on stderr, or nothing.
pub(super) struct Meter {
    bar: Option<ProgressBar>,
    label: String,
}

impl Meter {
    pub(super) fn new(options: &Options) -> Self {
        let bar = options.progress.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(4));
            let style = ProgressStyle::with_template("{spinner} {msg}").expect("the template is constant");
            bar.with_style(style)
        });
        Meter { bar, label: options.label.clone() }
    }

    /// Shows where the search is.
    pub(super) fn show(&self, found: u64, level: u32, open: u64, seconds: f64) {
        let Some(bar) = &self.bar else { return };
        let rate = (found as f64 / seconds.max(0.001)) as u64;
        let memory = resident_bytes().map_or_else(String::new, |bytes| format!(", {}", HumanBytes(bytes)));
        bar.set_message(format!(
            "{} {} states, {}/s, depth {level}, frontier {}{memory}",
            self.label,
            HumanCount(found),
            HumanCount(rate),
            HumanCount(open),
        ));
        bar.tick();
    }

    /// Takes the line away, so that what follows starts on a clean one.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
