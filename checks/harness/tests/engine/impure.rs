//! A model that answers differently when it is asked again is no function of its state, and never green.

use crate::toy::{Toy, says};
use quorate::engine::{Ended, Options, Report, Stop, search};
use quorate::verdict::Verdict;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Every call gives another number, in whatever test.
fn calls() -> u64 {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    CALLS.fetch_add(1, Relaxed)
}

fn is_found<S: crate::toy::Plain>(report: &Report<Toy<S>>, words: &[&str]) {
    let failures = report.failures();
    let all = [&["the model is not a function of its state"], words].concat();
    assert!(says(&failures, &all), "{all:?} in {failures:?}");
    for finding in &report.findings {
        let doubted = matches!(finding.verdict, Verdict::Unsound { .. });
        assert!(doubted || finding.verdict.run().is_some(), "{:?}", finding.verdict);
    }
}

/// Counts up to a million in two ways.
fn counter() -> Toy<u32> {
    Toy::new(|| vec![0], |_| vec![1, 10], |n, by| (*n < 2_000).then_some(n + u32::from(by)))
}

/// The models here count how often they are asked, all in one place: their tests run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn searches<S: crate::toy::Plain>(toy: &Toy<S>, words: &[&str]) {
    for threads in [1, 2] {
        for stop in [Stop::Exhausted, Stop::FirstViolation] {
            is_found(&search(toy, &Options { threads, stop, ..Options::default() }), words);
        }
    }
}

#[test]
fn actions_in_another_order_each_time() {
    let _alone = alone();
    let turning = |_: &u32| if calls().is_multiple_of(2) { vec![1, 10] } else { vec![10, 1] };
    let toy = Toy { actions: turning, ..counter() };
    // An odd number of calls a state, so that the second look at a state is not by chance like the first.
    let shuffled = Toy {
        actions: |_| if (calls() * 7 / 3).is_multiple_of(2) { vec![1, 10] } else { vec![10, 1] },
        ..counter()
    };
    for toy in [toy, shuffled] {
        searches(&toy, &["action"]);
        let violated = Toy { always: |_, n| *n != 333, ..toy };
        let report = search(&violated, &Options::single());
        is_found(&report, &["action"]);
        if let Some(run) = report.findings[0].verdict.run() {
            assert_eq!(*run.last(), 333, "a run that is shown breaks the claim");
            for (before, (action, after)) in run.states().zip(&run.steps) {
                assert_eq!(before + u32::from(*action), *after, "each step is one of the model");
            }
        }
    }
}

#[test]
fn initial_states_in_another_order_each_time() {
    let _alone = alone();
    let toy = Toy { init: || if calls().is_multiple_of(2) { vec![0, 7] } else { vec![7, 0] }, ..counter() };
    searches(&toy, &["initial state"]);
    let violated = Toy { always: |_, n| *n != 17, ..toy };
    let report = search(&violated, &Options::single());
    is_found(&report, &["initial state"]);
    let run =
        report.findings[0].verdict.run().expect("17 is reached from 7 in one step, whichever comes first");
    assert_eq!((run.init, *run.last()), (7, 17));
}

#[test]
fn another_number_of_initial_states_each_time() {
    let _alone = alone();
    let toy = Toy { init: || (0..1 + calls() as u32 % 5).collect(), ..counter() };
    is_found(&search(&toy, &Options::single()), &["there were", "initial states"]);
    let toy = Toy { init: || (0..1 + calls() as u32).collect(), ..counter() };
    searches(&toy, &["there were", "initial states"]);
}

#[test]
fn a_step_that_depends_on_the_order_of_a_hash_map() {
    let _alone = alone();
    let next = |n: &u32, _: u8| {
        let set: HashSet<u32> = (0..3).collect();
        (*n < 2_000).then(|| n + 1 + set.into_iter().next().unwrap_or(0))
    };
    let toy = Toy::new(|| vec![0], |_| vec![0], next);
    searches(&toy, &["action 0 of a state, of kind act, led to"]);
    let report = search(&toy, &Options::single());
    let impurity =
        report.impure.iter().find(|impurity| impurity.values.is_some()).expect("two values are shown");
    let (one, other) = impurity.values.as_ref().unwrap();
    assert_ne!(one, other);
    assert!(impurity.at.is_some());
}

