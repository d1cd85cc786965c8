//! Claims about what clients see.

use crate::paxos::log::Log;
use crate::paxos::log::state::{Call, Operation, State};
use quorate_spec::Claims;
use std::collections::BTreeSet;

/// Makes the claim on client histories, where there are clients that are answered.
pub(super) fn claims(model: &Log, claims: &mut Claims<Log>) {
    if model.executes() && model.commands > 0 && model.slots + u64::from(model.reads) > 1 {
        claims
            .always("PX-S17", "client histories are linearizable", linearizable)
            .when(two_answers_are_given);
    }
}

/// PX-S17. Herlihy and Wing, *Linearizability* §2: the calls can be put into one order that fits the counter, that has
/// every answered call before all that began after its answer, and that has every call that was answered; of pending
/// commands it may have any. A call that was answered twice must have been answered alike.
pub fn linearizable(_: &Log, state: &State) -> bool {
    let calls: Vec<_> = state.calls.iter().map(|(operation, call)| (*operation, call)).collect();
    can_follow(&calls, &BTreeSet::new(), 0)
}

/// Can the calls that are not in `done`, which have left the counter at `count`, be put in order?
fn can_follow(calls: &[(Operation, &Call)], done: &BTreeSet<Operation>, count: u64) -> bool {
    let mut left = calls.iter().filter(|(operation, _)| !done.contains(operation));
    if left.clone().all(|(_, call)| call.answers.is_empty()) {
        return true;
    }
    left.any(|(operation, call)| {
        let in_time = call.after.is_subset(done);
        let fits = call.answers.values().all(|answer| *answer == count);
        let added = u64::from(matches!(operation, Operation::Command(_)));
        let with_it = || done.iter().chain([operation]).copied().collect();
        in_time && fits && can_follow(calls, &with_it(), count + added)
    })
}

/// Two answers are given: to two calls, or to one twice.
fn two_answers_are_given(_: &Log, state: &State) -> bool {
    state.calls.values().map(|call| call.answers.len()).sum::<usize>() > 1
}
