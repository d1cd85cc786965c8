//! How often each mechanism was at work.

use serde::Serialize;
use std::hash::{Hash, Hasher};

macro_rules! mechanisms {
    ($($variant:ident $name:literal,)*) => {
        /// What production adds to the bare protocol, and what can happen to it.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Mechanism {
            $(#[doc = $name] $variant,)*
        }

        /// Their names, in order.
        pub(super) const NAMES: &[&str] = &[$($name,)*];
    };
}

mechanisms! {
    Answered "command answered",
    Repeated "repeated command recognised at execution",
    FromTable "retry answered from the client table (PX-R8)",
    Read "read index confirmed",
    Full "queue full",
    NotLeader "client sent elsewhere",
    Elected "leader elected",
    SteppedDown "leader stepped down",
    LedAgain "stepped down and leads again (PX-R7)",
    PreVote "pre-vote asked",
    Noop "hole filled with a no-op (PX-R5)",
    Capturing "snapshot begun",
    Captured "snapshot captured",
    Installed "snapshot installed (PX-R6)",
    Resumed "install resumed after a restart",
    Observed "observer learned",
    Transferred "leadership transferred",
    NotTransferred "transfer given up",
    Stopped "stopped gracefully",
    Opened "session opened",
    Evicted "session evicted",
    NoSession "evicted session refused",
    Stale "acknowledged reply refused",
}

/// Counts of a run so far. They are no part of the state: two states that differ in them alone are one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Counts {
    counts: Vec<u32>,
    /// Answers to commands and reads.
    pub told: u32,
}

impl Counts {
    /// Once more.
    pub fn note(&mut self, mechanism: Mechanism) {
        self.note_many(mechanism, 1);
    }

    /// So many times more.
    pub fn note_many(&mut self, mechanism: Mechanism, times: u32) {
        self.counts.resize(NAMES.len(), 0);
        self.counts[mechanism as usize] += times;
    }

    /// Every mechanism by name, and how often.
    pub fn all(&self) -> Vec<(&'static str, u64)> {
        let count = |at: usize| self.counts.get(at).copied().unwrap_or(0).into();
        NAMES.iter().enumerate().map(|(at, name)| (*name, count(at))).collect()
    }
}

impl PartialEq for Counts {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Counts {}

impl Hash for Counts {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
