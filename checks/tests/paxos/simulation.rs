//! Random runs of the core in a scope that no search finishes.

use quorate::registry::{Check, Context, Expect, Identity, Judgement, Row};
use quorate::simulate::Plan;
use quorate::trace::Trace;
use quorate_checks::paxos::{machine::Core, planted::*, sampled, scopes};

fn run(check: &Check, context: &Context) -> Row {
    let outcome = check.run(context, "random");
    println!("{}", outcome.lines.join("\n"));
    outcome.rows.into_iter().next().expect("one row")
}

#[test]
fn random_runs_with_every_fault_find_nothing_and_exercise_everything() {
    let random = sampled::random::<Core>(scopes::wild(), sampled::RANDOM, Expect::Holds);
    let check = random.steered(Identity::default(), sampled::untested(sampled::WILD));
    let row = run(&check, &Context { traces: None, ..Context::default() });
    assert_eq!(row.judgement, Judgement::Met, "{:?}", row.sentence);
}

#[test]
fn random_runs_with_every_mechanism_find_nothing_and_exercise_them_all() {
    let random = sampled::mechanisms(scopes::wild_mechanisms(1), sampled::RANDOM_MECHANISMS);
    let check = random.steered(Identity::default(), sampled::untested(sampled::WILD_MECHANISMS));
    let row = run(&check, &Context { traces: None, ..Context::default() });
    assert_eq!(row.judgement, Judgement::Met, "{:?}", row.sentence);
}

#[test]
fn a_mechanism_that_never_acted_is_not_green() {
    let plan = Plan { seeds: 0..2, steps: 5 };
    let random = sampled::mechanisms(scopes::wild_mechanisms(1), plan);
    let row = run(&random.check(Identity::default()), &Context { traces: None, ..Context::default() });
    assert!(matches!(row.judgement, Judgement::Unmet(_)), "{:?}", row.judgement);
    let said = row.sentence.expect("it says what was missed");
    assert!(said.contains("read-index") && said.contains("Install"), "{said}");
}

#[test]
fn a_claim_that_few_runs_put_to_the_test_is_said_to_be_near_the_edge() {
    let plan = Plan { seeds: 0..2, steps: 5 };
    let random = sampled::mechanisms(scopes::wild_mechanisms(1), plan).check(Identity::default());
    let lines = random.run(&Context { traces: None, ..Context::default() }, "random").lines;
    let edge = lines.iter().find(|line| line.starts_with("near the edge, exercised by fewer than 5 runs: "));
    assert!(edge.is_some_and(|edge| edge.contains("read-index in 0")), "{lines:?}");
}

#[test]
fn a_random_run_that_fails_is_shortened_and_its_trace_replays() {
    let folder = tempfile::tempdir().unwrap();
    let context = Context { traces: Some(folder.path().to_owned()), ..Context::default() };
    let plan = Plan { seeds: 0..300, steps: 300 };
    let expect = Expect::Violated { steps: None };
    let check =
        sampled::random::<Planted>(planted(&P01, scopes::wild()), plan, expect).check(Identity::default());
    let row = run(&check, &context);
    assert_eq!(row.judgement, Judgement::Met, "{:?}", row.sentence);
    let sentence = row.sentence.expect("a finding has a sentence");
    assert!(sentence.starts_with("seed "), "{sentence}");
    assert!(row.trace_steps.expect("a run") < 60, "{sentence}");
    let trace = Trace::load(&row.trace.expect("a file")).unwrap();
    let verified = check.live().expect("it replays").verify(&trace);
    assert!(verified.is_ok(), "{verified:?}");
}

#[test]
fn a_mechanism_that_no_run_exercised_is_not_green() {
    let plan = Plan { seeds: 0..1, steps: 3 };
    let random = sampled::random::<Core>(scopes::wild(), plan, Expect::Holds);
    let row = run(&random.check(Identity::default()), &Context { traces: None, ..Context::default() });
    assert!(matches!(row.judgement, Judgement::Unmet(_)), "{:?}", row.judgement);
    assert!(row.sentence.is_some_and(|said| said.starts_with("never exercised: ")));
}
