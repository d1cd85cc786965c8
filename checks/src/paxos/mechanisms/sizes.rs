//! The weight of messages, and of the log that is kept for a member that receives a snapshot.

use super::{Claims, Event, Model, Observation, Paxos, State, Told, seen};
use crate::paxos::machine::{Configures, Part};
use quorate_core::paxos::{Config, Message, Notice, Slot, Value};
use quorate_machine::Weigh;

/// PX-S22.
pub(super) fn within_weight<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step(
            "PX-S22",
            "no message weighs more than the bound, unless one command alone does",
            is_light,
        )
        .when_step(sends_at_the_bound);
}

/// The weights of the commands in a message, one by one.
fn weights(message: &Message<u8, Part>) -> Vec<u64> {
    let weigh = |value: &Value<u8>| value.weight();
    let values: Vec<u64> = match message {
        Message::Accept { values, .. } => values.iter().map(weigh).collect(),
        Message::Learn { entries, .. } => entries.iter().map(|entry| weigh(&entry.value)).collect(),
        Message::Promise { accepted, .. } => {
            accepted.iter().flatten().map(|entry| weigh(&entry.value)).collect()
        }
        _ => Vec::new(),
    };
    values.into_iter().filter(|weight| *weight > 0).collect()
}

fn sent<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
) -> Vec<Message<u8, Part>> {
    let sent = seen(model, before, event).into_iter().filter_map(|seen| match seen {
        Observation::Sent { message, .. } => Some(message),
        _ => None,
    });
    sent.collect()
}

fn bound<M: Paxos, D: Told<M>>(model: &Model<M, D>) -> u64 {
    model.scope().config.core().message_bytes.into()
}

/// Commands go out, as many as a message may hold, or more.
fn sends_at_the_bound<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    sent(model, before, event).iter().any(|message| weights(message).iter().sum::<u64>() >= bound(model))
}

fn is_light<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    sent(model, before, event)
        .iter()
        .map(weights)
        .all(|weights| weights.len() <= 1 || weights.iter().sum::<u64>() <= bound(model))
}

/// PX-L6, where nobody crashes and one replica alone has snapshots to send: what was begun is finished.
pub(super) fn finishes<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step(
            "PX-L6",
            "a snapshot that is being received is finished, however often it is overtaken",
            goes_on,
        )
        .when_step(is_overtaken_or_begins_anew);
}

/// The other half of PX-S22.
pub(super) fn keeps_little<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always("pinned", "no more of the log is kept for receivers than the bound says", keeps_within)
        .when(somebody_compacted);
}

fn goes_on<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let anew = |seen: &Observation<M>| matches!(seen, Observation::Published(Notice::StartedAnew { .. }));
    !seen(model, before, event).iter().any(anew)
}

/// A replica that has a newer snapshot is asked for the rest of an older one.
fn is_overtaken<M: Paxos, D: Told<M>>(
    _: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let Event::Deliver(envelope) = event else { return false };
    let newest = before.node(envelope.to).durable().snapshot_upto();
    matches!(envelope.message, Message::Fetch { upto, .. } if upto < newest)
}

fn is_overtaken_or_begins_anew<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    is_overtaken(model, before, event, after) || !goes_on(model, before, event, after)
}

/// The weight of what a replica keeps beyond what it retains for everybody.
fn kept<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> u64 {
    let retain = u64::from(model.scope().config.core().retain);
    let kept = world.nodes().iter().map(|node| {
        let disk = node.durable();
        let slots = disk.log.offset()..disk.snapshot_upto().0.saturating_sub(retain);
        slots.map(|slot| Config::SLOT + disk.entry(Slot(slot)).map_or(0, |entry| entry.value.weight())).sum()
    });
    kept.max().unwrap_or_default()
}

fn somebody_compacted<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    world.nodes().iter().any(|node| node.durable().snapshot.is_some())
}

fn keeps_within<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    kept(model, world) <= u64::from(model.scope().config.core().pin_bytes)
}
