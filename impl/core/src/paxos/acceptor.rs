//! The acceptor: it promises, and it votes.
//!
//! What it says depends on what it has written, so every answer stands behind a barrier, `Reject` included: it too
//! reveals a promise.

use super::message::{
    Ballot, Chunk, Entry, Message, Notice, Payload, Response, Slot, Standing, TimerKind, Value,
};
use super::state::{Replica, Role, Write};
use crate::batch::Batch;
use quorate_machine::{Effects, NodeId, Weigh};

/// A proposal for a run of slots: the contents of a `Message::Accept`.
pub(super) struct Proposal<C> {
    pub(super) ballot: Ballot,
    pub(super) floor: Slot,
    pub(super) first: Slot,
    pub(super) values: Batch<Value<C>>,
    pub(super) chosen: Slot,
}

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// Phase 1b (*Paxos Made Simple*, section 2.2): promise, and report what was accepted at lower ballots.
    pub(super) fn prepare(&mut self, ballot: Ballot, from: Slot, effects: &mut Effects<Self>) {
        if ballot < self.promised() {
            return self.reject(ballot.node, effects);
        }
        if self.must_teach(from) {
            return self.teach(ballot.node, from, effects);
        }
        if ballot > self.promised() {
            self.yield_to(ballot, effects);
            self.write(Write::Promise(ballot), effects);
            self.await_leader(effects);
        }
        let (accepted, more) = self.report(from);
        let chosen = self.chosen().min(from.after(accepted.len()));
        effects.barrier();
        effects.send(ballot.node, Message::Promise { ballot, chosen, first: from, accepted, more });
    }

    /// What was accepted from a slot on, as far as it fits into a message, and whether there is more. Something is in
    /// it, if there is anything, and the last item is never `None`.
    fn report(&self, from: Slot) -> (Vec<Option<Entry<C>>>, bool) {
        let (count, bytes) = (self.config.chunk.max(1) as usize, u64::from(self.config.message_bytes));
        let (mut accepted, mut weight, mut has_any) = (Vec::new(), 0, false);
        for (_, held) in self.durable.log.iter_from(from.0) {
            let more = held.map_or(0, |(_, value)| value.weight());
            let is_heavy = bytes > 0 && weight > 0 && weight + more > bytes;
            if has_any && (is_heavy || accepted.len() >= count) {
                break;
            }
            weight += more;
            has_any |= held.is_some();
            accepted.push(held.map(|(ballot, value)| Entry { ballot, value: value.clone() }));
        }
        while accepted.pop_if(|held| held.is_none()).is_some() {}
        let more = from.after(accepted.len()) < self.durable.end();
        (accepted, more)
    }

    /// Whether somebody whose first unchosen slot is `from` must be told of chosen slots before it is promised anything:
    /// what was cut off cannot be reported, and an answer that says nothing of it would read as if nothing had been
    /// accepted there.
    pub(super) fn must_teach(&self, from: Slot) -> bool {
        from.0 < self.durable.log.offset() || self.chosen().since(from) > u64::from(self.config.chunk)
    }

    /// Phase 2b: vote for what is proposed, unless a higher ballot was promised.
    pub(super) fn accept(&mut self, proposal: Proposal<C>, effects: &mut Effects<Self>) {
        let Proposal { ballot, floor, first, values, chosen } = proposal;
        if ballot < self.promised() {
            return self.reject(ballot.node, effects);
        }
        let end = first.after(values.len());
        if end > self.durable.end().max(self.chosen()).after(self.config.reach as usize) {
            return;
        }
        if ballot > self.promised() {
            self.yield_to(ballot, effects);
        }
        self.note_leader();
        let kept = first.max(Slot(self.durable.log.offset()));
        let is_new = ballot > self.promised()
            || end > self.durable.end()
            || self.durable.voted_upto(ballot, kept) < end;
        if is_new {
            self.write(Write::Accept { ballot, first, values }, effects);
        }
        let upto = self.extend_run(ballot, floor, end);
        self.settle(ballot, chosen, effects);
        if upto > floor {
            effects.barrier();
            effects.send(ballot.node, Message::Accepted { ballot, upto });
        }
    }

    /// Says that a higher ballot was promised.
    pub(super) fn reject(&mut self, to: NodeId, effects: &mut Effects<Self>) {
        if self.config.rejects {
            effects.barrier();
            effects.send(to, Message::Reject { promised: self.promised() });
        }
    }

    /// One past the slots, contiguous from the ballot's floor, that this replica can acknowledge, of those that its
    /// leader is known to have proposed: voted for at the ballot, or chosen.
    fn extend_run(&mut self, ballot: Ballot, floor: Slot, end: Slot) -> Slot {
        let from = self.run.unwrap_or(floor).max(self.chosen().min(end));
        let upto = self.durable.voted_upto(ballot, from);
        self.run = Some(upto);
        upto
    }

    /// Makes way for a ballot above the promised one. Whoever calls writes the promise next.
    fn yield_to(&mut self, ballot: Ballot, effects: &mut Effects<Self>) {
        self.step_down(Some(ballot.node), effects);
        self.forget_ballot(ballot);
    }

    /// Clears what was known about the promised ballot, because `ballot` takes its place.
    pub(super) fn forget_ballot(&mut self, ballot: Ballot) {
        self.run = None;
        self.note_leader();
        if self.heard <= ballot {
            self.heard = Ballot::ZERO;
        }
    }

    /// Takes note of a ballot that somebody else uses. Promises nothing.
    pub(super) fn hear(&mut self, ballot: Ballot, effects: &mut Effects<Self>) {
        if ballot > self.promised() {
            self.heard = self.heard.max(ballot);
            self.step_down(Some(self.heard.node), effects);
        }
    }

    /// Stops proposing, if it was: a higher ballot is about, `successor`'s if there is one.
    pub(super) fn step_down(&mut self, successor: Option<NodeId>, effects: &mut Effects<Self>) {
        let role = std::mem::replace(&mut self.role, Role::Follower);
        if let Role::Follower = role {
            return;
        }
        self.await_leader(effects);
        effects.publish(Notice::Role(Standing::Follower));
        if let Role::Leader(leader) = role {
            effects.cancel_timer(TimerKind::Heartbeat);
            effects.cancel_timer(TimerKind::Resend);
            for read in leader.reads.waiting {
                effects.reply(read.id, Response::NotLeader { leader: successor });
            }
            if let Some(id) = leader.transfer.and_then(|transfer| transfer.id) {
                effects.reply(id, Response::Transferred { leader: successor });
            }
            if self.stopped {
                effects.cancel_timer(TimerKind::Election);
                effects.publish(Notice::Stopped);
            }
        }
    }

    /// Changes memory and disk alike.
    // Inlined, so that the record is written where it stays.
    #[inline(always)]
    pub(super) fn write(&mut self, write: Write<C, S>, effects: &mut Effects<Self>) {
        self.durable.apply(&write);
        effects.persist(write);
    }
}
