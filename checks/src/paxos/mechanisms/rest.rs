//! What must be so where nothing more can happen.
//!
//! A world is *at rest* if no event that is possible changes anything but the network: all messages are delivered,
//! everything is synced, and each timer is disarmed or has no firing left. In a bounded scope that is an end of the bound
//! and perhaps not of the protocol, so a claim on it excuses what only a further firing of a timer could bring.

use super::{Claims, Deeds, Model, Paxos, QUORUM, State, Told, deeds, replica};
use crate::paxos::history::{History, VOTERS, Waiting};
use crate::paxos::machine::Configures;
use quorate::world::{NetworkKind, Scope};
use quorate_core::paxos::{Ballot, Request, Slot, Standing, TimerKind};
use quorate_machine::NodeId;
use stateright::Model as _;
use std::borrow::Cow;

/// Whether it costs little to try at every state what may yet happen.
pub(super) fn is_small<M: Paxos, D: Told<M>>(scope: &Scope<M, History<D>>) -> bool {
    let is_plain = scope.network == NetworkKind::Monotone && scope.crashes == 0;
    is_plain && scope.replicas == VOTERS && (D::EXECUTES || !scope.config.core().commit_messages)
}

pub(super) fn progress<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always(
            "PX-L2",
            "where nothing more can happen, nothing is unlearned below what a quorum voted for",
            no_hole,
        )
        .when(at_rest_with_a_leader);
}

fn at_rest_with_a_leader<M: Paxos, D: Deeds<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    standing(world).is_some() && is_at_rest(model, world)
}

/// Can nothing more happen? Something does if a replica, the history or a budget changes. What is only sent, or sent
/// again, may still do something where it arrives, so it is taken along. A message that nobody will react to makes no
/// difference to that: whether it is in the network is up to the reduction.
fn is_at_rest<M: Paxos, D: Deeds<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    let is_same = |next: &State<M, D>| {
        next.nodes() == world.nodes() && next.ghost() == world.ghost() && next.left() == world.left()
    };
    let mut world = Cow::Borrowed(world);
    loop {
        let mut events = Vec::new();
        model.actions(&world, &mut events);
        let mut sent = None;
        for event in events {
            let Some(next) = model.next_state(&world, event) else { continue };
            if !is_same(&next) {
                return false;
            }
            sent = sent.or_else(|| (next != *world).then_some(next));
        }
        match sent {
            Some(next) => world = Cow::Owned(next),
            None => return true,
        }
    }
}

/// The leader whose ballot nobody has promised away.
fn standing<M: Paxos, D: Deeds<M>>(world: &State<M, D>) -> Option<Slot> {
    let replicas = world.nodes().iter().filter_map(|node| Some(node.driver()?.machine().replica()));
    let highest = replicas.max_by_key(|replica| replica.promised())?;
    (highest.standing() == Standing::Leader).then(|| highest.chosen())
}

/// PX-L2, of the last leader: what a quorum has voted for at any one ballot it has learned, and so all slots below.
fn no_hole<M: Paxos, D: Deeds<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    let Some(chosen) = standing(world) else { return true };
    let votes = &world.ghost().votes;
    votes.keys().all(|(_, slot, ballot)| {
        let voters = votes.keys().filter(|(_, other, at)| (other, at) == (slot, ballot)).count();
        voters < QUORUM || *slot < chosen
    })
}

/// PX-L7. At rest a request may be unanswered for two reasons only. A majority has promised a higher ballot than that of
/// the leader that was asked, and nobody tells that leader, because the scope has no rejects. Or it is a transfer, which
/// waits for a firing of the election timer that the scope does not have any more. A command counts as answered when its
/// leader knows the slot to be chosen that it named to the client.
pub(super) fn answers_at_last<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always(
            "PX-L7",
            "where nothing more can happen, every request to a leader that is followed is answered",
            is_answered,
        )
        .when(at_rest_after_a_request);
}

fn at_rest_after_a_request<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    world.left().next_request > 0 && is_at_rest(model, world)
}

fn is_answered<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    let Some(deeds) = deeds(world) else { return true };
    let answered = |(id, asked): (&u64, &Waiting)| {
        let by_timer = is_transfer(model, *id) && !may_fire(model, world, TimerKind::Election);
        by_timer || is_left(model, world, asked.ballot)
    };
    let chosen = |(ballot, end): (&Ballot, &Slot)| {
        let leader = replica(world, ballot.node);
        let leads = |core: &&super::Core| core.promised() == *ballot && core.standing() == Standing::Leader;
        leader.filter(leads).is_none_or(|core| core.chosen() >= *end) || is_left(model, world, *ballot)
    };
    deeds.waiting.iter().all(answered) && deeds.queued.iter().all(chosen)
}

/// Is request `id` of the script a transfer?
pub(super) fn is_transfer<M: Paxos, D: Told<M>>(model: &Model<M, D>, id: u64) -> bool {
    let request = usize::try_from(id).ok().and_then(|id| model.scope().requests.get(id));
    matches!(request, Some(Request::Transfer { .. }))
}

fn may_fire<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>, kind: TimerKind) -> bool {
    let place = model.scope().timers.keys().position(|known| *known == kind);
    place.is_some_and(|place| world.left().timers[place] > 0)
}

/// Has a majority promised more than `ballot`, so that its leader can reach nothing, and is not told?
fn is_left<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>, ballot: Ballot) -> bool {
    let voters = (0..VOTERS).map(NodeId).filter_map(|node| replica(world, node));
    let followers = voters.filter(|core| core.promised() <= ballot).count();
    followers < QUORUM && !model.scope().config.core().rejects
}
