//! Is a history of what clients asked and were told linearizable?
//!
//! A history is linearizable (Herlihy and Wing, *Linearizability: a correctness condition for concurrent objects*,
//! TOPLAS 1990) if every operation can be given one moment between its invocation and its response, such that in the
//! order of these moments the [`Sequential`] specification gives every response that was seen. An operation whose
//! response is not known (it is pending, its client gave up, a reply was lost) may have taken effect at any moment
//! after its invocation, or never. An operation that definitely failed ([`History::failed`]) took no effect: it has no
//! place in the order, and a response that shows its effect is a contradiction. Recorded as unknown instead, the same
//! history could read as linearizable.
//!
//! The search is Wing and Gong's (*Testing and verifying concurrent objects*, JPDC 1993) with Lowe's memory of
//! configurations (*Testing for linearizability*, CCPE 2017): a set of operations together with the state that they
//! led to is examined once. Where the specification gives keys, each key's operations are judged alone; that is sound
//! and complete for objects that are independent of each other (Horn and Kroening, *Faster linearizability checking
//! via P-compositionality*, FORTE 2015). Configurations are compared whole, not by hash.
//!
//! Operations of unknown outcome are what makes the search long. A configuration is dropped if another has the same
//! answered operations and the same state, and took no unknown operation that this one did not take: who may take
//! effect at any later moment, or never, obliges nobody. Of equal operations of unknown outcome the first is taken
//! first: it may stand wherever the others may. The most promising configuration, with the most answered operations,
//! is looked at first.
//!
//! ```
//! use quorate::linear::{check, Conclusion, History, Sequential};
//! struct Register;
//! impl Sequential for Register {
//!     type State = u8;
//!     type Operation = Option<u8>; // a write of a value, or a read
//!     type Response = u8;
//!     type Key = ();
//!     fn init(&self) -> u8 { 0 }
//!     fn step(&self, state: &u8, operation: &Option<u8>, response: Option<&u8>) -> impl IntoIterator<Item = u8> {
//!         let after = operation.unwrap_or(*state);
//!         response.is_none_or(|response| *response == after).then_some(after)
//!     }
//! }
//! let mut history = History::default();
//! let write = history.invoke(1, Some(7));
//! history.complete(write, 7)?;
//! let read = history.invoke(2, None);
//! history.complete(read, 0)?;
//! let conclusion = check(&Register, &history, 1_000);
//! assert!(matches!(conclusion, Conclusion::NotLinearizable(_)));
//! println!("{}", conclusion.sentence(&history));
//! # Ok::<(), quorate::linear::HistoryError>(())
//! ```

mod conclusion;
mod history;
mod part;
mod refute;
mod search;

pub use conclusion::{Conclusion, Refutation};
pub use history::{History, HistoryError, Operation, OperationId, Outcome};

use part::Part;
use search::{Found, Unknowns, search};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::Hash;

/// What an object does when operations come one at a time.
pub trait Sequential {
    /// The object's state. States are compared whole.
    type State: Clone + Eq + Hash;
    /// What a client asks. Equal operations are the same question.
    type Operation: Clone + Eq + Hash + Debug;
    /// What a client is told.
    type Response: Clone + Debug;
    /// What divides the operations among independent objects; `()` if nothing does.
    type Key: Clone + Ord + Debug;

    /// The state before any operation; with keys, that of each key's object.
    fn init(&self) -> Self::State;

    /// The states in which `operation` may leave the object if it takes effect in `state` and answers `response`:
    /// none if it cannot answer that, one if it is deterministic. Without a response: the states in which it may leave
    /// the object whatever it answers.
    fn step(
        &self,
        state: &Self::State,
        operation: &Self::Operation,
        response: Option<&Self::Response>,
    ) -> impl IntoIterator<Item = Self::State>;

    /// The object that `operation` is about, if it is about a single one: it neither reads nor writes anything of
    /// another key's object. One operation without a key, and the whole history is judged at once.
    fn key(&self, _operation: &Self::Operation) -> Option<Self::Key> {
        None
    }
}

/// Is `history` linearizable with respect to `object`? For each key at most `budget` configurations are examined,
/// and where they do not decide as many again of a cruder kind; what is open then is [`Conclusion::Unknown`]. A
/// refutation is made small within as many again.
pub fn check<S: Sequential>(
    object: &S,
    history: &History<S::Operation, S::Response>,
    budget: u64,
) -> Conclusion<S::Key> {
    if history.operations().all(|(_, operation)| operation.response().is_none()) {
        return Conclusion::Vacuous;
    }
    let mut orders = Vec::new();
    let mut cut = None;
    for (key, ids) in keys(object, history) {
        let part = Part::new(history, &ids);
        let longest = match search(object, &part, Unknowns::Once, budget).0 {
            Found::Order(order) => {
                orders.push(order);
                continue;
            }
            Found::Nothing { longest } => longest,
            // Where outcomes are unknown there is much to try; what has no order even if such operations may take
            // effect more than once has none at all, and that is seen sooner.
            Found::Cut { longest } => match search(object, &part, Unknowns::Often, budget).0 {
                Found::Nothing { .. } => longest,
                Found::Order(_) | Found::Cut { .. } => {
                    cut = Some(key);
                    continue;
                }
            },
        };
        let refutation = refute::refute(object, history, &ids, longest, budget);
        return Conclusion::NotLinearizable(Box::new(Refutation { key, ..refutation }));
    }
    match cut {
        Some(key) => Conclusion::Unknown { budget, key },
        None => Conclusion::Linearizable { order: merge(history, orders) },
    }
}

/// The operations by key; all under no key if one of them has none.
fn keys<S: Sequential>(
    object: &S,
    history: &History<S::Operation, S::Response>,
) -> Vec<(Option<S::Key>, Vec<OperationId>)> {
    let mut by_key: BTreeMap<S::Key, Vec<OperationId>> = BTreeMap::new();
    for (id, operation) in history.operations() {
        let Some(key) = object.key(&operation.asked) else {
            return vec![(None, history.operations().map(|(id, _)| id).collect())];
        };
        by_key.entry(key).or_default().push(id);
    }
    by_key.into_iter().map(|(key, ids)| (Some(key), ids)).collect()
}

/// One order from one for each key: every operation takes effect as early as its own order and its invocation let it,
/// which is before its response, since its own order respects time.
fn merge<O, R>(history: &History<O, R>, orders: Vec<Vec<OperationId>>) -> Vec<OperationId> {
    let mut points = Vec::new();
    for order in orders {
        let mut now = 0;
        for id in order {
            now = now.max(history[id].invoked);
            points.push((now, id));
        }
    }
    points.sort_by_key(|(now, _)| *now);
    points.into_iter().map(|(_, id)| id).collect()
}
