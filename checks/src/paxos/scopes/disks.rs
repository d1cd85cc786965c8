//! The scopes in which a replica may lose its disk and come back under its old id with an empty one.

use super::{scope, slots};
use crate::paxos::history::History;
use crate::paxos::machine::{Part, Paxos};
use crate::paxos::quotient::dead;
use quorate::world::{Persistence, Scope, Takes, World};
use quorate_core::paxos::{Durable, TimerKind, Write};
use quorate_machine::NodeId;

/// The epoch of a replica's disk that comes after so many others.
fn epoch(id: NodeId, lost: u8) -> u64 {
    10 * (1 + u64::from(lost)) + u64::from(id.0)
}

/// New disks, of which nobody has heard.
fn new_disk(id: NodeId, lost: u8) -> Durable<u8, Part> {
    Durable::blank(epoch(id, lost))
}

/// The first disk of all but replica 1 is admitted, and these know each other. That of replica 1 is new.
fn new_beside_others(id: NodeId, lost: u8) -> Durable<u8, Part> {
    let mut disk = new_disk(id, lost);
    if lost == 0 && id != NodeId(1) {
        let other = NodeId(2 - id.0);
        disk.apply(&Write::Known { node: other, epoch: epoch(other, 0) });
        disk.apply(&Write::Admitted(epoch(id, 0)));
    }
    disk
}

/// The parts that the replicas play in [`lost_disk`].
fn loses_one<M: Paxos>(world: &World<M, History>) -> bool {
    let past = world.ghost();
    let starts = |id: u16| past.starts.get(&NodeId(id)).copied().unwrap_or_default();
    let lost = |id: u16| world.node(NodeId(id)).disks_lost();
    slots::<M, (), 1>(world)
        && past.started.keys().all(|ballot| ballot.node != NodeId(1))
        && (starts(0) <= 2 && lost(0) == 0)
        && starts(1) == 1 + lost(1)
        && starts(2) == 1
}

/// A replica that joins two others with a new disk, and may lose it, before it is admitted or after; the others lead, one
/// after the other.
pub fn lost_disk<M: Paxos>() -> Scope<M, History> {
    Scope {
        bound: Some((
            "1 slot, replica 1 alone has a new disk, may lose it, and leads nobody",
            loses_one::<M>,
        )),
        crashes: 1,
        crash_takes: Takes::Disk,
        disk: new_beside_others,
        dead: Some(dead),
        ..scope("lost-disk", 1, 2, 2)
    }
}

/// As [`lost_disk`], with one leader; of those who know the new disk one may crash, and lose what it has not synced.
pub fn lost_record<M: Paxos>() -> Scope<M, History> {
    let words = "1 slot, replica 0 may crash, replica 1 alone has a new disk, may lose it, and leads nobody";
    let mut scope = Scope {
        name: "lost-record",
        bound: Some((words, loses_one::<M>)),
        crashes: 2,
        crash_takes: Takes::Either,
        persistence: Persistence::Asynchronous,
        ..lost_disk()
    };
    scope.timers.insert(TimerKind::Election, 1);
    scope
}

/// Three replicas with new disks admit each other, any of them may lose its disk, and one leads.
pub fn new_disks<M: Paxos>() -> Scope<M, History> {
    Scope {
        bound: Some(("1 slot", slots::<M, (), 1>)),
        crashes: 1,
        crash_takes: Takes::Disk,
        disk: new_disk,
        dead: Some(dead),
        ..scope("new-disks", 1, 1, 1)
    }
}
