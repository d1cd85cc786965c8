//! The proposer while it leads: phase 2, pipelined and batched.

use super::acceptor::Proposal;
use super::message::{Ballot, Message, Request, Response, Slot, TimerKind, Value};
use super::state::{Leader, Replica, Role};
use crate::{batch::Batch, quorum::reached_by};
use quorate_machine::{Effects, NodeId, Plain, RequestId};

impl<C: Plain + Ord> Replica<C> {
    /// A client wants a command chosen.
    pub(super) fn request(&mut self, id: RequestId, request: Request<C>, effects: &mut Effects<Self>) {
        let Request::Submit(command) = request;
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
        leader.queue.push_back(command);
        effects.reply(id, Response::Queued { slot });
        let idle = leader.next == chosen;
        let full = leader.queue.len() >= config.batch.min(config.queue.max(1)) as usize;
        if window_open && (idle || full) {
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
        let values = leader.queue.drain(..count).map(Value::Command).collect();
        self.propose(values, effects);
    }

    /// Phase 2a for the next slots. This replica votes last, in the same step: its vote's barrier must not hold back
    /// what is said to the others.
    pub(super) fn propose(&mut self, values: Vec<Value<C>>, effects: &mut Effects<Self>) {
        let chosen = self.chosen();
        let (ballot, limit) = (self.promised(), self.config.batch.max(1) as usize);
        let Role::Leader(leader) = &mut self.role else { return };
        let (floor, mut first) = (leader.floor, leader.next);
        leader.next = first.after(values.len());
        let mut proposals = Vec::with_capacity(values.len().div_ceil(limit));
        let mut values = values.into_iter();
        while values.len() > 0 {
            let values: Batch<_> = values.by_ref().take(limit).collect();
            let next = first.after(values.len());
            proposals.push(Proposal { ballot, floor, first, values, chosen });
            first = next;
        }
        for proposal in &proposals {
            self.peers().for_each(|peer| effects.send(peer, proposal.message()));
        }
        for proposal in proposals {
            self.accept(proposal, effects);
        }
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
        let reached = reached_by(&leader.acked, quorum).unwrap_or_default();
        if reached > chosen {
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
    }

    /// The heartbeat timer fired.
    pub(super) fn heartbeat(&mut self, effects: &mut Effects<Self>) {
        if self.leading().is_some() {
            effects.set_timer(TimerKind::Heartbeat);
            self.tell_chosen(effects);
        }
    }

    /// The resend timer fired: repeat to each replica what it has not acknowledged and is not known to be chosen.
    /// What is chosen it asks for itself.
    pub(super) fn resend(&mut self, effects: &mut Effects<Self>) {
        let (ballot, chosen, limit) = (self.promised(), self.chosen(), self.config.batch.max(1) as usize);
        let Some(leader) = self.leading() else { return };
        effects.set_timer(TimerKind::Resend);
        for peer in self.peers() {
            let mut first = leader.acked[usize::from(peer.0)].max(chosen);
            while first < leader.next {
                let count = usize::try_from(leader.next.since(first)).unwrap_or(limit).min(limit);
                let entries = self.durable.log.iter_from(first.0).take(count);
                let values = entries.filter_map(|(_, entry)| Some(entry?.value.clone())).collect();
                let proposal = Proposal { ballot, floor: leader.floor, first, values, chosen };
                effects.send(peer, proposal.message());
                first = first.after(count);
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
    fn message(&self) -> Message<C> {
        let Proposal { ballot, floor, first, ref values, chosen } = *self;
        Message::Accept { ballot, floor, first, values: values.clone(), chosen }
    }
}
