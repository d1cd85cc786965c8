//! Paxos over slots.

use super::{as_expected, orbits, stateright_agrees};
use quorate::engine::{Options, search};
use quorate_model::paxos::log::action::Action;
use quorate_model::paxos::log::property::quorums_intersect;
use quorate_model::paxos::log::state::{Acceptor, Ballot, Incarnation, State};
use quorate_model::paxos::log::{Log, planted, scopes};

#[test]
fn every_claim_holds_in_every_scope() {
    let counts: Vec<_> =
        scopes::all().iter().map(|scope| (scope.name, as_expected(scope).unique_states)).collect();
    let expected =
        [("one-slot", 3_323), ("holes", 38_507), ("three-ballots", 54_810), ("leader-change", 273_879)];
    assert_eq!(counts, expected);
}

#[test]
fn one_slot_has_756_states_up_to_symmetry() {
    assert_eq!(orbits(&Log::one_slot(), Log::canonical, Log::images), 756);
}

#[test]
fn stateright_agrees_on_one_slot() {
    let model = Log::one_slot();
    let report = search(&model, &Options::default());
    stateright_agrees(model, &report);
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
fn a_step_is_possible_at_ballots_slots_and_commands_that_no_search_tries() {
    let model = Log::one_slot();
    let ballot = Ballot(u64::MAX);
    let start = State::new(3, 2);
    let started =
        model.apply(&start, Action::Prepare { ballot, owner: Incarnation(77) }).expect("any ballot will do");
    let promised =
        model.apply(&started, Action::Promise { acceptor: Acceptor(2), ballot }).expect("it is the highest");
    assert_eq!(promised.promised(Acceptor(2)), ballot);
    assert_eq!(
        model.apply(&promised, Action::Promise { acceptor: Acceptor(2), ballot }),
        None,
        "it changes nothing"
    );
    assert_eq!(model.apply(&start, Action::Prepare { ballot: Ballot::NONE, owner: Incarnation(0) }), None);
    assert_eq!(
        model.apply(&promised, Action::Prepare { ballot, owner: Incarnation(78) }),
        None,
        "it has an owner"
    );
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
