//! The proposer while it leads: phase 2, pipelined and batched.

use super::acceptor::Proposal;
use super::message::{Ballot, Chunk, Message, Payload, Response, Slot, TimerKind, Value};
use super::state::{Leader, Replica, Role};
use crate::{batch::Batch, quorum::reached_by};
use quorate_machine::{Effects, NodeId, RequestId, Weigh};
use std::{iter, vec};

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// A client wants a command chosen.
    #[inline]
    pub(super) fn submit(&mut self, id: RequestId, command: C, effects: &mut Effects<Self>) {
        match self.admit(command.weight()) {
            Ok(slot) => {
                effects.reply(id, Response::Queued { slot });
                self.enqueue(command, effects);
            }
            Err(response) => effects.reply(id, response),
        }
    }

    /// The slot that a command of this weight would be proposed for.
    ///
    /// # Errors
    /// What its client is told instead.
    #[inline(always)]
    pub(super) fn admit(&self, weight: u64) -> Result<Slot, Response> {
        let Role::Leader(leader) = &self.role else {
            return Err(Response::NotLeader { leader: self.leader() });
        };
        if let Some(transfer) = &leader.transfer {
            return Err(Response::NotLeader { leader: transfer.to });
        }
        let (config, waiting) = (&self.config, leader.queue.len());
        let is_heavy = config.queue_bytes > 0 && leader.weight + weight > u64::from(config.queue_bytes);
        let is_full = waiting >= config.queue as usize || is_heavy;
        if is_full && (waiting > 0 || self.room() == 0) {
            return Err(Response::Full);
        }
        Ok(leader.next.after(waiting))
    }

    /// Proposes a command that was admitted, now or as soon as there is room and company.
    #[inline(always)]
    pub(super) fn enqueue(&mut self, command: C, effects: &mut Effects<Self>) {
        let Replica { config, role: Role::Leader(leader), chosen, .. } = self else { return };
        let batch = config.batch.min(config.queue) as usize;
        let alone = leader.next == *chosen || batch <= 1;
        if alone && leader.queue.is_empty() && self.room() > 0 {
            return self.propose_one(Value::Command(command), effects);
        }
        let Replica { config, role: Role::Leader(leader), .. } = self else { return };
        leader.weight += command.weight();
        leader.queue.extend(iter::once(Value::Command(command)));
        let is_heavy = config.message_bytes > 0 && leader.weight >= u64::from(config.message_bytes);
        if (leader.queue.len() >= batch || is_heavy) && self.room() > 0 {
            self.flush(effects);
        }
    }

    /// Slots that this replica may propose now: those in flight, and those that are not on its own disk, are limited.
    fn room(&self) -> u64 {
        let Some(leader) = self.leading() else { return 0 };
        let own = leader.peers.get(usize::from(self.id.0)).map_or(Slot::LIMIT, |own| own.matched);
        u64::from(self.config.window).saturating_sub(leader.next.since(self.chosen().min(own)))
    }

    /// Proposes what waits, as far as the window allows.
    fn flush(&mut self, effects: &mut Effects<Self>) {
        let room = self.room();
        let Role::Leader(leader) = &mut self.role else { return };
        let count = leader.queue.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        let mut queue = std::mem::take(&mut leader.queue);
        let left = queue[count..].iter().map(Value::weight).sum();
        leader.weight = left;
        self.propose(queue.drain(..count), effects);
        if let Role::Leader(leader) = &mut self.role {
            leader.queue = queue;
        }
    }

    fn propose_one(&mut self, value: Value<C>, effects: &mut Effects<Self>) {
        if let Some(proposal) = self.next_proposal(iter::once(value)) {
            self.send_to_peers(&proposal, effects);
            self.accept(proposal, effects);
        }
    }

    /// Phase 2a for the next slots. This replica votes last, in the same step: its vote's barrier must not hold back
    /// what is said to the others.
    pub(super) fn propose(&mut self, mut values: vec::Drain<'_, Value<C>>, effects: &mut Effects<Self>) {
        let Some(first) = self.send_next(&mut values, effects) else { return };
        // Mostly there are no more, and then there is no list of them.
        let more: Vec<_> = iter::from_fn(|| self.send_next(&mut values, effects)).collect();
        self.accept(first, effects);
        more.into_iter().for_each(|proposal| self.accept(proposal, effects));
    }

    /// Sends the others as many of these values as one `Accept` takes. `None` if there are no more.
    fn send_next(
        &mut self,
        values: &mut vec::Drain<'_, Value<C>>,
        effects: &mut Effects<Self>,
    ) -> Option<Proposal<C>> {
        let count = self.fitting(values.as_slice());
        if count == 0 {
            return None;
        }
        let proposal = self.next_proposal(values.take(count))?;
        self.send_to_peers(&proposal, effects);
        Some(proposal)
    }

    /// How many of these values go into one `Accept`: at least one, if there is one.
    fn fitting(&self, values: &[Value<C>]) -> usize {
        let (count, bytes) = (self.config.batch.max(1) as usize, u64::from(self.config.message_bytes));
        let values = &values[..count.min(values.len())];
        let weighed = values.iter().scan(0, |sum, value| {
            *sum += value.weight();
            Some(*sum)
        });
        let fits = |sum: &u64| bytes == 0 || *sum <= bytes;
        weighed.take_while(fits).count().max(usize::from(!values.is_empty()))
    }

    /// Takes the next slots for these values, of which there is at least one. `None` if this replica does not lead.
    fn next_proposal(&mut self, values: impl Iterator<Item = Value<C>>) -> Option<Proposal<C>> {
        let (ballot, chosen) = (self.promised(), self.chosen());
        let Role::Leader(leader) = &mut self.role else { return None };
        let values: Batch<_> = values.collect();
        let (floor, first) = (leader.floor, leader.next);
        leader.next = first.after(values.len());
        Some(Proposal { ballot, floor, first, values, chosen })
    }

    /// A replica has voted for every slot up to `upto`. A quorum of votes at this ballot chooses.
    pub(super) fn accepted(&mut self, from: NodeId, ballot: Ballot, upto: Slot, effects: &mut Effects<Self>) {
        let (promised, chosen) = (self.promised(), self.chosen());
        let Some(leader) = self.leading() else { return };
        if ballot != promised || upto > leader.next {
            return;
        }
        self.note_answer(from, ballot);
        if upto > chosen {
            self.count_vote(from, upto, effects);
        }
        if self.config.peer_window > 0 {
            let had_room = self.room() > 0;
            self.note_held(from, upto, effects);
            // This replica's own disk has caught up.
            if !had_room && self.room() > 0 {
                self.flush(effects);
            }
        }
    }

    fn count_vote(&mut self, from: NodeId, upto: Slot, effects: &mut Effects<Self>) {
        let (chosen, quorum) = (self.chosen(), self.config.quorums.accept);
        let Role::Leader(leader) = &mut self.role else { return };
        let Some(mark) = leader.acked.get_mut(usize::from(from.0)) else { return };
        *mark = upto.max(*mark);
        if let Some(reached) = reached_by(&leader.acked, quorum, chosen) {
            leader.forget_acknowledged(reached);
            self.choose(reached, effects);
            self.after_choosing(chosen, effects);
        }
    }

    /// What was chosen has made room, and the others should hear of it: with the next proposal if there is one.
    fn after_choosing(&mut self, first: Slot, effects: &mut Effects<Self>) {
        let waiting = self.leading().is_some_and(|leader| !leader.queue.is_empty());
        if waiting {
            self.flush(effects);
        } else if self.config.commit_messages {
            self.tell_peers(effects);
        }
        if self.config.commit_messages {
            self.push_to_observers(first, effects);
        }
        self.answer_reads(effects);
        self.hand_over(effects);
    }

    /// The heartbeat timer fired.
    pub(super) fn heartbeat(&mut self, effects: &mut Effects<Self>) {
        if self.leading().is_some() {
            effects.set_timer(TimerKind::Heartbeat);
            self.tell_chosen(effects);
            self.ask_who_lives(effects);
            self.probe_the_silent(effects);
        }
    }

    /// The resend timer fired: repeat to each replica what it has not acknowledged and is not known to be chosen.
    /// What is chosen it asks for itself.
    pub(super) fn resend(&mut self, effects: &mut Effects<Self>) {
        let (ballot, chosen) = (self.promised(), self.chosen());
        let Some(leader) = self.leading() else { return };
        effects.set_timer(TimerKind::Resend);
        self.ask_who_lives(effects);
        if self.config.peer_window > 0 {
            self.resend_within_windows(effects);
            return self.hand_over_again(effects);
        }
        for peer in self.peers() {
            let first = leader.acked[usize::from(peer.0)].max(chosen);
            for run in self.durable.log.runs(first.0..leader.next.0) {
                let (first, floor) = (Slot(run.first), leader.floor);
                let proposal = Proposal { ballot, floor, first, values: run.values, chosen };
                effects.send(peer, proposal.message());
            }
        }
    }

    /// Tells every member of the cluster how much is chosen.
    fn tell_chosen(&self, effects: &mut Effects<Self>) {
        let (ballot, chosen) = (self.promised(), self.chosen());
        self.tell_peers(effects);
        let observers = self.config.members().observers();
        observers.for_each(|observer| effects.send(observer, Message::Commit { ballot, chosen }));
    }

    fn tell_peers(&self, effects: &mut Effects<Self>) {
        let (ballot, chosen) = (self.promised(), self.chosen());
        self.peers().for_each(|peer| effects.send(peer, Message::Commit { ballot, chosen }));
    }
}

impl<C> Leader<C> {
    /// Acknowledgements of chosen slots decide nothing any more.
    fn forget_acknowledged(&mut self, chosen: Slot) {
        for mark in self.acked.iter_mut().filter(|mark| **mark <= chosen) {
            *mark = Slot(0);
        }
    }
}

impl<C> Proposal<C> {
    pub(super) fn message<S>(&self) -> Message<C, S> {
        let Proposal { ballot, floor, first, ref values, chosen } = *self;
        Message::Accept { ballot, floor, first, values: values.clone(), chosen }
    }
}
