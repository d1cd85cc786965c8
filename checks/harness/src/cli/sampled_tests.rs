//! Random runs on the command line: seeds that are asked for, and models that panic.

use super::tests::{told, told_in};
use crate::registry::{Check, Expect, Identity, Sampling, Search};
use crate::simulate::Plan;
use crate::trace::Form;
use quorate_spec::{Claims, Kind, Spec};
use stateright::Model;

/// Counts up by one or two, as far as 40.
#[derive(Clone)]
struct Up {
    /// What must be true of a number.
    claim: fn(u8) -> bool,
    /// When the claim says anything.
    when: fn(u8) -> bool,
}

impl Model for Up {
    type State = u8;
    type Action = u8;

    fn init_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, n: &u8, actions: &mut Vec<u8>) {
        actions.extend((*n < 40).then_some([1, 2]).into_iter().flatten());
    }

    fn next_state(&self, n: &u8, by: u8) -> Option<u8> {
        Some(n + by)
    }
}

impl Spec for Up {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("up")]
    }

    fn kind(&self, _: &u8) -> Kind {
        Kind("up")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("U-1", "it is as it must be", |model, n| (model.claim)(*n)).when(|m, n| (m.when)(*n));
    }
}

fn sampled(scope: &str, claim: fn(u8) -> bool, when: fn(u8) -> bool, expect: Expect) -> Check {
    let sampling = Sampling {
        model: Up { claim, when },
        form: Form::serde(),
        plan: Plan { seeds: 0..10, steps: 50 },
        property: ("U-1", "it is as it must be"),
        faults: &[],
        exercised: &["up"],
        triggered: &["U-1"],
        after: None,
        expect,
    };
    let text = |text: &str| text.to_owned();
    let identity = Identity {
        protocol: text("toy"),
        kind: text("random"),
        model: text("up"),
        scope: text(scope),
        ..Identity::default()
    };
    sampling.check(identity)
}

fn sound(scope: &str) -> Check {
    sampled(scope, |_| true, |_| true, Expect::Holds)
}

fn searched() -> Check {
    let model = Up { claim: |_| true, when: |_| true };
    Search::new("toy", "searched", model, Form::serde()).scope("whole", "all of it").into()
}

