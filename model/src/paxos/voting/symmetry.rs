//! Acceptors are alike, and so are values.

use super::Voting;
use super::state::{State, VALUES, Value};

impl Voting {
    /// The representative of the states that differ from `state` only in which acceptor and which value is which: of all
    /// renamings of the two values, with the acceptors sorted, the least. No claim and no guard tells them apart.
    pub fn canonical(&self, state: &State) -> State {
        let sorted = |mut state: State| {
            state.acceptors.sort();
            state
        };
        sorted(*state).min(sorted(values_swapped(state)))
    }
}

fn values_swapped(state: &State) -> State {
    let mut swapped = *state;
    for memory in &mut swapped.acceptors {
        memory.votes = memory.votes.map(|vote| vote.map(|value| Value(VALUES + 1 - value.0)));
    }
    swapped
}
