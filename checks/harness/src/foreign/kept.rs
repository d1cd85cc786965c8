//! Running systems that are kept at the state they are in, so that a fork need not start from the beginning.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most systems that are kept as they ran. Beyond it, a state keeps a copy, if the system can be copied at all.
const RUNNING: usize = 4_096;

/// The most copies that are kept. Beyond it a state keeps nothing, and a fork is a replay: slower, and the memory of a
/// search is that of its states.
const COPIES: usize = 200_000;

/// How many systems are kept over all states of one model: as they ran, and as copies.
#[derive(Default, Debug)]
pub(super) struct Counts {
    running: AtomicUsize,
    copies: AtomicUsize,
}

impl Counts {
    fn of(&self, sort: Sort) -> (&AtomicUsize, usize) {
        match sort {
            Sort::Running => (&self.running, RUNNING),
            Sort::Copy => (&self.copies, COPIES),
        }
    }
}

/// Shared by all states of one model.
pub(super) type Count = Arc<Counts>;

#[derive(Clone, Copy)]
enum Sort {
    Running,
    Copy,
}

/// A place among those that are kept, which is free again once this is dropped.
struct Place {
    counts: Count,
    sort: Sort,
}

impl Place {
    /// A place, if one is free.
    fn take(counts: &Count, sort: Sort) -> Option<Place> {
        let (taken, most) = counts.of(sort);
        // If there was no room, dropping the place gives it back.
        let had = taken.fetch_add(1, Relaxed);
        let place = Place { counts: Arc::clone(counts), sort };
        (had < most).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.counts.of(self.sort).0.fetch_sub(1, Relaxed);
    }
}

enum Slot<L> {
    /// Nothing is kept: replay.
    Empty,
    /// The system that was driven here. The first fork takes it.
    Running(L, Place),
    /// A copy. Every fork takes a copy of it.
    Copied(L, Place),
}

/// What is kept of a running system at one state.
pub(super) struct Kept<L>(Mutex<Slot<L>>);

impl<L> Kept<L> {
    /// Keeps `live`, or a copy of it where too many are kept already, or nothing.
    pub(super) fn new(live: L, counts: &Count, copy: impl Fn(&L) -> Option<L>) -> Self {
        Kept(Mutex::new(match Place::take(counts, Sort::Running) {
            Some(place) => Slot::Running(live, place),
            None => Self::copied(&live, counts, copy),
        }))
    }

    fn copied(live: &L, counts: &Count, copy: impl Fn(&L) -> Option<L>) -> Slot<L> {
        let Some(place) = Place::take(counts, Sort::Copy) else { return Slot::Empty };
        copy(live).map_or(Slot::Empty, |copy| Slot::Copied(copy, place))
    }

    /// A system at this state; `None` if it must be replayed.
    pub(super) fn fork(&self, copy: impl Fn(&L) -> Option<L>) -> Option<L> {
        let mut slot = self.open();
        match std::mem::replace(&mut *slot, Slot::Empty) {
            Slot::Empty => None,
            Slot::Running(live, place) => {
                *slot = Self::copied(&live, &place.counts, copy);
                Some(live)
            }
            Slot::Copied(kept, place) => {
                let live = copy(&kept);
                *slot = Slot::Copied(kept, place);
                live
            }
        }
    }

    /// A panic inside `copy` leaves the slot empty, which is a valid state.
    fn open(&self) -> MutexGuard<'_, Slot<L>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fork_takes_the_system_and_the_others_take_copies() {
        let count = Count::default();
        let kept = Kept::new("live".to_owned(), &count, |live| Some(format!("copy of {live}")));
        assert_eq!(kept_of(&count), (1, 0));
        let copy = |live: &String| Some(format!("copy of {live}"));
        assert_eq!(kept.fork(copy).as_deref(), Some("live"));
        assert_eq!(kept_of(&count), (0, 1));
        assert_eq!(kept.fork(copy).as_deref(), Some("copy of copy of live"));
        assert_eq!(kept.fork(copy).as_deref(), Some("copy of copy of live"));
    }

    #[test]
    fn what_cannot_be_copied_is_forked_once() {
        let count = Count::default();
        let kept = Kept::new(1, &count, |_| None);
        assert_eq!((kept.fork(|_| None), kept.fork(|_| None)), (Some(1), None));
        drop(Kept::new(2, &count, |_| None));
        assert_eq!(Kept::new(3, &count, |_| Some(4)).fork(|_| Some(5)), Some(3));
        assert_eq!(kept_of(&count), (0, 0), "a system that is dropped is no longer counted");
    }

    fn kept_of(count: &Count) -> (usize, usize) {
        (count.running.load(Relaxed), count.copies.load(Relaxed))
    }

    #[test]
    fn beyond_the_limit_a_copy_is_kept_and_beyond_another_nothing() {
        let count = Count::default();
        let new = |n: usize| Kept::new(n, &count, |n| Some(n + 1_000_000));
        let mut many: Vec<_> = (0..RUNNING + COPIES + 1).map(new).collect();
        assert_eq!(kept_of(&count), (RUNNING, COPIES));
        assert_eq!(many[RUNNING].fork(|n| Some(*n)), Some(RUNNING + 1_000_000));
        assert_eq!(many[RUNNING + COPIES].fork(|n| Some(*n)), None, "it is replayed");
        many.swap_remove(RUNNING);
        assert_eq!(new(7).fork(|n| Some(*n)), Some(1_000_007), "a place was free again");
    }

    #[test]
    fn a_copy_that_panics_leaves_its_place_to_others() {
        let count = Count::default();
        let kept = Kept::new(1, &count, |_| None);
        kept.fork(|_| Some(2));
        let panic = std::panic::AssertUnwindSafe(|| kept.fork(|_| panic!("no copy")));
        std::panic::catch_unwind(panic).expect_err("it panics");
        assert_eq!(kept_of(&count), (0, 0));
        assert_eq!(kept.fork(|_| Some(3)), None, "it is replayed");
    }
}
