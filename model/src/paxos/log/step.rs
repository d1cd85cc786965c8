//! Guard and effect of every action.

use super::Log;
use super::action::Action;
use super::planted::Defect;
use super::state::{Acceptor, Ballot, Incarnation, Learner, Slot, State, Value};

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
        }
    }

    /// Every action worth trying in `state` within the bounds, in a fixed order.
    pub(super) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        let unsubmitted = (1..=self.commands).filter(|command| !state.submitted.contains(command));
        actions.extend(unsubmitted.map(|command| Action::Submit { command }));
        for ballot in (1..=self.ballots).map(Ballot) {
            if !state.owner.contains_key(&ballot) {
                // Who starts it makes no difference to what follows, so one owner stands for all.
                actions.push(Action::Prepare { ballot, owner: Incarnation(ballot.0) });
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
    }

    fn possible_in_slot(&self, state: &State, ballot: Ballot, slot: Slot, actions: &mut Vec<Action>) {
        if state.proposed.contains_key(&(ballot, slot)) {
            actions.extend(state.acceptors().map(|acceptor| Action::Accept { acceptor, ballot, slot }));
        } else {
            actions.extend(self.values(state).map(|value| Action::Propose { ballot, slot, value }));
        }
    }

    fn values<'a>(&self, state: &'a State) -> impl Iterator<Item = Value> + use<'a> {
        std::iter::once(Value::Noop).chain(state.submitted.iter().map(|command| Value::Command(*command)))
    }

    fn submit(&self, state: &State, command: u8) -> Option<State> {
        if state.submitted.contains(&command) {
            return None;
        }
        let mut next = state.clone();
        next.submitted.insert(command);
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
        let promised = *state.promised.get(acceptor.0 as usize)?;
        let high_enough = ballot > promised || (ballot < promised && self.planted == Some(Defect::P07));
        if !high_enough || !state.owner.contains_key(&ballot) {
            return None;
        }
        let mut next = state.clone();
        next.promised[acceptor.0 as usize] = ballot;
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
        // A quorum whose highest report is at `highest` exists if enough of those that promised report nothing higher.
        let quorum_up_to = |highest: Option<Ballot>| {
            let report = |acceptor| state.report(acceptor, slot, ballot).map(|(ballot, _)| ballot);
            let fitting = state.promisers(ballot).filter(|acceptor| report(*acceptor) <= highest);
            fitting.count() >= self.phase1 as usize
        };
        if self.planted == Some(Defect::P01) {
            return submitted && state.promisers(ballot).count() >= self.phase1 as usize;
        }
        if self.planted == Some(Defect::P17) && below_a_reported_slot(state, ballot, slot) {
            return false;
        }
        let mut reports = state.promisers(ballot).filter_map(|acceptor| state.report(acceptor, slot, ballot));
        let adopted = |(highest, reported)| reported == value && quorum_up_to(Some(highest));
        (submitted && quorum_up_to(None)) || reports.any(adopted)
    }

    fn accept(&self, state: &State, acceptor: Acceptor, ballot: Ballot, slot: Slot) -> Option<State> {
        let promised = *state.promised.get(acceptor.0 as usize)?;
        let value = *state.proposed.get(&(ballot, slot))?;
        if ballot < promised || state.vote(acceptor, slot, ballot).is_some() {
            return None;
        }
        let mut next = state.clone();
        next.votes[acceptor.0 as usize].insert((slot, ballot), value);
        next.promised[acceptor.0 as usize] = ballot;
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
        let proposals = state.proposed.iter().filter(|((_, proposed_in), _)| *proposed_in == slot);
        proposals.into_iter().any(|((ballot, _), _)| state.votes_for(slot, *ballot, value) >= quorum)
    }
}

/// P17: nobody who promised reports anything of this slot, but somebody does of a later one.
fn below_a_reported_slot(state: &State, ballot: Ballot, slot: Slot) -> bool {
    let promisers = || state.promisers(ballot);
    let reports = |slot| promisers().any(|acceptor| state.report(acceptor, slot, ballot).is_some());
    let mut later = state.proposed.keys().filter(|(_, other)| *other > slot);
    !reports(slot) && later.any(|(_, other)| reports(*other))
}