#[test]
fn seeds_that_are_asked_for_are_those_that_run() {
    let (code, text) = told(vec![searched(), sound("one")], &["check", "--seeds", "700..703"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("holds in 3 random runs (sampled)"), "{text}");
    assert!(text.contains("seeds 700..703, "), "{text}");
    assert!(!text.contains("searched"), "a search has no seeds: {text}");
    let (_, json) = json(vec![sound("one")], &["check", "--seeds", "700..703"]);
    assert_eq!(json[0]["bounds"]["seeds"], "700..703");
}

/// Runs a command; what it writes as JSON lines comes back.
fn json(checks: Vec<Check>, arguments: &[&str]) -> (u8, Vec<serde_json::Value>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.json");
    let mut all = arguments.to_vec();
    all.extend(["--json", file.to_str().unwrap()]);
    let (code, text) = told_in(folder.path(), checks, &all);
    let rows = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {text}"));
    (code, rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn a_scope_is_asked_for_by_its_name() {
    let checks = || vec![sound("one"), sound("other"), searched()];
    let (code, text) = told(checks(), &["check", "toy", "--scope", "other", "--seeds", "1..3"]);
    assert!(code == 0 && text.matches("holds in 2 random runs").count() == 1, "{text}");
    let (code, text) = told(checks(), &["check", "--scope", "whole"]);
    assert!(code == 0 && text.contains("searched") && !text.contains("random"), "{text}");
    assert_eq!(
        told(checks(), &["check", "--scope", "whole", "--seeds", "1..3"]).0,
        2,
        "it makes no random runs"
    );
    assert_eq!(told(checks(), &["check", "--scope", "none"]).0, 2);
}

#[test]
fn a_range_that_is_none_is_bad_usage() {
    for range in ["5", "5..", "..5", "5..5", "9..5", "a..b", "-3..5", "1..99999999999999999999", "1..=4", ""]
    {
        let (code, text) = told(vec![sound("one")], &["check", "--seeds", range]);
        assert_eq!(code, 2, "{range:?}: {text}");
    }
    let problem = |range: &str| super::args::seeds(range).unwrap_err();
    assert!(problem("9..5").contains("there is no seed from 9 to below 5"), "{}", problem("9..5"));
    assert!(problem("a..5").contains("\"a\""), "{}", problem("a..5"));
    assert!(problem("5").contains("FROM..TO"), "{}", problem("5"));
    assert_eq!(super::args::seeds("3592..3593"), Ok(3592..3593));
}

#[test]
fn a_violation_says_how_to_make_it_again_and_does() {
    let odd = || vec![sampled("one", |n| n != 7, |_| true, Expect::Holds)];
    let (code, text) = told(odd(), &["check"]);
    assert_eq!(code, 1, "{text}");
    let again = text.lines().find_map(|line| line.trim().strip_prefix("again: toys ")).expect("it is said");
    let again: Vec<&str> = again.split(' ').collect();
    let (code, once) = told(odd(), &again);
    assert_eq!(code, 1, "{once}");
    let found =
        |text: &str| text.lines().find(|line| line.contains(" steps shortened to ")).unwrap().to_owned();
    assert_eq!(found(&once), found(&text), "the same run");
}

#[test]
fn a_few_seeds_that_exercise_nothing_are_neither_green_nor_red() {
    let never = || vec![sampled("one", |_| true, |n| n > 50, Expect::Holds)];
    let (code, text) = told(never(), &["check"]);
    assert!(code == 1 && text.contains("never put to the test: U-1"), "{text}");
    let (code, text) = told(never(), &["check", "--seeds", "1..3"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("seeds 1..3: never put to the test: U-1") && !text.contains("holds"), "{text}");
    let planted = vec![sampled("one", |_| true, |_| true, Expect::Violated { steps: None })];
    let (code, text) = told(planted, &["check", "--seeds", "1..3"]);
    assert!(code == 3 && text.contains("no run of these refutes it"), "{text}");
}

#[test]
fn a_panic_in_one_check_does_not_end_the_others() {
    let panics = |n: u8| if n < 7 { true } else { panic!("{n} is too much") };
    let checks = || vec![sampled("one", panics, |_| true, Expect::Holds), searched()];
    let (code, rows) = json(checks(), &["check"]);
    assert_eq!(code, 1);
    let said: Vec<_> = rows.iter().map(|row| (row["model"].clone(), row["property"].clone())).collect();
    let wanted = [("up", "U-1"), ("up", "no-panic"), ("searched", "U-1"), ("searched", "coverage")];
    let wanted: Vec<_> =
        wanted.iter().map(|(model, property)| ((*model).into(), (*property).into())).collect();
    assert_eq!(said, wanted, "the JSON is complete");
    let (_, text) = told(checks(), &["check"]);
    assert!(text.contains("U-1       FAILED: the model panicked"), "{text}");
    assert!(text.contains("seed 0, ") && text.contains("is too much"), "{text}");
    assert!(text.contains("toy searched") && text.contains("holds (complete)"), "{text}");
}

#[test]
fn a_command_on_a_trace_of_a_model_that_panics_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let panics = |n: u8| if n < 7 { true } else { panic!("{n} is too much") };
    let checks = || vec![sampled("one", panics, |_| true, Expect::Holds)];
    told_in(folder.path(), checks(), &["check"]);
    let file = folder.path().join("traces/toy-up-random-no-panic.itf.json");
    let file = file.to_str().unwrap();
    assert_eq!(told(checks(), &["trace", "verify", file]).0, 0);
    let (code, text) = told(checks(), &["replay", file]);
    assert!(code == 0 && text.contains("is too much"), "{text}");
    let output = folder.path().join("short.itf.json");
    let output = output.to_str().unwrap();
    assert_eq!(told(checks(), &["trace", "minimise", file, "-o", output]).0, 0);
    assert_eq!(told(checks(), &["trace", "verify", output]).0, 0);
}
