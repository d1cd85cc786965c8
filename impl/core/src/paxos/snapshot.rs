//! Snapshots: captured here a chunk at a time, sent to who misses what was cut off, and received a chunk at a time.
//!
//! A receiver drives: it has each chunk on its disk before it asks for the next ones, and goes on where it was after
//! a restart. Nothing else waits for a snapshot: votes and heartbeats go on beside it.

use super::message::{Chunk, Message, Notice, Payload, Slot, Standing};
use super::state::{Partial, Replica, Write};
use quorate_machine::{Effects, NodeId};

/// The contents of a `Message::Snapshot`.
pub(super) struct Piece<S> {
    pub(super) upto: Slot,
    pub(super) at: u32,
    pub(super) of: u32,
    pub(super) chunk: S,
}

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// The layer above hands over chunk `at`, of `of` in all, of its state after exactly the slots before `upto`. With
    /// the last chunk the snapshot takes the place of the one before it, and the log is cut off below it, except for
    /// `Config::retain` slots.
    ///
    /// The chunks must be a function of the state alone: an equal state at another replica, whatever its history, has
    /// equal chunks. A replica may receive some of them from one and the rest from another.
    ///
    /// Returns whether the chunk is wanted. It is not, and this capture should be given up, if a newer snapshot is
    /// there or is being received, if `upto` is not yet chosen, or if it does not follow the chunks before it.
    pub fn capture(&mut self, upto: Slot, at: u32, of: u32, chunk: S, effects: &mut Effects<Self>) -> bool {
        let is_new = upto > self.durable.snapshot_upto() && upto <= self.chosen();
        let partial = self.durable.partial.as_ref();
        let receives_newer = partial.is_some_and(|partial| partial.upto > upto);
        if !is_new || receives_newer || at >= of {
            return false;
        }
        let same = partial.filter(|partial| (partial.upto, partial.of) == (upto, of));
        // A capture that a crash interrupted begins again, and finds chunks that are there already.
        let have = same.map_or(0, Partial::next);
        if at == have {
            self.write(Write::Chunk { upto, at, of, chunk }, effects);
            self.finish_snapshot(effects);
        }
        at <= have
    }

    /// The first slot that the newest snapshot has not seen; 0 if there is none. A snapshot up to a later slot, not
    /// later than [`Replica::chosen`], may be captured.
    pub fn compacted(&self) -> Slot {
        self.durable.snapshot_upto()
    }

    /// With its last chunk a snapshot is whole: it takes the place of the one before it. One of another replica stands
    /// for every slot before it, whatever the log holds there.
    pub(super) fn finish_snapshot(&mut self, effects: &mut Effects<Self>) {
        let Some(partial) = self.durable.partial.as_ref().filter(|partial| partial.next() >= partial.of)
        else {
            return;
        };
        let upto = partial.upto;
        let is_ahead = upto > self.chosen();
        let cut = if is_ahead {
            // What the log holds before it is not known to be chosen, so there is nothing to keep for anybody.
            self.pins.clear();
            upto
        } else {
            self.pinned_cut(Slot(upto.0.saturating_sub(self.config.retain.into())))
        };
        self.write(Write::Snapshot { upto, cut }, effects);
        if is_ahead {
            self.chosen = upto;
            effects.publish(Notice::Installed { upto });
        }
    }

    /// A chunk of another replica's snapshot arrived. A leader leaves it alone: what it proposed it learns from votes.
    pub(super) fn receive_chunk(&mut self, from: NodeId, piece: Piece<S>, effects: &mut Effects<Self>) {
        if self.standing() == Standing::Leader || piece.upto <= self.chosen() {
            return;
        }
        let next = self.next_chunk(from, &piece);
        if next != Some(piece.at) {
            // What was offered from its beginning is here in part, perhaps from before a restart.
            if piece.at == 0 && next.is_some() {
                self.ask_for_chunks(from, effects);
            }
            return;
        }
        let (upto, of, reached) = (piece.upto, piece.of, piece.at + 1);
        if piece.at == 0 && self.receiving().is_some() {
            effects.publish(Notice::StartedAnew { upto });
        }
        let Piece { at, chunk, .. } = piece;
        self.write(Write::Chunk { upto, at, of, chunk }, effects);
        self.finish_snapshot(effects);
        if self.chosen() >= upto {
            effects.barrier();
            effects.send(from, Message::CatchUp { from: self.chosen() });
        } else if reached % self.config.chunks.max(1) == 0 {
            self.ask_for_chunks(from, effects);
        }
    }

    /// Which chunk of the offered snapshot is missing first. `None` if another one is being received that it should
    /// not take the place of: a newer one, unless who leads now offers the older one.
    fn next_chunk(&self, from: NodeId, piece: &Piece<S>) -> Option<u32> {
        let Some(partial) = &self.durable.partial else { return Some(0) };
        if (partial.upto, partial.of) == (piece.upto, piece.of) {
            return Some(partial.next());
        }
        (piece.upto >= partial.upto || self.leader() == Some(from)).then_some(0)
    }

    /// The snapshot that is being received, if one is: what is captured here is never ahead of what is chosen.
    pub(super) fn receiving(&self) -> Option<&Partial<S>> {
        self.durable.partial.as_ref().filter(|partial| partial.upto > self.chosen())
    }

    /// Asks for the first chunk that is missing, once those before it are on disk: the disk sets the pace.
    pub(super) fn ask_for_chunks(&self, to: NodeId, effects: &mut Effects<Self>) {
        if let Some(partial) = self.receiving() {
            let (upto, at) = (partial.upto, partial.next());
            effects.barrier();
            effects.send(to, Message::Fetch { from: self.chosen(), upto, at });
        }
    }

    /// Somebody receives a snapshot, and misses chunks from `at` on. If that snapshot is here no more, it is taught as
    /// somebody who has received nothing.
    pub(super) fn fetch(&mut self, to: NodeId, from: Slot, upto: Slot, at: u32, effects: &mut Effects<Self>) {
        self.note_held(to, from, effects);
        let is_here = from.0 < self.durable.log.offset() && self.snapshot_for(to, upto).is_some();
        if !is_here {
            return self.teach(to, from, effects);
        }
        if self.pinned(to) != Some(upto) {
            self.pin(to);
        }
        self.send_chunks(to, upto, at, effects);
    }

    /// Sends the first chunks of a snapshot: of the one that the member is receiving from here, or else of the newest,
    /// which is kept for it from now on.
    pub(super) fn offer_snapshot(&mut self, to: NodeId, effects: &mut Effects<Self>) {
        if self.pinned(to).is_none() {
            self.pin(to);
        }
        let upto = self.pinned(to).unwrap_or(self.durable.snapshot_upto());
        self.send_chunks(to, upto, 0, effects);
    }

    /// Sends chunks of a snapshot, from `at` to the end of its group: each group is asked for.
    fn send_chunks(&self, to: NodeId, upto: Slot, at: u32, effects: &mut Effects<Self>) {
        let Some(snapshot) = self.snapshot_for(to, upto) else { return };
        let group = self.config.chunks.max(1);
        let (upto, of) = (snapshot.upto, u32::try_from(snapshot.chunks.len()).unwrap_or(u32::MAX));
        let end = at.saturating_add(group - at % group).min(of);
        for at in at..end {
            let chunk = snapshot.chunks[at as usize].clone();
            effects.send(to, Message::Snapshot { upto, at, of, chunk });
        }
    }
}
