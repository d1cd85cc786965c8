//! The run to look at: found, as short as single events go, and the same every time.

use quorate_checks::paxos::demonstration::{found, wild};
use quorate_spec::{Kind, Spec};
use std::collections::BTreeSet;

#[test]
fn the_wild_run_shows_every_fault_and_is_found_again() {
    let model = wild();
    let (seed, from, run) = found(&model).expect("some seed shows it");
    println!("seed {seed}: {from} events, shortened to {}", run.len());
    let kinds: BTreeSet<Kind> = run.actions().map(|event| model.kind(event)).collect();
    for kind in ["drop", "duplicate", "restart", "request"].map(Kind) {
        assert!(kinds.contains(&kind), "no {kind} among {kinds:?}");
    }
    assert!(run.len() < from, "seed {seed}: {} of {from} events are left", run.len());
    let again = found(&wild()).expect("the same seed shows it");
    assert_eq!((again.0, again.2.steps), (seed, run.steps));
}
