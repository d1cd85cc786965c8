//! Flow control: how much a leader sends to a member of the cluster that has not said that it has it.
//!
//! A member that is slow or away costs the leader two marks and, with each period of the resend timer, one proposal
//! and one word about what is chosen. What it missed it asks for itself.

use super::acceptor::Proposal;
use super::message::{Chunk, Entry, Message, Payload, Slot};
use super::state::{Leader, Progress, Replica, Role};
use crate::batch::Batch;
use quorate_machine::{Effects, NodeId};

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// What a new leader knows of the members: nothing. Empty without windows per peer.
    pub(super) fn first_progress(&self, floor: Slot) -> Vec<Progress> {
        let members = self.config.replicas.saturating_add(self.config.observers);
        let count = if self.config.peer_window > 0 { usize::from(members) } else { 0 };
        vec![Progress { matched: floor, sent: floor, holds: floor, quiet: true }; count]
    }

    /// Sends a proposal to the other replicas whose windows are open.
    pub(super) fn send_to_peers(&mut self, proposal: &Proposal<C>, effects: &mut Effects<Self>) {
        let (peers, window) = (self.peers(), self.config.peer_window);
        if window == 0 {
            return peers.for_each(|peer| effects.send(peer, proposal.message()));
        }
        let (first, end) = (proposal.first, proposal.first.after(proposal.values.len()));
        let Role::Leader(leader) = &mut self.role else { return };
        for peer in peers {
            let progress = &mut leader.peers[usize::from(peer.0)];
            if progress.sent == first && progress.admits(end, window) {
                progress.sent = end;
                effects.send(peer, proposal.message());
            }
        }
    }

    /// A member says that it has every slot before `upto` on its disk, counted from this ballot's floor.
    pub(super) fn note_held(&mut self, member: NodeId, upto: Slot, effects: &mut Effects<Self>) {
        if let Role::Leader(leader) = &mut self.role
            && let Some(progress) = leader.peers.get_mut(usize::from(member.0))
            && upto <= leader.next
        {
            progress.holds = progress.holds.max(upto);
        }
        self.note_progress(member, upto, effects);
    }

    /// A member has every slot before `upto`, counted from this ballot's floor: it said so, or was just taught them.
    /// What follows is sent to it, as far as its window allows. Nothing if this replica does not lead.
    pub(super) fn note_progress(&mut self, member: NodeId, upto: Slot, effects: &mut Effects<Self>) {
        let Role::Leader(leader) = &mut self.role else { return };
        let next = leader.next;
        let Some(progress) = leader.peers.get_mut(usize::from(member.0)).filter(|_| upto <= next) else {
            return;
        };
        progress.quiet &= upto <= progress.matched;
        progress.matched = progress.matched.max(upto);
        progress.sent = progress.sent.max(upto);
        if progress.sent < next && member != self.id && self.config.members().votes(member) {
            self.feed(member, usize::MAX, effects);
        }
        self.hand_over(effects);
    }

    /// Sends what a replica has not been sent, a proposal at a time and at most `limit` of them, as far as its window
    /// allows. What was cut off it gets as a snapshot.
    fn feed(&mut self, peer: NodeId, limit: usize, effects: &mut Effects<Self>) {
        let (ballot, chosen, window) = (self.promised(), self.chosen(), self.config.peer_window);
        let Role::Leader(Leader { floor, next, peers, .. }) = &mut self.role else { return };
        let progress = &mut peers[usize::from(peer.0)];
        if progress.sent.0 < self.durable.log.offset() {
            return;
        }
        for run in self.durable.log.runs(progress.sent.0..next.0).take(limit) {
            let (first, end) = (Slot(run.first), Slot(run.end()));
            if !progress.admits(end, window) {
                return;
            }
            progress.sent = end;
            let chosen = chosen.min(end);
            let proposal = Proposal { ballot, floor: *floor, first, values: run.values, chosen };
            effects.send(peer, proposal.message());
        }
    }

    /// The resend timer fired. To who has told nothing new since it last did, the first proposal that
    /// it has not acknowledged is sent again, and what is chosen is told, so that it asks for what it missed.
    pub(super) fn resend_within_windows(&mut self, effects: &mut Effects<Self>) {
        let (ballot, chosen) = (self.promised(), self.chosen());
        for peer in self.peers() {
            let Role::Leader(leader) = &mut self.role else { return };
            let next = leader.next;
            let progress = &mut leader.peers[usize::from(peer.0)];
            let was_quiet = std::mem::replace(&mut progress.quiet, true);
            if was_quiet && progress.matched < next {
                progress.sent = progress.matched;
                effects.send(peer, Message::Commit { ballot, chosen });
                self.feed(peer, 1, effects);
            }
        }
    }

    /// Sends what was chosen from `first` on to the observers that have what came before.
    pub(super) fn push_to_observers(&mut self, first: Slot, effects: &mut Effects<Self>) {
        if self.config.observers == 0 {
            return;
        }
        let mut first = first;
        while first < self.chosen() {
            let entries = self.lesson(first);
            let upto = first.after(entries.len());
            if upto == first {
                return;
            }
            self.push_lesson(first, &entries, effects);
            first = upto;
        }
    }

    /// One lesson, of those that are pushed. It speaks of no slot past its end: what follows is on its way.
    fn push_lesson(&mut self, first: Slot, entries: &Batch<Entry<C>>, effects: &mut Effects<Self>) {
        let (window, upto) = (self.config.peer_window, first.after(entries.len()));
        let Role::Leader(leader) = &mut self.role else { return };
        for observer in self.config.members().observers() {
            if let Some(progress) = leader.peers.get_mut(usize::from(observer.0)) {
                if progress.sent != first || !progress.admits(upto, window) {
                    continue;
                }
                progress.sent = upto;
            }
            effects.send(observer, Message::Learn { first, entries: entries.clone(), chosen: upto });
        }
    }
}

impl Progress {
    /// Whether slots up to `end` may be sent. One proposal may, however long it is, if nothing else is under way.
    fn admits(&self, end: Slot, window: u32) -> bool {
        self.sent == self.matched || end.since(self.matched) <= u64::from(window)
    }
}
