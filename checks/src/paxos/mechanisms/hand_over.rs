//! Handing over, and stopping.
//!
//! What was finished is judged by the votes on disks, never by the leader's memory: a crash may take that away within the
//! very event in which the leader says that it has finished.

use super::{Claims, Core, Event, Model, Observation, Paxos, State, Told, deeds, replica, rest, seen};
use crate::paxos::{history::History, machine::Part};
use quorate_core::paxos::{Ballot, Config, Durable, Message, Notice, Slot, Standing, TimerKind};
use quorate_machine::NodeId;

pub(super) fn when_done<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step("hands-over", "a leader hands over when all that it took is chosen", is_done)
        .when_step(hands_over)
        .always_step(
            "PX-S21",
            "a successor that is told to campaign holds everything from the floor on",
            is_ready,
        )
        .when_step(hands_over);
}

/// The words to take over that go out in this step: of which ballot, and to whom.
fn words<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
) -> Vec<(Ballot, NodeId)> {
    let word = |seen: &Observation<M>| match seen {
        Observation::Sent { to, message: Message::TimeoutNow { ballot } } => Some((*ballot, *to)),
        _ => None,
    };
    seen(model, before, event).iter().filter_map(word).collect()
}

fn hands_over<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    !words(model, before, event).is_empty()
}

fn is_done<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    words(model, before, event).iter().all(|(ballot, _)| is_finished(after, *ballot))
}

/// Every slot that was proposed at `ballot` is chosen, and its leader named no further slot to a client.
fn is_finished<M: Paxos, D: Told<M>>(world: &State<M, D>, ballot: Ballot) -> bool {
    let past: &History<D> = world.ghost();
    let end = past.slots_of(ballot).last().map_or(Slot(0), |last| last.after(1));
    let named = deeds(world).and_then(|deeds| deeds.queued.get(&ballot).copied());
    named.is_none_or(|named| named <= end) && past.slots_of(ballot).all(|slot| past.is_chosen(slot))
}

/// PX-S21. The slots that a ballot proposes are those from its floor on.
fn is_ready<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let holds =
        |disk: &Durable<u8, Part>, slot: Slot| slot.0 < disk.log.offset() || disk.entry(slot).is_some();
    words(model, before, event).iter().all(|(ballot, to)| {
        after.ghost().slots_of(*ballot).all(|slot| holds(after.node(*to).durable(), slot))
    })
}

pub(super) fn gives_up<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step(
            "gives-up",
            "a transfer ends when the election timer of its leader runs out",
            is_given_up,
        )
        .when_step(runs_out_on_transfer)
        .always(
            "transfer-timed",
            "a leader that waits for a successor has its election timer armed",
            is_timed,
        )
        .when(some_transfer_waits);
}

/// The transfers that wait at a leader.
fn transfers<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> Vec<(u64, NodeId)> {
    let leads = |node: NodeId| replica(world, node).is_some_and(|core| core.standing() == Standing::Leader);
    let waiting = deeds(world).into_iter().flat_map(|deeds| &deeds.waiting);
    let transfers = waiting.filter(|(id, asked)| rest::is_transfer(model, **id) && leads(asked.at));
    transfers.map(|(id, asked)| (*id, asked.at)).collect()
}

/// Does an answer of `node` wait for its disk? It may be the one that is looked for.
fn is_held<M: Paxos, D: Told<M>>(world: &State<M, D>, node: NodeId) -> bool {
    world.node(node).driver().is_some_and(|driver| driver.writes_to_next_release().is_some())
}

fn runs_out_on_transfer<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let Event::Timer { node, kind: TimerKind::Election } = event else { return false };
    transfers(model, before).iter().any(|(_, at)| at == node) && !is_held(before, *node)
}

fn is_given_up<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    if !runs_out_on_transfer(model, before, event, after) {
        return true;
    }
    let Some(node) = event.node() else { return true };
    let waiting = transfers(model, after);
    transfers(model, before).iter().all(|told| told.1 != node || !waiting.contains(told))
        || is_held(after, node)
}

fn some_transfer_waits<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    !transfers(model, world).is_empty()
}

fn is_timed<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    let armed = |node: NodeId| {
        world.node(node).driver().is_some_and(|driver| driver.armed().contains(&TimerKind::Election))
    };
    transfers(model, world).iter().all(|(_, node)| armed(*node) || is_held(world, *node))
}

pub(super) fn stops_for_good<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step(
            "stops",
            "a leader stops when it has finished, is not heard or a higher ballot is about, and campaigns no more",
            is_stopped_well,
        )
        .when_step(was_stopped);
}

fn was_stopped<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let is_word = |seen: &Observation<M>| matches!(seen, Observation::Published(Notice::Stopped));
    seen(model, before, event).iter().any(is_word)
}

fn is_stopped_well<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let Some(node) = event.node() else { return true };
    let (Some(was), Some(is)) = (replica(before, node), replica(after, node)) else { return true };
    // Its prepare may wait for the disk since before it was to stop.
    let campaigns = was.is_stopped() && is.promised() > was.promised() && is.promised().node == node;
    let led = was.standing() == Standing::Leader && was_stopped(model, before, event, after);
    let may_stop = is_outbid(event, was.promised()) || is_unheard(event, was);
    !campaigns && (!led || may_stop || is_finished(after, was.promised()))
}

/// Does a period of the leader end in which no quorum answered it? It can then finish nothing either.
fn is_unheard<M: Paxos>(event: &Event<M>, leader: &Core) -> bool {
    let event = if let Event::CrashDuring { event, .. } = event { event } else { event };
    let is_end = matches!(event, Event::Timer { kind: TimerKind::Election, .. });
    let Config { quorum_check, quorums, .. } = leader.config();
    is_end && *quorum_check && leader.answered().count() < usize::from(quorums.accept)
}

/// Does the event tell the leader of `ballot` of a higher one? It can then finish nothing: whoever waits for it is told
/// so, and asks the next leader.
fn is_outbid<M: Paxos>(event: &Event<M>, ballot: Ballot) -> bool {
    let event = if let Event::CrashDuring { event, .. } = event { event } else { event };
    let (Event::Deliver(envelope) | Event::Duplicate(envelope)) = event else { return false };
    match &envelope.message {
        Message::Reject { promised: other }
        | Message::Prepare { ballot: other, .. }
        | Message::Accept { ballot: other, .. }
        | Message::Commit { ballot: other, .. }
        | Message::Probe { ballot: other, .. }
        | Message::TimeoutNow { ballot: other } => *other > ballot,
        _ => false,
    }
}
