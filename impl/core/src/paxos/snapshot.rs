//! Snapshots: captured here a chunk at a time, sent to who misses what was cut off, and received a chunk at a time.
//!
//! A receiver drives: it has each chunk on its disk before it asks for the next ones, and goes on where it was after
//! a restart. Nothing else waits for a snapshot: votes and heartbeats go on beside it.

use super::message::{Chunk, Payload, Slot};
use super::state::Replica;
use quorate_machine::{Effects, NodeId};

/// The contents of a `Message::Snapshot`.
pub(super) struct Piece<S> {
    pub(super) upto: Slot,
    pub(super) at: u32,
    pub(super) of: u32,
    pub(super) chunk: S,
}

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// The layer above hands over chunk `at`, of `of` in all, of its state after exactly the slots before `upto`,
    /// which must all have been announced, in order and from 0. With the last chunk the snapshot takes the place of the one before it, and the log is
    /// cut off below it, `Config::retain` slots excepted.
    ///
    /// The chunks must be a function of the state alone: an equal state at another replica, whatever its history, has
    /// equal chunks. A replica may receive some of them from one and the rest from another.
    ///
    /// Returns whether the chunk is wanted. It is not, and this capture should be given up, if a newer snapshot is
    /// there or is being received, if `upto` is not yet chosen, or if it does not follow the chunks before it.
    pub fn capture(&mut self, upto: Slot, at: u32, of: u32, chunk: S, effects: &mut Effects<Self>) -> bool {
        let _ = (upto, at, of, chunk, effects);
        false
    }

    pub(super) fn receive_chunk(&mut self, _from: NodeId, piece: Piece<S>, _effects: &mut Effects<Self>) {
        let Piece { upto, at, of, chunk } = piece;
        let _ = (upto, at, of, chunk);
    }

    pub(super) fn fetch(
        &mut self,
        _to: NodeId,
        _from: Slot,
        _upto: Slot,
        _at: u32,
        _effects: &mut Effects<Self>,
    ) {
    }
}
