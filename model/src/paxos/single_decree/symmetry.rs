//! Acceptors are alike, and so are values: states that differ only in which is which behave alike.

use super::Paxos;
use super::state::{Acceptor, Memory, Message, State, Value, Vote};
use crate::permutations::permutations;

impl Paxos {
    /// The representative of the states that differ from `state` only in which acceptor and which value is which.
    ///
    /// A message names at most one acceptor, so for a given naming of the values it suffices to sort the acceptors by what
    /// they remember and have sent; of the namings the one with the least result is taken. Equal representatives for
    /// exactly the states that a permutation maps onto each other. No claim and no guard tells acceptors or values apart.
    pub fn canonical(&self, state: &State) -> State {
        let sorted = self.namings(state).map(|state| reordered(&state, &order(&state)));
        sorted.min().expect("there is at least the naming that the state has")
    }

    /// Every state that differs from `state` only in which acceptor and which value is which; `state` itself first.
    pub fn images(&self, state: &State) -> Vec<State> {
        let orders = permutations(state.acceptors.len());
        let mut images = Vec::new();
        for named in self.namings(state) {
            let image = |order: &Vec<usize>| {
                let order: Vec<Acceptor> = order.iter().map(|acceptor| Acceptor(*acceptor as u8)).collect();
                reordered(&named, &order)
            };
            images.extend(orders.iter().map(image));
        }
        images
    }

    /// `state` with its values named in every way.
    fn namings(&self, state: &State) -> impl Iterator<Item = State> {
        let orders = permutations(self.values as usize).into_iter();
        orders.map(|order| renamed(state, |value| Value(order[value.0 as usize - 1] as u8 + 1)))
    }
}

fn renamed(state: &State, name: impl Fn(Value) -> Value) -> State {
    let vote = |vote: Vote| Vote { value: name(vote.value), ..vote };
    let message = |message: &Message| match *message {
        Message::Promise { acceptor, ballot, proposer, reported } => {
            Message::Promise { acceptor, ballot, proposer, reported: reported.map(vote) }
        }
        Message::Propose { proposer, vote: proposed } => Message::Propose { proposer, vote: vote(proposed) },
        Message::Accept { acceptor, vote: cast } => Message::Accept { acceptor, vote: vote(cast) },
        Message::Prepare { .. } => *message,
    };
    let memory = |memory: &Memory| Memory { accepted: memory.accepted.map(vote), ..*memory };
    State {
        acceptors: state.acceptors.iter().map(memory).collect(),
        messages: state.messages.iter().map(message).collect(),
        restarts: state.restarts,
    }
}

/// The acceptors, sorted by what they remember and have sent.
fn order(state: &State) -> Vec<Acceptor> {
    let mut order: Vec<Acceptor> = state.acceptors().collect();
    let nobody = Acceptor(u8::MAX);
    order.sort_by_cached_key(|acceptor| {
        (*state.memory(*acceptor), sent_by(state, *acceptor, nobody).collect::<Vec<_>>())
    });
    order
}

/// `state` with its acceptors in this order.
fn reordered(state: &State, order: &[Acceptor]) -> State {
    let places = order.iter().zip((0..).map(Acceptor));
    let by_proposers = state.messages.iter().filter(|message| message.sender().is_none()).copied();
    State {
        acceptors: order.iter().map(|acceptor| *state.memory(*acceptor)).collect(),
        messages: places
            .flat_map(|(acceptor, place)| sent_by(state, *acceptor, place))
            .chain(by_proposers)
            .collect(),
        restarts: state.restarts,
    }
}

/// What `acceptor` has sent, as if `known_as` had.
fn sent_by(state: &State, acceptor: Acceptor, known_as: Acceptor) -> impl Iterator<Item = Message> + '_ {
    let sent = state.messages.iter().filter(move |message| message.sender() == Some(acceptor));
    sent.map(move |message| match *message {
        Message::Promise { ballot, proposer, reported, .. } => {
            Message::Promise { acceptor: known_as, ballot, proposer, reported }
        }
        Message::Accept { vote, .. } => Message::Accept { acceptor: known_as, vote },
        Message::Prepare { .. } | Message::Propose { .. } => *message,
    })
}
