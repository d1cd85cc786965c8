//! Any number of initial states, and no search without an end in a test.

use crate::toy::Toy;
use quorate::engine::{
    Checkpoint, Limits, Options, Packed, Report, Symmetry, search, search_encoded, search_packed,
    search_resumable, search_symmetric,
};
use quorate::registry::Search;
use quorate::test::{LIMITS, complete, complete_within};
use quorate::trace::Form;
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn many(init: fn() -> Vec<u32>) -> Toy<u32> {
    Toy::new(init, |_| vec![0], |n, _| Some(n / 2))
}

#[test]
fn as_many_initial_states_as_there_are() {
    // 46,656 = 6^6, those of Dijkstra's EWD426; each doubles in number with a table that grows.
    for (init, count) in [
        ((|| (0..9_217).collect()) as fn() -> Vec<u32>, 9_217),
        (|| (0..46_656).collect(), 46_656),
        (|| (0..1_000_000).chain(0..1_000).collect(), 1_000_000),
    ] {
        for threads in [1, 2] {
            let report = search(&many(init), &Options { threads, ..Options::default() });
            assert_eq!(report.failures(), Vec::<String>::new());
            assert_eq!((report.unique_states, report.depth, report.transitions), (count, 1, count));
        }
    }
}

/// A number that is its own 16 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Number(u128);

impl Packed for Number {
    fn pack(&self) -> u128 {
        self.0
    }

    fn unpack(packed: u128) -> Self {
        Number(packed)
    }
}

#[test]
fn as_many_initial_states_in_every_kind_of_search() {
    const COUNT: u64 = 46_656;
    let all = |report: &Report<Toy<Number>>, how: &str| {
        assert_eq!(report.failures(), Vec::<String>::new(), "{how}");
        assert_eq!((report.unique_states, report.depth, report.transitions), (COUNT, 1, COUNT), "{how}");
    };
    let toy = || Toy::new(|| (0..46_656).map(Number).collect(), |_| vec![0], |n, _| Some(Number(n.0 / 2)));
    let symmetry: Symmetry<Toy<Number>, u128> = Symmetry { canonical: |_, n| n.0, images: |_, _| Vec::new() };
    for threads in [1, 2] {
        let options = Options { threads, ..Options::default() };
        all(&search(&toy(), &options), "search");
        all(&search_encoded(&toy(), &options), "search_encoded");
        all(&search_packed(&toy(), &options), "search_packed");
        all(&search_symmetric(&toy(), &symmetry, &options), "search_symmetric");
        let folder = tempfile::tempdir().unwrap();
        let checkpoint = Checkpoint {
            path: folder.path().join("initial"),
            every_seconds: 0.0,
            configuration: "many initial states".to_owned(),
        };
        all(&search_resumable(&toy(), &options, &checkpoint).unwrap(), "search_resumable");
    }
}

#[test]
fn a_violation_in_the_last_of_many_initial_states_has_its_run() {
    let toy = Toy { always: |_, n| *n != 99_999, ..many(|| (0..100_000).collect()) };
    let report = search(&toy, &Options::single());
    let run = report.findings[0].verdict.run().expect("it is violated");
    assert_eq!((run.init, run.len()), (99_999, 0));
}

fn endless() -> Toy<u64> {
    Toy::new(|| vec![0], |_| vec![0], |n, _| Some(n + 1))
}

fn failure(test: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(test)).expect_err("an endless model is not green");
    panic.downcast_ref::<String>().cloned().expect("the failure is a text")
}

#[test]
fn an_endless_model_ends_a_test_and_the_limit_is_named() {
    let message = failure(|| complete(endless()));
    assert!(message.contains("cut at 5000000 states, 1 states open"), "{message}");
    assert!(message.contains("complete_within"), "{message}");
    let message = failure(|| {
        quorate::test::check(Search::new("test", "endless", endless(), Form::debug()));
    });
    assert!(message.contains("5000000 states"), "{message}");
}

#[test]
fn a_test_may_set_its_own_limits() {
    let limits = Limits { states: Some(1_000), ..Limits::default() };
    let message = failure(|| complete_within(endless(), limits));
    assert!(message.contains("cut at 1000 states"), "{message}");
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        quorate::test::check(Search::new("test", "endless", endless(), Form::debug()).limits(limits))
    }));
    let message = outcome.err().and_then(|panic| panic.downcast_ref::<String>().cloned()).expect("a text");
    assert!(message.contains("1000 states"), "{message}");
}

#[test]
fn a_test_has_a_limit_of_memory_and_names_it() {
    assert_eq!((LIMITS.states, LIMITS.bytes), (Some(5_000_000), Some(4 << 30)));
}

#[test]
#[cfg(target_os = "linux")]
fn a_test_that_fills_the_memory_is_cut_and_names_it() {
    // The number of states is no limit here, and that of seconds is for a machine that frees as much elsewhere.
    let limits = Limits { bytes: Some(4 << 20), seconds: Some(60.0), ..Limits::default() };
    let doubling = Toy::new(|| vec![1_u64], |_| vec![0, 1], |n, bit| Some(2 * n + u64::from(bit)));
    let message = failure(|| complete_within(doubling, limits));
    assert!(message.contains("cut at 4.00 MiB of memory, "), "{message}");
}

#[test]
#[cfg(target_os = "linux")]
fn what_was_held_before_a_search_counts_for_the_limit_of_the_process() {
    // This process holds more than 64 KiB before it begins.
    let whole = Limits { process: Some(64 << 10), seconds: Some(60.0), ..Limits::default() };
    let message = failure(|| complete_within(endless(), whole));
    assert!(message.contains("cut at 64.00 KiB of memory in this process, "), "{message}");
    let roomy = Limits { process: Some(1 << 50), states: Some(1_000), ..Limits::default() };
    assert!(failure(|| complete_within(endless(), roomy)).contains("cut at 1000 states"));
}

#[test]
fn the_summary_says_what_was_searched() {
    let toy = Toy { within: |n| *n <= 3, ..Toy::new(|| vec![0_u64], |_| vec![0], |n, _| Some(n + 1)) };
    let summary = search(&toy, &Options::single()).summary();
    for part in ["complete", "4 states", "3 steps", "depth 4", "state ×4", "1 steps left the boundary"] {
        assert!(summary.contains(part), "{part} in {summary}");
    }
    assert!(!summary.contains('\n'));
}
