//! Inductive invariants: shown, too weak, false, and enumerated badly.

use quorate::engine::{Induction, inductive};
use stateright::Model;

/// Two counters below ten that climb together, the second never ahead.
struct Pair;

impl Model for Pair {
    type State = (u8, u8);
    type Action = bool;

    fn init_states(&self) -> Vec<(u8, u8)> {
        vec![(0, 0)]
    }

    fn actions(&self, (one, other): &(u8, u8), actions: &mut Vec<bool>) {
        actions.extend((*one < 9).then_some(true));
        // Guarded by a difference: from an unreachable state in which the second is ahead, it climbs on.
        actions.extend((other != one && *other < 9).then_some(false));
    }

    fn next_state(&self, (one, other): &(u8, u8), first: bool) -> Option<(u8, u8)> {
        Some(if first { (one + 1, *other) } else { (*one, other + 1) })
    }
}

fn all() -> impl Iterator<Item = (u8, u8)> + Send {
    (0..10).flat_map(|one| (0..10).map(move |other| (one, other)))
}

fn typed(_: &Pair, (one, other): &(u8, u8)) -> bool {
    *one < 10 && *other < 10
}

#[test]
fn an_inductive_invariant_is_shown_with_its_numbers() {
    for threads in [1, 2] {
        let result = inductive(&Pair, |_, (one, other)| other <= one, typed, all(), threads);
        let Induction::Inductive { states, satisfying, steps } = result else { panic!("{result:?}") };
        assert_eq!((states, satisfying, steps), (100, 55, 45 + 45));
    }
}

#[test]
fn a_weaker_invariant_that_holds_wherever_one_gets_is_not_inductive() {
    for threads in [1, 2] {
        // It holds in every reachable state, for there the second is never ahead.
        let result = inductive(&Pair, |_, state| *state != (0, 9), typed, all(), threads);
        let Induction::NotPreserved { before, action, after } = result else { panic!("{result:?}") };
        assert_eq!((before, action, after), ((0, 8), false, (0, 9)));
    }
}

#[test]
fn false_at_first_and_true_of_nothing_are_told_apart() {
    assert!(matches!(
        inductive(&Pair, |_, (one, _)| *one > 0, typed, all(), 1),
        Induction::NotInitially((0, 0))
    ));
    let nothing = inductive(&Pair, |_, state| *state == (0, 0), typed, std::iter::empty(), 1);
    assert!(matches!(nothing, Induction::Vacuous));
}

#[test]
fn a_step_out_of_the_enumerated_states_shows_nothing() {
    let small = |_: &Pair, (one, other): &(u8, u8)| *one < 5 && *other < 5;
    let states = all().filter(|(one, other)| *one < 5 && *other < 5);
    assert!(matches!(inductive(&Pair, |_, _| true, small, states, 1), Induction::NotClosed((0, 5))));
}
