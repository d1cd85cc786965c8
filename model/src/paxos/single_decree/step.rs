//! Guard and effect of every step: Lamport's `Phase1a`, `Phase1b`, `Phase2a` and `Phase2b`.

use super::Paxos;
use super::action::Action;
use super::planted::Defect;
use super::state::{Acceptor, Ballot, Message, Proposer, State, Vote};

impl Paxos {
    /// The state after `action`, or `None` where the action is not possible or changes nothing (a stutter).
    pub fn apply(&self, state: &State, action: Action) -> Option<State> {
        let next = match action {
            Action::Prepare { ballot, proposer } => self.prepare(state, ballot, proposer),
            Action::Promise { acceptor, ballot, proposer } => self.promise(state, acceptor, ballot, proposer),
            Action::Propose { proposer, vote } => self.propose(state, proposer, vote),
            Action::Accept { acceptor, proposer, vote } => self.accept(state, acceptor, proposer, vote),
            Action::Restart { acceptor } => self.restart(state, acceptor),
        }?;
        (next != *state).then_some(next)
    }

    /// Every action worth trying in `state`, in a fixed order.
    pub(super) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        for ballot in (0..self.ballots).map(Ballot) {
            for proposer in self.owners(ballot) {
                let prepare = Message::Prepare { ballot, proposer };
                if !state.messages.contains(&prepare) {
                    actions.push(Action::Prepare { ballot, proposer });
                    continue;
                }
                actions.extend(state.acceptors().map(|acceptor| Action::Promise {
                    acceptor,
                    ballot,
                    proposer,
                }));
                let propose = |value| Action::Propose { proposer, vote: Vote { ballot, value } };
                actions.extend(self.values().map(propose));
            }
        }
        for (proposer, vote) in state.proposals() {
            actions.extend(state.acceptors().map(|acceptor| Action::Accept { acceptor, proposer, vote }));
        }
        if state.restarts < self.restarts {
            actions.extend(state.acceptors().map(|acceptor| Action::Restart { acceptor }));
        }
    }

    /// `Phase1a(b)`: always possible. Whose ballot it is, is a matter of how ballots are numbered.
    fn prepare(&self, state: &State, ballot: Ballot, proposer: Proposer) -> Option<State> {
        if !self.owners(ballot).any(|owner| owner == proposer) {
            return None;
        }
        let mut next = state.clone();
        next.messages.insert(Message::Prepare { ballot, proposer });
        Some(next)
    }

    /// `Phase1b(a)`: the ballot is higher than any that the acceptor takes part in.
    fn promise(
        &self,
        state: &State,
        acceptor: Acceptor,
        ballot: Ballot,
        proposer: Proposer,
    ) -> Option<State> {
        let memory = state.acceptors.get(acceptor.0 as usize)?;
        let high_enough = match self.planted {
            Some(Defect::P07) => Some(ballot) != memory.promised,
            Some(Defect::P11 | Defect::P11Promises) => Some(ballot) >= memory.promised,
            _ => Some(ballot) > memory.promised,
        };
        if !high_enough || !state.messages.contains(&Message::Prepare { ballot, proposer }) {
            return None;
        }
        let reported = match self.planted {
            Some(Defect::P03) => memory.accepted.map(|vote| Vote { ballot, ..vote }),
            _ => memory.accepted,
        };
        let mut next = state.clone();
        next.acceptors[acceptor.0 as usize].promised = Some(ballot);
        next.messages.insert(Message::Promise { acceptor, ballot, proposer, reported });
        Some(next)
    }

    /// `Phase2a(b, v)`: nothing was proposed at the ballot yet, and a quorum of promises shows the value safe.
    fn propose(&self, state: &State, proposer: Proposer, vote: Vote) -> Option<State> {
        let proposed = |(by, earlier): (Proposer, Vote)| by == proposer && earlier.ballot == vote.ballot;
        if state.proposals().any(proposed) || !self.shown_safe(state, proposer, vote) {
            return None;
        }
        let mut next = state.clone();
        next.messages.insert(Message::Propose { proposer, vote });
        Some(next)
    }

    /// Does some quorum of promises report nothing, or the value at the highest ballot that it reports?
    ///
    /// Such a quorum with nothing above `highest` exists if that many promises report nothing above it.
    fn shown_safe(&self, state: &State, proposer: Proposer, Vote { ballot, value }: Vote) -> bool {
        let quorum_up_to = |highest: Option<Ballot>| {
            let fitting =
                |(_, reported): &(Acceptor, Option<Vote>)| reported.map(|vote| vote.ballot) <= highest;
            let mut promisers: Vec<Acceptor> =
                state.promises(ballot, proposer).filter(fitting).map(|(acceptor, _)| acceptor).collect();
            promisers.dedup();
            match self.planted {
                // Counted as they arrive, and one may arrive any number of times.
                Some(Defect::P13) => !promisers.is_empty(),
                _ => promisers.len() >= self.quorum as usize,
            }
        };
        if self.planted == Some(Defect::P01) {
            return quorum_up_to(Some(ballot));
        }
        let mut reports = state.promises(ballot, proposer).filter_map(|(_, reported)| reported);
        quorum_up_to(None) || reports.any(|vote| vote.value == value && quorum_up_to(Some(vote.ballot)))
    }

    /// `Phase2b(a)`: the acceptor takes part in no higher ballot. A vote that it has cast already changes nothing.
    fn accept(&self, state: &State, acceptor: Acceptor, proposer: Proposer, vote: Vote) -> Option<State> {
        let memory = state.acceptors.get(acceptor.0 as usize)?;
        if Some(vote.ballot) < memory.promised
            || !state.messages.contains(&Message::Propose { proposer, vote })
        {
            return None;
        }
        let mut next = state.clone();
        next.acceptors[acceptor.0 as usize].promised = Some(vote.ballot);
        next.acceptors[acceptor.0 as usize].accepted = Some(vote);
        next.messages.insert(Message::Accept { acceptor, vote });
        Some(next)
    }

    fn restart(&self, state: &State, acceptor: Acceptor) -> Option<State> {
        let mut next = state.clone();
        let memory = next.acceptors.get_mut(acceptor.0 as usize)?;
        memory.promised_at_restart = memory.promised;
        if self.planted == Some(Defect::P05) {
            memory.accepted = None;
        }
        next.restarts += 1;
        (next.restarts <= self.restarts).then_some(next)
    }
}
