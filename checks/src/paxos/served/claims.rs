//! What must be true of servers: one property, one small function.

use super::{
    limits::{LIMITS, REPLICAS},
    machine::{Chunk, Command, Disk, Serves},
    reference::State,
    told::Told,
};
use quorate::{
    linear::Conclusion,
    world::{Calm, Event, Shared, World, WorldModel},
};
use quorate_core::{
    paxos::{Slot, Snapshot, Standing, TimerKind, Value, server::Server},
    quorum::Quorums,
    session::{ClientId, Sequence, Table},
};
use quorate_machine::{NodeId, Replicated};
use quorate_spec::Claims;

/// A world of servers, with what was seen of it.
pub type Served<M> = WorldModel<M, Told>;
type In<M> = World<M, Told>;

/// Configurations that a judgement of linearizability may look at.
const BUDGET: u64 = 400_000;

/// Every claim. The one that says most of what went wrong comes first.
pub fn claims<M: Serves>(claims: &mut Claims<Served<M>>) {
    claims
        .always("PX-S1", "no two servers ever announce different values for one slot", agree)
        .when(something_is_chosen)
        .always_step(
            "PX-S14",
            "a command takes effect at most once, and is answered as it was the first time",
            takes_effect_once,
        )
        .always_step(
            "PX-S15",
            "a snapshot is the state after exactly its slots, client table included",
            is_cut_right,
        )
        .when_step(has_another_snapshot)
        .always_step(
            "PX-S13",
            "what is executed is the chosen prefix, the same everywhere",
            executes_the_prefix,
        )
        .when_step(executes)
        .always("PX-S24", "no session that is in use goes while there is one that was never used", is_fair)
        .when(has_a_choice)
        .always_step("PX-S16", "what was answered is on the disks of a quorum", is_durable)
        .when_step(somebody_is_answered)
        .always_step("PX-S17", "what clients were told is linearizable", is_linearizable)
        .when_step(somebody_is_answered);
}

/// What comes about once faults stop.
pub fn at_last<M: Serves>(claims: &mut Claims<Served<M>>) {
    claims
        .always_step(
            "PX-L7",
            "once nothing fails any more somebody leads, all catch up, and whatever waits is answered",
            settles,
        )
        .when_step(is_whole_again);
}

/// The network is whole again. Not every time is looked into, for it takes long; and not while somebody was asked to
/// stop, who does not lead again before a restart.
fn is_whole_again<M: Serves>(_: &Served<M>, _: &In<M>, event: &Event<M>, after: &In<M>) -> bool {
    let ids = || (0..REPLICAS).map(NodeId);
    let is_stopped = ids().any(|id| server(after, id).is_some_and(|server| server.replica().is_stopped()));
    matches!(event, Event::Heal) && after.ghost().counts.told.is_multiple_of(4) && !is_stopped
}

fn settles<M: Serves>(model: &Served<M>, before: &In<M>, event: &Event<M>, after: &In<M>) -> bool {
    let calm = Calm {
        rounds: ROUNDS,
        seldom: TimerKind::Election,
        links_stay_down: false,
        is_settled: is_settled::<M>,
    };
    !is_whole_again(model, before, event, after) || model.settles(after, &calm)
}

/// Rounds of timers after which everything is well again.
const ROUNDS: usize = 40;

/// Somebody leads whom all follow, everybody has executed all that is chosen, and nobody waits.
fn is_settled<M: Serves>(model: &Served<M>, world: &In<M>) -> bool {
    let all: Option<Vec<_>> = model.ids().map(|id| server(world, id)).collect();
    let Some(all) = all else { return false };
    let leader = all.iter().filter(|server| server.replica().standing() == Standing::Leader);
    let Some(leader) = leader.max_by_key(|server| server.replica().promised()) else { return false };
    let (ballot, chosen) = (leader.replica().promised(), leader.replica().chosen());
    let follows = |server: &&Server<super::ledger::Ledger>| {
        server.replica().promised() <= ballot && server.applied() == chosen
    };
    world.ghost().is_quiet() && all.iter().all(follows)
}

fn something_is_chosen<M: Serves>(_: &Served<M>, world: &In<M>) -> bool {
    !world.ghost().log.is_empty()
}

fn agree<M: Serves>(_: &Served<M>, world: &In<M>) -> bool {
    !world.ghost().log.disagreed
}

fn has_a_choice<M: Serves>(_: &Served<M>, world: &In<M>) -> bool {
    world.ghost().log.choices > 0
}

fn is_fair<M: Serves>(_: &Served<M>, world: &In<M>) -> bool {
    !world.ghost().log.unfair
}

