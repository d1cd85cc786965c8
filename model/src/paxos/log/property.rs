//! The claims. All are pure functions of the model's configuration and of states or steps, so they can also be put to
//! states that were abstracted from production code.

mod durable;
mod execution;
mod linear;

pub use durable::{acknowledged_is_durable, restart_before_vote, told_is_synced};
pub use execution::{
    a_retry_is_answered, a_snapshot_is_installed, exactly_once, executed_prefix, snapshot_exact,
};
pub use linear::linearizable;

use quorate_spec::Claims;

use super::Log;
use super::action::Action;
use super::state::{Acceptor, Ballot, Slot, State, Value};

/// Makes the claims that the model as configured can be put to.
pub(super) fn claims(model: &Log, claims: &mut Claims<Log>) {
    decision_claims(model, claims);
    ballot_claims(model, claims);
    execution::claims(model, claims);
    durable::claims(model, claims);
    linear::claims(model, claims);
    claims.sometimes("PX-R1", "a value is chosen", something_is_chosen);
    if model.ballots > 1 {
        claims.sometimes("PX-R2", "a value is adopted from an earlier ballot", a_value_is_adopted).sometimes(
            "PX-R3",
            "a proposal meets an acceptor that has promised more",
            a_proposal_is_refused,
        );
    }
    claims.sometimes("PX-R5", "a no-op is chosen", a_noop_is_chosen);
    if model.ballots > model.proposers {
        claims.sometimes("PX-R7", "a leader steps down and wins again", a_leader_returns);
    }
    if model.learners > 0 {
        claims.at_end("PX-L2", "a run that has ended leaves no hole below a learned slot", no_hole);
    }
}

/// The claims on what is chosen, learned and decided.
fn decision_claims(model: &Log, claims: &mut Claims<Log>) {
    claims
        .always("PX-S1", "in each slot at most one value is chosen or learned", agreement)
        .when(something_is_chosen)
        .always("PX-S2", "what is chosen or learned was submitted, or is the no-op", validity)
        .when(something_is_chosen);
    if model.learners > 0 || model.executes() {
        claims
            .always("PX-S3", "what is learned was voted for by a quorum at one ballot", integrity)
            .when(something_is_learned);
    }
    claims.always_step("PX-S4", "what is chosen or learned stays", stability).when_step(something_was_chosen);
}

/// The claims on ballots, promises and votes.
fn ballot_claims(model: &Log, claims: &mut Claims<Log>) {
    claims
        .always_step("PX-S5", "a ballot belongs to one incarnation", ballot_unique)
        .when_step(is_prepare)
        .always("PX-S6", "at one ballot one value is voted for in a slot", one_value_per_ballot)
        .when(something_is_voted_for)
        .always_step("PX-S7", "a promised ballot never falls", promise_monotone)
        .when_step(is_promise_or_accept)
        .always_step(
            "PX-S8",
            "an acceptor votes only at a ballot that it has not promised away",
            promise_respected,
        )
        .when_step(is_vote);
    if model.ballots > 1 {
        claims
            .always_step("PX-S9", "an acceptor's votes in a slot rise in ballot", accepted_ballot_monotone)
            .when_step(is_second_vote)
            .always("PX-S10", "nothing else can be chosen below a ballot that proposes a value", safe_at)
            .when(proposed_above_another_ballot);
    }
    claims
        .always_step("PX-S12", "quorums are distinct acceptors at one ballot", quorum_distinct)
        .when_step(is_propose_or_learn);
}

/// PX-S1. *Paxos Made Simple* §2.1, per slot (§3): at most one value is chosen, and learners agree with it.
pub fn agreement(model: &Log, state: &State) -> bool {
    decisions(model, state).all(|(slot, value)| {
        decisions(model, state).all(|(other_slot, other)| other_slot != slot || other == value)
    })
}

/// PX-S2. *Paxos Made Simple* §2.1: only a proposed value is chosen; §3: or the no-op.
pub fn validity(model: &Log, state: &State) -> bool {
    decisions(model, state).all(|(_, value)| match value {
        Value::Noop => true,
        Value::Command(command) => state.submitted.contains(&command),
    })
}

/// PX-S3. *Paxos Made Simple* §2.3: a learner learns that a majority has accepted *one* proposal.
pub fn integrity(model: &Log, state: &State) -> bool {
    told(state).all(|decision| chosen(model, state).any(|chosen| chosen == decision))
}

/// PX-S4. *Paxos Made Simple* §2.1: what a process has learned has been chosen, and so stays.
pub fn stability(model: &Log, before: &State, _: &Action, after: &State) -> bool {
    let still_learned = before
        .learned
        .iter()
        .zip(&after.learned)
        .all(|(before, after)| before.iter().all(|(slot, value)| after.get(slot) == Some(value)));
    let still_decided =
        before.decided.iter().all(|(slot, decision)| after.decided.get(slot) == Some(decision));
    still_learned
        && still_decided
        && chosen(model, before).all(|decision| chosen(model, after).any(|chosen| chosen == decision))
}

