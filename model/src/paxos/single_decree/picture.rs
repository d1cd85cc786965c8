//! How a step looks: one arrow per message. People count proposers and acceptors from 1; ballots have their numbers.

use quorate_spec::{Actor, Picture, Said};

use super::Paxos;
use super::action::Action;
use super::state::{Acceptor, Message, Proposer, State};

/// The lanes: proposers, acceptors, and one learner for all.
pub(super) fn actors(model: &Paxos) -> Vec<Actor> {
    let proposers = (1..=model.proposers).map(|number| Actor::new(format!("p{number}"), "proposer", number));
    let acceptors = (1..=model.acceptors).map(|number| Actor::new(format!("a{number}"), "acceptor", number));
    let learner = Actor { id: "l".to_owned(), name: "learner".to_owned(), role: "learner".to_owned() };
    proposers.chain(acceptors).chain([learner]).collect()
}

/// The step from `before` over `action` to `after`.
pub(super) fn picture(before: &State, action: &Action, after: &State) -> Picture {
    let new = after.messages.difference(&before.messages);
    let sends: Vec<Said> = new.flat_map(|message| copies(message, after)).collect();
    let kind = super::kind(action).to_string();
    let told = sends.first().map_or("nothing new", |said| said.label.as_str()).to_owned();
    let received =
        |message: &Message, by: Acceptor| copies(message, after).find(|copy| copy.to == acceptor_id(by));
    let (actor, label, receives) = match *action {
        Action::Prepare { proposer, .. } => (
            proposer_id(proposer),
            format!("proposer {} sends {told} to all acceptors", proposer.0 + 1),
            None,
        ),
        Action::Promise { acceptor, ballot, proposer } => {
            let label = format!("acceptor {} answers {told}", acceptor.0 + 1);
            (acceptor_id(acceptor), label, received(&Message::Prepare { ballot, proposer }, acceptor))
        }
        Action::Propose { proposer, .. } => {
            let label = format!("proposer {} has a quorum of promises and sends {told}", proposer.0 + 1);
            (proposer_id(proposer), label, None)
        }
        Action::Accept { acceptor, proposer, vote } => {
            let label = format!("acceptor {} votes: {told}", acceptor.0 + 1);
            (acceptor_id(acceptor), label, received(&Message::Propose { proposer, vote }, acceptor))
        }
        Action::Restart { acceptor } => {
            (acceptor_id(acceptor), format!("acceptor {} crashes and restarts", acceptor.0 + 1), None)
        }
    };
    let fault = matches!(action, Action::Restart { .. }).then(|| "restart".to_owned());
    Picture { actor: Some(actor), kind, label, receives, sends, fault, ..Picture::default() }
}

/// The copies of a message, one for each that it is for.
fn copies(message: &Message, state: &State) -> impl Iterator<Item = Said> + use<> {
    let (kind, label, from, to) = match *message {
        Message::Prepare { ballot, proposer } => {
            ("Prepare", format!("Prepare {}", ballot.0), proposer_id(proposer), all_acceptors(state))
        }
        Message::Promise { acceptor, ballot, proposer, reported } => {
            let report = reported
                .map_or("no vote".to_owned(), |vote| format!("{} at {}", vote.value.0, vote.ballot.0));
            let label = format!("Promise {} ({report})", ballot.0);
            ("Promise", label, acceptor_id(acceptor), vec![proposer_id(proposer)])
        }
        Message::Propose { proposer, vote } => {
            let label = format!("Propose {} at {}", vote.value.0, vote.ballot.0);
            ("Propose", label, proposer_id(proposer), all_acceptors(state))
        }
        Message::Accept { acceptor, vote } => {
            let label = format!("Accept {} at {}", vote.value.0, vote.ballot.0);
            ("Accept", label, acceptor_id(acceptor), vec!["l".to_owned()])
        }
    };
    to.into_iter().map(move |to| Said {
        key: format!("{label} {from} {to}"),
        kind: kind.to_owned(),
        label: label.clone(),
        from: from.clone(),
        to,
    })
}

fn all_acceptors(state: &State) -> Vec<String> {
    state.acceptors().map(acceptor_id).collect()
}

fn proposer_id(proposer: Proposer) -> String {
    format!("p{}", proposer.0 + 1)
}

fn acceptor_id(acceptor: Acceptor) -> String {
    format!("a{}", acceptor.0 + 1)
}
