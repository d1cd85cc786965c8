//! Guard and effect of every step, and what differs between the readings.

use super::action::Action;
use super::state::{Agree, Learner, Number, Proposal, State};
use super::{Naive, Variant};

impl Naive {
    /// The state after `action`, or `None` where the action is not possible.
    pub fn apply(&self, state: &State, action: Action) -> Option<State> {
        match action {
            Action::Propose { proposer, number } => self.propose(state, proposer, number),
            Action::Receive(proposal) => self.receive(state, proposal),
            Action::Learn(agree) => self.learn(state, agree),
            Action::Crash { acceptor } => self.crash(state, acceptor),
        }
    }

    /// Everything that is possible in `state`, in a fixed order.
    pub(super) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        for (proposer, drawn) in (0..).zip(&state.drawn) {
            if drawn.is_none() {
                actions.extend((1..=self.numbers()).map(|number| Action::Propose { proposer, number }));
            }
        }
        let alive = |proposal: &&Proposal| !state.acceptors[proposal.acceptor as usize].crashed;
        actions.extend(state.proposals.iter().filter(alive).map(|proposal| Action::Receive(*proposal)));
        actions.extend(state.agrees.iter().map(|agree| Action::Learn(*agree)));
        let crashed = state.acceptors.iter().filter(|acceptor| acceptor.crashed).count();
        if crashed < self.crashes as usize {
            actions.extend((0..self.acceptors()).map(|acceptor| Action::Crash { acceptor }));
        }
    }

    fn propose(&self, state: &State, proposer: u8, number: Number) -> Option<State> {
        let mut next = state.clone();
        let drawn = next.drawn.get_mut(proposer as usize)?;
        if drawn.replace(number).is_some() {
            return None;
        }
        next.proposals.extend((0..self.acceptors()).map(|acceptor| Proposal { proposer, acceptor }));
        Some(next)
    }

    fn receive(&self, state: &State, proposal: Proposal) -> Option<State> {
        let mut next = state.clone();
        if !next.proposals.remove(&proposal) {
            return None;
        }
        let number = state.drawn[proposal.proposer as usize]?;
        let acceptor = &mut next.acceptors[proposal.acceptor as usize];
        if acceptor.crashed {
            return None;
        }
        if let Some(number) = self.answer(&mut acceptor.own, number) {
            let to_each = |learner| Agree { acceptor: proposal.acceptor, learner, number };
            next.agrees.extend((0..self.learners).map(to_each));
        }
        Some(next)
    }

    /// What an acceptor whose own state is `own` agrees to, if to anything.
    fn answer(&self, own: &mut Option<Number>, proposed: Number) -> Option<Number> {
        match self.variant {
            Variant::N1 | Variant::N2 | Variant::N3 | Variant::N7 => {
                let own = *own.get_or_insert(proposed);
                (own == proposed).then_some(own)
            }
            Variant::N4 => {
                *own = Some(proposed);
                *own
            }
            Variant::N5 => own.filter(|own| *own == proposed),
            Variant::N6 => *own,
        }
    }

    fn learn(&self, state: &State, agree: Agree) -> Option<State> {
        let mut next = state.clone();
        if !next.agrees.remove(&agree) {
            return None;
        }
        let learner = &mut next.learners[agree.learner as usize];
        learner.agreed.insert((agree.acceptor, agree.number));
        learner.learned = self.conclude(learner);
        Some(next)
    }

    /// What a learner makes of the agreements that it knows of.
    fn conclude(&self, learner: &Learner) -> Option<Number> {
        let smallest = learner.agreed.iter().map(|(_, number)| *number).min();
        let acceptors =
            (0..self.acceptors()).filter(|acceptor| learner.agreed.iter().any(|(a, _)| a == acceptor));
        match self.variant {
            Variant::N1 | Variant::N5 | Variant::N6 => smallest,
            Variant::N2 => smallest.filter(|_| acceptors.count() >= 2),
            Variant::N3 | Variant::N4 => {
                let agreed = |number: &Number| learner.agreed.iter().filter(|(_, n)| n == number).count();
                (1..=self.numbers()).find(|number| agreed(number) >= 2)
            }
            Variant::N7 => smallest.filter(|_| acceptors.count() == self.acceptors() as usize),
        }
    }

    fn crash(&self, state: &State, acceptor: u8) -> Option<State> {
        let mut next = state.clone();
        let acceptor = next.acceptors.get_mut(acceptor as usize)?;
        if std::mem::replace(&mut acceptor.crashed, true) {
            return None;
        }
        Some(next)
    }
}
