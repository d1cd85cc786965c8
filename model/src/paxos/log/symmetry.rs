//! Acceptors are alike, and so are learners: states that differ by their order alone behave alike.

use super::Log;
use super::state::{Acceptor, State};

impl Log {
    /// The representative of the states that differ from `state` only in which acceptor, or learner, is which.
    ///
    /// Everything that the state holds of an acceptor names that acceptor alone, so it suffices to sort: equal
    /// representatives for exactly the states that a permutation maps onto each other. No claim and no guard tells
    /// acceptors or learners apart.
    pub fn canonical(&self, state: &State) -> State {
        let promised_by = |acceptor: &Acceptor| {
            let of = |(promiser, _): &&(Acceptor, _)| promiser == acceptor;
            state.promises.iter().filter(of).map(|(_, ballot)| *ballot).collect::<Vec<_>>()
        };
        let mut order: Vec<Acceptor> = state.acceptors().collect();
        order.sort_by_cached_key(|acceptor| {
            (state.promised(*acceptor), promised_by(acceptor), &state.votes[acceptor.0 as usize])
        });
        let mut canonical = state.clone();
        canonical.promises.clear();
        for (place, acceptor) in (0..).map(Acceptor).zip(&order) {
            canonical.promised[place.0 as usize] = state.promised(*acceptor);
            canonical.votes[place.0 as usize].clone_from(&state.votes[acceptor.0 as usize]);
            canonical.promises.extend(promised_by(acceptor).into_iter().map(|ballot| (place, ballot)));
        }
        canonical.learned.sort();
        canonical
    }
}
