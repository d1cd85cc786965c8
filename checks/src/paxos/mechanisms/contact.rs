//! PX-L5: a leader that no quorum answers steps down, and one that is answered leads on.
//!
//! The claims say together what a leader may remember of who answered it: nothing but the answers at its own ballot since
//! its election timer last fired.

use super::{Claims, Core, Event, Model, Observation, Paxos, State, Told, replica, seen};
use quorate_core::paxos::{Message, Standing, TimerKind};
use quorate_machine::NodeId;
use std::collections::BTreeSet;

pub(super) fn checks_quorum<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step(
            "PX-L5",
            "a leader whose period ends leads on if a quorum has answered it in that time, and else steps down",
            leads_on_if_heard,
        )
        .when_step(ends_a_period)
        .always_step(
            "answers",
            "a leader remembers who has answered it at its ballot since its last period, and nobody else",
            remembers_answers,
        )
        .when_step(acts)
        .always_step("asks-the-silent", "with a heartbeat a leader probes whom it has not heard", probes)
        .when_step(beats_unheard)
        .always("period", "the election timer of a leader runs", is_armed)
        .when(somebody_leads);
}

fn leads<M: Paxos, D: Told<M>>(world: &State<M, D>, node: NodeId) -> Option<&Core> {
    replica(world, node).filter(|core| core.standing() == Standing::Leader)
}

fn answered(core: &Core) -> BTreeSet<NodeId> {
    core.answered().collect()
}

fn is_heard(core: &Core) -> bool {
    core.answered().count() >= usize::from(core.config().quorums.accept)
}

/// The leader whose election timer fires.
fn ends<'w, M: Paxos, D: Told<M>>(before: &'w State<M, D>, event: &Event<M>) -> Option<&'w Core> {
    let Event::Timer { node, kind: TimerKind::Election } = event else { return None };
    leads(before, *node)
}

fn ends_a_period<M: Paxos, D: Told<M>>(
    _: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    ends(before, event).is_some()
}

/// One that was asked to stop may stop then, whoever has answered.
fn leads_on_if_heard<M: Paxos, D: Told<M>>(
    _: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    ends(before, event).is_none_or(|core| {
        let leads_on = leads(after, core.id()).is_some_and(|later| later.promised() == core.promised());
        leads_on == is_heard(core) || (core.is_stopped() && !leads_on)
    })
}

/// The replica that answers, and the leader as it was before.
fn answer<'w, M: Paxos, D: Told<M>>(before: &'w State<M, D>, event: &Event<M>) -> Option<(NodeId, &'w Core)> {
    let (Event::Deliver(envelope) | Event::Duplicate(envelope)) = event else { return None };
    let (Message::Accepted { ballot, .. } | Message::Alive { ballot, .. }) = &envelope.message else {
        return None;
    };
    let core = leads(before, envelope.to)?;
    (core.promised() == *ballot).then_some((envelope.from, core))
}

/// Something happens at a replica that leads then.
fn acts<M: Paxos, D: Told<M>>(
    _: &Model<M, D>,
    _: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    event.node().is_some_and(|node| leads(after, node).is_some())
}

fn remembers_answers<M: Paxos, D: Told<M>>(
    _: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let Some(node) = event.node() else { return true };
    let Some(now) = leads(after, node) else { return true };
    let then = leads(before, node).filter(|then| then.promised() == now.promised());
    let is_new = then.is_none() || ends(before, event).is_some();
    let mut wanted = if is_new { BTreeSet::from([node]) } else { then.map(answered).unwrap_or_default() };
    wanted.extend(answer(before, event).map(|(from, _)| from));
    answered(now) == wanted
}

/// The replicas that a leader whose heartbeat timer fires has not heard.
fn unheard<M: Paxos, D: Told<M>>(before: &State<M, D>, event: &Event<M>) -> Vec<NodeId> {
    let Event::Timer { node, kind: TimerKind::Heartbeat } = event else { return Vec::new() };
    let Some(core) = leads(before, *node) else { return Vec::new() };
    let others = core.config().members().voters().filter(|other| other != node);
    others.filter(|other| !answered(core).contains(other)).collect()
}

fn beats_unheard<M: Paxos, D: Told<M>>(
    _: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    !unheard(before, event).is_empty()
}

fn probes<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let silent = unheard(before, event);
    if silent.is_empty() {
        return true;
    }
    let seen = seen(model, before, event);
    silent.iter().all(|silent| {
        seen.iter().any(|seen| match seen {
            Observation::Sent { to, message: Message::Probe { .. } } => to == silent,
            _ => false,
        })
    })
}

fn somebody_leads<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    (0..world.nodes().len() as u16).any(|node| leads(world, NodeId(node)).is_some())
}

fn is_armed<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    world.nodes().iter().filter_map(|node| node.driver()).all(|driver| {
        let is_leader = driver.machine().replica().standing() == Standing::Leader;
        !is_leader || driver.armed().contains(&TimerKind::Election)
    })
}
