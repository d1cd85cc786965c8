//! Guard and effect of every action: here those that agreement needs, in the rooms below those that a configuration may
//! add.

mod disk;
mod execute;
mod possible;
mod read;
mod snapshot;

use super::Log;
use super::action::Action;
use super::planted::Defect;
use super::state::{Acceptor, Ballot, Call, Incarnation, Learner, Operation, Slot, State, Value};
use disk::{restart, sync, write_promise, write_vote};
use execute::answer;
use read::confirm;

impl Log {
    /// The state after `action`, or `None` where the action is not possible or changes nothing. Ballots, slots and
    /// commands are not bounded here: only the enumeration of actions is bounded.
    pub fn apply(&self, state: &State, action: Action) -> Option<State> {
        match action {
            Action::Submit { command } => self.submit(state, command),
            Action::Prepare { ballot, owner } => self.prepare(state, ballot, owner),
            Action::Promise { acceptor, ballot } => self.promise(state, acceptor, ballot),
            Action::Propose { ballot, slot, value } => self.propose(state, ballot, slot, value),
            Action::Accept { acceptor, ballot, slot } => self.accept(state, acceptor, ballot, slot),
            Action::Learn { learner, slot, value } => self.learn(state, learner, slot, value),
            Action::Sync { acceptor } => sync(state, acceptor),
            Action::Tell { acceptor } => self.tell(state, acceptor),
            Action::Restart { replica } => restart(state, replica),
            Action::Decide { ballot, slot } => self.decide(state, ballot, slot),
            Action::Execute { replica, slot } => self.execute(state, replica, slot),
            Action::Answer { replica, slot } => answer(state, replica, slot),
            Action::Capture { replica } => self.capture(state, replica),
            Action::Install { replica, upto } => self.install(state, replica, upto),
            Action::Compact { replica, upto } => self.compact(state, replica, upto),
            Action::ReadIndex { read, ballot, index } => self.read_index(state, read, ballot, index),
            Action::Confirm { read, acceptor } => confirm(state, read, acceptor),
            Action::Read { read, replica } => self.read(state, read, replica),
        }
    }

    fn submit(&self, state: &State, command: u8) -> Option<State> {
        if state.submitted.contains(&command) {
            return None;
        }
        let mut next = state.clone();
        next.submitted.insert(command);
        if !state.replicas.is_empty() {
            let call = Call { after: state.answered().collect(), ..Call::default() };
            next.calls.insert(Operation::Command(command), call);
        }
        Some(next)
    }

    fn prepare(&self, state: &State, ballot: Ballot, owner: Incarnation) -> Option<State> {
        if ballot == Ballot::NONE || state.owner.contains_key(&ballot) {
            return None;
        }
        let mut next = state.clone();
        next.owner.insert(ballot, owner);
        Some(next)
    }

    fn promise(&self, state: &State, acceptor: Acceptor, ballot: Ballot) -> Option<State> {
        state.promised.get(acceptor.0 as usize)?;
        let promised = state.believed(acceptor);
        let high_enough = ballot > promised || (ballot < promised && self.planted == Some(Defect::P07));
        if !high_enough || !state.owner.contains_key(&ballot) {
            return None;
        }
        let mut next = state.clone();
        write_promise(&mut next, acceptor, ballot);
        Some(next)
    }

    fn propose(&self, state: &State, ballot: Ballot, slot: Slot, value: Value) -> Option<State> {
        if state.proposed.contains_key(&(ballot, slot)) || !self.shown_safe(state, ballot, slot, value) {
            return None;
        }
        let mut next = state.clone();
        next.proposed.insert((ballot, slot), value);
        Some(next)
    }

