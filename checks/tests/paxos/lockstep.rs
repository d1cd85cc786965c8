//! The core in lockstep with the model: the model leads, or proptest picks the events.

use quorate::lockstep::{Choices, choice_driven, choice_driven_for};
use quorate_checks::paxos::{
    machine::Core,
    planted::{P01, Planted, planted},
    refinement::refining,
    sampled, scopes,
};

#[test]
fn the_core_follows_every_kind_of_step_of_the_model() {
    let lockstep = sampled::in_lockstep();
    assert_eq!(lockstep.failures(), [""; 0], "{:?}", lockstep.followed);
}

#[test]
fn whatever_events_proptest_picks_the_core_refines_the_model() {
    let choices = Choices { cases: 200, longest: 60, seed: 7 };
    let refines = &["refines"];
    let found = choice_driven_for(&refining(scopes::two_slots::<Core>()), choices, refines);
    found.expect("the core refines the model");
    choice_driven_for(&refining(scopes::crash::<Core>()), choices, refines).expect("with crashes too");
}

#[test]
fn proptest_catches_a_planted_defect_and_shrinks_it() {
    let choices = Choices { cases: 4_000, longest: 60, seed: 7 };
    let text =
        choice_driven(&refining(planted(&P01, scopes::duel::<Planted>())), choices).expect_err("planted");
    assert!(text.contains("seed 7"), "the failure names its seed:\n{text}");
    assert!(text.lines().count() <= 20, "the run was shrunk:\n{text}");
}
