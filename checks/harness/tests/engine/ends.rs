//! A claim about ends says nothing of states from which no end can be reached: the report counts them.

use crate::toy::{Toy, says};
use quorate::engine::{Limits, Options, Report, Symmetry, search, search_symmetric};

/// 0 leads to 1, an end, and to 10, from which only a ring of ten states goes on.
fn ring() -> Toy<u32> {
    let next = |n: &u32, action: u8| match (*n, action) {
        (0, 0) => Some(1),
        (0, _) => Some(10),
        (10.., 0) => Some(10 + (n - 9) % 10),
        _ => None,
    };
    Toy { end: Some(|_, n| *n == 1), ..Toy::new(|| vec![0], |_| vec![0, 1], next) }
}

fn counted(report: &Report<Toy<u32>>) -> (Option<u64>, u64) {
    (report.endless, report.unique_states)
}

#[test]
fn states_from_which_no_end_is_reachable_are_counted() {
    let report = search(&ring(), &Options::single());
    assert_eq!(report.failures(), Vec::<String>::new());
    assert_eq!(counted(&report), (Some(10), 12));
    assert!(says(&report.lines(), &["from 10 of 12 states no end can be reached"]));
    assert!(report.summary().contains("from 10 of 12 states"), "{}", report.summary());
}

#[test]
fn the_count_does_not_depend_on_threads_or_on_a_canonical_form() {
    // Wide enough for several threads: below 100,000 every number leads to two others, and multiples of 7 to a ring.
    let next = |n: &u32, action: u8| match (*n, action) {
        (1_000_000.., 0) => Some(1_000_000 + (n + 1) % 5),
        (n, 0 | 1) if n < 50_000 && n % 7 != 3 => Some(2 * n + 1 + u32::from(action)),
        (n, 0) if n % 7 == 3 => Some(1_000_000),
        _ => None,
    };
    let toy = Toy { end: Some(|_, _| true), ..Toy::new(|| vec![0], |_| vec![0, 1], next) };
    let alone = search(&toy, &Options::single());
    assert!(alone.endless.is_some_and(|count| count > 5));
    for threads in [2, 3] {
        let together = search(&toy, &Options { threads, ..Options::default() });
        assert_eq!(counted(&together), counted(&alone));
    }
    let same = Symmetry { canonical: |_: &Toy<u32>, n: &u32| *n, images: |_, _| Vec::new() };
    assert_eq!(counted(&search_symmetric(&toy, &same, &Options::single())), counted(&alone));
}

#[test]
fn nothing_is_counted_that_was_not_searched() {
    let limits = Limits { depth: Some(3), ..Limits::default() };
    let report = search(&ring(), &Options { limits, ..Options::single() });
    assert_eq!(report.endless, None);
    assert!(says(&report.lines(), &["were not counted"]));
}

#[test]
fn a_model_that_claims_nothing_of_ends_is_not_burdened() {
    let report = search(&Toy { end: None, ..ring() }, &Options::single());
    assert_eq!((report.endless, report.lines()), (None, Vec::new()));
}
