//! The core below a layer whose snapshots have more than one chunk.

use quorate::world::Scope;
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

type Keeping = Keeper<quorate_kills::paxos::machine::Core, 2>;

fn main() -> ExitCode {
    search::main(&[
        ("overtaken", || checked(scopes::overtaken())),
        ("lost-chunk", || checked(scopes::lost_chunk())),
        ("nothing-kept", || checked(nothing_kept())),
    ])
}

/// As `overtaken`, and one slot is more than may be kept.
fn nothing_kept() -> Scope<Keeping, History<Executed>> {
    let mut scope: Scope<Keeping, _> = Scope { name: "nothing-kept", ..scopes::overtaken() };
    scope.config.pin_bytes = 1;
    scope
}

fn checked(scope: Scope<Keeping, History<Executed>>) -> (String, Refining<Keeping, Executed>) {
    (scope.to_string(), refining(scope))
}
