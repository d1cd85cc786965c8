//! What threads tell each other while they search: how far they are, and whether to go on.

use super::clock::{self, Meter};
use super::options::Options;
use std::any::Any;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::*};
use std::time::Instant;

/// States between two looks at the clock.
pub(super) const POLL: u32 = 64;
/// Looks at the clock between two looks at the memory.
const MEMORY: u64 = 32;

/// A panic in the model's code.
pub(super) struct Caught {
    /// The place, in its level, of the state that was being examined.
    pub(super) rank: u32,
    /// That state's identity.
    pub(super) id: u32,
    /// The number of the action that was being taken, if it got so far.
    pub(super) action: Option<u32>,
    /// What the panic said.
    pub(super) message: String,
}

/// Shared by the threads of one search.
pub(super) struct Control<'a> {
    options: &'a Options,
    started: Instant,
    /// What the process held when the search began: earlier searches in it may have left something behind.
    held: u64,
    /// States found so far, in steps of what threads report.
    found: AtomicU64,
    /// Where the search is, for the line of progress.
    pub(super) level: AtomicU32,
    /// States of this level that are still to be examined, roughly.
    pub(super) open: AtomicU64,
    polls: AtomicU64,
    halted: AtomicBool,
    reason: Mutex<Option<String>>,
    /// A violation was found, and the search is to stop at the first: examine the rest of the level, expand no more.
    pub(super) only_examine: AtomicBool,
    /// The least rank at which the model panicked; states beyond it are left.
    pub(super) panicked_at: AtomicU32,
    panic: Mutex<Option<Caught>>,
    meter: Meter,
}

impl<'a> Control<'a> {
    pub(super) fn new(options: &'a Options, found: u64) -> Self {
        Control {
            options,
            started: Instant::now(),
            held: clock::resident_bytes().unwrap_or(0),
            found: AtomicU64::new(found),
            level: AtomicU32::new(1),
            open: AtomicU64::new(0),
            polls: AtomicU64::new(0),
            halted: AtomicBool::new(false),
            reason: Mutex::new(None),
            only_examine: AtomicBool::new(false),
            panicked_at: AtomicU32::new(u32::MAX),
            panic: Mutex::new(None),
            meter: Meter::new(options),
        }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// States found, as far as threads have reported.
    pub(super) fn found(&self) -> u64 {
        self.found.load(Relaxed)
    }

    #[inline]
    pub(super) fn is_halted(&self) -> bool {
        self.halted.load(Relaxed)
    }

    /// Ends the search as bounded. The first reason stays.
    pub(super) fn halt(&self, reason: String) {
        self.reason.lock().expect("nobody panics holding it").get_or_insert(reason);
        self.halted.store(true, Relaxed);
    }

    pub(super) fn reason(&self) -> Option<String> {
        self.reason.lock().expect("nobody panics holding it").clone()
    }

    /// Notes a panic; the one at the least rank stays.
    pub(super) fn panicked(&self, caught: Caught) {
        self.panicked_at.fetch_min(caught.rank, Relaxed);
        let mut panic = self.panic.lock().expect("nobody panics holding it");
        if panic.as_ref().is_none_or(|known| caught.rank < known.rank) {
            *panic = Some(caught);
        }
    }

    pub(super) fn take_panic(&self) -> Option<Caught> {
        self.panic.lock().expect("nobody panics holding it").take()
    }

    /// A thread reports what it found and examined since it last did; here the limits are enforced.
    pub(super) fn report(&self, found: u64, examined: u64) {
        let found = self.found.fetch_add(found, Relaxed) + found;
        self.open.fetch_update(Relaxed, Relaxed, |open| Some(open.saturating_sub(examined))).ok();
        let limits = &self.options.limits;
        if let Some(most) = limits.states.filter(|most| found >= *most) {
            self.halt(format!("{most} states"));
        }
        if self.options.interrupt.as_ref().is_some_and(|flag| flag.load(Relaxed)) {
            self.halt("interrupted".to_owned());
        }
        if let Some(most) = limits.seconds.filter(|most| self.seconds() >= *most) {
            self.halt(format!("{most} seconds"));
        }
        if self.polls.fetch_add(1, Relaxed).is_multiple_of(MEMORY) {
            self.watch(found);
        }
    }

    fn watch(&self, found: u64) {
        if let Some(full) = clock::full(&self.options.limits, self.held) {
            self.halt(full);
        }
        self.meter.show(found, self.level.load(Relaxed), self.open.load(Relaxed), self.seconds());
    }

    /// Ends the line of progress.
    pub(super) fn finish(&self) {
        self.meter.finish();
    }
}

/// What a panic said, if it said it in words.
pub(super) fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
