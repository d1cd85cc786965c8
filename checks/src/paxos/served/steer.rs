//! How random runs of servers are led: what happens often in a cluster happens often, and enough of the rest.

use super::{
    claims::Served,
    machine::{Asked, Serves},
    told::Told,
};
use quorate::{
    simulate::Random,
    world::{Event, Links, Split, World},
};
use quorate_core::paxos::{Standing, TimerKind, server::Request};
use quorate_machine::NodeId;

type In<M> = World<M, Told>;

/// Something that may happen next.
pub(super) fn pick<M: Serves>(model: &Served<M>, world: &In<M>, random: &mut Random) -> Option<Event<M>> {
    // A proposal that is none is one that cannot happen: another is asked for.
    (0..100).find_map(|_| match random.below(1000) {
        0..5 => crash(world, random),
        5..10 if model.scope().crash_within => crash_during(model, world, random),
        10..40 => restart(world, random),
        40..50 => split_or_heal(model, world, random),
        _ => plain(model, world, random),
    })
}

fn plain<M: Serves>(model: &Served<M>, world: &In<M>, random: &mut Random) -> Option<Event<M>> {
    match random.below(100) {
        0..60 => letter(world, random),
        60..72 => timer(world, random),
        72..88 => any(model.ids().filter(|id| is_up(world, *id)), random).map(|node| Event::Sync { node }),
        _ => client(model, world, random),
    }
}

fn any<T>(items: impl Iterator<Item = T>, random: &mut Random) -> Option<T> {
    let mut items: Vec<T> = items.collect();
    if items.is_empty() { None } else { Some(items.swap_remove(random.below(items.len()))) }
}

fn is_up<M: Serves>(world: &In<M>, id: NodeId) -> bool {
    world.node(id).driver().is_some()
}

fn ids<M: Serves>(world: &In<M>) -> impl Iterator<Item = NodeId> + use<M> {
    (0..world.nodes().len() as u16).map(NodeId)
}

/// Mostly delivered, now and then lost or repeated; what cannot arrive is lost sooner or later.
fn letter<M: Serves>(world: &In<M>, random: &mut Random) -> Option<Event<M>> {
    let letters = world.network().messages();
    let letter = letters.get(random.below(letters.len().max(1)))?.clone();
    let is_cut = world.is_cut(letter.from, letter.to);
    match random.below(32) {
        0..4 if is_cut => Some(Event::Drop(letter)),
        _ if is_cut => None,
        0 => Some(Event::Drop(letter)),
        1 => Some(Event::Duplicate(letter)),
        _ => Some(Event::Deliver(letter)),
    }
}

/// Elections are for those who have waited long.
fn timer<M: Serves>(world: &In<M>, random: &mut Random) -> Option<Event<M>> {
    let node = any(ids(world).filter(|id| is_up(world, *id)), random)?;
    let armed = world.node(node).driver()?.armed().iter().copied();
    let kind = any(armed, random)?;
    (kind != TimerKind::Election || random.below(5) == 0).then_some(Event::Timer { node, kind })
}

/// Clients know who leads more often than not, and mostly want their commands executed.
fn client<M: Serves>(model: &Served<M>, world: &In<M>, random: &mut Random) -> Option<Event<M>> {
    let leads = |id: &NodeId| {
        let driver = world.node(*id).driver();
        driver.is_some_and(|driver| driver.machine().server().replica().standing() == Standing::Leader)
    };
    let leader = any(ids(world).filter(leads), random).filter(|_| random.below(4) > 0);
    let node = leader.or_else(|| any(ids(world).filter(|id| is_up(world, *id)), random))?;
    let (id, requests) = model.asks(world);
    let wanted: fn(&Asked) -> bool = match random.below(400) {
        0..280 => |request| matches!(request, Request::Execute { .. }),
        280..360 => |request| matches!(request, Request::Read { .. }),
        360..372 => |request| matches!(request, Request::Open),
        372..398 => |request| matches!(request, Request::Transfer { .. }),
        _ => |request| matches!(request, Request::Stop),
    };
    let request = any(requests.into_iter().filter(wanted), random)?;
    Some(Event::Request { node, id, request })
}

/// Who was stopped is crashed sooner: it does nothing any more. So is who receives a snapshot: it should go on with it.
fn crash<M: Serves>(world: &In<M>, random: &mut Random) -> Option<Event<M>> {
    let stopped = |id: &NodeId| {
        let driver = world.node(*id).driver();
        driver.is_some_and(|driver| driver.machine().server().replica().is_stopped())
    };
    let receives = |id: &NodeId| {
        let replica = world.node(*id).driver().map(|driver| driver.machine().server().replica());
        replica.is_some_and(|replica| {
            replica.durable().partial.as_ref().is_some_and(|partial| partial.upto > replica.chosen())
        })
    };
    let node = any(ids(world).filter(|id| stopped(id) || receives(id)), random);
    let node = node.or_else(|| any(ids(world).filter(|id| is_up(world, *id)), random))?;
    let keep = random.below(world.node(node).unsynced().len() + 1);
    Some(Event::Crash { node, keep })
}

fn crash_during<M: Serves>(model: &Served<M>, world: &In<M>, random: &mut Random) -> Option<Event<M>> {
    let event = plain(model, world, random)?;
    event.node()?;
    let unsynced = model.outputs(world, &event);
    let outputs = 1 + random.below(unsynced.len().checked_sub(1).filter(|outputs| *outputs > 0)?);
    let keep = random.below(unsynced[outputs] + 1);
    Some(Event::CrashDuring { event: Box::new(event), outputs, keep })
}

fn restart<M: Serves>(world: &In<M>, random: &mut Random) -> Option<Event<M>> {
    let node = any(ids(world).filter(|id| !is_up(world, *id)), random)?;
    Some(Event::Restart { node })
}

/// The network falls in two, a link fails, or all is well again.
fn split_or_heal<M: Serves>(model: &Served<M>, world: &In<M>, random: &mut Random) -> Option<Event<M>> {
    let replicas = model.scope().replicas;
    let is_whole = world.split().is_none() && world.down().is_none();
    if !is_whole && random.below(2) == 0 {
        return Some(Event::Heal);
    }
    if world.split().is_none() && random.below(2) == 0 {
        return any(Split::all(replicas), random).map(Event::Partition);
    }
    let (from, to) =
        any(Links::all(replicas).filter(|(from, to)| !world.down().is_down(*from, *to)), random)?;
    Some(Event::LinkDown { from, to })
}
