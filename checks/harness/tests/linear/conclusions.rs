//! What a conclusion says, and that none that is empty or cut is green.

use crate::objects::{Access, Access::*, FetchAdd, Register, Store, Told, Told::*, bar, history, open};
use quorate::linear::{Conclusion, History, HistoryError, OperationId, check};
use quorate::simulate::Random;

#[test]
fn a_history_without_a_response_is_not_green() {
    let mut nothing = History::default();
    assert!(nothing.is_empty());
    assert_eq!(check(&Register, &nothing, 1_000), Conclusion::Vacuous);
    let _ = nothing.invoke(1, Write(1));
    let conclusion = check(&Register, &nothing, 1_000);
    assert_eq!(conclusion, Conclusion::Vacuous);
    assert!(!conclusion.is_green());
    assert_eq!(conclusion.sentence(&nothing), "vacuous: no operation was answered");
}

#[test]
fn a_search_that_was_cut_is_unknown_and_not_green() {
    let all: Vec<_> = (0..20).map(|client| bar(client, 0, 1, (7, Write(client as u8)), Done)).collect();
    let all = history(&all);
    let conclusion = check(&Store { split: true }, &all, 5);
    assert_eq!(conclusion, Conclusion::Unknown { budget: 5, key: Some(7) });
    assert!(!conclusion.is_green());
    assert_eq!(conclusion.sentence(&all), "unknown, key 7: cut after 5 configurations");
    assert!(check(&Store { split: true }, &all, 1_000).is_green());
}

#[test]
fn a_refutation_on_one_key_stands_although_another_was_cut() {
    let mut bars: Vec<_> = (0..20).map(|client| bar(client, 0, 1, (1, Write(client as u8)), Done)).collect();
    bars.push(bar(21, 0, 1, (2, Read), Value(9)));
    let conclusion = check(&Store { split: true }, &history(&bars), 5);
    let Conclusion::NotLinearizable(refutation) = conclusion else { panic!("{conclusion:?}") };
    assert_eq!(refutation.key, Some(2));
}

#[test]
fn a_stale_read_is_told_by_the_three_operations_that_show_it() {
    let mut bars = vec![
        bar(1, 0, 1, Write(1), Done),
        bar(2, 10, 11, Write(2), Done),
        bar(3, 20, 21, Read, Value(1)),
        open(9, 0, Write(8)),
    ];
    bars.extend((0..8).map(|n| bar(4 + n, 30 + n as u32, 40, Write(5), Done)));
    let history = history(&bars);
    let conclusion = check(&Register, &history, 100_000);
    let sentence = "not linearizable: no order explains these 3 responses:\n  \
         client 1: Write(1) -> Done, from 0 to 2\n  \
         client 2: Write(2) -> Done, from 3 to 4\n  \
         client 3: Read -> Value(1), from 5 to 6\n\
         whatever the other 9 operations did";
    assert_eq!(conclusion.sentence(&history), sentence);
    let Conclusion::NotLinearizable(refutation) = conclusion else { panic!("not refuted") };
    assert_eq!(refutation.unplaced.first().map(|id| &history[*id].asked), Some(&Read));
    assert_eq!(history[refutation.first].asked, Read);
    assert!(refutation.minimal);
    assert!(matches!(check(&Register, &history.only(&refutation.core), 100), Conclusion::NotLinearizable(_)));
}

#[test]
fn a_small_budget_leaves_a_refutation_that_is_not_minimal_and_says_so() {
    let mut bars: Vec<_> = (0..6).map(|n| bar(n, 0, 1, 1, n as u32)).collect();
    bars.push(bar(9, 2, 3, 1, 9));
    let history = history(&bars);
    let wanted = |budget| match check(&FetchAdd, &history, budget) {
        Conclusion::NotLinearizable(refutation) => Some(refutation),
        _ => None,
    };
    let least = (1..1_000).find(|budget| wanted(*budget).is_some()).expect("enough of a budget refutes");
    assert!(!wanted(least).expect("it refutes").minimal);
    assert!(wanted(100_000).expect("it refutes").minimal);
}

#[test]
fn equal_operations_of_unknown_outcome_do_not_multiply_the_search() {
    let mut bars: Vec<_> = (0..40).map(|n| open(n, 0, 1)).collect();
    bars.push(bar(99, 1, 2, 1, 41));
    let conclusion = check(&FetchAdd, &history(&bars), 1_000);
    assert!(matches!(conclusion, Conclusion::NotLinearizable(_)), "41 of 40 increments: {conclusion:?}");
    bars.push(open(100, 0, 1));
    assert!(check(&FetchAdd, &history(&bars), 1_000).is_green());
}

#[test]
fn what_does_not_happen_cannot_be_recorded() {
    let mut one = History::default();
    let id = one.invoke(1, Write(1));
    one.unknown(id).expect("it is open");
    one.complete(id, Done).expect("a late answer says what happened");
    assert_eq!(one.complete(id, Done), Err(HistoryError::Answered(id)));
    assert_eq!(one.unknown(id), Err(HistoryError::Answered(id)));
    let other: &mut History<u8, u8> = &mut History::default();
    assert_eq!(other.complete(id, 1), Err(HistoryError::Stranger(id)));
    assert_eq!(HistoryError::Stranger(id).to_string(), "operation 0 was never invoked in this history");
}

/// A run of a register that is atomic: `clients` work side by side, and one in `patience` steps is one of giving up.
fn atomic_run(seed: u64, clients: usize, operations: usize, patience: usize) -> History<Access, Told> {
    let mut random = Random::new(seed);
    let mut history = History::default();
    let mut state = 0;
    // By client: what is open, and the answer, once it took effect.
    let mut open: Vec<Option<(OperationId, Access, Option<Told>)>> = vec![None; clients];
    while history.len() < operations {
        let client = random.below(clients);
        match open[client].take() {
            None => {
                let value = random.below(200) as u8;
                let access = [Write(value), Read, Cas(state, value)][random.below(3)];
                open[client] = Some((history.invoke(client as u64, access), access, None));
            }
            Some((id, _, _)) if random.below(patience) == 0 => history.unknown(id).expect("it is open"),
            Some((id, access, None)) => {
                let (after, told) = Register::invoke(state, access);
                state = after;
                open[client] = Some((id, access, Some(told)));
            }
            Some((id, _, Some(told))) => history.complete(id, told).expect("it is open"),
        }
    }
    history
}

#[test]
fn long_histories_of_an_atomic_register_are_linearizable() {
    for seed in 0..3 {
        let history = atomic_run(seed, 6, 2_000, 100);
        let conclusion = check(&Register, &history, 100_000);
        assert!(conclusion.is_green(), "seed {seed}: {}", conclusion.sentence(&history));
    }
}

#[test]
fn one_wrong_answer_among_hundreds_is_told_alone() {
    for seed in 0..3 {
        let mut history = atomic_run(seed, 4, 300, 200);
        let read = history.invoke(99, Read);
        history.complete(read, Value(201)).expect("it is open");
        let conclusion = check(&Register, &history, 100_000);
        let Conclusion::NotLinearizable(refutation) = conclusion else {
            panic!("seed {seed}: {conclusion:?}")
        };
        assert_eq!((refutation.core, refutation.minimal), (vec![read], true), "seed {seed}");
    }
}
