//! What a snapshot leaves of votes.

use super::{Claims, Model, Paxos, State, Told};
use crate::paxos::machine::Part;
use quorate_core::paxos::{Ballot, Durable, Slot};

pub(super) fn stay<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always(
            "votes-stay",
            "a disk holds each vote until a higher ballot, a lesson or a snapshot replaces it",
            are_held,
        )
        .when(some_are_above_a_snapshot);
}

/// The slots that each replica has voted in, with its disk.
fn votes<M: Paxos, D: Told<M>>(
    world: &State<M, D>,
) -> impl Iterator<Item = (&Durable<u8, Part>, Slot, Ballot)> {
    let votes = world.ghost().votes.keys();
    votes.map(|(node, slot, ballot)| (&**world.node(*node).durable(), *slot, *ballot))
}

/// A vote at [`Ballot::ZERO`] is a lesson: the slot is known to be chosen.
fn are_held<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    votes(world).all(|(disk, slot, ballot)| {
        let held = disk.vote(slot);
        slot.0 < disk.log.offset() || held.is_some_and(|held| held >= ballot || held == Ballot::ZERO)
    })
}

fn some_are_above_a_snapshot<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    votes(world).any(|(disk, slot, _)| disk.log.offset() > 0 && slot.0 >= disk.log.offset())
}