#[test]
fn a_step_that_is_possible_only_now_and_then() {
    let _alone = alone();
    let toy = Toy { next: |n, by| (*n < 500 && calls() % 3 != 1).then_some(n + u32::from(by)), ..counter() };
    is_found(&search(&toy, &Options::single()), &["of kind act, led to", "nothing"]);
}

#[test]
fn a_claim_that_reads_a_clock() {
    let _alone = alone();
    // The clock stands still for as long as the search itself takes, and has moved when the claim is asked again.
    static CLOCK: AtomicU64 = AtomicU64::new(0);
    let reads = |_: &Toy<u32>, _: &u32| CLOCK.fetch_add(1, Relaxed) < 2_500;
    let toy = Toy {
        always: reads,
        ..Toy::new(|| vec![0], |_| vec![1], |n, by| (*n < 2_000).then_some(n + u32::from(by)))
    };
    is_found(&search(&toy, &Options::single()), &["claim state held in a state, and then was broken"]);
}

#[test]
fn a_violation_that_does_not_come_again_is_not_called_one() {
    let _alone = alone();
    static ONCE: AtomicU64 = AtomicU64::new(0);
    let once = |_: &Toy<u32>, n: &u32| *n != 1_000 || ONCE.fetch_add(1, Relaxed) > 0;
    let report = search(&Toy { always: once, ..counter() }, &Options::single());
    is_found(&report, &["claim state was decided by a run that does not decide it again"]);
    assert!(matches!(report.findings[0].verdict, Verdict::Unsound { .. }));
}

#[test]
fn a_claim_about_steps_that_answers_at_random() {
    let _alone = alone();
    let toy = Toy { step: Some(|_, _, _, _| calls() % 7 != 3), ..counter() };
    is_found(&search(&toy, &Options::single()), &["claim step"]);
    static CLOCK: AtomicU64 = AtomicU64::new(0);
    let late = |_: &Toy<u32>, _: &u32, _: &u8, _: &u32| CLOCK.fetch_add(1, Relaxed) < 5_500;
    let report = search(&Toy { step: Some(late), ..counter() }, &Options::single());
    is_found(&report, &["claim step", "over"]);
}

#[test]
fn a_model_that_panics_when_it_is_asked_again() {
    let _alone = alone();
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let next = |n: &u32, by: u8| {
        assert!(CALLS.fetch_add(1, Relaxed) < 5_000, "once too often");
        (*n < 2_000).then_some(n + u32::from(by))
    };
    let report = search(&Toy { next, ..counter() }, &Options::single());
    is_found(&report, &["once too often"]);
}

#[test]
fn a_panic_whose_run_cannot_be_taken_again_ends_nothing_but_the_search() {
    let _alone = alone();
    static TURN: AtomicU64 = AtomicU64::new(0);
    let toy = Toy {
        init: || vec![TURN.fetch_add(100_000, Relaxed) as u32],
        next: |n, by| {
            assert!(n % 100_000 < 500, "trapped");
            Some(n + u32::from(by))
        },
        ..counter()
    };
    let report = search(&toy, &Options::single());
    let Ended::Bounded { limit, .. } = &report.ended else { panic!("the run was found again") };
    assert!(limit.contains("trapped"), "{limit}");
    is_found(&report, &["initial state 0"]);
}

#[test]
fn a_pure_model_is_looked_at_twice_and_nothing_is_said() {
    let _alone = alone();
    let report = search(&counter(), &Options::single());
    assert_eq!(report.failures(), Vec::<String>::new());
    assert!(report.looks >= 500 && report.looks < report.unique_states, "{}", report.looks);
}

#[test]
fn a_test_that_fails_shows_the_state_and_both_values() {
    let _alone = alone();
    let next = |n: &u32, _: u8| {
        let set: HashSet<u32> = (0..2).collect();
        (*n < 100).then(|| n + 1 + set.into_iter().next().unwrap_or(0))
    };
    let test = || quorate::test::complete(Toy::new(|| vec![0], |_| vec![0], next));
    let panic = std::panic::catch_unwind(test).expect_err("it is not green");
    let message = panic.downcast_ref::<String>().cloned().expect("a text");
    for part in ["not a function of its state", "asked twice", "\n    in ", "\n    first ", "\n    then "] {
        assert!(message.contains(part), "{part} in {message}");
    }
}
