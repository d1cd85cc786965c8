//! What a run of checks shares: threads, folders, the flag that Ctrl-C raises.

use crate::engine::{Limits, Options, Store};
use crate::escape::{file_name, visible};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Where traces go if nobody says otherwise.
pub const TRACES: &str = "target/quorate/traces";

/// What the checks of one run share.
#[derive(Clone, Debug)]
pub struct Context {
    /// Worker threads of a search.
    pub threads: usize,
    /// Keep whole states and compare them, to find a broken `Hash`.
    pub audit: bool,
    /// Where traces are written; `None`: nowhere.
    pub traces: Option<PathBuf>,
    /// Show progress on stderr.
    pub progress: bool,
    /// Only this property.
    pub property: Option<String>,
    /// The program's name, for the lines that say how to replay.
    pub program: String,
    /// Random runs take these seeds instead of their own.
    pub seeds: Option<Range<u64>>,
    /// Where a search is cut that has no limit of its own. Of these, random runs know the memory alone.
    pub limits: Limits,
    /// Raised to end early.
    pub interrupt: Option<Arc<AtomicBool>>,
}

impl Default for Context {
    fn default() -> Self {
        Context {
            threads: Options::default().threads,
            audit: false,
            traces: Some(PathBuf::from(TRACES)),
            progress: false,
            property: None,
            program: "quorate".to_owned(),
            seeds: None,
            limits: Limits::default(),
            interrupt: None,
        }
    }
}

impl Context {
    /// The file of a trace about property `name`, of the check whose files begin with `stem`; `None` if traces go
    /// nowhere. Whatever the names are, it lies in the traces folder.
    pub fn trace_file(&self, stem: &str, name: &str) -> Option<PathBuf> {
        let folder = self.traces.as_ref()?;
        Some(folder.join(format!("{}.itf.json", file_name(&[stem, name]))))
    }

    /// Has somebody asked to stop?
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.as_ref().is_some_and(|flag| flag.load(Relaxed))
    }

    /// Is this property asked for?
    pub fn wants(&self, property: &str) -> bool {
        self.property.as_deref().is_none_or(|only| only.eq_ignore_ascii_case(property))
    }

    /// The options of a search under this context.
    pub fn options(&self, label: &str) -> Options {
        Options {
            threads: self.threads,
            store: if self.audit { Store::Audit } else { Store::Fingerprint },
            progress: self.progress,
            label: visible(label).into_owned(),
            interrupt: self.interrupt.clone(),
            limits: self.limits,
            ..Options::default()
        }
    }
}
