//! Histories whose verdicts are known.
//!
//! The queue's are in the manner of Figure 1 of Herlihy and Wing, *Linearizability: a correctness condition for
//! concurrent objects*, TOPLAS 1990: two that are acceptable, two that are not, for the reasons that they give.

use crate::objects::{Access::*, Bag, Bar, FetchAdd, Queue, Register, Told::*, Turn::*, bar, history, open};
use quorate::linear::{Conclusion, Sequential, check};

fn is_linearizable<S: Sequential>(object: &S, bars: &[Bar<S::Operation, S::Response>]) -> bool {
    let conclusion = check(object, &history(bars), 100_000);
    match conclusion {
        Conclusion::Linearizable { .. } => true,
        Conclusion::NotLinearizable(_) => false,
        undecided => panic!("{undecided:?}"),
    }
}

#[test]
fn concurrent_enqueues_come_out_in_either_order() {
    for (first, second) in [('x', 'y'), ('y', 'x')] {
        assert!(is_linearizable(
            &Queue,
            &[
                bar(1, 0, 3, Enqueue('x'), None),
                bar(2, 1, 2, Enqueue('y'), None),
                bar(2, 4, 5, Dequeue, Some(first)),
                bar(1, 6, 7, Dequeue, Some(second)),
            ]
        ));
    }
}

#[test]
fn what_was_enqueued_first_must_come_out_first() {
    assert!(!is_linearizable(
        &Queue,
        &[
            bar(1, 0, 1, Enqueue('x'), None),
            bar(2, 2, 3, Enqueue('y'), None),
            bar(1, 4, 5, Dequeue, Some('y')),
        ]
    ));
}

#[test]
fn a_dequeue_may_see_an_enqueue_that_has_not_returned() {
    assert!(is_linearizable(
        &Queue,
        &[bar(1, 0, 9, Enqueue('x'), None), bar(2, 1, 2, Dequeue, Some('x')), bar(2, 3, 4, Dequeue, None)]
    ));
    assert!(is_linearizable(&Queue, &[open(1, 0, Enqueue('x')), bar(2, 1, 2, Dequeue, Some('x'))]));
}

#[test]
fn one_item_is_not_dequeued_twice() {
    assert!(!is_linearizable(
        &Queue,
        &[
            bar(1, 0, 5, Enqueue('x'), None),
            bar(2, 1, 6, Enqueue('y'), None),
            bar(1, 7, 9, Dequeue, Some('y')),
            bar(2, 8, 10, Dequeue, Some('y')),
        ]
    ));
}

#[test]
fn a_bag_hands_out_in_any_order_and_nothing_twice() {
    let after = |first, second| {
        let took = [bar(1, 4, 5, Dequeue, first), bar(2, 6, 7, Dequeue, second)];
        let put = [bar(1, 0, 1, Enqueue('x'), None), bar(2, 2, 3, Enqueue('y'), None)];
        is_linearizable(&Bag, &put.into_iter().chain(took).collect::<Vec<_>>())
    };
    assert!(after(Some('x'), Some('y')) && after(Some('y'), Some('x')));
    assert!(!after(Some('y'), Some('y')) && !after(Some('x'), None));
}

#[test]
fn a_read_after_a_write_that_returned_sees_it() {
    let reads = |value| {
        is_linearizable(
            &Register,
            &[bar(1, 0, 1, Write(1), Done), bar(2, 2, 3, Write(2), Done), bar(3, 4, 5, Read, Value(value))],
        )
    };
    assert!(reads(2));
    assert!(!reads(1), "a stale read");
    assert!(!reads(3), "nobody wrote it");
}

#[test]
fn new_then_old_is_no_register() {
    // While a write is under way one read sees it and a later read does not: regular, but not atomic (Lamport, On
    // interprocess communication, 1986).
    let two_reads = |first, second| {
        is_linearizable(
            &Register,
            &[
                bar(1, 0, 9, Write(1), Done),
                bar(2, 1, 2, Read, Value(first)),
                bar(3, 3, 4, Read, Value(second)),
            ],
        )
    };
    assert!(two_reads(0, 0) && two_reads(0, 1) && two_reads(1, 1));
    assert!(!two_reads(1, 0));
}

#[test]
fn a_write_of_unknown_outcome_takes_effect_late_or_never_but_once() {
    let lost = |reads: &[u8]| {
        let mut bars = vec![open(1, 0, Write(1)), bar(2, 1, 2, Write(2), Done)];
        for (number, value) in (1..).zip(reads) {
            bars.push(bar(3, 10 * number, 10 * number + 1, Read, Value(*value)));
        }
        is_linearizable(&Register, &bars)
    };
    assert!(lost(&[2, 2]) && lost(&[2, 1, 1]) && lost(&[1]));
    assert!(!lost(&[1, 2]) && !lost(&[2, 1, 2]) && !lost(&[0]));
}

#[test]
fn nothing_takes_effect_before_it_is_asked() {
    let asked_at = |from| {
        is_linearizable(
            &Register,
            &[open(1, from, Write(1)), bar(2, 1, 3, Read, Value(1)), bar(2, 4, 5, Read, Value(1))],
        )
    };
    assert!(asked_at(2));
    assert!(!asked_at(6));
}

#[test]
fn one_compare_and_set_wins() {
    let race = |first, second| {
        is_linearizable(
            &Register,
            &[
                bar(1, 0, 3, Cas(0, 1), Swapped(first)),
                bar(2, 1, 2, Cas(0, 2), Swapped(second)),
                bar(3, 4, 5, Read, Value(if first { 1 } else { 2 })),
            ],
        )
    };
    assert!(race(true, false) && race(false, true));
    assert!(!race(true, true) && !race(false, false));
}

#[test]
fn a_command_that_is_executed_twice_shows_on_a_counter_and_not_on_a_register() {
    // A client retries; both tries took effect, and it heard of one of them.
    assert!(!is_linearizable(&FetchAdd, &[bar(1, 0, 1, 1, 1), bar(2, 2, 3, 1, 2)]));
    assert!(is_linearizable(&FetchAdd, &[bar(1, 0, 1, 1, 0), bar(2, 2, 3, 1, 1)]));
    assert!(is_linearizable(&Register, &[bar(1, 0, 1, Write(1), Done), bar(2, 2, 3, Read, Value(1))]));
}

#[test]
fn concurrent_increments_are_told_different_values() {
    let told = |values: [u32; 3]| {
        let bars: Vec<_> = values.iter().zip(1..).map(|(told, client)| bar(client, 0, 9, 1, *told)).collect();
        is_linearizable(&FetchAdd, &bars)
    };
    assert!(told([0, 1, 2]) && told([2, 0, 1]));
    assert!(!told([0, 1, 1]) && !told([0, 1, 3]));
}
