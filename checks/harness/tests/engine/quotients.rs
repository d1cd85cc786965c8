//! A canonical form that merges too much is a finding, whichever way the states differ.

use crate::toy::{Toy, says};
use quorate::engine::{Options, Symmetry, search, search_symmetric};
use quorate::verdict::Verdict;

/// Two processes and who of them owns the lock. Action 0 and 1: a process takes the free lock and is inside. Action 2:
/// the other process steals it, and stays outside.
type Lock = ([u8; 2], Option<usize>);

fn steal() -> Toy<Lock> {
    let actions = |(_, owner): &Lock| if owner.is_none() { vec![0, 1] } else { vec![2] };
    let next = |(counters, owner): &Lock, action| {
        if action == 2 {
            return Some((*counters, owner.map(|owner| 1 - owner)));
        }
        let mut counters = *counters;
        counters[usize::from(action)] = 1;
        Some((counters, Some(usize::from(action))))
    };
    let owner_is_inside =
        |_: &Toy<Lock>, (counters, owner): &Lock| owner.is_none_or(|owner| counters[owner] == 1);
    Toy { always: owner_is_inside, ..Toy::new(|| vec![([0; 2], None)], actions, next) }
}

fn swapped(_: &Toy<Lock>, ([one, other], owner): &Lock) -> Vec<Lock> {
    vec![([*other, *one], owner.map(|owner| 1 - owner))]
}

fn sorted_and_owned(_: &Toy<Lock>, (counters, owner): &Lock) -> ([u8; 2], bool) {
    let mut counters = *counters;
    counters.sort_unstable();
    (counters, owner.is_some())
}

#[test]
fn a_form_that_forgets_who_owns_the_lock_is_not_green() {
    let plain = search(&steal(), &Options::single());
    assert_eq!(plain.findings[0].verdict.run().map(|run| run.len()), Some(2));
    for images in [swapped, |_: &Toy<Lock>, _: &Lock| Vec::new()] {
        for threads in [1, 2] {
            let symmetry = Symmetry { canonical: sorted_and_owned, images };
            let options = Options { threads, ..Options::default() };
            let report = search_symmetric(&steal(), &symmetry, &options);
            assert_eq!(report.unique_states, 2);
            assert!(
                says(&report.failures(), &["state: the canonical form merges states"]),
                "{:?}",
                report.failures()
            );
            assert!(matches!(report.findings[0].verdict, Verdict::Unsound { .. }));
            let (one, other) = report.merged.as_ref().expect("both states are said");
            assert_eq!((one.0, one.1.is_some()), (other.0, true));
            assert_ne!(one.1, other.1);
        }
    }
}

#[test]
fn a_form_that_keeps_the_owners_place_finds_the_violation() {
    let symmetry = Symmetry {
        canonical: |_: &Toy<Lock>, (counters, owner): &Lock| {
            let mut all = [0, 1].map(|process| (counters[process], *owner == Some(process)));
            all.sort_unstable();
            all
        },
        images: swapped,
    };
    let report = search_symmetric(&steal(), &symmetry, &Options::single());
    assert!(report.asymmetries.is_empty(), "{:?}", report.asymmetries);
    assert_eq!(report.findings[0].verdict.run().map(|run| run.len()), Some(2));
}

/// Counts to 3 in tens; the unit is what a form may forget. Only from 13 a step leads on to 30.
fn tens() -> Toy<u8> {
    let next = |n: &u8, action: u8| match (*n, action) {
        (0, unit) => Some(10 + unit),
        (13, _) => Some(30),
        _ => None,
    };
    Toy::new(|| vec![0], |_| vec![1, 2, 3], next)
}

fn units_forgotten() -> Symmetry<Toy<u8>, u8> {
    Symmetry { canonical: |_, n| n / 10, images: |_, _| Vec::new() }
}

#[test]
fn a_form_that_merges_states_with_other_successors_is_not_green() {
    let report = search_symmetric(&tens(), &units_forgotten(), &Options::single());
    assert_eq!(report.unique_states, 2, "30 is missed");
    assert!(says(&report.failures(), &["the canonical form merges states that have different successors"]));
    assert!(matches!(report.findings[0].verdict, Verdict::Unsound { .. }));
    assert_eq!(report.merged, Some((11, 13)));
}

#[test]
fn a_form_that_merges_initial_states_is_compared_too() {
    let toy = Toy { init: || vec![11, 13], ..tens() };
    let report = search_symmetric(&toy, &units_forgotten(), &Options::single());
    assert!(says(&report.failures(), &["the canonical form merges states that have different successors"]));
}

#[test]
fn a_form_that_merges_states_over_whose_steps_a_claim_differs_is_not_green() {
    // Every state leads to one class; the claim is about the unit before the step.
    let next = |n: &u8, action: u8| match *n {
        0 => Some(10 + action),
        10..20 => Some(30),
        _ => None,
    };
    let toy =
        Toy { step: Some(|_, before, _, _| *before != 13), ..Toy::new(|| vec![0], |_| vec![1, 2, 3], next) };
    let plain = search(&toy, &Options::single());
    assert!(plain.findings[1].verdict.run().is_some());
    let report = search_symmetric(&toy, &units_forgotten(), &Options::single());
    assert!(!report.is_green());
    assert!(matches!(report.findings[1].verdict, Verdict::Unsound { .. }));
}

#[test]
fn a_form_that_merges_ends_of_which_a_claim_differs_is_not_green() {
    let next = |n: &u8, action: u8| (*n == 0).then_some(10 + action);
    let toy = Toy { end: Some(|_, n| *n != 13), ..Toy::new(|| vec![0], |_| vec![1, 2, 3], next) };
    let report = search_symmetric(&toy, &units_forgotten(), &Options::single());
    assert!(says(&report.failures(), &["end: the canonical form merges states that it tells apart"]));
}

#[test]
fn a_form_may_merge_what_no_claim_and_no_step_tells_apart() {
    let next = |n: &u8, action: u8| match *n {
        0 => Some(10 + action),
        10..20 => Some(30 + action),
        _ => None,
    };
    let report = search_symmetric(
        &Toy::new(|| vec![0], |_| vec![1, 2, 3], next),
        &units_forgotten(),
        &Options::single(),
    );
    assert_eq!(report.failures(), Vec::<String>::new());
    assert_eq!(report.unique_states, 3);
}

#[test]
fn a_form_that_merges_too_much_late_in_a_large_search_is_found_by_the_sample() {
    // A number below 60,000 and a flag that the form forgets; it is raised above 30,000, and matters at each number.
    type Pair = (u32, bool);
    let next = |(n, flag): &Pair, action: u8| match action {
        0 => (*n < 60_000).then_some((n + 1, *flag)),
        1 => (*n > 30_000).then_some((*n, true)),
        _ => flag.then_some((n + 100_000, true)).filter(|_| *n <= 60_000),
    };
    let toy: Toy<Pair> = Toy::new(|| vec![(0, false)], |_| vec![0, 1, 2], next);
    let symmetry: Symmetry<Toy<Pair>, u32> =
        Symmetry { canonical: |_, state| state.0, images: |_, _| Vec::new() };
    let report = search_symmetric(&toy, &symmetry, &Options::single());
    assert!(says(&report.failures(), &["the canonical form merges states that have different successors"]));
}