fn server<M: Serves>(world: &In<M>, id: NodeId) -> Option<&Server<super::ledger::Ledger>> {
    world.node(id).driver().map(|driver| driver.machine().server())
}

fn takes_effect_once<M: Serves>(model: &Served<M>, before: &In<M>, event: &Event<M>, after: &In<M>) -> bool {
    if after.ghost().wronged {
        return false;
    }
    if !executes(model, before, event, after) {
        return true;
    }
    let Some(server) = event.node().and_then(|id| server(after, id)) else { return true };
    let mut entries = server.state().entries.clone();
    entries.sort_unstable();
    entries.is_sorted_by(|one, next| one < next)
}

/// Did the server that acts execute something, or recover?
fn executes<M: Serves>(_: &Served<M>, before: &In<M>, event: &Event<M>, after: &In<M>) -> bool {
    let Some(id) = event.node() else { return false };
    let applied = |world| server(world, id).map(Server::applied);
    applied(after).is_some_and(|now| now > Slot(0)) && applied(before) != applied(after)
}

fn executes_the_prefix<M: Serves>(_: &Served<M>, _: &In<M>, event: &Event<M>, after: &In<M>) -> bool {
    let Some(server) = event.node().and_then(|id| server(after, id)) else { return true };
    let Some(state) = after.ghost().log.state(server.applied()) else { return false };
    state.ledger == *server.state() && state.clients == *server.clients()
}

fn has_another_snapshot<M: Serves>(_: &Served<M>, before: &In<M>, event: &Event<M>, after: &In<M>) -> bool {
    let Some(id) = event.node() else { return false };
    let upto = |world: &In<M>| world.node(id).durable().snapshot_upto();
    upto(before) != upto(after)
}

fn is_cut_right<M: Serves>(_: &Served<M>, _: &In<M>, event: &Event<M>, after: &In<M>) -> bool {
    let Some(disk) = event.node().map(|id| after.node(id).durable()) else { return true };
    let Some(snapshot) = &disk.snapshot else { return false };
    restored(snapshot).is_some_and(|state| after.ghost().log.state(snapshot.upto) == Some(&state))
}

/// The state that a snapshot holds.
fn restored(snapshot: &Snapshot<Chunk>) -> Option<State> {
    let (mut sessions, mut chunks) = (Vec::new(), Vec::new());
    for chunk in &snapshot.chunks {
        match chunk {
            Chunk::Sessions(some) => sessions.extend(some.iter()),
            Chunk::State(chunk) => chunks.push(chunk.clone()),
        }
    }
    Some(State { ledger: Replicated::restore(&chunks)?, clients: Table::restore(LIMITS, sessions) })
}

fn somebody_is_answered<M: Serves>(_: &Served<M>, before: &In<M>, _: &Event<M>, after: &In<M>) -> bool {
    before.ghost().counts.told != after.ghost().counts.told
}

fn is_durable<M: Serves>(_: &Served<M>, _: &In<M>, _: &Event<M>, after: &In<M>) -> bool {
    let Some(command) = after.ghost().last else { return true };
    let (log, quorum) = (&after.ghost().log, usize::from(Quorums::majority(REPLICAS).accept));
    let disks = || (0..REPLICAS).map(|id| after.node(NodeId(id)).durable());
    let is_held = |slot: Slot, value: &Value<Command>| {
        let has = |disk: &&Shared<Disk>| {
            disk.snapshot_upto() > slot || disk.entry(slot).is_some_and(|entry| entry.value == *value)
        };
        disks().filter(has).count() >= quorum
    };
    if let Some((slot, value)) = log.slot(&command).and_then(|slot| Some((slot, log.value(slot)?))) {
        return is_held(slot, value);
    }
    // Who answered crashed before it announced the slot: some slot of the disks must be it.
    disks().any(|disk| {
        let slots = (disk.log.offset()..disk.end().0).map(Slot);
        let held = slots.filter_map(|slot| Some((slot, disk.entry(slot)?.value)));
        held.into_iter().any(|(slot, value)| is_command::<M>(&value, command) && is_held(slot, &value))
    })
}

fn is_command<M: Serves>(value: &Value<Command>, (client, sequence): (ClientId, Sequence)) -> bool {
    let Value::Command(Command::Execute { stamp, .. }) = value else { return false };
    let stamp = M::meant(stamp);
    (stamp.client, stamp.sequence) == (client, sequence)
}

/// A history that is not judged within the budget is not known to be right.
fn is_linearizable<M: Serves>(_: &Served<M>, _: &In<M>, _: &Event<M>, after: &In<M>) -> bool {
    matches!(
        after.ghost().clients.linearizable(BUDGET),
        Conclusion::Linearizable { .. } | Conclusion::Vacuous
    )
}
