//! A system that, asked again what may happen, says something else.

use quorate_spec::short;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// States in which a system is asked twice at once; of later ones one in [`SELDOM`] is.
const EARLY: u64 = 1_000;
const SELDOM: u64 = 64;

/// Where two lists of what may happen differ first, if they do.
pub(super) fn differs<E: Debug + PartialEq>(one: &[E], other: &[E]) -> Option<String> {
    let at = (0..one.len().max(other.len())).find(|at| one.get(*at) != other.get(*at))?;
    let told = |list: &[E]| list.get(at).map_or_else(|| "missing".to_owned(), short);
    Some(format!("of what may happen in a state, event {at} was {}, and then {}", told(one), told(other)))
}

/// Watches that a system offers the same events whenever it is asked in one state. Keeps the first difference.
#[derive(Debug, Default)]
pub(super) struct Fickle {
    states: AtomicU64,
    found: Mutex<Option<String>>,
}

impl Fickle {
    /// Is the state at hand one of the sample: the first thousand, and one in 64 after?
    pub(super) fn is_sampled(&self) -> bool {
        let state = self.states.fetch_add(1, Relaxed);
        state < EARLY || state.is_multiple_of(SELDOM)
    }

    /// What a system offered, and what it offered when it was asked again.
    pub(super) fn compare<E: Debug + PartialEq>(&self, one: &[E], other: &[E]) {
        if let Some(difference) = differs(one, other) {
            self.found.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(difference);
        }
    }

    /// Begins anew.
    pub(super) fn reset(&self) {
        self.states.store(0, Relaxed);
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What was found, as a sentence.
    pub(super) fn told(&self) -> Option<String> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.as_ref().map(|difference| format!("the model is not a function of its state: {difference}"))
    }
}
