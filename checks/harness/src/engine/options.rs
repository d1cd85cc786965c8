//! How to search, and when to stop.

use std::sync::{Arc, atomic::AtomicBool};

/// How the engine remembers which states it has seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Store {
    /// 128 bits of hash a state. Two states may share them by bad luck; the report says how likely that was.
    #[default]
    Fingerprint,
    /// Whole states, compared by `Eq`. Slow and large; it exposes a `Hash` that leaves something out.
    Audit,
}

/// Where to cut a search. A search that was cut ends in [`Ended::Bounded`](super::Ended::Bounded), never in green.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Limits {
    /// Distinct states. The search may overshoot by what the threads have in hand.
    pub states: Option<u64>,
    /// Steps from an initial state. States this far away are examined, and not expanded.
    pub depth: Option<u32>,
    /// Wall-clock seconds.
    pub seconds: Option<f64>,
    /// Bytes of memory by which this process grows while it searches (its resident set; only where the system tells, as
    /// Linux does).
    pub bytes: Option<u64>,
    /// Bytes that this process holds in all while it searches: what was held before the search began counts, as much as
    /// what the model remembers.
    pub process: Option<u64>,
}

impl Limits {
    /// These limits, and where one is not set, that of `others`. Of two limits of the process the lower one counts.
    pub fn or(self, others: Limits) -> Limits {
        Limits {
            states: self.states.or(others.states),
            depth: self.depth.or(others.depth),
            seconds: self.seconds.or(others.seconds),
            bytes: self.bytes.or(others.bytes),
            process: self.process.into_iter().chain(others.process).min(),
        }
    }
}

/// When to end a search on purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Stop {
    /// When every reachable state was examined.
    #[default]
    Exhausted,
    /// When every claim is violated or reached, too.
    AllDecided,
    /// When the first violation is found, too. It is a shortest one.
    FirstViolation,
}

/// How to search. `Options::default()` uses all cores, keeps fingerprints and has no limits.
#[derive(Clone, Debug)]
pub struct Options {
    /// Worker threads, at least 1. The result does not depend on it.
    pub threads: usize,
    /// How states are remembered.
    pub store: Store,
    /// Where to cut.
    pub limits: Limits,
    /// When to end on purpose.
    pub stop: Stop,
    /// Show a line on stderr: states a second, depth, frontier, memory.
    pub progress: bool,
    /// What that line calls the search.
    pub label: String,
    /// Raised from outside (by [`on_ctrl_c`](super::on_ctrl_c), for one) to end the search as bounded.
    pub interrupt: Option<Arc<AtomicBool>>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            threads: std::thread::available_parallelism().map_or(1, |cores| cores.get()),
            store: Store::default(),
            limits: Limits::default(),
            stop: Stop::default(),
            progress: false,
            label: String::new(),
            interrupt: None,
        }
    }
}

impl Options {
    /// The defaults on one thread: what a test wants that runs beside others.
    pub fn single() -> Self {
        Options { threads: 1, ..Options::default() }
    }
}
