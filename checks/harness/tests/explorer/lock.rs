//! A small model to look at: two clients ask one server for a lock. The careless server grants it twice.

use quorate::explorer::{Ask, Desk, Library};
use quorate::registry::{Context, Registry, Search};
use quorate::trace::Form;
use quorate_spec::{Actor, Claims, Kind, Picture, Said, Spec};
use serde::{Deserialize, Serialize};
use stateright::Model;
use std::path::Path;
use std::sync::Mutex;

/// Where a client stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Phase {
    Idle,
    Asking,
    Granted,
    Holding,
}

/// What can happen, to client 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    Ask(usize),
    Grant(usize),
    Take(usize),
    Release(usize),
}

/// The lock; `careless` grants to whoever asks.
pub(crate) struct Lock {
    pub(crate) careless: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) clients: [Phase; 2],
}

impl Model for Lock {
    type State = State;
    type Action = Act;

    fn init_states(&self) -> Vec<State> {
        vec![State { clients: [Phase::Idle; 2] }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Act>) {
        let free = state.clients.iter().all(|phase| matches!(phase, Phase::Idle | Phase::Asking));
        for client in 0..2 {
            match state.clients[client] {
                Phase::Idle => actions.push(Act::Ask(client)),
                Phase::Asking if free || self.careless => actions.push(Act::Grant(client)),
                Phase::Asking => {}
                Phase::Granted => actions.push(Act::Take(client)),
                Phase::Holding => actions.push(Act::Release(client)),
            }
        }
    }

    fn next_state(&self, state: &State, action: Act) -> Option<State> {
        let mut next = state.clone();
        let (client, phase) = match action {
            Act::Ask(client) => (client, Phase::Asking),
            Act::Grant(client) => (client, Phase::Granted),
            Act::Take(client) => (client, Phase::Holding),
            Act::Release(client) => (client, Phase::Idle),
        };
        next.clients[client] = phase;
        Some(next)
    }
}

fn exclusive(_: &Lock, state: &State) -> bool {
    state.clients != [Phase::Holding; 2]
}

fn held(_: &Lock, state: &State) -> bool {
    state.clients.contains(&Phase::Holding)
}

impl Spec for Lock {
    fn kinds(&self) -> Vec<Kind> {
        ["ask", "grant", "take", "release"].map(Kind).to_vec()
    }

    fn kind(&self, action: &Act) -> Kind {
        Kind(match action {
            Act::Ask(_) => "ask",
            Act::Grant(_) => "grant",
            Act::Take(_) => "take",
            Act::Release(_) => "release",
        })
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("L1", "at most one client holds the lock", exclusive);
        claims.sometimes("L2", "a client holds the lock", held);
    }

    fn actors(&self, _: &State) -> Vec<Actor> {
        let client = |number: usize| Actor::new(format!("c{number}"), "client", number + 1);
        vec![client(0), Actor::new("s", "server", 1), client(1)]
    }

    fn picture(&self, _: &State, action: &Act, _: &State) -> Picture {
        let said = |kind: &str, from: &str, to: &str, client: usize| Said {
            key: format!("{kind}{client}"),
            kind: kind.to_owned(),
            label: kind.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        };
        let name = |client: usize| format!("c{client}");
        let kind = self.kind(action).to_string();
        match *action {
            Act::Ask(client) => Picture {
                actor: Some(name(client)),
                label: format!("client {} asks", client + 1),
                sends: vec![said("Request", &name(client), "s", client)],
                kind,
                ..Picture::default()
            },
            Act::Grant(client) => Picture {
                actor: Some("s".to_owned()),
                label: format!("server 1 grants the lock to client {}", client + 1),
                receives: Some(said("Request", &name(client), "s", client)),
                sends: vec![said("Grant", "s", &name(client), client)],
                kind,
                ..Picture::default()
            },
            Act::Take(client) => Picture {
                actor: Some(name(client)),
                label: format!("client {} takes the lock", client + 1),
                receives: Some(said("Grant", "s", &name(client), client)),
                kind,
                ..Picture::default()
            },
            Act::Release(client) => Picture {
                actor: Some(name(client)),
                label: format!("client {} releases the lock", client + 1),
                kind,
                ..Picture::default()
            },
        }
    }
}

/// Both locks, and what is expected of them.
pub(crate) fn registry() -> Registry {
    let mut registry = Registry::new("toy", "Two locks.");
    registry.protocol("lock", "one lock, two clients");
    registry.add(
        Search::new("lock", "careful", Lock { careless: false }, Form::serde())
            .scope("two", "two clients")
            .reached("L2", 3),
    );
    registry.add(
        Search::new("lock", "careless", Lock { careless: true }, Form::serde())
            .kind("planted")
            .scope("two", "two clients")
            .violated("L1", 6)
            .reached("L2", 3),
    );
    registry
}

/// Runs every check, with its traces in `folder`.
pub(crate) fn check_all(registry: &Registry, folder: &Path) {
    let context = Context { traces: Some(folder.to_owned()), ..Context::default() };
    for check in registry.checks() {
        check.run(&context, &registry.stem(check));
    }
}

/// A desk over the traces of `folder`.
pub(crate) fn desk<'r>(registry: &'r Registry, folder: &Path) -> Desk<'r> {
    Desk { registry, library: Mutex::new(Library::new(folder)), report: None }
}

/// A request as the page itself makes it.
pub(crate) fn ask(url: &str) -> Ask {
    Ask { url: url.to_owned(), host: format!("127.0.0.1:{PORT}"), ..Ask::default() }
}

/// A `POST` as the page itself makes it.
pub(crate) fn post(url: &str, body: &str) -> Ask {
    Ask { post: true, board: true, body: body.to_owned(), ..ask(url) }
}

/// The port that the requests name.
pub(crate) const PORT: u16 = 7777;
