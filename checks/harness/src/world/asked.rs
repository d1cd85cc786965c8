//! Which requests of the script were asked. One that never was bounds what a search has seen, and nobody would know.

use super::{Checkable, Ghost, WorldModel};
use quorate_spec::short;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

/// How many requests were asked in one run, at most, since a search or random runs began.
#[derive(Default)]
pub(super) struct Asked(AtomicU16);

impl Asked {
    /// Some run has asked so many.
    pub(super) fn note(&self, count: u16) {
        if self.0.load(Relaxed) < count {
            self.0.fetch_max(count, Relaxed);
        }
    }

    /// Counts from nothing.
    pub(super) fn reset(&self) {
        self.0.store(0, Relaxed);
    }
}

impl<M: Checkable, G: Ghost<M>> WorldModel<M, G> {
    /// The first request of the script that no step has asked since the search or the runs began, and how many are left
    /// after it, in one sentence.
    pub(super) fn unasked(&self) -> Option<String> {
        let (scope, at) = (self.scope(), usize::from(self.asked.0.load(Relaxed)));
        let request = short(scope.requests.get(at)?);
        let within =
            scope.bound.map_or_else(String::new, |(words, _)| format!(" within the bound `{words}`"));
        let others = match scope.requests.len() - at - 1 {
            0 => String::new(),
            others => format!(", nor is any of the {others} after it"),
        };
        Some(format!("request {at} of the script, {request}, is never asked{within}{others}"))
    }
}
