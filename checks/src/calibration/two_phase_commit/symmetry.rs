//! Resource managers are interchangeable.
//!
//! A manager is what is true of it: its state, its message, and whether it was heard. Sorting these by value forgets
//! which manager is which and nothing else, so two states have one canonical form exactly if a permutation of the
//! managers turns one into the other. That costs a sort of n small numbers, not a trial of n! permutations.

use super::model::{Messages, State, TmState, TwoPhaseCommit};

/// A state without the managers' names.
pub fn canonical(_: &TwoPhaseCommit, state: &State) -> (TmState, bool, bool, Vec<u8>) {
    let mut managers: Vec<u8> = state
        .rms
        .iter()
        .zip(&state.tm_prepared)
        .map(|(rm, heard)| (*rm as u8) << 2 | u8::from(*heard) << 1)
        .collect();
    let (mut commit, mut abort) = (false, false);
    for message in &state.messages {
        match message {
            Messages::Prepared(rm) => managers[*rm] |= 1,
            Messages::Commit => commit = true,
            Messages::Abort => abort = true,
        }
    }
    managers.sort_unstable();
    (state.tm, commit, abort, managers)
}

/// The state with each pair of neighbouring managers swapped: together these generate every permutation.
pub fn swaps(_: &TwoPhaseCommit, state: &State) -> Vec<State> {
    (1..state.rms.len()).map(|second| swapped(state, second - 1, second)).collect()
}

fn swapped(state: &State, first: usize, second: usize) -> State {
    let mut image = state.clone();
    image.rms.swap(first, second);
    image.tm_prepared.swap(first, second);
    let renamed = |message: &Messages| match *message {
        Messages::Prepared(rm) if rm == first => Messages::Prepared(second),
        Messages::Prepared(rm) if rm == second => Messages::Prepared(first),
        other => other,
    };
    image.messages = state.messages.iter().map(renamed).collect();
    image
}
