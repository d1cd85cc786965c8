//! Handing over: a leader lets another replica lead, because it was asked to, or because it stops.
//!
//! It takes no more commands, finishes what it took, waits until its successor has everything, and tells the successor
//! to campaign at once. Nobody has to wait for a timer, and phase 1 finds nothing to repair.
//!
//! The successor has *everything* when it has said, by an acknowledgement or by asking for what comes next, that its disk
//! holds every slot from the *floor* of the leader's ballot on: the first slot that the ballot proposes. A slot that the
//! leader taught it counts only once the successor has said so, because what was taught may be lost on the way. About the
//! slots below the floor the leader knows nothing. They were chosen before its reign, and the successor may lack some of
//! them. A successor that lacks them learns them from the promises of its own campaign; if it lacks more than one message
//! can hold, or what was cut off, the others teach it before they promise, and the campaign may take longer.
//!
//! Source: Ongaro, *Consensus: Bridging Theory and Practice* (2014), section 3.10.

use super::message::{Ballot, Chunk, Message, Notice, Payload, Response, Standing, TimerKind};
use super::state::{Leader, Replica, Role, Transfer};
use quorate_machine::{Effects, NodeId, RequestId};
use std::cmp::Reverse;

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// A client wants `to` to lead.
    pub(super) fn transfer(&mut self, id: RequestId, to: NodeId, effects: &mut Effects<Self>) {
        let (hint, is_other) = (self.leader(), self.config.members().votes(to) && to != self.id);
        let Role::Leader(leader) = &mut self.role else {
            return effects.reply(id, Response::NotLeader { leader: hint });
        };
        if !is_other || leader.transfer.is_some() || leader.peers.is_empty() {
            return effects.reply(id, Response::NotTransferred);
        }
        leader.transfer = Some(Transfer { to: Some(to), id: Some(id), told: false });
        effects.set_timer(TimerKind::Election);
        self.hand_over(effects);
    }

    /// This replica is to stop. Who leads finishes first; who does not has nothing to finish.
    pub(super) fn stop(&mut self, id: RequestId, effects: &mut Effects<Self>) {
        effects.reply(id, Response::Stopping);
        if self.stopped {
            return;
        }
        self.stopped = true;
        self.note_leader();
        if let Role::Leader(leader) = &mut self.role {
            leader.transfer.get_or_insert(Transfer { to: None, id: None, told: false });
            effects.set_timer(TimerKind::Election);
            self.hand_over(effects);
        } else {
            effects.cancel_timer(TimerKind::Election);
            self.step_down(None, effects);
            effects.publish(Notice::Stopped);
        }
    }

    /// Tells the successor to take over, once everything is finished and the successor has everything from the floor on.
    #[inline]
    pub(super) fn hand_over(&mut self, effects: &mut Effects<Self>) {
        if self.leading().is_some_and(|leader| leader.transfer.is_some()) {
            self.hand_over_if_finished(effects);
        }
    }

    fn hand_over_if_finished(&mut self, effects: &mut Effects<Self>) {
        let (ballot, successor) = (self.promised(), self.successor());
        let Role::Leader(Leader { next, queue, peers, transfer: Some(transfer), .. }) = &mut self.role else {
            return;
        };
        if *next > self.chosen || !queue.is_empty() || transfer.told {
            return;
        }
        let Some(to) = transfer.to.or(successor) else {
            return self.step_down(None, effects);
        };
        transfer.to = Some(to);
        if peers[usize::from(to.0)].holds >= *next {
            transfer.told = true;
            effects.send(to, Message::TimeoutNow { ballot });
        }
    }

    /// The resend timer fired: the word to the successor may be lost.
    pub(super) fn hand_over_again(&mut self, effects: &mut Effects<Self>) {
        if let Role::Leader(Leader { transfer: Some(transfer), .. }) = &mut self.role {
            transfer.told = false;
            self.hand_over(effects);
        }
    }

    /// Of the other replicas, the one that holds most. `None` if there is none, or if that is not known.
    fn successor(&self) -> Option<NodeId> {
        let leader = self.leading().filter(|leader| !leader.peers.is_empty())?;
        self.peers().max_by_key(|peer| (leader.peers[usize::from(peer.0)].holds, Reverse(*peer)))
    }

    /// The successor did not take over in time. A leader that stops has done what it can when everything that it took
    /// is chosen, and goes on trying until then.
    pub(super) fn give_up_transfer(&mut self, effects: &mut Effects<Self>) {
        let (chosen, stopped) = (self.chosen(), self.stopped);
        let Role::Leader(leader) = &mut self.role else { return };
        let Some(transfer) = leader.transfer.take() else { return };
        if let Some(id) = transfer.id {
            effects.reply(id, Response::NotTransferred);
        }
        if stopped && leader.next == chosen && leader.queue.is_empty() {
            self.step_down(None, effects);
        } else if stopped {
            leader.transfer = Some(Transfer { to: None, id: None, told: false });
            effects.set_timer(TimerKind::Election);
        }
    }

    /// The leader of `ballot` wants this replica to lead.
    pub(super) fn timeout_now(&mut self, ballot: Ballot, effects: &mut Effects<Self>) {
        if ballot < self.promised() {
            return self.reject(ballot.node, effects);
        }
        self.hear(ballot, effects);
        if self.standing() == Standing::Follower {
            self.campaign(effects);
        }
    }
}
