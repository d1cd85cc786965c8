//! What a learner concludes from the votes. It keeps no state of its own here: a learner that saw some of the votes could
//! have concluded any of the values below.

use std::collections::BTreeSet;

use super::Paxos;
use super::planted::Defect;
use super::state::{Acceptor, State, Value, Vote};

impl Paxos {
    /// Every value that some learner could conclude from the votes cast so far.
    pub fn learned(&self, state: &State) -> BTreeSet<Value> {
        match self.planted {
            Some(Defect::P15a) => {
                // Whatever it saw last, once enough acceptors have voted for anything.
                let enough = self.is_quorum(state, |_| true);
                state.votes().filter(|_| enough).map(|(_, vote)| vote.value).collect()
            }
            Some(Defect::P15b) => {
                self.values().filter(|value| self.is_quorum(state, |vote| vote.value == *value)).collect()
            }
            _ => self.chosen(state),
        }
    }

    /// The values that a quorum has voted for at one ballot: Lamport's `chosen`.
    pub fn chosen(&self, state: &State) -> BTreeSet<Value> {
        let votes = |vote| state.acceptors().filter(|acceptor| state.voted(*acceptor, vote)).count();
        let cast = state.votes().map(|(_, vote)| vote);
        cast.filter(|vote| votes(*vote) >= self.quorum as usize).map(|vote| vote.value).collect()
    }

    fn is_quorum(&self, state: &State, counts: impl Fn(Vote) -> bool) -> bool {
        let voted =
            |acceptor: &Acceptor| state.votes().any(|(voter, vote)| voter == *acceptor && counts(vote));
        state.acceptors().filter(voted).count() >= self.quorum as usize
    }
}
