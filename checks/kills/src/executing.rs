//! The core with what its replicas execute, and each mechanism beside agreement.

use quorate::world::Scope;
use quorate_core::paxos::TimerKind;
use quorate_kills::{
    paxos::{
        history::{Executed, History},
        machine::Core,
        refining::{Refining, refining},
        scopes,
    },
    search,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    search::main(&[
        ("reads", || checked(scopes::reads())),
        ("rounds", || checked(scopes::rounds())),
        ("heartbeats", || checked(scopes::heartbeats())),
        ("transfer", || checked(scopes::transfer())),
        ("busy-transfer", || checked(scopes::busy_transfer())),
        ("quorum-check", || checked(scopes::quorum_check())),
        ("one-way-links", || checked(scopes::one_way_links())),
        ("led-twice", || checked(led_twice())),
        ("flow", || checked(scopes::flow())),
        ("pre-vote-of-2", || checked(campaigns(scopes::pre_vote(), 2))),
        ("pre-vote", || checked(scopes::pre_vote())),
    ])
}

fn checked(scope: Scope<Core, History<Executed>>) -> (String, Refining<Core, Executed>) {
    (scope.to_string(), refining(scope))
}

/// Nobody asks for anything, and there is time to lead, to step down unheard, and to lead again.
fn led_twice() -> Scope<Core, History<Executed>> {
    let mut scope = Scope { name: "led-twice", ..campaigns(scopes::quorum_check(), 3) };
    scope.timers.remove(&TimerKind::Heartbeat);
    scope.requests.clear();
    scope
}

fn campaigns(mut scope: Scope<Core, History<Executed>>, count: u8) -> Scope<Core, History<Executed>> {
    scope.timers.insert(TimerKind::Election, count);
    scope
}
