//! Claims about replicas that execute, and about their snapshots.

use super::chosen;
use crate::paxos::log::Log;
use crate::paxos::log::state::{Object, Operation, Slot, Snapshot, State, Value};
use quorate_spec::Claims;
use std::collections::{BTreeMap, BTreeSet};

/// Makes the claims on what replicas execute, if there are any.
pub(super) fn claims(model: &Log, claims: &mut Claims<Log>) {
    if !model.executes() {
        return;
    }
    claims
        .always("PX-S13", "what replicas have executed is the chosen log without a gap", executed_prefix)
        .when(something_is_executed);
    if model.commands > 0 && model.slots > 1 {
        claims
            .always("PX-S14", "a command takes effect once, and that is its reply", exactly_once)
            .when(a_command_is_executed_again)
            .sometimes("PX-R8", "a retried command is answered from the client table", a_retry_is_answered);
    }
    if model.snapshots {
        claims
            .always("PX-S15", "a snapshot is the state after exactly its slots", snapshot_exact)
            .when(a_snapshot_holds_a_command)
            .sometimes("PX-R6", "a snapshot is installed", a_snapshot_is_installed);
    }
}

/// PX-S13. *Paxos Made Moderately Complex* §2.1, invariants R1 to R3: replicas perform the decided commands in the order
/// of slots, without a gap, and so agree. Which commands those are is read off the votes, not off what leaders told.
pub fn executed_prefix(model: &Log, state: &State) -> bool {
    let chosen = chosen_log(model, state);
    state.replicas.values().all(|execution| {
        let contiguous = (0..execution.executed.0).all(|slot| chosen.contains_key(&Slot(slot)));
        contiguous
            && firsts(execution.object.applied.iter().copied()) == commands(&chosen, execution.executed)
    })
}

/// PX-S14. *Paxos Made Moderately Complex* §2.1: a command that is decided in several slots takes effect in the first of
/// them; and its reply is that of this execution, whenever and by whomever it is given.
pub fn exactly_once(model: &Log, state: &State) -> bool {
    let once = state.replicas.values().all(|execution| {
        let applied = &execution.object.applied;
        firsts(applied.iter().copied()).len() == applied.len()
    });
    let order = commands(&chosen_log(model, state), Slot(u64::MAX));
    let replied_as_executed = state.calls.iter().all(|(operation, call)| match operation {
        Operation::Command(command) => {
            let first = order.iter().position(|executed| executed == command).map(|place| place as u64);
            call.answers.values().all(|reply| Some(*reply) == first)
        }
        Operation::Read(_) => true,
    });
    once && replied_as_executed
}

/// PX-S15. Chandra et al., *Paxos Made Live* §5.5: a snapshot goes with its place in the log. The client table is part of
/// the state: without it a command from before the snapshot would take effect again after it.
pub fn snapshot_exact(model: &Log, state: &State) -> bool {
    let chosen = chosen_log(model, state);
    snapshots(state).all(|snapshot| {
        let applied = commands(&chosen, snapshot.upto);
        let table = (0..).zip(&applied).map(|(reply, command)| (*command, reply)).collect();
        snapshot.object == Object { applied, table }
    })
}

/// PX-R6.
pub fn a_snapshot_is_installed(_: &Log, state: &State) -> bool {
    state.replicas.values().any(|execution| execution.installed > Slot(0))
}

/// PX-R8: an answer is given for a slot in which the command did not take effect, as it had in an earlier one.
pub fn a_retry_is_answered(model: &Log, state: &State) -> bool {
    let chosen = chosen_log(model, state);
    let first = |value| chosen.iter().find(|(_, other)| **other == value).map(|(slot, _)| *slot);
    state.calls.iter().any(|(operation, call)| {
        let Operation::Command(command) = operation else { return false };
        call.answers.keys().any(|slot| first(Value::Command(*command)).is_some_and(|first| first < *slot))
    })
}

/// The chosen values, by slot.
fn chosen_log(model: &Log, state: &State) -> BTreeMap<Slot, Value> {
    chosen(model, state).collect()
}

/// The commands chosen below `upto` and below the first gap, each where it comes first.
fn commands(chosen: &BTreeMap<Slot, Value>, upto: Slot) -> Vec<u8> {
    let contiguous = (0..upto.0).map_while(|slot| chosen.get(&Slot(slot)));
    firsts(contiguous.filter_map(|value| match value {
        Value::Noop => None,
        Value::Command(command) => Some(*command),
    }))
}

/// Every element where it comes first.
fn firsts(commands: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut seen = BTreeSet::new();
    commands.filter(|command| seen.insert(*command)).collect()
}

fn snapshots(state: &State) -> impl Iterator<Item = &Snapshot> {
    let own = state.replicas.values().filter_map(|execution| execution.snapshot.as_ref());
    state.snapshots.iter().chain(own)
}

fn something_is_executed(_: &Log, state: &State) -> bool {
    state.replicas.values().any(|execution| execution.executed > Slot(0))
}

fn a_command_is_executed_again(model: &Log, state: &State) -> bool {
    let chosen = chosen_log(model, state);
    state.replicas.values().any(|execution| {
        let executed = chosen.range(..execution.executed);
        let commands = executed.filter(|(_, value)| **value != Value::Noop).map(|(_, value)| value);
        commands.clone().count() > commands.collect::<BTreeSet<_>>().len()
    })
}

fn a_snapshot_holds_a_command(_: &Log, state: &State) -> bool {
    snapshots(state).any(|snapshot| !snapshot.object.applied.is_empty())
}
