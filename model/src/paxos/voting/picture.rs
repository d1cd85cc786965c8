//! How a step looks: nobody sends messages, so every step is on one lane.

use quorate_spec::{Actor, Picture};

use super::action::Action;
use super::kind;
use super::state::{Acceptor, State};

/// The lanes: the acceptors.
pub(super) fn actors() -> Vec<Actor> {
    State::acceptors().map(|acceptor| Actor::new(id(acceptor), "acceptor", acceptor.0 + 1)).collect()
}

/// The step that takes `action`.
pub(super) fn picture(action: &Action) -> Picture {
    let (acceptor, label) = match action {
        Action::IncreaseMaxBal { acceptor, ballot } => {
            (acceptor, format!("acceptor {} gives up voting below ballot {}", acceptor.0 + 1, ballot.0))
        }
        Action::VoteFor { acceptor, ballot, value } => {
            (acceptor, format!("acceptor {} votes for {} at ballot {}", acceptor.0 + 1, value.0, ballot.0))
        }
    };
    Picture { actor: Some(id(*acceptor)), kind: kind(action).to_string(), label, ..Picture::default() }
}

fn id(acceptor: Acceptor) -> String {
    format!("a{}", acceptor.0 + 1)
}
