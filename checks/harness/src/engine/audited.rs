//! Whole states, compared by `Eq`: the store that trusts no `Hash`.
//!
//! It sits before the table: states that are different get different fingerprints, whatever their `Hash` says, and
//! every disagreement between `Hash` and `Eq` is counted, with an example.

use super::audit::Audit;
use super::fingerprint::fingerprint;
use super::sample::lock;
use hashbrown::HashMap;
use stateright::Model;
use std::collections::VecDeque;
use std::hash::Hash;
use std::sync::Mutex;

/// Shelves that threads use side by side.
const SHELVES: usize = 64;
/// How many of the latest states a state is compared with although its fingerprint differs.
const RECENT: usize = 32;

type Shelf<S> = Mutex<HashMap<u128, Vec<S>>>;

/// Keeps every state.
pub(super) struct Audited<M: Model> {
    shelves: Vec<Shelf<M::State>>,
    recent: Mutex<VecDeque<(u128, M::State)>>,
    result: Mutex<Audit<M>>,
}

impl<M: Model> Audited<M> {
    pub(super) fn new() -> Self {
        Audited {
            shelves: std::iter::repeat_with(Shelf::default).take(SHELVES).collect(),
            recent: Mutex::default(),
            result: Mutex::default(),
        }
    }

    pub(super) fn result(self) -> Audit<M> {
        into_inner(self.result)
    }
}

impl<M: Model> Audited<M>
where
    M::State: Clone + Eq + Hash,
{
    /// A fingerprint that no other state has; `print` is the state's own.
    #[cold]
    pub(super) fn tell_apart(&self, print: u128, state: &M::State) -> u128 {
        match self.number(print, state) {
            0 => print,
            number => fingerprint(&(print, number)),
        }
    }

    /// The number of this state among those that hash alike.
    fn number(&self, print: u128, state: &M::State) -> usize {
        lock(&self.result).compared += 1;
        let mut shelf = lock(&self.shelves[print as usize % SHELVES]);
        let alike = shelf.entry(print).or_default();
        if let Some(number) = alike.iter().position(|known| known == state) {
            return number;
        }
        alike.push(state.clone());
        if let [first, .., last] = alike.as_slice() {
            let mut result = lock(&self.result);
            result.hash_broken += 1;
            result.alike.get_or_insert_with(|| (first.clone(), last.clone()));
        }
        let number = alike.len() - 1;
        drop(shelf);
        self.compare_with_recent(print, state);
        number
    }

    fn compare_with_recent(&self, print: u128, state: &M::State) {
        let copy = state.clone();
        let mut recent = lock(&self.recent);
        let twin = recent.iter().find(|(other, known)| *other != print && known == state);
        let own = (fingerprint(&copy) != print).then_some(&copy);
        if let Some(other) = twin.map(|(_, known)| known).or(own) {
            let mut result = lock(&self.result);
            result.eq_broken += 1;
            result.apart.get_or_insert_with(|| (other.clone(), state.clone()));
        }
        if recent.len() == RECENT {
            recent.pop_front();
        }
        recent.push_back((print, copy));
    }
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
