//! Linearizable reads.

use super::message::{Ballot, Chunk, Payload};
use super::state::Replica;
use quorate_machine::{Effects, NodeId};

impl<C: Payload, S: Chunk> Replica<C, S> {
    pub(super) fn probe(
        &mut self,
        _from: NodeId,
        _ballot: Ballot,
        _round: u64,
        _effects: &mut Effects<Self>,
    ) {
    }

    pub(super) fn alive(
        &mut self,
        _from: NodeId,
        _ballot: Ballot,
        _round: u64,
        _effects: &mut Effects<Self>,
    ) {
    }
}
