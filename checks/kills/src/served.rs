//! The server, and what its clients may believe.

use quorate::world::Scope;
use quorate_core::paxos::{TimerKind, server::Server};
use quorate_kills::{
    paxos::served::{Ledger, Served, Told, scopes},
    search,
};
use std::process::ExitCode;

type Serving = Server<Ledger>;

fn main() -> ExitCode {
    search::main(&[
        ("capture", || checked(capture())),
        ("restore", || checked(restore())),
        ("sessions", || checked(scopes::sessions().0)),
    ])
}

fn checked(scope: Scope<Serving, Told>) -> (String, Served<Serving>) {
    // Small enough as they are.
    let scope = Scope { reduced: false, ..scope };
    (scope.to_string(), scopes::served(scope))
}

/// One leader and one command, after which a snapshot is captured.
fn capture() -> Scope<Serving, Told> {
    let (mut scope, _): (Scope<Serving, Told>, _) = scopes::retry();
    scope.name = "capture";
    scope.config.compact_every = 1;
    scope.timers = [(TimerKind::Election, 1), (TimerKind::Capture, 2)].into();
    scope.clients = scope.clients.map(|(_, ask)| (1, ask));
    scope
}

/// As `capture`, and a follower that missed the command installs the snapshot.
fn restore() -> Scope<Serving, Told> {
    let mut scope = Scope { name: "restore", ..capture() };
    scope.config.log.commit_messages = true;
    scope
}
