//! Running systems that are kept at the state they are in, so that a fork need not start from the beginning.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most systems that are kept as they ran. Beyond it, a state keeps a copy, if the system can be copied at all.
const RUNNING: usize = 4_096;

/// How many systems are kept as they ran, over all states of one model.
pub(super) type Count = Arc<AtomicUsize>;

enum Slot<L> {
    /// Nothing is kept: replay.
    Empty,
    /// The system that was driven here. The first fork takes it.
    Running(L),
    /// A copy. Every fork takes a copy of it.
    Copied(L),
}

/// What is kept of a running system at one state.
pub(super) struct Kept<L> {
    slot: Mutex<Slot<L>>,
    running: Count,
}

impl<L> Kept<L> {
    /// Keeps `live`, or a copy of it where too many are kept already.
    pub(super) fn new(live: L, running: &Count, copy: impl Fn(&L) -> Option<L>) -> Self {
        let slot = if running.load(Relaxed) < RUNNING {
            running.fetch_add(1, Relaxed);
            Slot::Running(live)
        } else {
            copy(&live).map_or(Slot::Empty, Slot::Copied)
        };
        Kept { slot: Mutex::new(slot), running: Arc::clone(running) }
    }

    /// A system at this state; `None` if it must be replayed.
    pub(super) fn fork(&self, copy: impl Fn(&L) -> Option<L>) -> Option<L> {
        let mut slot = self.open();
        match std::mem::replace(&mut *slot, Slot::Empty) {
            Slot::Empty => None,
            Slot::Running(live) => {
                self.running.fetch_sub(1, Relaxed);
                *slot = copy(&live).map_or(Slot::Empty, Slot::Copied);
                Some(live)
            }
            Slot::Copied(kept) => {
                let live = copy(&kept);
                *slot = Slot::Copied(kept);
                live
            }
        }
    }

    /// A panic inside `copy` leaves the slot empty, which is a valid state.
    fn open(&self) -> MutexGuard<'_, Slot<L>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<L> Drop for Kept<L> {
    fn drop(&mut self) {
        if matches!(*self.open(), Slot::Running(_)) {
            self.running.fetch_sub(1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fork_takes_the_system_and_the_others_take_copies() {
        let count = Count::default();
        let kept = Kept::new("live".to_owned(), &count, |live| Some(format!("copy of {live}")));
        assert_eq!(count.load(Relaxed), 1);
        let copy = |live: &String| Some(format!("copy of {live}"));
        assert_eq!(kept.fork(copy).as_deref(), Some("live"));
        assert_eq!(count.load(Relaxed), 0);
        assert_eq!(kept.fork(copy).as_deref(), Some("copy of copy of live"));
        assert_eq!(kept.fork(copy).as_deref(), Some("copy of copy of live"));
    }

    #[test]
    fn what_cannot_be_copied_is_forked_once() {
        let count = Count::default();
        let kept = Kept::new(1, &count, |_| None);
        assert_eq!((kept.fork(|_| None), kept.fork(|_| None)), (Some(1), None));
        drop(Kept::new(2, &count, |_| None));
        assert_eq!(count.load(Relaxed), 0, "a system that is dropped is no longer counted");
    }

    #[test]
    fn beyond_the_limit_a_copy_is_kept() {
        let count = Count::default();
        let many: Vec<_> = (0..RUNNING + 1).map(|n| Kept::new(n, &count, |n| Some(n + 1_000_000))).collect();
        assert_eq!(count.load(Relaxed), RUNNING);
        assert_eq!(many[RUNNING].fork(|n| Some(*n)), Some(RUNNING + 1_000_000));
    }
}
