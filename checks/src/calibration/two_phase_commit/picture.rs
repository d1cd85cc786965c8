//! How a run looks: the transaction manager's lane and one for each resource manager, and the messages between them.

use super::model::{Action, Messages, State, TwoPhaseCommit, kind};
use quorate_spec::{Actor, Picture, Said};

/// The transaction manager's lane.
const TM: &str = "tm";

fn rm_id(rm: usize) -> String {
    format!("rm{rm}")
}

pub(super) fn actors(model: &TwoPhaseCommit) -> Vec<Actor> {
    let name = "transaction manager".to_owned();
    let tm = Actor { id: TM.to_owned(), role: name.clone(), name };
    let managers = (0..model.managers).map(|rm| Actor::new(rm_id(rm), "resource manager", rm));
    std::iter::once(tm).chain(managers).collect()
}

pub(super) fn picture(before: &State, action: &Action, after: &State) -> Picture {
    let (actor, does) = match action {
        Action::TmCommit => (None, "decides to commit"),
        Action::TmAbort => (None, "decides to abort"),
        Action::TmReceivePrepared(rm) => (None, heard(before, *rm)),
        Action::RmPrepare(rm) => (Some(*rm), "prepares"),
        Action::RmChooseToAbort(rm) => (Some(*rm), "aborts of its own accord"),
        Action::RmReceiveCommit(rm) => (Some(*rm), "receives Commit"),
        Action::RmReceiveAbort(rm) => (Some(*rm), "receives Abort"),
    };
    let name = actor.map_or("transaction manager".to_owned(), |rm| format!("resource manager {rm}"));
    let receives = match action {
        Action::TmReceivePrepared(rm) => Some(said(Messages::Prepared(*rm), *rm)),
        Action::RmReceiveCommit(rm) => Some(said(Messages::Commit, *rm)),
        Action::RmReceiveAbort(rm) => Some(said(Messages::Abort, *rm)),
        _ => None,
    };
    Picture {
        actor: Some(actor.map_or(TM.to_owned(), rm_id)),
        kind: kind(action).to_string(),
        label: match action {
            Action::TmReceivePrepared(rm) => format!("{name} {does} Prepared from resource manager {rm}"),
            _ => format!("{name} {does}"),
        },
        receives,
        sends: sent(before, after),
        ..Picture::default()
    }
}

fn heard(before: &State, rm: usize) -> &'static str {
    if before.tm_prepared[rm] { "receives again" } else { "receives" }
}

/// The messages that the step adds, one for each receiver.
fn sent(before: &State, after: &State) -> Vec<Said> {
    let copies = |message: &Messages| match *message {
        Messages::Prepared(rm) => vec![said(*message, rm)],
        Messages::Commit | Messages::Abort => (0..after.rms.len()).map(|rm| said(*message, rm)).collect(),
    };
    after.messages.difference(&before.messages).flat_map(copies).collect()
}

/// The message between the transaction manager and resource manager `rm`.
fn said(message: Messages, rm: usize) -> Said {
    let (word, from, to) = match message {
        Messages::Prepared(_) => ("Prepared", rm_id(rm), TM.to_owned()),
        Messages::Commit => ("Commit", TM.to_owned(), rm_id(rm)),
        Messages::Abort => ("Abort", TM.to_owned(), rm_id(rm)),
    };
    Said { key: format!("{word} {rm}"), kind: word.to_owned(), label: word.to_owned(), from, to }
}
