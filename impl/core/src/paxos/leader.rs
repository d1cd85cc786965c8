//! The proposer while it leads: phase 2, pipelined and batched.

use super::acceptor::Proposal;
use super::message::{Ballot, Chunk, Message, Payload, Response, Slot, TimerKind, Value};
use super::state::{Leader, Replica, Role};
use crate::{batch::Batch, quorum::reached_by};
use quorate_machine::{Effects, NodeId, RequestId};

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// A client wants a command chosen.
    pub(super) fn submit(&mut self, id: RequestId, command: C, effects: &mut Effects<Self>) {
        let (chosen, config, hint) = (self.chosen(), self.config, self.leader());
        let Role::Leader(leader) = &mut self.role else {
            return effects.reply(id, Response::NotLeader { leader: hint });
        };
        let waiting = leader.queue.len();
        let window_open = leader.next.since(chosen) < u64::from(config.window);
        if waiting >= config.queue as usize && (waiting > 0 || !window_open) {
            return effects.reply(id, Response::Full);
        }
        let slot = leader.next.after(waiting);
        effects.reply(id, Response::Queued { slot });
        let alone = leader.next == chosen || config.batch.min(config.queue) <= 1;
        if window_open && waiting == 0 && alone {
            return self.propose([Value::Command(command)], effects);
        }
        leader.queue.push(Value::Command(command));
        if window_open && leader.queue.len() >= config.batch.min(config.queue) as usize {
            self.flush(effects);
        }
    }

    /// Proposes what waits, as far as the window allows.
    fn flush(&mut self, effects: &mut Effects<Self>) {
        let chosen = self.chosen();
        let window = u64::from(self.config.window);
        let Role::Leader(leader) = &mut self.role else { return };
        let room = window.saturating_sub(leader.next.since(chosen));
        let count = leader.queue.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        let mut queue = std::mem::take(&mut leader.queue);
        self.propose(queue.drain(..count), effects);
        if let Role::Leader(leader) = &mut self.role {
            leader.queue = queue;
        }
    }

    /// Phase 2a for the next slots. This replica votes last, in the same step: its vote's barrier must not hold back
    /// what is said to the others.
    pub(super) fn propose<V>(&mut self, values: V, effects: &mut Effects<Self>)
    where
        V: IntoIterator<Item = Value<C>, IntoIter: ExactSizeIterator>,
    {
        let mut values = values.into_iter();
        let limit = self.config.batch.max(1) as usize;
        if values.len() <= limit {
            if let Some(proposal) = self.next_proposal(values) {
                self.send_to_peers(&proposal, effects);
                self.accept(proposal, effects);
            }
            return;
        }
        let mut proposals = Vec::with_capacity(values.len().div_ceil(limit));
        while let Some(proposal) = self.next_proposal(values.by_ref().take(limit)) {
            self.send_to_peers(&proposal, effects);
            proposals.push(proposal);
        }
        proposals.into_iter().for_each(|proposal| self.accept(proposal, effects));
    }

    /// Takes the next slots for these values. `None` if there are none.
    fn next_proposal(&mut self, values: impl Iterator<Item = Value<C>>) -> Option<Proposal<C>> {
        let (ballot, chosen) = (self.promised(), self.chosen());
        let Role::Leader(leader) = &mut self.role else { return None };
        let values: Batch<_> = values.collect();
        let (floor, first) = (leader.floor, leader.next);
        leader.next = first.after(values.len());
        (!values.is_empty()).then_some(Proposal { ballot, floor, first, values, chosen })
    }

    fn send_to_peers(&self, proposal: &Proposal<C>, effects: &mut Effects<Self>) {
        self.peers().for_each(|peer| effects.send(peer, proposal.message()));
    }

    /// A replica has voted for every slot up to `upto`. A quorum of votes at this ballot chooses.
    pub(super) fn accepted(&mut self, from: NodeId, ballot: Ballot, upto: Slot, effects: &mut Effects<Self>) {
        let (promised, chosen, quorum) = (self.promised(), self.chosen(), self.config.quorums.accept);
        let Role::Leader(leader) = &mut self.role else { return };
        if ballot != promised || upto <= chosen || upto > leader.next {
            return;
        }
        let Some(mark) = leader.acked.get_mut(usize::from(from.0)) else { return };
        *mark = upto.max(*mark);
        if let Some(reached) = reached_by(&leader.acked, quorum, chosen) {
            leader.forget_acknowledged(reached);
            self.choose(reached, effects);
            self.after_choosing(effects);
        }
    }

    /// What was chosen has made room, and the others should hear of it: with the next proposal if there is one.
    fn after_choosing(&mut self, effects: &mut Effects<Self>) {
        let waiting = self.leading().is_some_and(|leader| !leader.queue.is_empty());
        if waiting {
            self.flush(effects);
        } else if self.config.commit_messages {
            self.tell_chosen(effects);
        }
        self.answer_reads(effects);
    }

    /// The heartbeat timer fired.
    pub(super) fn heartbeat(&mut self, effects: &mut Effects<Self>) {
        if self.leading().is_some() {
            effects.set_timer(TimerKind::Heartbeat);
            self.tell_chosen(effects);
            self.ask_who_lives(effects);
        }
    }

    /// The resend timer fired: repeat to each replica what it has not acknowledged and is not known to be chosen.
    /// What is chosen it asks for itself.
    pub(super) fn resend(&mut self, effects: &mut Effects<Self>) {
        let (ballot, chosen) = (self.promised(), self.chosen());
        let Some(leader) = self.leading() else { return };
        effects.set_timer(TimerKind::Resend);
        self.ask_who_lives(effects);
        for peer in self.peers() {
            let first = leader.acked[usize::from(peer.0)].max(chosen);
            for run in self.durable.log.runs(first.0..leader.next.0) {
                let (first, floor) = (Slot(run.first), leader.floor);
                let proposal = Proposal { ballot, floor, first, values: run.values, chosen };
                effects.send(peer, proposal.message());
            }
        }
    }

    fn tell_chosen(&self, effects: &mut Effects<Self>) {
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
    fn message<S>(&self) -> Message<C, S> {
        let Proposal { ballot, floor, first, ref values, chosen } = *self;
        Message::Accept { ballot, floor, first, values: values.clone(), chosen }
    }
}
