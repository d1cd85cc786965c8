//! The claims.

use quorate_spec::Claims;

use super::Paxos;
use super::action::Action;
use super::state::{Acceptor, Message, State, Vote};

/// Makes the claims that the model as configured can be put to.
pub(super) fn claims(model: &Paxos, claims: &mut Claims<Paxos>) {
    claims
        .always("PX-S1", "at most one value is chosen or learned", agreement)
        .when(a_value_is_learned)
        .always("PX-S2", "what is learned was proposed", validity)
        .when(a_value_is_learned)
        .always("PX-S3", "what is learned was voted for by a quorum at one ballot", integrity)
        .when(a_value_is_learned)
        .always_step("PX-S4", "what is chosen stays chosen", stability)
        .when_step(a_value_was_learned)
        .always("PX-S5", "a ballot belongs to one proposer", ballot_unique)
        .when(a_ballot_is_started)
        .always("PX-S6", "at one ballot one value is proposed", one_value_per_ballot)
        .when(a_value_is_proposed)
        .always_step("PX-S7", "a promised ballot never falls", promise_monotone)
        .when_step(an_acceptor_acts)
        .always_step(
            "PX-S8",
            "an acceptor votes only at a ballot that it has not promised away",
            promise_respected,
        )
        .when_step(is_accept)
        .always_step(
            "PX-S9",
            "the last vote rises in ballot, and a promise reports a vote as it was cast",
            vote_honest,
        )
        .when_step(an_acceptor_acts)
        .always("PX-S10", "nothing else can be chosen below a ballot that proposes a value", safe_at)
        .when(proposed_above_the_first_ballot)
        .always_step(
            "PX-S12",
            "a proposal rests on promises of a quorum of distinct acceptors",
            quorum_distinct,
        )
        .when_step(is_propose)
        .sometimes("PX-R1", "a value is chosen", a_value_is_chosen)
        .sometimes("PX-R2", "a value is adopted from an earlier ballot", a_value_is_adopted)
        .sometimes("PX-R3", "a proposal meets an acceptor that has promised more", a_proposal_is_refused);
    if model.restarts > 0 {
        claims.sometimes("PX-R4", "an acceptor restarts between promise and vote", restart_before_vote);
    }
}

/// PX-S1. *Paxos Made Simple* §2.1; `Consistency` of the TLA+ `Voting`.
pub fn agreement(model: &Paxos, state: &State) -> bool {
    let mut decided = model.learned(state);
    decided.extend(model.chosen(state));
    decided.len() <= 1
}

/// PX-S2. *Paxos Made Simple* §2.1: only a value that has been proposed is learned.
pub fn validity(model: &Paxos, state: &State) -> bool {
    model.learned(state).iter().all(|value| state.proposals().any(|(_, proposal)| proposal.value == *value))
}

/// PX-S3. *Paxos Made Simple* §2.3: a learner learns that a majority has accepted *one* proposal.
pub fn integrity(model: &Paxos, state: &State) -> bool {
    model.learned(state).is_subset(&model.chosen(state))
}

/// PX-S4. *Paxos Made Simple* §2.1: what was chosen stays chosen.
pub fn stability(model: &Paxos, before: &State, _: &Action, after: &State) -> bool {
    model.chosen(before).is_subset(&model.chosen(after))
        && model.learned(before).is_subset(&model.learned(after))
}

/// PX-S5. *Paxos Made Simple* §2.2: "different proposers choose their numbers from disjoint sets".
pub fn ballot_unique(_: &Paxos, state: &State) -> bool {
    let started = || {
        state.messages.iter().filter_map(|message| match message {
            Message::Prepare { ballot, proposer } => Some((*ballot, *proposer)),
            _ => None,
        })
    };
    started().all(|(ballot, proposer)| started().all(|(other, by)| other != ballot || by == proposer))
}

/// PX-S6. `OneValuePerBallot` of the TLA+ `Voting`.
pub fn one_value_per_ballot(_: &Paxos, state: &State) -> bool {
    state.proposals().all(|(_, proposal)| {
        state.proposals().all(|(_, other)| other.ballot != proposal.ballot || other.value == proposal.value)
    })
}

/// PX-S7. *Paxos Made Simple* §2.2: an acceptor remembers the highest-numbered prepare that it answered.
pub fn promise_monotone(_: &Paxos, before: &State, _: &Action, after: &State) -> bool {
    before.acceptors.iter().zip(&after.acceptors).all(|(before, after)| before.promised <= after.promised)
}

/// PX-S8. *Paxos Made Simple* §2.2, P1a; a vote raises the promise: `Phase2b`.
pub fn promise_respected(_: &Paxos, before: &State, action: &Action, after: &State) -> bool {
    let Action::Accept { acceptor, vote, .. } = action else { return true };
    let ballot = Some(vote.ballot);
    before.memory(*acceptor).promised <= ballot && ballot <= after.memory(*acceptor).promised
}

