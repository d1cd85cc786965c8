//! Which requests of the script were asked. One that never was bounds what a search has seen, and nobody would know.

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

    /// How many.
    pub(super) fn count(&self) -> usize {
        usize::from(self.0.load(Relaxed))
    }

    /// Counts from nothing.
    pub(super) fn reset(&self) {
        self.0.store(0, Relaxed);
    }
}
