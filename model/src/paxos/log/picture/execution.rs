//! How a step looks that agreement alone does not need.

use super::{acceptor_id, in_slot, owner, replica_id, said};
use crate::paxos::log::Log;
use crate::paxos::log::action::Action;
use crate::paxos::log::state::{Acceptor, Ballot, Replica, Slot, State};
use quorate_spec::{Picture, Said};

/// Completes the picture of the step from `before` over `action` to `after`.
pub(super) fn picture(model: &Log, before: &State, action: Action, after: &State, picture: &mut Picture) {
    match action {
        Action::Sync { acceptor } => at_acceptor(picture, acceptor, "has synced its disk"),
        Action::Tell { acceptor } => {
            at_acceptor(picture, acceptor, "tells of its promises and votes");
            picture.sends = told(before, acceptor, after);
        }
        Action::Restart { replica } => {
            at_replica(picture, model, replica, "crashes and restarts");
            picture.fault = Some("restart".to_owned());
        }
        Action::Decide { ballot, slot } => decide(model, before, ballot, slot, picture),
        Action::Execute { replica, slot } => {
            at_replica(picture, model, replica, &format!("executes {}", decided(before, slot)));
            let ballot = before.decided.get(&slot).map_or(Ballot::NONE, |decision| decision.ballot);
            let from = owner(before, ballot);
            let to = replica_id(model, replica);
            picture.receives = Some(said("Decide", ballot, &decided(before, slot), from, to));
        }
        Action::Answer { replica, slot } => {
            let what = format!("answers the client of {}", decided(before, slot));
            at_replica(picture, model, replica, &what);
        }
        Action::Capture { replica } => at_replica(picture, model, replica, "takes a snapshot"),
        Action::Install { replica, upto } => {
            at_replica(picture, model, replica, &format!("installs the snapshot up to slot {}", upto.0));
        }
        Action::Compact { replica, upto } => {
            at_replica(picture, model, replica, &format!("forgets its votes below slot {}", upto.0));
        }
        Action::ReadIndex { read, ballot, index } => {
            picture.label = format!("ballot {} begins read {read}, index {}", ballot.0, index.0);
            let probe = |to| said("Probe", ballot, &format!("read {read}"), owner(before, ballot), to);
            picture.sends = before.acceptors().map(acceptor_id).map(probe).collect();
            picture.actor = Some(owner(before, ballot));
        }
        Action::Confirm { read, acceptor } => confirm(before, read, acceptor, picture),
        Action::Read { read, replica } => {
            at_replica(picture, model, replica, &format!("answers read {read}"));
        }
        // Drawn where agreement is.
        Action::Submit { .. }
        | Action::Prepare { .. }
        | Action::Promise { .. }
        | Action::Propose { .. }
        | Action::Accept { .. }
        | Action::Learn { .. } => {}
    }
}

fn at_acceptor(picture: &mut Picture, acceptor: Acceptor, what: &str) {
    picture.actor = Some(acceptor_id(acceptor));
    picture.label = format!("acceptor {} {what}", acceptor.0 + 1);
}

fn at_replica(picture: &mut Picture, model: &Log, replica: Replica, what: &str) {
    picture.actor = Some(replica_id(model, replica));
    picture.label = match replica.0.checked_sub(model.acceptors) {
        None => format!("replica {} {what}", replica.0 + 1),
        Some(observer) => format!("observer {} {what}", observer + 1),
    };
}

/// What `acceptor` tells that it had not told before.
fn told(before: &State, acceptor: Acceptor, after: &State) -> Vec<Said> {
    let (Some(earlier), Some(now)) = (before.disk(acceptor), after.disk(acceptor)) else { return Vec::new() };
    let own = acceptor_id(acceptor);
    let promised = now.told.promised;
    let promise = (promised > earlier.told.promised)
        .then(|| said("Promise", promised, "", own.clone(), owner(before, promised)));
    let votes = now.told.votes.difference(&earlier.told.votes).flat_map(|(slot, ballot)| {
        let what =
            before.proposed.get(&(*ballot, *slot)).map_or_else(String::new, |value| in_slot(*slot, *value));
        let own = own.clone();
        let learners = 1..=before.learned.len();
        learners.map(move |to| said("Accept", *ballot, &what, own.clone(), format!("l{to}")))
    });
    promise.into_iter().chain(votes).collect()
}

fn decided(state: &State, slot: Slot) -> String {
    state.decided.get(&slot).map_or_else(String::new, |decision| in_slot(slot, decision.value))
}

fn decide(model: &Log, before: &State, ballot: Ballot, slot: Slot, picture: &mut Picture) {
    let what = before.proposed.get(&(ballot, slot)).map_or_else(String::new, |value| in_slot(slot, *value));
    picture.label = format!("ballot {} decides {what}", ballot.0);
    let tell = |to: &Replica| said("Decide", ballot, &what, owner(before, ballot), replica_id(model, *to));
    picture.sends = before.replicas.keys().map(tell).collect();
    picture.actor = Some(owner(before, ballot));
}

fn confirm(before: &State, read: u8, acceptor: Acceptor, picture: &mut Picture) {
    let Some(begun) = before.reads.get(&read) else { return };
    let (leader, own) = (owner(before, begun.ballot), acceptor_id(acceptor));
    let what = format!("read {read}");
    at_acceptor(picture, acceptor, &format!("confirms ballot {} for read {read}", begun.ballot.0));
    picture.receives = Some(said("Probe", begun.ballot, &what, leader.clone(), own.clone()));
    picture.sends = vec![said("Confirm", begun.ballot, &what, own, leader)];
}
