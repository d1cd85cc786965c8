//! The claims, and the invariant that carries them.

use quorate_spec::Claims;

use super::Voting;
use super::action::Action;
use super::state::{Acceptor, BALLOTS, Ballot, QUORUM, State, VALUES, Value};

/// Makes the claims.
pub(super) fn claims(claims: &mut Claims<Voting>) {
    claims
        .always("PX-S1", "at most one value is chosen", agreement)
        .when(a_value_is_chosen)
        .always_step("PX-S4", "what is chosen stays chosen", stability)
        .when_step(a_value_was_chosen)
        .always("PX-S6", "at one ballot one value is voted for", one_value_per_ballot)
        .when(a_vote_is_cast)
        .always_step("PX-S7", "a promised ballot never falls", promise_monotone)
        .always_step(
            "PX-S8",
            "an acceptor votes only at a ballot that it has not promised away",
            promise_respected,
        )
        .when_step(is_vote)
        .always("PX-S10", "nothing else can be chosen below a ballot with a vote", votes_safe)
        .when(a_vote_is_cast)
        .sometimes("PX-R1", "a value is chosen", a_value_is_chosen)
        .sometimes("PX-R2", "a value is voted for at two ballots", a_value_is_adopted);
}

/// The inductive invariant: `Inv` of the TLA+ `Voting`, less `TypeOK`. It holds initially, every step from any state
/// with it keeps it, and it implies [`agreement`]; so agreement holds without any search of reachable states.
pub fn inductive_invariant(model: &Voting, state: &State) -> bool {
    one_value_per_ballot(model, state) && votes_safe(model, state)
}

/// `TypeOK` of the TLA+ `Voting`: every ballot and every value is one of those there are. True of the states of
/// [`State::all`], and of no other.
pub fn type_ok(_: &Voting, state: &State) -> bool {
    let ballot_ok = |ballot: Ballot| (ballot.0 as usize) < BALLOTS;
    let value_ok = |value: Value| (1..=VALUES).contains(&value.0);
    state.acceptors.iter().all(|memory| {
        memory.promised.is_none_or(ballot_ok) && memory.votes.iter().flatten().all(|value| value_ok(*value))
    })
}

/// PX-S1. `Consistency` of the TLA+ `Consensus`, which `Voting` implements: `Cardinality(chosen) <= 1`.
pub fn agreement(_: &Voting, state: &State) -> bool {
    State::values().filter(|value| is_chosen(state, *value)).count() <= 1
}

/// PX-S4. A chosen value stays chosen.
pub fn stability(_: &Voting, before: &State, _: &Action, after: &State) -> bool {
    State::values().all(|value| !is_chosen(before, value) || is_chosen(after, value))
}

/// PX-S6. `OneValuePerBallot` of the TLA+ `Voting`.
pub fn one_value_per_ballot(_: &Voting, state: &State) -> bool {
    State::ballots().all(|ballot| {
        let voted_for =
            |value: &Value| State::acceptors().any(|acceptor| state.vote(acceptor, ballot) == Some(*value));
        State::values().filter(voted_for).count() <= 1
    })
}

/// PX-S7. `maxBal` never falls.
pub fn promise_monotone(_: &Voting, before: &State, _: &Action, after: &State) -> bool {
    State::acceptors().all(|acceptor| before.promised(acceptor) <= after.promised(acceptor))
}

/// PX-S8. `VoteFor(a, b, v)`: `maxBal[a] <= b`, and afterwards `maxBal[a] = b`.
pub fn promise_respected(_: &Voting, before: &State, action: &Action, after: &State) -> bool {
    let Action::VoteFor { acceptor, ballot, .. } = action else { return true };
    before.promised(*acceptor) <= Some(*ballot) && Some(*ballot) <= after.promised(*acceptor)
}

/// PX-S10. `VotesSafe` of the TLA+ `Voting`: whatever has a vote at a ballot is safe there.
pub fn votes_safe(_: &Voting, state: &State) -> bool {
    State::acceptors().all(|acceptor| {
        let safe = |ballot| state.vote(acceptor, ballot).is_none_or(|value| is_safe_at(state, ballot, value));
        State::ballots().all(safe)
    })
}

/// `SafeAt(b, v)`: at no ballot below `b` can another value than `v` still be chosen.
pub fn is_safe_at(state: &State, ballot: Ballot, value: Value) -> bool {
    (0..ballot.0).all(|lower| none_other_choosable_at(state, Ballot(lower), value))
}

/// `NoneOtherChoosableAt(b, v)`: a quorum of acceptors that have each voted for `v` at `b`, or cannot vote at `b`.
pub fn none_other_choosable_at(state: &State, ballot: Ballot, value: Value) -> bool {
    let harmless = |acceptor: &Acceptor| match state.vote(*acceptor, ballot) {
        Some(vote) => vote == value,
        None => state.promised(*acceptor) > Some(ballot),
    };
    State::acceptors().filter(harmless).count() >= QUORUM
}

/// `v \in chosen`: a quorum voted for it at one ballot.
pub fn is_chosen(state: &State, value: Value) -> bool {
    State::ballots().any(|ballot| {
        State::acceptors().filter(|acceptor| state.vote(*acceptor, ballot) == Some(value)).count() >= QUORUM
    })
}

/// PX-R1.
pub fn a_value_is_chosen(_: &Voting, state: &State) -> bool {
    State::values().any(|value| is_chosen(state, value))
}

/// PX-R2.
pub fn a_value_is_adopted(_: &Voting, state: &State) -> bool {
    State::values().any(|value| {
        let voted_for =
            |ballot: &Ballot| State::acceptors().any(|acceptor| state.vote(acceptor, *ballot) == Some(value));
        State::ballots().filter(voted_for).count() >= 2
    })
}

fn a_vote_is_cast(_: &Voting, state: &State) -> bool {
    state.acceptors.iter().any(|memory| memory.votes.iter().any(Option::is_some))
}

fn a_value_was_chosen(model: &Voting, before: &State, _: &Action, _: &State) -> bool {
    a_value_is_chosen(model, before)
}

fn is_vote(_: &Voting, _: &State, action: &Action, _: &State) -> bool {
    matches!(action, Action::VoteFor { .. })
}
