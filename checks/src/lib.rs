//! That model and production code agree: our protocols, carried through the harness.

pub mod calibration;
pub mod paxos;

use quorate::registry::{Recorded, Registry};

/// The defects in the source of the core, as `quorate-ci kills --write` found them.
const KILLS: &str = include_str!("../kills/kills.json");

/// Everything that `quorate check` runs: what a newcomer should see first comes first.
pub fn registry() -> Registry {
    let mut registry = Registry::new(
        "quorate",
        "Checks distributed protocols: their models completely within printed bounds, and their production code against the models",
    );
    paxos::models::register(&mut registry);
    paxos::inductive::register(&mut registry);
    paxos::refinement::register(&mut registry);
    paxos::sampled::register(&mut registry);
    paxos::served::register(&mut registry);
    paxos::demonstration::register(&mut registry);
    calibration::register(&mut registry);
    registry.record(Recorded::read(KILLS).expect("checks/kills/kills.json is a list of defects"));
    registry
}
