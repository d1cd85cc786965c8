//! Acceptors are alike, and so are values: states that differ only in which is which behave alike.

use super::Paxos;
use super::state::{Acceptor, Memory, Message, State, Value, Vote};

impl Paxos {
    /// The representative of the states that differ from `state` only in which acceptor and which value is which.
    ///
    /// A message names at most one acceptor, so for a given renaming of values it suffices to sort the acceptors by what
    /// they remember and have sent; of the renamings of values the one with the least result is taken. Equal
    /// representatives for exactly the states that a permutation maps onto each other. No claim and no guard tells
    /// acceptors or values apart.
    pub fn canonical(&self, state: &State) -> State {
        let renamings = permutations(self.values);
        let renamed = renamings.iter().map(|names| sorted(&rename(state, names)));
        renamed.min().expect("there is at least the renaming that changes nothing")
    }
}

/// `state` with its values renamed: value `v` becomes `names[v - 1]`.
fn rename(state: &State, names: &[Value]) -> State {
    let vote = |vote: Vote| Vote { value: names[vote.value.0 as usize - 1], ..vote };
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

/// `state` with its acceptors in the order of what they remember and have sent.
fn sorted(state: &State) -> State {
    let sent_by = |acceptor: Acceptor, known_as: Acceptor| {
        let sent = state.messages.iter().filter(move |message| message.sender() == Some(acceptor));
        sent.map(move |message| signed(message, known_as))
    };
    let mut order: Vec<Acceptor> = state.acceptors().collect();
    let nobody = Acceptor(u8::MAX);
    order.sort_by_cached_key(|acceptor| {
        (*state.memory(*acceptor), sent_by(*acceptor, nobody).collect::<Vec<_>>())
    });
    let places = order.iter().zip((0..).map(Acceptor));
    let by_proposers = state.messages.iter().filter(|message| message.sender().is_none()).copied();
    State {
        acceptors: order.iter().map(|acceptor| *state.memory(*acceptor)).collect(),
        messages: places
            .flat_map(|(acceptor, place)| sent_by(*acceptor, place))
            .chain(by_proposers)
            .collect(),
        restarts: state.restarts,
    }
}

/// `message` as if `acceptor` had sent it.
fn signed(message: &Message, acceptor: Acceptor) -> Message {
    match *message {
        Message::Promise { ballot, proposer, reported, .. } => {
            Message::Promise { acceptor, ballot, proposer, reported }
        }
        Message::Accept { vote, .. } => Message::Accept { acceptor, vote },
        Message::Prepare { .. } | Message::Propose { .. } => *message,
    }
}

/// All orders of the values 1 to `count`.
fn permutations(count: u8) -> Vec<Vec<Value>> {
    let mut orders = vec![vec![]];
    for value in (1..=count).map(Value) {
        let inserted = |order: &Vec<Value>, at: usize| {
            let mut longer = order.clone();
            longer.insert(at, value);
            longer
        };
        orders =
            orders.iter().flat_map(|order| (0..=order.len()).map(move |at| inserted(order, at))).collect();
    }
    orders
}
