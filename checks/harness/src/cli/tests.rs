//! What the command line says, and how it exits, when things do not come out as expected.

use super::paint::Paint;
use super::run;
use crate::engine::Limits;
use crate::registry::{Check, Registry, Search};
use crate::trace::Form;
use crate::trace::toy::Toy;
use quorate_spec::{Claims, Kind, Spec};
use stateright::Model;
use std::path::Path;

/// Runs a command over the checks, in a folder of its own; exit code and output come back.
pub(super) fn told(checks: Vec<Check>, arguments: &[&str]) -> (u8, String) {
    let folder = tempfile::tempdir().unwrap();
    told_in(folder.path(), checks, arguments)
}

pub(super) fn told_in(folder: &Path, checks: Vec<Check>, arguments: &[&str]) -> (u8, String) {
    let mut registry = Registry::new("toys", "Toys");
    for check in checks {
        registry.add(check);
    }
    let traces = folder.join("traces").display().to_string();
    let mut all = vec!["toys"];
    all.extend(arguments);
    match arguments.first() {
        Some(&"check") => all.extend(["--threads", "1", "--progress", "never", "--traces", &traces]),
        Some(&"report") => all.extend(["--traces", &traces]),
        _ => {}
    }
    let mut out = Vec::new();
    let code = run(&registry, all.into_iter().map(Into::into), &mut out, Paint::off());
    (code, String::from_utf8(out).unwrap())
}

fn toy() -> Search<Toy> {
    Search::new("toy", "toy", Toy { durable: false }, Form::serde()).scope("two", "two clients, one crash")
}

/// The toy without its defect.
fn sound() -> Search<Toy> {
    Search::new("toy", "sound", Toy { durable: true }, Form::serde()).scope("two", "two clients, one crash")
}

