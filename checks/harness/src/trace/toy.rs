//! A lock server that forgets its owner in a crash: a model small enough to know every run of it by heart.

use quorate_spec::{Actor, Claims, Kind, Picture, Said, Spec};
use serde::{Deserialize, Serialize};
use stateright::Model;
use std::collections::{BTreeMap, BTreeSet};

/// The server, with its planted defect or without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Toy {
    /// Does the server remember its owner when it restarts?
    pub(crate) durable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct State {
    owner: Option<u8>,
    #[serde(with = "quorate_spec::set")]
    asked: BTreeSet<u8>,
    grants: BTreeMap<u8, u32>,
    holds: Vec<bool>,
    crashes: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Action {
    Ask(u8),
    Grant { client: u8 },
    Deliver { client: u8 },
    Lose { client: u8 },
    Crash,
}

impl Model for Toy {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            owner: None,
            asked: BTreeSet::new(),
            grants: BTreeMap::new(),
            holds: vec![false; 2],
            crashes: 1,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend((0..2).filter(|c| !state.asked.contains(c)).map(Action::Ask));
        if state.owner.is_none() {
            actions.extend(state.asked.iter().map(|&client| Action::Grant { client }));
        }
        for &client in state.grants.keys() {
            actions.extend([Action::Deliver { client }, Action::Lose { client }]);
        }
        if state.crashes > 0 {
            actions.push(Action::Crash);
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Ask(client) => drop(next.asked.insert(client)),
            Action::Grant { client } => {
                next.owner = Some(client);
                next.grants.insert(client, 1 + u32::from(state.crashes));
            }
            Action::Deliver { client } => {
                next.grants.remove(&client)?;
                *next.holds.get_mut(usize::from(client))? = true;
            }
            Action::Lose { client } => drop(next.grants.remove(&client)?),
            Action::Crash => {
                next.crashes -= 1;
                if !self.durable {
                    next.owner = None;
                }
            }
        }
        Some(next)
    }
}

fn said(client: u8) -> Said {
    Said {
        key: format!("grant {client}"),
        kind: "Grant".to_owned(),
        label: format!("Grant {client}"),
        from: "s".to_owned(),
        to: format!("c{client}"),
    }
}

impl Spec for Toy {
    fn kinds(&self) -> Vec<Kind> {
        ["ask", "grant", "deliver", "lose", "crash"].map(Kind).to_vec()
    }

    fn kind(&self, action: &Action) -> Kind {
        Kind(match action {
            Action::Ask(_) => "ask",
            Action::Grant { .. } => "grant",
            Action::Deliver { .. } => "deliver",
            Action::Lose { .. } => "lose",
            Action::Crash => "crash",
        })
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims
            .always("T-S1", "at most one client holds the lock", |_, s| {
                s.holds.iter().filter(|h| **h).count() < 2
            })
            .always_step("T-S2", "nobody stops asking", |_, before, _, after| {
                before.asked.is_subset(&after.asked)
            })
            .at_end("T-S3", "everybody has asked", |_, s| s.asked.len() == 2)
            .sometimes("T-R1", "a client holds the lock", |_, s| s.holds.contains(&true));
    }

    fn actors(&self, _: &State) -> Vec<Actor> {
        vec![Actor::new("s", "server", 1), Actor::new("c0", "client", 0), Actor::new("c1", "client", 1)]
    }

    fn picture(&self, _: &State, action: &Action, _: &State) -> Picture {
        let kind = self.kind(action).to_string();
        let on =
            |actor: String, label: String| Picture { actor: Some(actor), kind, label, ..Picture::default() };
        match action {
            Action::Ask(client) => on(format!("c{client}"), format!("client {client} asks")),
            Action::Grant { client } => Picture {
                sends: vec![said(*client)],
                ..on("s".to_owned(), format!("the server grants to client {client}"))
            },
            Action::Deliver { client } => Picture {
                receives: Some(said(*client)),
                ..on(format!("c{client}"), format!("client {client} receives Grant"))
            },
            Action::Lose { client } => Picture {
                drops: vec![said(*client)],
                ..on("s".to_owned(), format!("Grant to client {client} is lost"))
            },
            Action::Crash => Picture {
                fault: Some("crash".to_owned()),
                ..on("s".to_owned(), "the server crashes".to_owned())
            },
        }
    }
}

/// The run that takes `actions` from the initial state.
pub(crate) fn run(model: &Toy, actions: &[Action]) -> crate::verdict::Run<Toy> {
    let init = model.init_states().remove(0);
    let mut steps: Vec<(Action, State)> = Vec::new();
    for action in actions {
        let now = steps.last().map_or(&init, |(_, state)| state);
        let next = model.next_state(now, action.clone()).expect("the run is possible");
        steps.push((action.clone(), next));
    }
    crate::verdict::Run { init, steps }
}

/// The shortest run in which both clients hold the lock.
pub(crate) fn broken() -> Vec<Action> {
    let (first, second) = (Action::Grant { client: 0 }, Action::Grant { client: 1 });
    let arrive = |client| Action::Deliver { client };
    vec![Action::Ask(0), Action::Ask(1), first, arrive(0), Action::Crash, second, arrive(1)]
}
