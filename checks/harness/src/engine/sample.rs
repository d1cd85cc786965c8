//! A sample of what a search meets, compared with `Eq`: so that a `Hash` with a hole is found in every search.
//!
//! The first arrivals of each thread are compared in full, later ones where eight bits of the fingerprint are zero.
//! Both sides of a comparison then belong to the sample or neither does, whichever comes first.

use super::audit::Audit;
use hashbrown::HashMap;
use stateright::Model;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Arrivals of each thread that are compared in full, before the fingerprint chooses.
pub(super) const EARLY: u32 = 10_000;
/// States kept whole, at most: twice as many as are kept early, so that large searches have a share.
const KEPT: usize = 20_000;
/// How many of the latest kept states a new one is compared with although its fingerprint differs.
const RECENT: usize = 16;

/// Is a state of this fingerprint in the sample for the whole of a search? One in 256 is.
#[inline(always)]
pub(super) fn is_chosen(print: u128) -> bool {
    // Bits that neither the table nor the cache before it goes by.
    (print >> 40) as u8 == 0
}

/// Values by fingerprint, as many as there is room for.
pub(super) struct Store<T> {
    by_print: HashMap<u128, T>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Store { by_print: HashMap::new() }
    }
}

impl<T> Store<T> {
    /// What is kept for this fingerprint.
    pub(super) fn get(&self, print: u128) -> Option<&T> {
        self.by_print.get(&print)
    }

    /// May another be kept?
    pub(super) fn has_room(&self) -> bool {
        self.by_print.len() < KEPT
    }

    /// Keeps a value.
    pub(super) fn put(&mut self, print: u128, value: T) {
        self.by_print.insert(print, value);
    }

    pub(super) fn clear(&mut self) {
        self.by_print.clear();
    }
}

struct Kept<M: Model> {
    states: Store<M::State>,
    /// The fingerprints of the latest of them.
    recent: VecDeque<u128>,
    result: Audit<M>,
}

/// Whole states of a sample.
pub(super) struct Sample<M: Model>(Mutex<Kept<M>>);

impl<M: Model> Sample<M> {
    pub(super) fn new() -> Self {
        Sample(Mutex::new(Kept {
            states: Store::default(),
            recent: VecDeque::new(),
            result: Audit::default(),
        }))
    }

    /// What came to light since the last time; the sample begins anew.
    pub(super) fn take(&self) -> Audit<M> {
        let mut kept = lock(&self.0);
        kept.states.clear();
        kept.recent.clear();
        std::mem::take(&mut kept.result)
    }
}

impl<M: Model> Sample<M>
where
    M::State: Clone + Eq,
{
    /// Compares a state with the one that is kept for its fingerprint, and keeps it if there is none. `again` makes
    /// the fingerprint of a copy.
    pub(super) fn arrive(&self, print: u128, state: &M::State, again: impl Fn(&M::State) -> u128) {
        let kept = &mut *lock(&self.0);
        kept.result.compared += 1;
        if let Some(known) = kept.states.get(print) {
            if known != state {
                kept.result.hash_broken += 1;
                kept.result.alike.get_or_insert_with(|| (known.clone(), state.clone()));
            }
            return;
        }
        if !kept.states.has_room() {
            return;
        }
        let copy = state.clone();
        let latest = kept.recent.iter().filter_map(|print| kept.states.get(*print));
        let twin = latest.into_iter().find(|known| *known == state);
        let own = || (again(&copy) != print).then_some(&copy);
        if let Some(other) = twin.or_else(own) {
            kept.result.eq_broken += 1;
            kept.result.apart.get_or_insert_with(|| (other.clone(), state.clone()));
        }
        if kept.recent.len() == RECENT {
            kept.recent.pop_front();
        }
        kept.recent.push_back(print);
        kept.states.put(print, copy);
    }
}

/// Locks; a panic in an `Eq` or `Clone` of the model is reported by the search, and what is behind the lock stays whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