#[test]
fn everything_as_expected_exits_0() {
    let (code, text) = told(vec![toy().violated("T-S1", 7).into(), sound().into()], &["check"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("T-S1      refuted as expected in 7 steps"), "{text}");
    assert!(text.contains("T-S1 (at most one client holds the lock) is broken at step 7"), "{text}");
    assert!(text.contains("toy-toy-T-S1.itf.json"), "{text}");
    assert!(text.contains("Everything came out as expected."), "{text}");
}

#[test]
fn a_violation_that_nobody_expected_exits_1() {
    let (code, text) = told(vec![toy().into()], &["check"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("✗ toy toy  T-S1      VIOLATED in 7 steps"), "{text}");
    assert!(
        text.contains("Not everything came out as expected:\n  toy toy T-S1 (two): it does not hold"),
        "{text}"
    );
}

#[test]
fn a_refutation_that_does_not_come_or_comes_later_exits_1() {
    let (code, text) = told(vec![sound().violated("T-S1", None).into()], &["check"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("FAILED: a refutation was expected, and none was found"), "{text}");
    let (code, text) = told(vec![toy().violated("T-S1", 6).into()], &["check"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("the shortest run takes 7 steps, 6 were expected"), "{text}");
}

#[test]
fn a_truncated_run_exits_3_and_is_never_called_holding() {
    let cut = || sound().limits(Limits { states: Some(3), ..Limits::default() });
    let (code, text) = told(vec![cut().into()], &["check"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("CUT at ") && !text.contains("holds"), "{text}");
    assert!(text.contains("What was meant to be complete is not"), "{text}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_command_keeps_to_the_memory_that_it_is_given() {
    use crate::registry::Expect;
    let endless = || {
        let counter = Search::new("toy", "endless", Endless, Form::debug()).scope("all", "it counts");
        Check::from(counter.expect("any", Expect::Holds))
    };
    let (code, text) = told(vec![endless()], &["check", "--memory", "1"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("CUT at 834.47 MiB of memory in this process"), "{text}");
    let (code, text) = told(vec![endless()], &["check", "--memory", "0"]);
    assert_eq!(code, 2, "{text}");
}

/// A model without end, whose states are large.
struct Endless;

impl Model for Endless {
    type State = Vec<u64>;
    type Action = u64;

    fn init_states(&self) -> Vec<Vec<u64>> {
        vec![vec![1; 2_000]]
    }

    fn actions(&self, _: &Vec<u64>, actions: &mut Vec<u64>) {
        actions.extend([0, 1]);
    }

    fn next_state(&self, state: &Vec<u64>, bit: u64) -> Option<Vec<u64>> {
        let mut next = state.clone();
        next[0] = 2 * next[0] + bit;
        Some(next)
    }
}

impl Spec for Endless {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("double")]
    }

    fn kind(&self, _: &u64) -> Kind {
        Kind("double")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("any", "whatever", |_, _| true);
    }
}

#[test]
fn a_deep_check_runs_under_deep_alone_and_may_be_cut() {
    let cut = || sound().limits(Limits { states: Some(3), ..Limits::default() }).only(&["T-S1"]).deep();
    let (code, text) = told(vec![cut().into(), toy().violated("T-S1", 7).into()], &["check"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("Under --deep: 1 larger check.") && !text.contains("sound"), "{text}");
    let (code, text) = told(vec![cut().into()], &["check", "--deep"]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("~ toy sound  T-S1      bounded: ") && text.contains("nothing is known beyond"),
        "{text}"
    );
    let (code, _) = told(vec![cut().into()], &["check"]);
    assert_eq!(code, 2, "nothing is selected");
}

/// A counter, with claims and kinds to taste.
struct Counter {
    inits: Vec<u8>,
    kinds: &'static [&'static str],
    claims: fn(&mut Claims<Counter>),
}

impl Model for Counter {
    type State = u8;
    type Action = u8;

    fn init_states(&self) -> Vec<u8> {
        self.inits.clone()
    }

    fn actions(&self, state: &u8, actions: &mut Vec<u8>) {
        actions.extend((*state < 5).then_some(1));
    }

    fn next_state(&self, state: &u8, by: u8) -> Option<u8> {
        Some(state + by)
    }
}

impl Spec for Counter {
    fn kinds(&self) -> Vec<Kind> {
        self.kinds.iter().copied().map(Kind).collect()
    }

    fn kind(&self, _: &u8) -> Kind {
        Kind("count")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        (self.claims)(claims);
    }
}

fn small(claims: &mut Claims<Counter>) {
    claims.always("C-1", "small", |_, state| *state < 6);
}

fn counter(counter: Counter) -> Check {
    Search::new("toy", "counter", counter, Form::serde()).scope("five", "counts to five").into()
}

#[track_caller]
fn fails(model: Counter, message: &str) {
    let (code, text) = told(vec![counter(model)], &["check"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains(message), "{text}");
}

#[test]
fn an_empty_model_is_not_green() {
    fails(
        Counter { inits: vec![], kinds: &["count"], claims: small },
        "vacuous: it was never put to the test",
    );
}

#[test]
fn an_untriggered_claim_is_not_green() {
    let never = |claims: &mut Claims<Counter>| {
        claims.always("C-1", "small", |_, _| true).when(|_, n| *n > 9);
    };
    fails(
        Counter { inits: vec![0], kinds: &["count"], claims: never },
        "vacuous: it was never put to the test",
    );
}

#[test]
fn a_kind_of_action_that_is_never_taken_is_not_green() {
    fails(Counter { inits: vec![0], kinds: &["count", "reset"], claims: small }, "never taken: reset");
    fails(Counter { inits: vec![0], kinds: &["reset"], claims: small }, "never taken: reset");
    let waived = Counter { inits: vec![0], kinds: &["count", "reset"], claims: small };
    let search = Search::new("toy", "counter", waived, Form::serde()).waive("reset", "nobody resets it yet");
    let (code, text) = told(vec![search.into()], &["check"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("reset need not be taken: nobody resets it yet"), "{text}");
}

#[test]
fn a_model_that_claims_nothing_is_not_green() {
    fails(Counter { inits: vec![0], kinds: &["count"], claims: |_| () }, "the model claims nothing");
}

#[test]
fn a_panic_in_a_model_is_a_finding_with_its_run() {
    let panics = |claims: &mut Claims<Counter>| {
        claims.always("C-1", "small", |_, n| if *n < 3 { true } else { panic!("{n} is too much") });
    };
    let model = Counter { inits: vec![0], kinds: &["count"], claims: panics };
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = told_in(folder.path(), vec![counter(model)], &["check"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("no-panic  VIOLATED in 3 steps"), "{text}");
    assert!(text.contains("the model panics after 3 steps: 3 is too much"), "{text}");
    assert!(text.contains("C-1       FAILED: the model panicked"), "{text}");
    assert!(folder.path().join("traces/toy-counter-no-panic.itf.json").exists());
}

#[test]
fn a_finding_that_is_gone_leaves_no_trace_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("traces/toy-toy-T-S1.itf.json");
    told_in(folder.path(), vec![toy().into()], &["check"]);
    assert!(file.exists());
    let mended = Search::new("toy", "toy", Toy { durable: true }, Form::serde()).scope("two", "");
    told_in(folder.path(), vec![mended.into()], &["check"]);
    assert!(!file.exists());
}

#[test]
fn nothing_registered_is_an_error() {
    assert_eq!(told(vec![], &["check"]).0, 2);
}

#[test]
fn what_a_check_remarks_is_printed_and_can_fail_it() {
    let remarks = |failures: &[&str]| {
        let failures: Vec<String> = failures.iter().map(|text| (*text).to_owned()).collect();
        let remarks = crate::registry::Remarks {
            lines: vec!["4 of 5 actions hit".to_owned()],
            failures,
            ..Default::default()
        };
        sound().after(move |_, _| remarks.clone())
    };
    let (code, text) = told(vec![remarks(&[]).into()], &["check"]);
    assert!(code == 0 && text.contains("      4 of 5 actions hit"), "{text}");
    let (code, text) = told(vec![remarks(&["accept NEVER HIT"]).into()], &["check"]);
    assert!(code == 1 && text.contains("FAILED: accept NEVER HIT"), "{text}");
}

#[test]
fn the_report_says_what_is_caught_what_escapes_and_what_is_missed() {
    let checks = || -> Vec<Check> {
        vec![
            toy().kind("planted").scope("d01-two", "writes are lost").violated("T-S1", 7).into(),
            sound().kind("planted").scope("d01-durable", "writes are lost").into(),
            sound().kind("planted").scope("d02", "nothing at all").violated("T-S1", None).into(),
            sound().into(),
        ]
    };
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = told_in(folder.path(), checks(), &["report"]);
    assert_eq!(code, 1, "a defect that nobody noticed: {text}");
    let line = |id: &str| text.lines().find(|line| line.starts_with(id)).unwrap_or_default().to_owned();
    assert_eq!(line("D01"), "D01  T-S1 in 7  escapes  writes are lost", "{text}");
    assert_eq!(line("D02"), "D02  ·          missed   nothing at all", "{text}");

    let file = folder.path().join("report.json");
    let written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let caught = &written["defects"][0]["found"]["toy"][0];
    assert_eq!((&caught["verdict"], &caught["steps"]), (&"caught".into(), &7.into()));
    assert_eq!(caught["properties"][0], "T-S1", "the property of the shortest run comes first");
    assert!(folder.path().join("traces").join(caught["file"].as_str().unwrap()).is_file());

    std::fs::remove_file(&file).unwrap();
    told_in(folder.path(), checks(), &["check"]);
    assert!(file.is_file(), "a whole check writes it too");
}
