//! Acceptors are alike, and so are values.

use super::Voting;
use super::state::{State, VALUES, Value};
use crate::permutations::permutations;

impl Voting {
    /// The representative of the states that differ from `state` only in which acceptor and which value is which: of both
    /// namings of the two values, with the acceptors sorted, the least. No claim and no guard tells them apart.
    pub fn canonical(&self, state: &State) -> State {
        let sorted = |mut state: State| {
            state.acceptors.sort();
            state
        };
        sorted(*state).min(sorted(values_swapped(state)))
    }

    /// Every state that differs from `state` only in which acceptor and which value is which; `state` itself first.
    pub fn images(&self, state: &State) -> Vec<State> {
        let mut images = Vec::new();
        for named in [*state, values_swapped(state)] {
            let reordered =
                |order: Vec<usize>| State { acceptors: std::array::from_fn(|at| named.acceptors[order[at]]) };
            images.extend(permutations(state.acceptors.len()).into_iter().map(reordered));
        }
        images
    }
}

fn values_swapped(state: &State) -> State {
    let mut swapped = *state;
    for memory in &mut swapped.acceptors {
        memory.votes = memory.votes.map(|vote| vote.map(|value| Value(VALUES + 1 - value.0)));
    }
    swapped
}
