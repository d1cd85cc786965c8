//! How a step looks: one arrow per message. Ballots have numbers and slots count from 0, as in the state.

mod execution;

use quorate_spec::{Actor, Picture, Said};

use super::action::Action;
use super::state::{Acceptor, Ballot, Incarnation, Replica, Slot, State, Value};
use super::{Log, kind};

/// The lanes: whoever may start a ballot, the acceptors, each with its replica, the observers, the learners.
pub(super) fn actors(model: &Log) -> Vec<Actor> {
    let proposers = (1..=model.proposers).map(|number| Actor::new(format!("p{number}"), "proposer", number));
    let acceptors = (1..=model.acceptors).map(|number| Actor::new(format!("a{number}"), "acceptor", number));
    let learners = (1..=model.learners).map(|number| Actor::new(format!("l{number}"), "learner", number));
    let observers = (1..=model.observers).map(|number| Actor::new(format!("o{number}"), "observer", number));
    proposers.chain(acceptors).chain(observers).chain(learners).collect()
}

/// The step from `before` over `action` to `after`.
pub(super) fn picture(model: &Log, before: &State, action: &Action, after: &State) -> Picture {
    let mut picture = Picture { kind: kind(action).to_string(), ..Picture::default() };
    let acceptors = || after.acceptors().map(acceptor_id);
    match *action {
        Action::Submit { command } => picture.label = format!("a client submits command {command}"),
        Action::Prepare { ballot, owner } => {
            let prepare = |to| said("Prepare", ballot, "", proposer_id(owner), to);
            picture.actor = Some(proposer_id(owner));
            picture.label = format!("proposer {} starts ballot {}", owner.0, ballot.0);
            picture.sends = acceptors().map(prepare).collect();
        }
        Action::Promise { acceptor, ballot } => {
            let (own, owner) = (acceptor_id(acceptor), owner(before, ballot));
            picture.label = format!("acceptor {} promises ballot {}", acceptor.0 + 1, ballot.0);
            picture.receives = Some(said("Prepare", ballot, "", owner.clone(), own.clone()));
            if after.disks.is_empty() {
                picture.sends = vec![said("Promise", ballot, "", own.clone(), owner)];
            }
            picture.actor = Some(own);
        }
        Action::Propose { ballot, slot, value } => {
            let owner = owner(before, ballot);
            let what = in_slot(slot, value);
            picture.label = format!("ballot {} proposes {what}", ballot.0);
            picture.sends = acceptors().map(|to| said("Propose", ballot, &what, owner.clone(), to)).collect();
            picture.actor = Some(owner);
        }
        Action::Accept { acceptor, ballot, slot } => {
            let own = acceptor_id(acceptor);
            let what =
                before.proposed.get(&(ballot, slot)).map_or(String::new(), |value| in_slot(slot, *value));
            // Where disks are slower than memory, a vote is told by a step of its own.
            let learners = if after.disks.is_empty() { after.learned.len() } else { 0 };
            picture.label = format!("acceptor {} votes for {what} at ballot {}", acceptor.0 + 1, ballot.0);
            picture.receives = Some(said("Propose", ballot, &what, owner(before, ballot), own.clone()));
            picture.sends = (1..=learners)
                .map(|to| said("Accept", ballot, &what, own.clone(), format!("l{to}")))
                .collect();
            picture.actor = Some(own);
        }
        Action::Learn { learner, slot, value } => {
            picture.actor = Some(format!("l{}", learner.0 + 1));
            picture.label = format!("learner {} learns {}", learner.0 + 1, in_slot(slot, value));
        }
        _ => execution::picture(model, before, *action, after, &mut picture),
    }
    picture
}

fn said(kind: &str, ballot: Ballot, what: &str, from: String, to: String) -> Said {
    let label =
        if what.is_empty() { format!("{kind} {}", ballot.0) } else { format!("{kind} {}: {what}", ballot.0) };
    Said { key: format!("{label} {from} {to}"), kind: kind.to_owned(), label, from, to }
}

fn in_slot(slot: Slot, value: Value) -> String {
    match value {
        Value::Noop => format!("no-op in slot {}", slot.0),
        Value::Command(command) => format!("command {command} in slot {}", slot.0),
    }
}

fn owner(state: &State, ballot: Ballot) -> String {
    state.owner.get(&ballot).map_or_else(String::new, |owner| proposer_id(*owner))
}

fn proposer_id(owner: Incarnation) -> String {
    format!("p{}", owner.0)
}

fn acceptor_id(acceptor: Acceptor) -> String {
    format!("a{}", acceptor.0 + 1)
}

/// A replica is drawn with its acceptor; an observer has none.
fn replica_id(model: &Log, replica: Replica) -> String {
    match replica.0.checked_sub(model.acceptors) {
        None => acceptor_id(Acceptor(replica.0)),
        Some(observer) => format!("o{}", observer + 1),
    }
}
