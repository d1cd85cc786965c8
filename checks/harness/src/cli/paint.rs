//! Colour, where a terminal wants it: never in a pipe, and never where NO_COLOR is set.

use anstyle::{AnsiColor, Style};
use std::io::IsTerminal;

/// Paints, or leaves as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    on: bool,
}

impl Paint {
    /// Never.
    pub(super) fn off() -> Self {
        Paint { on: false }
    }

    /// As standard output and the environment want it.
    pub(super) fn for_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Paint { on: std::io::stdout().is_terminal() && !refused && !dumb }
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// As expected.
    pub(super) fn good(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// Not as expected.
    pub(super) fn bad(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    /// Cut, or otherwise to be looked at.
    pub(super) fn warn(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    /// Of lesser weight.
    pub(super) fn faint(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// Of greater weight.
    pub(super) fn strong(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }
}
