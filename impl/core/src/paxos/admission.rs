//! Admission: a replica votes only with the first disk that it ever had.
//!
//! Agreement rests on disks: a vote that was counted must still be there when the next leader asks. A replica that comes
//! back with an empty disk under its old id has forgotten its votes, and a quorum with it in it need not know what an
//! earlier quorum chose. So each disk has an *epoch*, a number that no other has, and its replica does not vote before a
//! majority of the *other* replicas has on disk that this is the first epoch that they heard of it. Two such majorities
//! meet, and who is in both knows one first epoch: of all disks that a replica has in its life, one at most is admitted.
//! It is not enough that somebody knows, nor that a majority does which counts the replica itself: the next quorum may
//! consist of the newcomer and of one who never heard of the disk that is gone.
//!
//! What votes and everything that stands for a vote are held back: promises, votes, grants, answers to probes, campaigns.
//! A replica that is not admitted learns and teaches what is chosen, and knows the disks of others: all may be new at
//! once. Its messages of before may still arrive, and may count: whom they made part of a quorum votes no more, and any
//! two quorums still meet in a replica that kept its disk.
//!
//! Source for the fault: Chandra, Griesemer & Redstone, *Paxos Made Live* (2007), section 5.1, where a replica that lost its
//! disk waits until a full instance of Paxos has passed; that does not protect votes in slots that are still open.

use super::message::{Chunk, Message, Notice, Payload};
use super::state::{Replica, Write};
use quorate_machine::{Effects, NodeId};

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// Tells the others which disk this is, and waits, anew, for their answers.
    pub(super) fn introduce(&mut self, effects: &mut Effects<Self>) {
        if self.is_admitted() || self.is_observer() {
            return;
        }
        self.await_leader(effects);
        let epoch = self.durable.epoch;
        self.peers().for_each(|peer| effects.send(peer, Message::Introduce { epoch }));
        self.vote_if_known(effects);
    }

    /// Another replica tells which disk it has. It hears which one was the first, once that is on this disk.
    pub(super) fn introduced(&mut self, from: NodeId, epoch: u64, effects: &mut Effects<Self>) {
        let first = self.durable.known.get(&from).copied();
        if first.is_none() {
            self.write(Write::Known { node: from, epoch }, effects);
        }
        effects.barrier();
        effects.send(from, Message::Known { epoch: first.unwrap_or(epoch) });
    }

    /// Another replica knows this one by its first disk. Perhaps that is the one that it has.
    pub(super) fn known(&mut self, from: NodeId, epoch: u64, effects: &mut Effects<Self>) {
        if self.is_admitted() {
            return;
        }
        if epoch == self.durable.epoch {
            self.known_by.add(from);
            self.vote_if_known(effects);
        } else if !self.refused {
            self.refused = true;
            effects.publish(Notice::Refused { by: from, epoch });
        }
    }

    /// Votes from now on, if a majority of the others knows this disk as the first one. Who is alone asks nobody.
    fn vote_if_known(&mut self, effects: &mut Effects<Self>) {
        let others = self.config.replicas.saturating_sub(1);
        let majority = if others == 0 { 0 } else { others / 2 + 1 };
        if self.known_by.reached(majority) {
            self.known_by.clear();
            self.write(Write::Admitted(self.durable.epoch), effects);
            effects.publish(Notice::Admitted);
        }
    }
}

impl<C, S> Message<C, S> {
    /// Whether the answer would be a vote, or stand for one, or whether the receiver should campaign.
    #[inline]
    pub(super) fn asks_for_a_vote(&self) -> bool {
        match self {
            Message::Prepare { .. }
            | Message::Accept { .. }
            | Message::Probe { .. }
            | Message::PreVote { .. }
            | Message::TimeoutNow { .. } => true,
            Message::Promise { .. }
            | Message::Reject { .. }
            | Message::Accepted { .. }
            | Message::Commit { .. }
            | Message::CatchUp { .. }
            | Message::Learn { .. }
            | Message::Snapshot { .. }
            | Message::Fetch { .. }
            | Message::Alive { .. }
            | Message::PreGrant { .. }
            | Message::Introduce { .. }
            | Message::Known { .. } => false,
        }
    }
}
