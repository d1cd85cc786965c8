//! Handing over.

use super::message::{Ballot, Chunk, Payload};
use super::state::Replica;
use quorate_machine::{Effects, NodeId, RequestId};

impl<C: Payload, S: Chunk> Replica<C, S> {
    pub(super) fn timeout_now(&mut self, _ballot: Ballot, _effects: &mut Effects<Self>) {}

    pub(super) fn transfer(&mut self, _id: RequestId, _to: NodeId, _effects: &mut Effects<Self>) {}

    pub(super) fn stop(&mut self, _id: RequestId, _effects: &mut Effects<Self>) {}

    pub(super) fn give_up_transfer(&mut self, _effects: &mut Effects<Self>) {}
}
