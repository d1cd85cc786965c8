//! A search that was cut, saw nothing, or was never put to the test is not green; whatever goes wrong is said.

use crate::toy::{Ring, Step};
use quorate::engine::{Ended, Limits, Options, Report, Stop, search};
use quorate::verdict::Verdict;
use quorate_spec::Kind;
use std::sync::{Arc, atomic::AtomicBool};

fn single() -> Options {
    Options::single()
}

fn verdict<'a>(report: &'a Report<Ring>, id: &str) -> &'a Verdict<Ring> {
    &report.finding(id).expect("the claim is made").verdict
}

#[test]
fn a_ring_that_never_ends_leaves_the_claim_about_ends_vacuous() {
    let report = search(&Ring::new(100), &single());
    assert!(report.ended.is_complete());
    assert_eq!((report.unique_states, report.transitions), (101, 100 + 91 + 1));
    assert!(matches!(verdict(&report, "ends full"), Verdict::Vacuous));
    assert_eq!(report.failures(), ["ends full: vacuous"]);
}

#[test]
fn without_the_step_back_the_ring_ends_and_the_kind_of_that_step_is_unhit() {
    let report = search(&Ring { closed: false, ..Ring::new(100) }, &single());
    assert!(matches!(verdict(&report, "ends full"), Verdict::Complete { .. }));
    assert_eq!(report.unhit(), [Kind("back")]);
    assert_eq!(report.failures(), ["no step of kind back was ever taken"]);
}

#[test]
fn an_untriggered_claim_is_vacuous_and_a_triggered_one_counts() {
    let report = search(&Ring::new(100).claiming(|_, _| false, |_, n| *n > 1000), &single());
    assert!(matches!(verdict(&report, "added"), Verdict::Vacuous));
    let report = search(&Ring::new(100).claiming(|_, _| true, |_, n| *n > 90), &single());
    assert!(matches!(verdict(&report, "added"), Verdict::Complete { .. }));
    assert_eq!(report.finding("added").unwrap().triggers, 10);
}

#[test]
fn a_claim_over_steps_is_put_to_the_test_on_steps_to_known_states_too() {
    let report = search(&Ring::new(100), &single());
    assert_eq!(report.finding("near").unwrap().triggers, report.transitions);
}

#[test]
fn a_model_without_initial_states_is_not_green() {
    let report = search(&Ring { empty: true, ..Ring::new(5) }, &single());
    assert!(matches!(report.ended, Ended::Empty));
    assert!(matches!(verdict(&report, "small"), Verdict::Vacuous));
    assert!(matches!(verdict(&report, "full"), Verdict::Unreached));
    assert!(report.failures().contains(&"the model has no initial state".to_owned()));
}

#[test]
fn every_limit_ends_in_bounded_with_what_cut_it() {
    let limit = |limits: Limits| {
        let report = search(&Ring::new(1_000_000), &Options { limits, ..single() });
        let Ended::Bounded { limit, frontier } = &report.ended else { panic!("not bounded") };
        assert!(*frontier > 0);
        assert!(matches!(verdict(&report, "small"), Verdict::Bounded { .. }));
        assert!(matches!(verdict(&report, "full"), Verdict::Bounded { .. }));
        assert!(!report.is_green());
        limit.clone()
    };
    assert_eq!(limit(Limits { states: Some(5_000), ..Limits::default() }), "5000 states");
    assert_eq!(limit(Limits { depth: Some(7), ..Limits::default() }), "depth 7");
    assert_eq!(limit(Limits { seconds: Some(0.0), ..Limits::default() }), "0 seconds");
    assert_eq!(limit(Limits { bytes: Some(0), ..Limits::default() }), "0 B of memory");
}

#[test]
fn a_depth_limit_examines_the_states_at_that_depth() {
    let at_seven = |n: u32| Ring::new(100).claiming(|_, n| *n != 7, |_, _| true).depth(n);
    assert!(matches!(verdict(&at_seven(7), "added"), Verdict::Violated(_)));
    assert!(matches!(verdict(&at_seven(6), "added"), Verdict::Bounded { .. }));
}

impl Ring {
    fn depth(&self, depth: u32) -> Report<Ring> {
        search(self, &Options { limits: Limits { depth: Some(depth), ..Limits::default() }, ..single() })
    }
}

#[test]
fn ctrl_c_ends_in_an_honest_bounded_verdict() {
    let flag = Arc::new(AtomicBool::new(true));
    let report = search(&Ring::new(1_000_000), &Options { interrupt: Some(flag), ..single() });
    let Ended::Bounded { limit, .. } = &report.ended else { panic!("not bounded") };
    assert_eq!(limit, "interrupted");
}

#[test]
fn a_panic_in_the_model_comes_with_the_run_that_led_there() {
    let ring = Ring { trap: Some(12), ..Ring::new(100) };
    for threads in [1, 2] {
        let report = search(&ring, &Options { threads, ..Options::default() });
        let Ended::Panicked { message, run, during } = &report.ended else { panic!("did not panic") };
        assert_eq!(message, "trapped at 12");
        assert_eq!(run.actions().collect::<Vec<_>>(), [&Step::Up, &Step::Up, &Step::Jump]);
        assert_eq!(*during, Some(Step::Jump));
        assert!(!report.is_green());
    }
}

#[test]
fn to_stop_at_the_first_violation_leaves_the_rest_undecided() {
    let ring = Ring::new(100_000).claiming(|_, n| *n != 23, |_, _| true);
    let report = search(&ring, &Options { stop: Stop::FirstViolation, ..single() });
    let Verdict::Violated(run) = verdict(&report, "added") else { panic!("not violated") };
    assert_eq!(run.states().copied().collect::<Vec<_>>(), [0, 1, 2, 3, 13, 23]);
    assert!(matches!(report.ended, Ended::Stopped));
    assert!(matches!(verdict(&report, "small"), Verdict::Bounded { .. }));
    assert!(report.unique_states < 100);
}

#[test]
fn when_everything_is_decided_one_may_stop() {
    let ring = Ring { closed: false, ..Ring::new(40) };
    let report = search(&ring, &Options { stop: Stop::AllDecided, ..single() });
    assert!(report.ended.is_complete(), "claims that hold are decided only at the end");
}
