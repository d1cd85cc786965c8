//! The server in the world: random runs with every fault, small scopes searched completely, and the defects planted in
//! it.

use quorate::registry::{Check, Conclusion, Context, Expect, Judgement, Registry, Row};
use quorate::simulate::Plan;
use quorate::trace::Trace;
use quorate_checks::paxos::served::planted::{AtProposalOnly, Right, Wrong};
use quorate_checks::paxos::served::{self, Ledger, caught, random, scopes};
use quorate_core::paxos::server::Server;

fn run(check: &Check, context: &Context) -> Vec<Row> {
    let outcome = check.run(context, "server");
    println!("{}", outcome.lines.join("\n"));
    outcome.rows
}

fn silent() -> Context {
    Context { traces: None, ..Context::default() }
}

#[test]
fn random_runs_with_every_fault_find_nothing_and_exercise_everything() {
    let check = random::<Server<Ledger>>(scopes::wild(), "wild", "", served::RANDOM);
    for row in run(&check, &silent()) {
        assert_eq!(row.judgement, Judgement::Met, "{:?}", row.sentence);
    }
}

/// The door behind which the defects stand is not what is noticed.
#[test]
fn behind_the_right_door_nothing_is_noticed() {
    let plan = Plan { seeds: 0..100, steps: 1_000 };
    let check = random::<Wrong<Right>>(scopes::wild(), "right", "", plan);
    let row = run(&check, &silent()).remove(0);
    assert!(
        matches!(row.conclusion, Conclusion::Sampled { .. } | Conclusion::Unreached),
        "{:?}",
        row.sentence
    );
}

#[test]
fn a_mechanism_that_no_run_exercised_is_not_green() {
    let check = random::<Server<Ledger>>(scopes::wild(), "short", "", Plan { seeds: 0..3, steps: 40 });
    let row = run(&check, &silent()).remove(0);
    assert!(matches!(row.judgement, Judgement::Unmet(_)), "{:?}", row.judgement);
    let sentence = row.sentence.expect("it says what");
    assert!(sentence.contains("snapshot installed (PX-R6)"), "{sentence}");
}

/// A defect that breaks another property than the one it is to break is not caught.
#[test]
fn what_breaks_another_property_does_not_count() {
    let row = run(&caught::<AtProposalOnly>("other", ("PX-S1", "")), &silent()).remove(0);
    assert!(matches!(row.judgement, Judgement::Unmet(_)), "{:?}", row.judgement);
    assert!(row.sentence.is_some_and(|said| said.contains("and not PX-S1")));
}

/// Complete searches hold, and each planted defect falls to the property named; its trace is short and replays.
#[test]
fn the_small_scopes_are_complete_and_every_planted_defect_is_caught() {
    let folder = tempfile::tempdir().unwrap();
    let context = Context { traces: Some(folder.path().to_owned()), ..Context::default() };
    let mut registry = Registry::new("server", "");
    served::register(&mut registry);
    let mut caught = Vec::new();
    for check in registry.checks().iter().filter(|check| check.identity().kind != "random") {
        for row in run(check, &context) {
            assert_eq!(row.judgement, Judgement::Met, "{} {}: {:?}", row.scope, row.property, row.sentence);
            if matches!(row.expect, Expect::Violated { .. }) {
                assert!(row.trace_steps.is_some_and(|steps| steps < 100), "{:?}", row.sentence);
                let trace = Trace::load(&row.trace.expect("a file")).unwrap();
                let verified = check.live().expect("it replays").verify(&trace);
                assert!(verified.is_ok(), "{}: {verified:?}", row.scope);
                caught.push((row.scope, row.property));
            }
        }
    }
    let expected = [
        ("p19-retry", "PX-S14"),
        ("p23-read", "PX-S17"),
        ("p19-wild", "PX-S14"),
        ("p19-table-wild", "PX-S15"),
        ("p23-wild", "PX-S17"),
    ];
    assert_eq!(caught, expected.map(|(scope, property)| (scope.to_owned(), property.to_owned())));
}
