//! Client histories that are linearizable, and some that are not.

use quorate_model::paxos::log::Log;
use quorate_model::paxos::log::property::linearizable;
use quorate_model::paxos::log::state::Operation::{self, Command, Read};
use quorate_model::paxos::log::state::{Call, Slot, State};

/// Is this history linearizable? Each call comes with the calls answered before it began, and with its answers.
fn fits(history: &[(Operation, &[Operation], &[u64])]) -> bool {
    let mut state = State::new(3, 0);
    for (operation, after, answers) in history {
        let after = after.iter().copied().collect();
        let answers = (0..).map(Slot).zip(answers.iter().copied()).collect();
        state.calls.insert(*operation, Call { after, answers });
    }
    linearizable(&Log::reads(), &state)
}

#[test]
fn calls_at_the_same_time_may_come_in_either_order() {
    assert!(fits(&[(Command(1), &[], &[0]), (Read(1), &[], &[0])]));
    assert!(fits(&[(Command(1), &[], &[0]), (Read(1), &[], &[1])]));
    assert!(fits(&[(Command(1), &[], &[1]), (Command(2), &[], &[0])]));
    assert!(!fits(&[(Command(1), &[], &[0]), (Command(2), &[], &[0])]), "both were the first");
}

#[test]
fn what_was_answered_before_is_seen_after() {
    assert!(fits(&[(Command(1), &[], &[0]), (Read(1), &[Command(1)], &[1])]));
    assert!(!fits(&[(Command(1), &[], &[0]), (Read(1), &[Command(1)], &[0])]), "a stale read");
    assert!(!fits(&[(Read(1), &[], &[1]), (Command(1), &[Read(1)], &[0])]), "a read of the future");
    let two_reads = |first, second| {
        fits(&[(Command(1), &[], &[]), (Read(1), &[], &[first]), (Read(2), &[Read(1)], &[second])])
    };
    assert!(two_reads(0, 1));
    assert!(!two_reads(1, 0), "the second read goes back");
}

#[test]
fn a_pending_command_may_have_taken_effect_and_a_pending_read_does_nothing() {
    assert!(fits(&[(Command(1), &[], &[]), (Read(1), &[], &[1])]));
    assert!(fits(&[(Command(1), &[], &[]), (Read(1), &[], &[0])]));
    assert!(!fits(&[(Command(1), &[], &[]), (Read(1), &[], &[2])]), "there are not two");
    assert!(!fits(&[(Read(2), &[], &[]), (Read(1), &[], &[1])]));
    assert!(fits(&[]));
}

#[test]
fn a_command_answered_twice_is_answered_alike() {
    assert!(fits(&[(Command(1), &[], &[0, 0]), (Command(2), &[], &[1])]));
    assert!(!fits(&[(Command(1), &[], &[0, 1])]));
    assert!(!fits(&[(Command(1), &[], &[1, 1])]), "nothing came before it");
}