/// PX-S9. *Paxos Made Simple* §2.2: an acceptor remembers the highest-numbered proposal that it accepted, and answers
/// a prepare with it.
pub fn vote_honest(_: &Paxos, before: &State, _: &Action, after: &State) -> bool {
    let mut acceptors = before.acceptors.iter().zip(&after.acceptors);
    let rises = acceptors.all(|(before, after)| {
        before.accepted.map(|vote| vote.ballot) <= after.accepted.map(|vote| vote.ballot)
    });
    let honest = |message: &Message| match message {
        Message::Promise { acceptor, reported: Some(vote), .. } => before.voted(*acceptor, *vote),
        _ => true,
    };
    rises && after.messages.difference(&before.messages).all(honest)
}

/// PX-S10. `SafeAt` of the TLA+ `Voting`: for each proposal and each ballot below it, too few acceptors have voted, or can
/// still vote, for another value there to make a quorum.
pub fn safe_at(model: &Paxos, state: &State) -> bool {
    state.proposals().all(|(_, proposal)| {
        (0..proposal.ballot.0).all(|lower| {
            let may_hurt = |acceptor: &Acceptor| {
                let mut there =
                    state.votes().filter(|(voter, vote)| voter == acceptor && vote.ballot.0 == lower);
                match there.next() {
                    Some((_, vote)) => vote.value != proposal.value || there.next().is_some(),
                    None => state.memory(*acceptor).promised.is_none_or(|promised| promised.0 <= lower),
                }
            };
            state.acceptors().filter(may_hurt).count() < model.quorum as usize
        })
    })
}

/// PX-S11. Every two quorums meet: arithmetic.
pub fn quorums_intersect(model: &Paxos) -> bool {
    2 * model.quorum > model.acceptors
}

/// PX-S12. *Paxos Made Simple* §2.2: a proposal needs answers from a majority of acceptors.
pub fn quorum_distinct(model: &Paxos, before: &State, action: &Action, _: &State) -> bool {
    let Action::Propose { proposer, vote } = action else { return true };
    let promised =
        |acceptor: &Acceptor| before.promises(vote.ballot, *proposer).any(|(by, _)| by == *acceptor);
    before.acceptors().filter(promised).count() >= model.quorum as usize
}

/// PX-R1: a quorum has voted for a value at one ballot.
pub fn a_value_is_chosen(model: &Paxos, state: &State) -> bool {
    !model.chosen(state).is_empty()
}

/// PX-R2: a value is proposed that has a vote at a lower ballot.
pub fn a_value_is_adopted(_: &Paxos, state: &State) -> bool {
    let adopts = |proposal: Vote| {
        move |(_, vote): (Acceptor, Vote)| vote.ballot < proposal.ballot && vote.value == proposal.value
    };
    state.proposals().any(|(_, proposal)| state.votes().any(adopts(proposal)))
}

/// PX-R3: an acceptor has promised a higher ballot before it voted for a proposal. (The nack itself is a message that
/// the model does not need.)
pub fn a_proposal_is_refused(_: &Paxos, state: &State) -> bool {
    state.proposals().any(|(_, proposal)| {
        let refuses = |acceptor| {
            state.memory(acceptor).promised > Some(proposal.ballot) && !state.voted(acceptor, proposal)
        };
        state.acceptors().any(refuses)
    })
}

/// PX-R4: an acceptor votes at a ballot that it had promised before it restarted.
pub fn restart_before_vote(_: &Paxos, state: &State) -> bool {
    let voted = |memory: &super::state::Memory| {
        memory.accepted.is_some_and(|vote| Some(vote.ballot) == memory.promised_at_restart)
    };
    state.acceptors.iter().any(voted)
}

fn a_value_is_learned(model: &Paxos, state: &State) -> bool {
    !model.learned(state).is_empty()
}

fn a_value_was_learned(model: &Paxos, before: &State, _: &Action, _: &State) -> bool {
    a_value_is_learned(model, before)
}

fn a_ballot_is_started(_: &Paxos, state: &State) -> bool {
    !state.messages.is_empty()
}

fn a_value_is_proposed(_: &Paxos, state: &State) -> bool {
    state.proposals().next().is_some()
}

fn proposed_above_the_first_ballot(_: &Paxos, state: &State) -> bool {
    state.proposals().any(|(_, proposal)| proposal.ballot.0 > 0)
}

fn an_acceptor_acts(_: &Paxos, _: &State, action: &Action, _: &State) -> bool {
    matches!(action, Action::Promise { .. } | Action::Accept { .. } | Action::Restart { .. })
}

fn is_accept(_: &Paxos, _: &State, action: &Action, _: &State) -> bool {
    matches!(action, Action::Accept { .. })
}

fn is_propose(_: &Paxos, _: &State, action: &Action, _: &State) -> bool {
    matches!(action, Action::Propose { .. })
}
