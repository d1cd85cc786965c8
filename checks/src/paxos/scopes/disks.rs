//! The scopes in which a replica may lose its disk and come back under its old id with an empty one.

use super::{scope, slots};
use crate::paxos::history::History;
use crate::paxos::machine::{Configures, Part, Paxos};
use crate::paxos::quotient::dead;
use quorate::world::{Persistence, Scope, Takes, World};
use quorate_core::paxos::{Config, Durable, Write};
use quorate_machine::NodeId;

/// The epoch of a replica's disk that comes after so many others.
fn epoch(id: NodeId, lost: u8) -> u64 {
    10 * (1 + u64::from(lost)) + u64::from(id.0)
}

/// New disks, of which nobody has heard.
fn new_disk(id: NodeId, lost: u8) -> Durable<u8, Part> {
    Durable::blank(epoch(id, lost))
}

/// The first disk of all but replica 1 is admitted. That of replica 1 is new.
fn new_beside_others(id: NodeId, lost: u8) -> Durable<u8, Part> {
    let mut disk = new_disk(id, lost);
    if lost == 0 && id != NodeId(1) {
        disk.apply(&Write::Admitted(epoch(id, 0)));
    }
    disk
}

/// The parts that the replicas play in [`lost_disk`].
fn loses_one<M: Paxos>(world: &World<M, History>) -> bool {
    let past = world.ghost();
    slots::<M, (), 1>(world)
        && past.started.keys().all(|ballot| ballot.node != NodeId(1))
        && (0..).map(NodeId).zip(world.nodes()).all(|(id, node)| {
            let crashed = past.starts.get(&id).copied().unwrap_or_default().saturating_sub(1);
            if id == NodeId(1) { crashed == node.disks_lost() } else { node.disks_lost() == 0 }
        })
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

/// As [`lost_disk`], in a cluster of two: of the one that knows the new disk a crash takes what is not synced.
pub fn lost_record<M: Paxos>() -> Scope<M, History> {
    let words = "1 slot, replica 0 may crash, replica 1 alone has a new disk, may lose it, and leads nobody";
    Scope {
        name: "lost-record",
        replicas: 2,
        config: M::Config::of(Config::bare(2, 1)),
        bound: Some((words, loses_one::<M>)),
        crashes: 2,
        crash_takes: Takes::Either,
        persistence: Persistence::Asynchronous,
        ..lost_disk()
    }
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
