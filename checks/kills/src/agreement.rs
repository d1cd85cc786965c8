//! The core alone, and that it refines Paxos over slots.

use quorate::world::Scope;
use quorate_core::paxos::{Slot, TimerKind};
use quorate_kills::paxos::{
    history::History,
    machine::Core,
    refining::{Refining, refining},
    scopes,
};
use quorate_kills::search;
use std::process::ExitCode;

fn main() -> ExitCode {
    search::main(&[
        ("duel-of-2", || checked(campaigns(scopes::duel(), 2))),
        // At rest is what PX-L2 asks about, and that takes every message.
        ("duel-of-2-whole", || checked(Scope { reduced: false, ..campaigns(scopes::duel(), 2) })),
        ("duel", || checked(scopes::duel())),
        ("crash-of-1", || checked(Scope { foretold: false, ..campaigns(scopes::crash(), 1) })),
        ("restart", || checked(restart())),
        ("three-commands", || checked(scopes::three_commands())),
        ("merged", || checked(merged())),
        ("parts", || checked(scopes::parts())),
        ("lessons", || checked(scopes::lessons())),
        ("lost-disk", || checked(scopes::lost_disk())),
        ("lost-record", || checked(scopes::lost_record())),
    ])
}

fn checked(scope: Scope<Core, History>) -> (String, Refining<Core>) {
    (scope.to_string(), refining(scope))
}

fn campaigns(mut scope: Scope<Core, History>, count: u8) -> Scope<Core, History> {
    scope.timers.insert(TimerKind::Election, count);
    scope
}

/// Two slots in flight, and room for a third, which nobody who lines reports up with their slots ever proposes.
fn merged() -> Scope<Core, History> {
    Scope {
        name: "merged",
        bound: Some(("3 slots", |world| world.ghost().proposed.keys().all(|(_, slot)| *slot < Slot(3)))),
        ..scopes::holes()
    }
}

/// Two campaigns, one command, and a crash at any time: a replica may campaign in both of its lives.
fn restart() -> Scope<Core, History> {
    let mut scope = Scope { name: "restart", foretold: false, ..campaigns(scopes::crash(), 2) };
    scope.requests.truncate(1);
    scope
}
