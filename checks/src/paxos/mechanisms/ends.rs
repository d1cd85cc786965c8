//! PX-L5 to PX-L7 in the end: what comes about where a scope lets nothing more happen.
//!
//! The claims on steps say what each input does to one replica, and not that anything comes of it. The claims here let a
//! world run on, see [`Calm`]: nothing more fails, every timer fires again and again, and links that are down stay down.
//! Then somebody must lead, snapshots must arrive, and whoever asked must have been answered.
//!
//! A world *stands still* if nothing is on offer but that failed links heal, and that messages are lost which wait at one.
//! In a bounded scope these are the ends, with links that stay down, and without.

use super::{Claims, Core, Event, Model, Paxos, QUORUM, State, Told, deeds, replica};
use crate::paxos::history::{History, VOTERS};
use quorate::world::{Calm, Scope};
use quorate_core::paxos::{Slot, Standing, TimerKind};
use quorate_machine::NodeId;
use stateright::Model as _;

/// Rounds of timers after which all is well.
const ROUNDS: usize = 24;

/// Does the scope have links that fail, between replicas that only vote?
pub(super) fn has_links<M: Paxos, D: Told<M>>(scope: &Scope<M, History<D>>) -> bool {
    scope.links > 0 && scope.crashes == 0 && scope.replicas == VOTERS
}

pub(super) fn around_links<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always(
            "PX-L5-end",
            "whatever links stay down, in the end somebody leads whom a quorum answers, and all of them know what is chosen",
            is_led,
        )
        .when(stands_still)
        .always("PX-L7-end", "whatever links stay down, in the end every request is answered", is_answered)
        .when(stands_still_after_a_request);
}

fn stands_still<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    let mut events = Vec::new();
    model.actions(world, &mut events);
    let nothing = |event: Event<M>| {
        matches!(event, Event::Heal | Event::Drop(_)) || model.next_state(world, event).is_none()
    };
    events.into_iter().all(nothing)
}

fn stands_still_after_a_request<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    world.left().next_request > 0 && stands_still(model, world)
}

/// Links that are down stay so.
fn calm<M: Paxos, D: Told<M>>(is_settled: fn(&Model<M, D>, &State<M, D>) -> bool) -> Calm<M, History<D>> {
    Calm { rounds: ROUNDS, seldom: TimerKind::Election, links_stay_down: true, is_settled }
}

fn is_led<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    model.settles(world, &calm(has_a_leader))
}

/// Does somebody lead whom a quorum answers, and do all those know what is chosen whom it hears and who hear it?
fn has_a_leader<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    let is_whole = |one, other| !world.is_cut(one, other) && !world.is_cut(other, one);
    let leads = |core: &&Core| core.standing() == Standing::Leader;
    model.ids().filter_map(|id| replica(world, id)).filter(leads).any(|leader| {
        let around = model.ids().filter(|id| is_whole(*id, leader.id()));
        let followers: Vec<&Core> = around.filter_map(|id| replica(world, id)).collect();
        let follows = |core: &&Core| {
            core.promised() <= leader.promised() && leader.answered().any(|answered| answered == core.id())
        };
        let knows = |core: &&Core| core.chosen() == leader.chosen();
        followers.iter().filter(|core| follows(core)).count() >= QUORUM && followers.iter().all(knows)
    })
}

fn is_answered<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    model.settles(world, &calm(nobody_waits))
}

/// A command counts as answered once its leader leads no more, or knows the slot to be chosen that it named.
fn nobody_waits<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    let Some(deeds) = deeds(world) else { return true };
    let named = deeds.queued.iter().all(|(ballot, end)| {
        let leads = |core: &&Core| core.promised() == *ballot && core.standing() == Standing::Leader;
        replica(world, ballot.node).filter(leads).is_none_or(|core| core.chosen() >= *end)
    });
    named && deeds.waiting.is_empty()
}

/// PX-L6, from every state in which a snapshot is being received, where one replica alone has snapshots to send and what it
/// says may be lost. Who learns from a lesson what it was to install needs the snapshot no more. On a monotone network, where
/// all that was ever said still arrives, the lessons alone would do.
pub(super) fn of_snapshots<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always(
            "PX-L6-end",
            "a snapshot that is being received is finished in the end, and none is begun in its place",
            is_finished,
        )
        .when(somebody_receives);
}

/// The replicas that receive a snapshot, and up to which slot.
fn received<M: Paxos, D: Told<M>>(world: &State<M, D>) -> Vec<(NodeId, Slot)> {
    let ids = (0..world.nodes().len() as u16).map(NodeId);
    let received = ids.filter_map(|id| {
        let (core, partial) = (replica(world, id)?, world.node(id).durable().partial.as_ref()?);
        (partial.upto > core.chosen()).then_some((id, partial.upto))
    });
    received.collect()
}

fn somebody_receives<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    !received(world).is_empty()
}

fn is_finished<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    let Some(settled) = model.settled(world, &calm(nobody_receives)) else { return false };
    let installed = |world: &State<M, D>, id| Some(deeds(world)?.replica(id)?.installed);
    received(world).into_iter().all(|(id, upto)| {
        let last = installed(&settled, id);
        last == Some(upto) || last == installed(world, id)
    })
}

fn nobody_receives<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    !somebody_receives(model, world)
}
