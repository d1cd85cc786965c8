//! What a search tries: the only place that knows its bounds.

use crate::paxos::log::Log;
use crate::paxos::log::action::Action;
use crate::paxos::log::state::{Ballot, Incarnation, Learner, Replica, Slot, State, Value};

impl Log {
    /// Every action worth trying in `state` within the bounds, in a fixed order.
    pub(in crate::paxos::log) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        let unsubmitted = (1..=self.commands).filter(|command| !state.submitted.contains(command));
        actions.extend(unsubmitted.map(|command| Action::Submit { command }));
        for ballot in (1..=self.ballots).map(Ballot) {
            if !state.owner.contains_key(&ballot) {
                // Who starts it makes no difference to what follows, so each ballot has one owner, in turn.
                actions.push(Action::Prepare { ballot, owner: self.owner(ballot) });
                continue;
            }
            actions.extend(state.acceptors().map(|acceptor| Action::Promise { acceptor, ballot }));
            for slot in (0..self.slots).map(Slot) {
                self.possible_in_slot(state, ballot, slot, actions);
            }
        }
        for learner in (0..self.learners).map(Learner) {
            for slot in (0..self.slots).map(Slot) {
                let learn = |value| Action::Learn { learner, slot, value };
                actions.extend(self.values(state).map(learn));
            }
        }
        self.possible_on_disks(state, actions);
        for replica in state.replicas.keys() {
            self.possible_at(state, *replica, actions);
        }
        for read in 1..=self.reads {
            self.possible_reads(state, read, actions);
        }
    }

    /// Who starts `ballot` in a search.
    fn owner(&self, ballot: Ballot) -> Incarnation {
        Incarnation((ballot.0 - 1) % self.proposers.max(1) + 1)
    }

    fn possible_on_disks(&self, state: &State, actions: &mut Vec<Action>) {
        if self.disks {
            actions.extend(state.acceptors().map(|acceptor| Action::Sync { acceptor }));
            actions.extend(state.acceptors().map(|acceptor| Action::Tell { acceptor }));
        }
        let observers = state.replicas.keys().filter(|replica| replica.0 >= self.acceptors);
        let restarting =
            (0..self.restarts).map(Replica).chain(observers.copied().filter(|_| self.restarts > 0));
        actions.extend(restarting.map(|replica| Action::Restart { replica }));
    }

    fn possible_at(&self, state: &State, replica: Replica, actions: &mut Vec<Action>) {
        actions.extend(state.decided.keys().map(|slot| Action::Execute { replica, slot: *slot }));
        actions.extend(state.decided.keys().map(|slot| Action::Answer { replica, slot: *slot }));
        if self.snapshots {
            actions.push(Action::Capture { replica });
            let taken = state.snapshots.iter().map(|snapshot| snapshot.upto);
            actions.extend(taken.map(|upto| Action::Install { replica, upto }));
            let slots = (1..=self.slots).map(Slot);
            actions.extend(slots.map(|upto| Action::Compact { replica, upto }));
        }
    }

    fn possible_reads(&self, state: &State, read: u8, actions: &mut Vec<Action>) {
        if state.reads.contains_key(&read) {
            actions.extend(state.acceptors().map(|acceptor| Action::Confirm { read, acceptor }));
            actions.extend(state.replicas.keys().map(|replica| Action::Read { read, replica: *replica }));
            return;
        }
        for ballot in state.owner.keys() {
            // The lowest index that is allowed; with a higher one the answer only comes later.
            let read_index = |index| Action::ReadIndex { read, ballot: *ballot, index: Slot(index) };
            let allowed = |action: &Action| self.apply(state, *action).is_some();
            actions.extend((0..=self.slots).map(read_index).find(allowed));
        }
    }

    fn possible_in_slot(&self, state: &State, ballot: Ballot, slot: Slot, actions: &mut Vec<Action>) {
        if state.proposed.contains_key(&(ballot, slot)) {
            actions.extend(state.acceptors().map(|acceptor| Action::Accept { acceptor, ballot, slot }));
            if !state.replicas.is_empty() {
                actions.push(Action::Decide { ballot, slot });
            }
        } else {
            actions.extend(self.values(state).map(|value| Action::Propose { ballot, slot, value }));
        }
    }

    fn values<'a>(&self, state: &'a State) -> impl Iterator<Item = Value> + use<'a> {
        std::iter::once(Value::Noop).chain(state.submitted.iter().map(|command| Value::Command(*command)))
    }
}