/// PX-S5. *Paxos Made Simple* §2.2: "different proposers choose their numbers from disjoint sets"; with restarts, so
/// do the incarnations of one proposer.
pub fn ballot_unique(_: &Log, before: &State, action: &Action, after: &State) -> bool {
    let Action::Prepare { ballot, owner } = action else { return before.owner == after.owner };
    let unused = before.owner.get(ballot).is_none_or(|earlier| earlier == owner);
    unused && before.owner.iter().all(|(ballot, owner)| after.owner.get(ballot) == Some(owner))
}

/// PX-S6. Lamport's `Voting`, `OneValuePerBallot`; per slot.
pub fn one_value_per_ballot(_: &Log, state: &State) -> bool {
    votes(state).all(|(slot, ballot, value)| state.proposed.get(&(ballot, slot)) == Some(&value))
}

/// PX-S7. *Paxos Made Simple* §2.2: an acceptor remembers the highest-numbered prepare that it answered.
pub fn promise_monotone(_: &Log, before: &State, _: &Action, after: &State) -> bool {
    before.promised.iter().zip(&after.promised).all(|(before, after)| before <= after)
}

/// PX-S8. *Paxos Made Simple* §2.2, P1a: an acceptor accepts at a ballot iff it has not answered a higher prepare. A
/// vote raises the promise: Lamport's `Paxos`, `Phase2b`.
pub fn promise_respected(_: &Log, before: &State, _: &Action, after: &State) -> bool {
    new_votes(before, after).all(|(acceptor, (_, ballot))| {
        before.promised(acceptor) <= ballot && ballot <= after.promised(acceptor)
    })
}

/// PX-S9. *Paxos Made Simple* §2.2: an acceptor remembers the highest-numbered proposal that it accepted; its votes
/// rise, so the last is the highest.
pub fn accepted_ballot_monotone(_: &Log, before: &State, _: &Action, after: &State) -> bool {
    new_votes(before, after).all(|(acceptor, (slot, ballot))| {
        let earlier = before.votes[acceptor.0 as usize].keys();
        earlier.filter(|(voted_in, _)| *voted_in == slot).all(|(_, earlier)| *earlier < ballot)
    })
}

/// PX-S10. Lamport's `Voting`, `SafeAt`: for each proposal and each ballot below it, too few acceptors have voted, or
/// can still vote, for another value there to make a quorum.
pub fn safe_at(model: &Log, state: &State) -> bool {
    state.proposed.iter().all(|((ballot, slot), value)| {
        let mut below = state.owner.keys().take_while(|lower| *lower < ballot);
        below.all(|lower| {
            let voted_otherwise = |acceptor: &Acceptor| match state.vote(*acceptor, *slot, *lower) {
                Some(vote) => vote != *value,
                None => state.promised(*acceptor) <= *lower,
            };
            state.acceptors().filter(voted_otherwise).count() < model.phase2 as usize
        })
    })
}

/// PX-S11. Every phase-1 quorum meets every phase-2 quorum: arithmetic, as long as the membership is fixed. Howard,
/// Malkhi and Spiegelman, *Flexible Paxos* §3.
pub fn quorums_intersect(model: &Log) -> bool {
    model.phase1 + model.phase2 > model.acceptors
}

/// PX-S12. *Paxos Made Simple* §2.2: a proposal needs promises of its ballot (or a higher one) from a majority, a
/// choice votes at one ballot from one: distinct acceptors each time.
pub fn quorum_distinct(model: &Log, before: &State, action: &Action, _: &State) -> bool {
    match action {
        Action::Propose { ballot, .. } => {
            let promised = |acceptor: &Acceptor| before.promised(*acceptor) >= *ballot;
            acceptors(model).filter(promised).count() >= model.phase1 as usize
        }
        Action::Learn { slot, value, .. } => chosen(model, before).any(|chosen| chosen == (*slot, *value)),
        Action::Decide { ballot, slot } => {
            let value = before.proposed.get(&(*ballot, *slot)).copied();
            value
                .is_some_and(|value| votes_for(model, before, *slot, *ballot, value) >= model.phase2 as usize)
        }
        _ => true,
    }
}

/// PX-L2 at the end of a run. *Paxos Made Simple* §3: the gap is filled "immediately", with no-ops.
pub fn no_hole(_: &Log, state: &State) -> bool {
    state.learned.iter().all(|learned| (0..).zip(learned.keys()).all(|(expected, slot)| slot.0 == expected))
}

/// PX-R1, and the trigger of what is claimed of chosen values.
pub fn something_is_chosen(model: &Log, state: &State) -> bool {
    decisions(model, state).next().is_some()
}

/// PX-R2: a value proposed at some ballot had a vote in the same slot at a lower one.
pub fn a_value_is_adopted(_: &Log, state: &State) -> bool {
    state.proposed.iter().any(|((ballot, slot), value)| {
        votes(state).any(|(voted_in, lower, vote)| voted_in == *slot && lower < *ballot && vote == *value)
    })
}

