//! Deciding, executing and answering.

use crate::paxos::log::Log;
use crate::paxos::log::planted::Defect;
use crate::paxos::log::state::{Ballot, Decision, Object, Operation, Replica, Slot, State, Value};

impl Log {
    /// The leader of `ballot` has counted a quorum of votes in `slot`.
    pub(super) fn decide(&self, state: &State, ballot: Ballot, slot: Slot) -> Option<State> {
        let value = *state.proposed.get(&(ballot, slot))?;
        if state.decided.contains_key(&slot) || !self.counted(state, ballot, slot) {
            return None;
        }
        let mut next = state.clone();
        next.decided.insert(slot, Decision { ballot, value });
        Some(next)
    }

    /// `replica` executes `slot`, the next that it has not executed.
    pub(super) fn execute(&self, state: &State, replica: Replica, slot: Slot) -> Option<State> {
        let executed = state.replicas.get(&replica)?.executed;
        let decision = state.decided.get(&slot)?;
        let next_one = slot == executed || (slot > executed && self.planted == Some(Defect::P17Skip));
        if !next_one {
            return None;
        }
        let mut next = state.clone();
        let execution = next.replicas.get_mut(&replica)?;
        execution.executed = Slot(slot.0 + 1);
        if let Value::Command(command) = decision.value {
            self.run(&mut execution.object, command);
        }
        Some(next)
    }

    /// A command takes effect the first time that it is executed; the second time the client table knows it.
    fn run(&self, object: &mut Object, command: u8) {
        if object.table.contains_key(&command) && self.planted != Some(Defect::P19) {
            return;
        }
        if self.planted == Some(Defect::P19Last) {
            object.table.clear();
        }
        object.table.insert(command, object.applied.len() as u64);
        object.applied.push(command);
    }
}

/// `replica` answers the client whose command is in `slot`, which it has executed.
pub(super) fn answer(state: &State, replica: Replica, slot: Slot) -> Option<State> {
    let execution = state.replicas.get(&replica)?;
    let Value::Command(command) = state.decided.get(&slot)?.value else { return None };
    let operation = Operation::Command(command);
    let call = state.calls.get(&operation)?;
    if slot >= execution.executed || call.answers.contains_key(&slot) {
        return None;
    }
    let reply = *execution.object.table.get(&command)?;
    let mut next = state.clone();
    next.calls.get_mut(&operation)?.answers.insert(slot, reply);
    Some(next)
}
