//! Paxos over slots.

mod histories;
mod unbounded;

use super::{as_expected, orbits, stateright_agrees};
use quorate::engine::{Options, search};
use quorate_model::paxos::log::property::quorums_intersect;
use quorate_model::paxos::log::{Log, planted, scopes};
use quorate_spec::{Claims, Spec};
use std::collections::BTreeSet;

#[test]
fn every_claim_holds_in_every_scope() {
    let counts: Vec<_> =
        scopes::all().iter().map(|scope| (scope.name, as_expected(scope).unique_states)).collect();
    let expected = [
        ("one-slot", 3_323),
        ("holes", 38_507),
        ("three-ballots", 54_810),
        ("leader-change", 273_879),
        ("durability", 134_433),
        ("acknowledgements", 67_453),
        ("exactly-once", 16_640),
        ("retries", 118_541),
        ("compaction", 26_653),
        ("snapshots", 105_706),
        ("reads", 191_119),
        ("observer", 38_692),
    ];
    assert_eq!(counts, expected);
}

#[test]
fn one_slot_has_756_states_up_to_symmetry() {
    assert_eq!(orbits(&Log::one_slot(), Log::canonical, Log::images), 756);
}

#[test]
fn where_replicas_execute_or_restart_no_two_acceptors_are_alike() {
    assert_eq!(orbits(&Log::exactly_once(), Log::canonical, Log::images), 16_640);
}

#[test]
fn stateright_agrees_on_one_slot_and_on_each_thing_that_a_configuration_adds() {
    let models = [
        Log::one_slot(),
        Log::durability(),
        Log::acknowledgements(),
        Log::exactly_once(),
        Log::compaction(),
        Log::snapshots(),
        Log::reads(),
        Log::observer(),
    ];
    for model in models {
        let report = search(&model, &Options::default());
        stateright_agrees(model, &report);
    }
}

#[test]
fn every_property_that_is_not_waived_is_put_to_the_test_in_some_scope() {
    let mut tested = BTreeSet::new();
    for scope in scopes::all() {
        let mut claims = Claims::default();
        scope.model.claims(&mut claims);
        tested.extend(claims.as_slice().iter().map(|claim| claim.id()));
    }
    // S11 is arithmetic, below; S18 is about leases, which nothing relies on.
    let safety = (1..=19).filter(|number| ![11, 18].contains(number)).map(|number| format!("PX-S{number}"));
    let witnesses = (1..=8).map(|number| format!("PX-R{number}"));
    for id in safety.chain(witnesses) {
        assert!(tested.contains(id.as_str()), "{id} is claimed in no scope");
    }
}

#[test]
fn every_planted_variant_is_caught_by_its_property_in_the_known_number_of_steps() {
    for planted in planted::all() {
        let report = as_expected(&planted.scope);
        let caught = report.finding(planted.property).is_some_and(|finding| finding.verdict.run().is_some());
        assert!(caught, "{} is not caught by {}", planted.id, planted.property);
    }
}

#[test]
fn quorums_of_both_phases_intersect_iff_together_they_exceed_all_acceptors() {
    for acceptors in 1..=9_u8 {
        for phase1 in 1..=acceptors {
            for phase2 in 1..=acceptors {
                let model = Log { acceptors, phase1, phase2, ..Log::two_slots() };
                // The first `phase1` acceptors and the last `phase2` have the fewest in common.
                let first_of_last = acceptors - phase2;
                assert_eq!(
                    quorums_intersect(&model),
                    first_of_last < phase1,
                    "{phase1} and {phase2} of {acceptors}"
                );
            }
        }
    }
}
