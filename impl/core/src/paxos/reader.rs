//! Linearizable reads, without a clock: a leader says which slots a read must have seen, once it knows that it still
//! led after the read was asked for.
//!
//! It asks the others whether they have promised a higher ballot. A quorum that has not, and that shares a replica with
//! every quorum of phase 1, shows that no later leader had been made when the first of them was asked: whatever was
//! acknowledged before is below the leader's chosen prefix, or was proposed again by it at the end of phase 1. Reads
//! that wait share a round, which must have begun after each of them was asked for.
//!
//! Source: Ongaro, *Consensus: Bridging Theory and Practice* (2014), section 6.4.

use super::message::{Ballot, Chunk, Message, Payload, Response, Slot, Standing};
use super::state::{Leader, Reads, Replica, Role, Waiting};
use crate::quorum::Tally;
use quorate_machine::{Effects, NodeId, RequestId};

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// A client wants to read.
    pub(super) fn confirm(&mut self, id: RequestId, effects: &mut Effects<Self>) {
        let (chosen, limit, hint) = (self.chosen(), self.config.reads, self.leader());
        let Role::Leader(Leader { reads, .. }) = &mut self.role else {
            return effects.reply(id, Response::NotLeader { leader: hint });
        };
        if reads.waiting.len() >= limit as usize {
            return effects.reply(id, Response::Full);
        }
        let (round, index) = (reads.round + 1, chosen.max(reads.floor));
        reads.waiting.push(Waiting { id, round, index });
        if !reads.is_asking() {
            self.begin_round(effects);
        }
    }

    /// Asks everybody anew, on behalf of every read that waits. This replica answers at once: it leads, so it has
    /// promised nothing higher.
    fn begin_round(&mut self, effects: &mut Effects<Self>) {
        let Role::Leader(Leader { reads, .. }) = &mut self.role else { return };
        reads.round += 1;
        reads.alive.add(self.id);
        self.ask_who_lives(effects);
        self.count_alive(effects);
    }

    /// Asks those who have not answered this round, if it is under way: the question or its answer may be lost.
    pub(super) fn ask_who_lives(&self, effects: &mut Effects<Self>) {
        let Some(Leader { reads, .. }) = self.leading() else { return };
        if reads.is_asking() {
            let (ballot, round) = (self.promised(), reads.round);
            let silent = self.peers().filter(|peer| !reads.alive.contains(*peer));
            silent.for_each(|peer| effects.send(peer, Message::Probe { ballot, round }));
        }
    }

    /// The leader of `ballot` asks whether anybody has promised more.
    pub(super) fn probe(&mut self, from: NodeId, ballot: Ballot, round: u64, effects: &mut Effects<Self>) {
        if ballot < self.promised() {
            return self.reject(from, effects);
        }
        self.hear(ballot, effects);
        self.note_leader();
        if self.standing() == Standing::Follower {
            self.await_leader(effects);
        }
        effects.barrier();
        effects.send(from, Message::Alive { ballot, round });
    }

    /// Somebody had promised nothing above `ballot` after the round began.
    pub(super) fn alive(&mut self, from: NodeId, ballot: Ballot, round: u64, effects: &mut Effects<Self>) {
        let promised = self.promised();
        self.note_answer(from, ballot);
        let Role::Leader(Leader { reads, .. }) = &mut self.role else { return };
        if ballot == promised && round == reads.round && reads.is_asking() {
            reads.alive.add(from);
            self.count_alive(effects);
        }
    }

    /// A quorum ends the round. Reads that came too late for it get the next one.
    fn count_alive(&mut self, effects: &mut Effects<Self>) {
        let quorum = self.config.quorums.accept;
        let Role::Leader(Leader { reads, .. }) = &mut self.role else { return };
        if !reads.alive.reached(quorum) {
            return;
        }
        reads.end_round();
        let is_wanted = reads.waiting.last().is_some_and(|read| read.round > 0);
        self.answer_reads(effects);
        if is_wanted {
            self.begin_round(effects);
        }
    }

    /// Answers the reads that need no round any more and whose slots are chosen.
    pub(super) fn answer_reads(&mut self, effects: &mut Effects<Self>) {
        let chosen = self.chosen();
        let Role::Leader(Leader { reads, .. }) = &mut self.role else { return };
        if reads.floor <= chosen {
            reads.floor = Slot(0);
        }
        // Their indices grow in the order in which they came.
        let ready = reads.waiting.iter().take_while(|read| read.round == 0 && read.index <= chosen).count();
        for Waiting { id, index, .. } in reads.waiting.drain(..ready) {
            effects.reply(id, Response::Confirmed { index });
        }
    }
}

impl Reads {
    /// Whether the last round is under way: the leader itself answers at once.
    fn is_asking(&self) -> bool {
        !self.alive.is_empty()
    }

    /// Whether the last round is under way and this replica has not answered it.
    pub(super) fn asks(&self, peer: NodeId) -> bool {
        self.is_asking() && !self.alive.contains(peer)
    }

    /// A quorum has answered the last round.
    fn end_round(&mut self) {
        self.alive = Tally::default();
        let round = self.round;
        self.waiting.iter_mut().filter(|read| read.round <= round).for_each(|read| read.round = 0);
    }
}
