//! The article's Paxos, N1 to N7.

use super::{as_expected, stateright_agrees};
use quorate::engine::{Options, search};
use quorate_model::Expectation;
use quorate_model::paxos::naive::{Naive, Variant, planted};
use std::collections::BTreeSet;

#[test]
fn each_reading_breaks_in_exactly_the_steps_of_the_table() {
    let mut scopes = BTreeSet::new();
    for (variant, scope) in planted::all() {
        let report = as_expected(&scope);
        scopes.insert((variant, scope.name, report.unique_states));
    }
    let states: Vec<_> = scopes.into_iter().collect();
    let expected = [
        (Variant::N1, "two-proposers", 21_991),
        (Variant::N2, "two-proposers", 21_991),
        (Variant::N3, "one-crash", 10_364),
        (Variant::N3, "three-proposers", 351_307),
        (Variant::N3, "two-proposers", 21_991),
        (Variant::N4, "two-proposers", 150_007),
        (Variant::N5, "two-proposers", 65_743),
        (Variant::N6, "two-proposers", 643_383),
        (Variant::N7, "one-crash", 10_364),
        (Variant::N7, "two-proposers", 21_991),
    ];
    assert_eq!(states, expected);
}

/// The table as it is told to people, apart from the code that the command line reads it from.
#[test]
fn the_table_is_the_one_that_was_measured_before() {
    let table = [
        (Variant::N1, "two-proposers", "PX-S4", 6),
        (Variant::N1, "two-proposers", "PX-S1", 6),
        (Variant::N2, "two-proposers", "PX-S4", 8),
        (Variant::N2, "two-proposers", "PX-S1", 9),
        (Variant::N3, "one-crash", "PX-L1", 9),
        (Variant::N3, "three-proposers", "PX-L1", 15),
        (Variant::N4, "two-proposers", "PX-S4", 10),
        (Variant::N4, "two-proposers", "PX-S1", 10),
        (Variant::N5, "two-proposers", "PX-S4", 6),
        (Variant::N5, "two-proposers", "PX-S1", 6),
        (Variant::N6, "two-proposers", "PX-S4", 5),
        (Variant::N6, "two-proposers", "PX-S2", 3),
        (Variant::N7, "one-crash", "PX-L1", 9),
    ];
    let scopes = planted::all();
    for (variant, name, claim, steps) in table {
        let scope = scopes.iter().find(|(of, scope)| *of == variant && scope.name == name);
        let expectation = scope.and_then(|(_, scope)| scope.expectation(claim));
        assert_eq!(expectation, Some(Expectation::Violated { steps }), "{variant:?} {name} {claim}");
    }
}

#[test]
fn a_fixed_state_is_refuted_from_1_1_2_and_an_answering_one_from_3_3_3() {
    let n5 = search(&Naive::new(Variant::N5), &Options::default());
    let n6 = search(&Naive::new(Variant::N6), &Options::default());
    let start = |report: &quorate::engine::Report<Naive>, claim: &str| {
        let run = report.finding(claim).and_then(|finding| finding.verdict.run()).expect("it is violated");
        run.init.acceptors.iter().map(|acceptor| acceptor.own.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(start(&n5, "PX-S4"), [1, 1, 2]);
    assert_eq!(start(&n6, "PX-S2"), [3, 3, 3]);
}

#[test]
fn stateright_agrees_on_every_reading() {
    for variant in Variant::ALL {
        let start = matches!(variant, Variant::N5 | Variant::N6).then_some([1, 2, 3]);
        let model = Naive { start, ..Naive::new(variant) };
        let report = search(&model, &Options::default());
        stateright_agrees(model, &report);
    }
}