    /// Does some phase-1 quorum show that `value` may be proposed in `slot` at `ballot`: is it the value that they
    /// report at the highest ballot, or do they report nothing?
    fn shown_safe(&self, state: &State, ballot: Ballot, slot: Slot, value: Value) -> bool {
        let submitted = match value {
            Value::Noop => true,
            Value::Command(command) => state.submitted.contains(&command),
        };
        // Who had compacted the slot away before it promised reports nothing of it, and that is no report of nothing.
        let silent = |acceptor: &Acceptor| slot < state.reports_from(*acceptor, ballot);
        let report = |acceptor| if silent(&acceptor) { None } else { state.report(acceptor, slot, ballot) };
        let heeded = |acceptor: &Acceptor| !silent(acceptor) || self.planted == Some(Defect::P21);
        // A quorum whose highest report is at `highest` exists if enough of those that promised report nothing higher.
        let quorum_up_to = |highest: Option<Ballot>| {
            let reported = |acceptor| report(acceptor).map(|(ballot, _)| ballot);
            let fitting = |acceptor: &Acceptor| heeded(acceptor) && reported(*acceptor) <= highest;
            state.promisers(ballot).filter(fitting).count() >= self.phase1 as usize
        };
        if self.planted == Some(Defect::P01) {
            return submitted && state.promisers(ballot).count() >= self.phase1 as usize;
        }
        if self.planted == Some(Defect::P17) && below_a_reported_slot(state, ballot, slot) {
            return false;
        }
        let mut reports = state.promisers(ballot).filter_map(report);
        let adopted = |(highest, reported)| reported == value && quorum_up_to(Some(highest));
        (submitted && quorum_up_to(None)) || reports.any(adopted)
    }

    fn accept(&self, state: &State, acceptor: Acceptor, ballot: Ballot, slot: Slot) -> Option<State> {
        state.promised.get(acceptor.0 as usize)?;
        let value = *state.proposed.get(&(ballot, slot))?;
        if ballot < state.believed(acceptor) || state.has_voted(acceptor, slot, ballot) {
            return None;
        }
        let mut next = state.clone();
        write_promise(&mut next, acceptor, ballot);
        write_vote(&mut next, acceptor, (slot, ballot), value);
        Some(next)
    }

    fn learn(&self, state: &State, learner: Learner, slot: Slot, value: Value) -> Option<State> {
        if state.learned.get(learner.0 as usize)?.get(&slot) == Some(&value)
            || !self.looks_chosen(state, slot, value)
        {
            return None;
        }
        let mut next = state.clone();
        next.learned[learner.0 as usize].insert(slot, value);
        Some(next)
    }

    /// Do the votes allow a learner to conclude that `value` was chosen in `slot`?
    fn looks_chosen(&self, state: &State, slot: Slot, value: Value) -> bool {
        let quorum = self.phase2 as usize;
        if self.planted == Some(Defect::P15) {
            let voted = |acceptor: &Acceptor| {
                let votes = &state.votes[acceptor.0 as usize];
                votes.iter().any(|((voted_in, _), voted_for)| *voted_in == slot && *voted_for == value)
            };
            return state.acceptors().filter(voted).count() >= quorum;
        }
        let mut proposals = state.proposed.iter().filter(|((_, place), _)| *place == slot);
        proposals.any(|((ballot, _), proposed)| *proposed == value && self.counted(state, *ballot, slot))
    }

    /// Has a phase-2 quorum told of votes in `slot` at `ballot`? At one ballot there is one value to vote for.
    fn counted(&self, state: &State, ballot: Ballot, slot: Slot) -> bool {
        let told = |acceptor: &Acceptor| match self.planted {
            Some(Defect::P27) => {
                let mut places =
                    state.proposed.range((ballot, slot)..).take_while(|((at, _), _)| *at == ballot);
                places.any(|((_, place), _)| state.told_vote(*acceptor, *place, ballot))
            }
            _ => state.told_vote(*acceptor, slot, ballot),
        };
        state.acceptors().filter(told).count() >= self.phase2 as usize
    }
}

/// P17: nobody who promised reports anything of this slot, but somebody does of a later one.
fn below_a_reported_slot(state: &State, ballot: Ballot, slot: Slot) -> bool {
    let promisers = || state.promisers(ballot);
    let reports = |slot| promisers().any(|acceptor| state.report(acceptor, slot, ballot).is_some());
    let mut later = state.proposed.keys().filter(|(_, other)| *other > slot);
    !reports(slot) && later.any(|(_, other)| reports(*other))
}
