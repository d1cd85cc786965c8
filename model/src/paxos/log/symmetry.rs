//! Acceptors are alike, and so are learners: states that differ only in which is which behave alike.

use super::Log;
use super::state::{Acceptor, State};
use crate::permutations::permutations;

impl Log {
    /// The representative of the states that differ from `state` only in which acceptor, or learner, is which.
    ///
    /// Everything that the state holds of an acceptor names that acceptor alone, so it suffices to sort: equal
    /// representatives for exactly the states that a permutation maps onto each other. No claim and no guard tells
    /// acceptors or learners apart. Where replicas restart or execute, a search lets some do what it does not let others,
    /// so there every state stands for itself.
    pub fn canonical(&self, state: &State) -> State {
        if told_apart(state) {
            return state.clone();
        }
        let mut order: Vec<Acceptor> = state.acceptors().collect();
        order.sort_by_key(|acceptor| (state.promised(*acceptor), &state.votes[acceptor.0 as usize]));
        let mut canonical = reordered(state, &order);
        canonical.learned.sort();
        canonical
    }

    /// Every state that differs from `state` only in which acceptor, or learner, is which; `state` itself first.
    pub fn images(&self, state: &State) -> Vec<State> {
        if told_apart(state) {
            return vec![state.clone()];
        }
        let mut images = Vec::new();
        for order in permutations(state.promised.len()) {
            let order: Vec<Acceptor> = order.iter().map(|acceptor| Acceptor(*acceptor as u8)).collect();
            for learners in permutations(state.learned.len()) {
                let mut image = reordered(state, &order);
                image.learned = learners.iter().map(|learner| state.learned[*learner].clone()).collect();
                images.push(image);
            }
        }
        images
    }
}

/// Are acceptors more than promises and votes?
fn told_apart(state: &State) -> bool {
    !state.disks.is_empty() || !state.replicas.is_empty()
}

/// `state` with its acceptors in this order.
fn reordered(state: &State, order: &[Acceptor]) -> State {
    let mut next = state.clone();
    for (place, acceptor) in (0..).map(Acceptor).zip(order) {
        next.promised[place.0 as usize] = state.promised(*acceptor);
        next.votes[place.0 as usize].clone_from(&state.votes[acceptor.0 as usize]);
    }
    next
}
