//! The core below the least layer that makes use of snapshots.

use quorate::world::Scope;
use quorate_core::paxos::TimerKind;
use quorate_kills::{
    paxos::{
        history::{Executed, History},
        keeper::Keeper,
        refining::{Refining, refining},
        scopes,
    },
    search,
};
use std::process::ExitCode;

type Keeping = Keeper;

fn main() -> ExitCode {
    search::main(&[("late-offer", || checked(late_offer()))])
}

fn checked(scope: Scope<Keeping, History<Executed>>) -> (String, Refining<Keeping, Executed>) {
    (scope.to_string(), refining(scope))
}

/// One leader, who compacts the first of two slots and tells what is chosen: an offered snapshot may arrive at somebody
/// who has learned more since, or who has voted above it.
fn late_offer() -> Scope<Keeping, History<Executed>> {
    let mut scope: Scope<Keeping, History<Executed>> = scopes::snapshot();
    scope.name = "late-offer";
    scope.config.commit_messages = true;
    scope.timers.insert(TimerKind::Election, 1);
    scope
}