/// PX-R3: an acceptor has promised a higher ballot before it voted for a proposal. (The nack itself is a message that
/// the model does not need.)
pub fn a_proposal_is_refused(_: &Log, state: &State) -> bool {
    state.proposed.keys().any(|(ballot, slot)| {
        let refuses =
            |acceptor| state.promised(acceptor) > *ballot && state.vote(acceptor, *slot, *ballot).is_none();
        state.acceptors().any(refuses)
    })
}

/// PX-R7: whoever won one ballot, and lost to the winner of a higher one, has won a still higher one. Who proposes has
/// won.
pub fn a_leader_returns(_: &Log, state: &State) -> bool {
    let won = || state.proposed.keys().filter_map(|(ballot, _)| Some((*ballot, *state.owner.get(ballot)?)));
    won().any(|(first, leader)| {
        won().any(|(last, again)| {
            let between = |(ballot, other)| first < ballot && ballot < last && other != leader;
            again == leader && won().any(between)
        })
    })
}

/// PX-R5: the no-op is chosen somewhere.
pub fn a_noop_is_chosen(model: &Log, state: &State) -> bool {
    decisions(model, state).any(|(_, value)| value == Value::Noop)
}

/// The values that a phase-2 quorum has voted for at one ballot: the ghost that learners are compared with. A value
/// comes once per voter.
pub fn chosen(model: &Log, state: &State) -> impl Iterator<Item = (Slot, Value)> {
    let quorum = model.phase2 as usize;
    let voted = votes(state)
        .filter(move |(slot, ballot, value)| votes_for(model, state, *slot, *ballot, *value) >= quorum);
    voted.map(|(slot, _, value)| (slot, value))
}

/// How many acceptors have voted for `value` in `slot` at `ballot`. An observer is none, whatever it does.
fn votes_for(model: &Log, state: &State, slot: Slot, ballot: Ballot, value: Value) -> usize {
    acceptors(model).filter(|acceptor| state.vote(*acceptor, slot, ballot) == Some(value)).count()
}

fn acceptors(model: &Log) -> impl Iterator<Item = Acceptor> {
    (0..model.acceptors).map(Acceptor)
}

fn decisions(model: &Log, state: &State) -> impl Iterator<Item = (Slot, Value)> {
    chosen(model, state).chain(told(state))
}

/// What learners have learned and leaders have decided.
fn told(state: &State) -> impl Iterator<Item = (Slot, Value)> {
    let learned = state.learned.iter().flatten().map(|(slot, value)| (*slot, *value));
    learned.chain(state.decided.iter().map(|(slot, decision)| (*slot, decision.value)))
}

fn votes(state: &State) -> impl Iterator<Item = (Slot, Ballot, Value)> {
    state.votes.iter().flatten().map(|((slot, ballot), value)| (*slot, *ballot, *value))
}

fn new_votes(before: &State, after: &State) -> impl Iterator<Item = (Acceptor, (Slot, Ballot))> {
    after.acceptors().flat_map(|acceptor| {
        let earlier = &before.votes[acceptor.0 as usize];
        let votes = after.votes[acceptor.0 as usize].keys();
        votes.filter(|vote| !earlier.contains_key(vote)).map(move |vote| (acceptor, *vote))
    })
}

fn something_is_learned(_: &Log, state: &State) -> bool {
    told(state).next().is_some()
}

fn something_is_voted_for(_: &Log, state: &State) -> bool {
    votes(state).next().is_some()
}

fn something_was_chosen(model: &Log, before: &State, _: &Action, _: &State) -> bool {
    something_is_chosen(model, before)
}

fn proposed_above_another_ballot(_: &Log, state: &State) -> bool {
    let lowest = state.owner.keys().next();
    state.proposed.keys().any(|(ballot, _)| lowest.is_some_and(|lowest| lowest < ballot))
}

fn is_prepare(_: &Log, _: &State, action: &Action, _: &State) -> bool {
    matches!(action, Action::Prepare { .. })
}

fn is_promise_or_accept(_: &Log, _: &State, action: &Action, _: &State) -> bool {
    matches!(action, Action::Promise { .. } | Action::Accept { .. } | Action::Sync { .. })
}

fn is_vote(_: &Log, before: &State, _: &Action, after: &State) -> bool {
    new_votes(before, after).next().is_some()
}

fn is_second_vote(_: &Log, before: &State, _: &Action, after: &State) -> bool {
    new_votes(before, after).any(|(acceptor, (slot, _))| {
        before.votes[acceptor.0 as usize].keys().any(|(voted_in, _)| *voted_in == slot)
    })
}

fn is_propose_or_learn(_: &Log, _: &State, action: &Action, _: &State) -> bool {
    matches!(action, Action::Propose { .. } | Action::Learn { .. } | Action::Decide { .. })
}
