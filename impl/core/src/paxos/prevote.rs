//! Pre-votes.

use super::message::{Ballot, Chunk, Payload, Slot};
use super::state::Replica;
use quorate_machine::{Effects, NodeId};

impl<C: Payload, S: Chunk> Replica<C, S> {
    pub(super) fn pre_vote(&mut self, _ballot: Ballot, _from: Slot, _effects: &mut Effects<Self>) {}

    pub(super) fn pre_grant(&mut self, _from: NodeId, _ballot: Ballot, _effects: &mut Effects<Self>) {}
}
