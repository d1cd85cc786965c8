//! Who is answered, and what a read is told.

use super::{Claims, Event, Model, Observation, Paxos, QUORUM, Response, State, Told, deeds, replica, seen};
use quorate_core::paxos::Standing;

pub(super) fn confirms<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step("read-index", "a read is told to see all that was announced before it was asked", covers)
        .when_step(confirmed)
        .always_step("PX-S20", "a read is answered by a round that began after it was asked", is_of_later_round)
        .when_step(confirmed);
}

fn confirmed<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let is_told = |seen: &Observation<M>| {
        matches!(seen, Observation::Replied { response: Response::Confirmed { .. }, .. })
    };
    seen(model, before, event).iter().any(is_told)
}

fn covers<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let Some(deeds) = deeds(after) else { return true };
    seen(model, before, event).iter().all(|seen| match seen {
        Observation::Replied { id, response: Response::Confirmed { index } } => {
            deeds.reads.get(&id.0).is_none_or(|read| read.known <= *index)
        }
        _ => true,
    })
}


/// PX-S20: the leader, and with it a majority, answered rounds that began after the read was asked.
fn is_of_later_round<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let Some(deeds) = deeds(after) else { return true };
    seen(model, before, event).iter().all(|seen| match seen {
        Observation::Replied { id, response: Response::Confirmed { .. } } => {
            deeds.reads.get(&id.0).is_none_or(|read| read.later.len() + 1 >= QUORUM)
        }
        _ => true,
    })
}

/// A leader that steps down answers everybody who waits: its reads, and who asked for a transfer.
pub(super) fn owed_by_leaders<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always("steps-down", "who waits for an answer waits for a leader, or for a disk", waits_for_a_leader)
        .when(somebody_waits);
}

fn somebody_waits<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    deeds(world).is_some_and(|deeds| !deeds.waiting.is_empty())
}

fn waits_for_a_leader<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    let Some(deeds) = deeds(world) else { return true };
    deeds.waiting.values().all(|asked| {
        let held = world.node(asked.at).driver().is_some_and(|driver| driver.writes_to_next_release().is_some());
        held || replica(world, asked.at).is_some_and(|core| core.standing() == Standing::Leader)
    })
}
