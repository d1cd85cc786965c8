//! Whole states, compared by `Eq`: the store that trusts no `Hash`.
//!
//! It sits before the table: states that are different get different fingerprints, whatever their `Hash` says, and
//! every disagreement between `Hash` and `Eq` is counted, with an example.

use super::fingerprint::fingerprint;
use super::keep::{Flaws, Keep};
use super::sample::lock;
use hashbrown::HashMap;
use stateright::Model;
use std::collections::VecDeque;
use std::fmt;
use std::hash::Hash;
use std::sync::Mutex;

/// Shelves that threads use side by side.
const SHELVES: usize = 64;
/// How many of the latest states a state is compared with although its fingerprint differs.
const RECENT: usize = 32;

/// What comparing whole states brought to light.
pub struct Audit<M: Model> {
    /// States that differ (`Eq`) from an earlier state with the same `Hash`. Any at all mean that the `Hash` leaves
    /// something out: with 128 bits, bad luck does not happen.
    pub hash_broken: u64,
    /// Two states that differ and hash alike.
    pub alike: Option<(M::State, M::State)>,
    /// States that equal (`Eq`) a recent state, or their own clone, and hash differently. Compared with the 32
    /// latest states only, so 0 is no proof.
    pub eq_broken: u64,
    /// Two states that are equal and hash differently.
    pub apart: Option<(M::State, M::State)>,
    /// How many states were compared.
    pub compared: u64,
}

impl<M: Model> Default for Audit<M> {
    fn default() -> Self {
        Audit { hash_broken: 0, alike: None, eq_broken: 0, apart: None, compared: 0 }
    }
}

impl<M: Model> Audit<M> {
    /// Do `Hash` and `Eq` agree, as far as was seen?
    pub fn is_clean(&self) -> bool {
        self.hash_broken == 0 && self.eq_broken == 0
    }

    /// What is wrong, one sentence each.
    pub fn failures(&self) -> Vec<String> {
        let of = std::any::type_name::<M::State>();
        let mut list = Vec::new();
        if self.hash_broken > 0 {
            list.push(format!(
                "hash broken: {} states differ and hash like another state: the Hash of {of} leaves something out",
                self.hash_broken
            ));
        }
        if self.eq_broken > 0 {
            list.push(format!(
                "hash broken: {} states equal another state and hash differently: Hash and Eq of {of} disagree",
                self.eq_broken
            ));
        }
        list
    }
}

impl<M: Model> fmt::Debug for Audit<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            f.write_str("Hash and Eq agree")
        } else {
            f.write_str(&self.failures().join("; "))
        }
    }
}

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

impl<M: Model> Keep<M> for Audited<M>
where
    M::State: Clone + Eq + Hash + Send,
{
    type Kept = M::State;

    fn fingerprint(&self, _: &M, state: &M::State) -> u128 {
        let print = fingerprint(state);
        match self.number(print, state) {
            0 => print,
            number => fingerprint(&(print, number)),
        }
    }

    fn keep(&self, state: M::State) -> M::State {
        state
    }

    fn open(&self, kept: M::State) -> M::State {
        kept
    }

    fn is_exact(&self) -> bool {
        true
    }

    // Every arrival is compared in `number`.
    fn arrive(&self, _: &M, _: u128, _: &M::State) {}

    fn flaws(&self) -> Flaws<M> {
        Flaws::default()
    }
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
