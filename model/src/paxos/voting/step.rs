//! Guard and effect of both actions: `IncreaseMaxBal` and `VoteFor`.

use super::action::Action;
use super::state::{Acceptor, Ballot, QUORUM, State, Value};

/// The state after `action`, or `None` where the action is not possible.
pub(super) fn apply(state: &State, action: Action) -> Option<State> {
    match action {
        Action::IncreaseMaxBal { acceptor, ballot } => increase_max_bal(state, acceptor, ballot),
        Action::VoteFor { acceptor, ballot, value } => vote_for(state, acceptor, ballot, value),
    }
}

/// Every action, in a fixed order.
pub(super) fn possible(actions: &mut Vec<Action>) {
    for acceptor in State::acceptors() {
        for ballot in State::ballots() {
            actions.push(Action::IncreaseMaxBal { acceptor, ballot });
            actions.extend(State::values().map(|value| Action::VoteFor { acceptor, ballot, value }));
        }
    }
}

fn increase_max_bal(state: &State, acceptor: Acceptor, ballot: Ballot) -> Option<State> {
    if Some(ballot) <= state.promised(acceptor) {
        return None;
    }
    let mut next = *state;
    next.acceptors[acceptor.0 as usize].promised = Some(ballot);
    Some(next)
}

fn vote_for(state: &State, acceptor: Acceptor, ballot: Ballot, value: Value) -> Option<State> {
    let may_vote = Some(ballot) >= state.promised(acceptor) && state.vote(acceptor, ballot).is_none();
    let alone = State::acceptors().all(|other| state.vote(other, ballot).is_none_or(|vote| vote == value));
    if !may_vote || !alone || !some_quorum_shows_safe(state, ballot, value) {
        return None;
    }
    let mut next = *state;
    next.acceptors[acceptor.0 as usize].votes[ballot.0 as usize] = Some(value);
    next.acceptors[acceptor.0 as usize].promised = Some(ballot);
    Some(next)
}

/// `\E Q \in Quorum : ShowsSafeAt(Q, b, v)`.
fn some_quorum_shows_safe(state: &State, ballot: Ballot, value: Value) -> bool {
    quorums().any(|quorum| shows_safe_at(state, &quorum, ballot, value))
}

/// `ShowsSafeAt(Q, b, v)`: no member votes below `b` any more, and the last ballot below `b` at which any member voted,
/// if there is one, has a member's vote for `v`.
fn shows_safe_at(state: &State, quorum: &[Acceptor; QUORUM], ballot: Ballot, value: Value) -> bool {
    let promised = quorum.iter().all(|member| state.promised(*member) >= Some(ballot));
    let voted_at = |lower: &Ballot| quorum.iter().any(|member| state.vote(*member, *lower).is_some());
    let last = (0..ballot.0).rev().map(Ballot).find(voted_at);
    promised && last.is_none_or(|last| quorum.iter().any(|member| state.vote(*member, last) == Some(value)))
}

/// The quorums: every two of the three acceptors.
fn quorums() -> impl Iterator<Item = [Acceptor; QUORUM]> {
    State::acceptors().flat_map(|one| (0..one.0).map(move |other| [Acceptor(other), one]))
}
