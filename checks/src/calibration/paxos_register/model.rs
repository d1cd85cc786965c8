//! Servers, clients, a network that neither loses nor duplicates, and what clients observed.

use super::server::{Message, Outbox, Proposal, SERVERS, Server};
use quorate_spec::{Claims, Kind, Spec};
use serde::{Deserialize, Serialize};
use stateright::{Model, Property};
use std::collections::BTreeMap;

/// A message in flight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// Who sent it.
    pub from: u8,
    /// Who is to receive it.
    pub to: u8,
    /// What it says.
    pub message: Message,
}

/// A client, with what linearizability must know of its read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Client {
    /// It waits for its write.
    Putting,
    /// It waits for its read.
    Getting {
        /// How many operations of each client were complete when it began.
        after: Vec<u8>,
    },
    /// It has read.
    Done {
        /// How many operations of each client were complete when the read began.
        after: Vec<u8>,
        /// Whose value it read.
        read: Proposal,
    },
}

impl Client {
    fn completed(&self) -> u8 {
        match self {
            Client::Putting => 0,
            Client::Getting { .. } => 1,
            Client::Done { .. } => 2,
        }
    }
}

/// The whole system.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct State {
    /// The actors 0, 1, 2.
    pub servers: Vec<Server>,
    /// The actors from 3 on.
    pub clients: Vec<Client>,
    /// Messages in flight, each with how many copies of it.
    pub network: BTreeMap<Envelope, u32>,
}

/// A message is delivered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Deliver(pub Envelope);

/// Three servers, and this many clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaxosRegister {
    /// How many clients.
    pub clients: u8,
}

impl State {
    fn send(&mut self, from: u8, out: Outbox) {
        for (to, message) in out {
            *self.network.entry(Envelope { from, to, message }).or_insert(0) += 1;
        }
    }

    fn take(&mut self, envelope: &Envelope) {
        let copies = self.network.get_mut(envelope).expect("only what is in flight is delivered");
        *copies -= 1;
        if *copies == 0 {
            self.network.remove(envelope);
        }
    }
}

impl Model for PaxosRegister {
    type State = State;
    type Action = Deliver;

    fn init_states(&self) -> Vec<State> {
        let mut state = State {
            servers: vec![Server::default(); usize::from(SERVERS)],
            clients: vec![Client::Putting; usize::from(self.clients)],
            network: BTreeMap::new(),
        };
        for client in SERVERS..SERVERS + self.clients {
            state.send(client, vec![(client % SERVERS, Message::Put)]);
        }
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Deliver>) {
        actions.extend(state.network.keys().copied().map(Deliver));
    }

    fn next_state(&self, before: &State, Deliver(envelope): Deliver) -> Option<State> {
        let Envelope { from, to, message } = envelope;
        if to < SERVERS {
            let mut out = Outbox::new();
            let server = before.servers[usize::from(to)].receive(to, from, message, &mut out)?;
            let mut state = before.clone();
            state.servers[usize::from(to)] = server;
            state.take(&envelope);
            state.send(to, out);
            return Some(state);
        }
        let index = usize::from(to - SERVERS);
        let (client, out) = match (&before.clients[index], message) {
            (Client::Putting, Message::PutOk) => {
                let after = before.clients.iter().enumerate();
                let after = after.map(|(other, c)| if other == index { 0 } else { c.completed() });
                (Client::Getting { after: after.collect() }, vec![((to + 1) % SERVERS, Message::Get)])
            }
            (Client::Getting { after }, Message::GetOk(read)) => {
                (Client::Done { after: after.clone(), read }, Vec::new())
            }
            _ => return None,
        };
        let mut state = before.clone();
        state.clients[index] = client;
        state.take(&envelope);
        state.send(to, out);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("PR-1", |_, state| linearizable(state)),
            Property::sometimes("PR-2", |_, state| a_value_is_read(state)),
        ]
    }
}

impl Spec for PaxosRegister {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("serve"), Kind("phase 1"), Kind("phase 2"), Kind("decide"), Kind("answer")]
    }

    fn kind(&self, Deliver(envelope): &Deliver) -> Kind {
        Kind(match envelope.message {
            Message::Put | Message::Get => "serve",
            Message::Prepare(_) | Message::Prepared(..) => "phase 1",
            Message::Accept(..) | Message::Accepted(_) => "phase 2",
            Message::Decided(..) => "decide",
            Message::PutOk | Message::GetOk(_) => "answer",
        })
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("PR-1", "the register is linearizable", |_, state| linearizable(state));
        claims.sometimes("PR-2", "a value that was written is about to be read", |_, s| a_value_is_read(s));
    }
}

fn a_value_is_read(state: &State) -> bool {
    state.network.keys().any(|envelope| matches!(envelope.message, Message::GetOk(_)))
}

/// Is there an order of the operations in which every read returns the last write before it, a client's read comes
/// after its write, and after whatever was complete when it began? Every write began at the very start.
fn linearizable(state: &State) -> bool {
    let reads = state.clients.iter().any(|client| matches!(client, Client::Done { .. }));
    !reads || in_some_order(&state.clients, &mut vec![0; state.clients.len()], None)
}

/// `done` says how many operations of each client already have their place; `last` is the client written last.
fn in_some_order(clients: &[Client], done: &mut [u8], last: Option<usize>) -> bool {
    if clients.iter().zip(&*done).all(|(client, done)| *done >= client.completed()) {
        return true;
    }
    for index in 0..clients.len() {
        let last = match (&clients[index], done[index]) {
            (_, 0) => Some(index),
            (Client::Done { after, read }, 1) => {
                let seen = usize::from(*read - SERVERS);
                if last != Some(seen) || after.iter().zip(&*done).any(|(after, done)| done < after) {
                    continue;
                }
                last
            }
            _ => continue,
        };
        done[index] += 1;
        let works = in_some_order(clients, done, last);
        done[index] -= 1;
        if works {
            return true;
        }
    }
    false
}
