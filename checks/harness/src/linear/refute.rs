//! Makes a refutation small: which responses contradict each other?

use super::Sequential;
use super::conclusion::Refutation;
use super::history::{History, OperationId};
use super::part::Part;
use super::search::{Found, Unknowns, search};
use crate::trace::minimise;
use std::collections::BTreeSet;

/// Configurations for the search in which operations of unknown outcome may take effect often.
const TRY: u64 = 2_000;
/// The part of the budget that one question may use up.
const SHARE: u64 = 16;

/// Refutes what a search of `ids` found to have no order, in at most `budget` configurations.
pub(super) fn refute<S: Sequential>(
    object: &S,
    history: &History<S::Operation, S::Response>,
    ids: &[OperationId],
    longest: Vec<OperationId>,
    budget: u64,
) -> Refutation<S::Key> {
    // That an operation failed is as much of a response as any other: the contradiction may depend on it.
    let returned = |id: OperationId| history[id].settled();
    let mut responses: Vec<OperationId> = ids.iter().copied().filter(|id| returned(*id).is_some()).collect();
    responses.sort_by_key(|id| returned(*id));
    let mut left = budget;
    let mut undecided: BTreeSet<Vec<OperationId>> = BTreeSet::new();
    let mut contradict = |believed: &[OperationId]| {
        let until = believed.iter().filter_map(|id| returned(*id)).max().unwrap_or(0);
        let set: BTreeSet<OperationId> = believed.iter().copied().collect();
        let part = Part::weakened(history, ids, until, |id| set.contains(&id));
        // Cheap and often enough, but no more than a try: only the other search is exact.
        let (found, examined) = search(object, &part, Unknowns::Often, left.min(TRY));
        left -= examined;
        if matches!(found, Found::Nothing { .. }) {
            return true;
        }
        let (found, examined) = search(object, &part, Unknowns::Once, left.min(budget / SHARE));
        left -= examined;
        if matches!(found, Found::Cut { .. }) {
            undecided.insert(believed.to_vec());
        }
        matches!(found, Found::Nothing { .. })
    };
    // With the first `few` responses no contradiction was found; with the first `many` there is one.
    let (mut few, mut many) = (0, responses.len());
    while many - few > 1 {
        let middle = few + (many - few) / 2;
        if contradict(&responses[..middle]) { many = middle } else { few = middle }
    }
    // The last of them is needed; what it contradicts is often not long before it.
    let recent = |count: &usize| &responses[many - count..many];
    let mut counts =
        std::iter::successors(Some(1), |count| Some(count * 2)).take_while(|count| *count < many);
    let few = counts.find(|count| contradict(recent(count))).unwrap_or(many);
    let core = minimise(recent(&few), &mut contradict);
    // The core was left when no response could be taken from it: for want of a contradiction, or of budget?
    let rest = |needless| core.iter().copied().filter(|id| *id != needless).collect::<Vec<_>>();
    let minimal = core.iter().all(|id| !undecided.contains(&rest(*id)));
    let placed: BTreeSet<OperationId> = longest.iter().copied().collect();
    let answered = responses.iter().copied().filter(|id| history[*id].response().is_some());
    let unplaced = answered.filter(|id| !placed.contains(id)).collect();
    let first = responses[many - 1];
    Refutation { key: None, first, core, longest, unplaced, minimal }
}
