//! The proposer before it leads: phase 1, over all open slots at once.

use super::message::{Ballot, Chunk, Entry, Message, Notice, Payload, Slot, Standing, TimerKind, Value};
use super::state::{Candidate, Leader, Reads, Replica, Role, Write};
use crate::batch::Batch;
use quorate_machine::{Effects, NodeId};

/// The contents of a `Message::Promise`.
pub(super) struct Pledge<C> {
    pub(super) ballot: Ballot,
    pub(super) chosen: Slot,
    pub(super) first: Slot,
    pub(super) accepted: Vec<Option<Entry<C>>>,
    pub(super) more: bool,
}

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// Phase 1a: ask everybody, this replica included, for a promise. The ballot is on disk before it is used.
    pub(super) fn campaign(&mut self, effects: &mut Effects<Self>) {
        let Some(ballot) = self.next_ballot() else { return };
        if self.durable.incarnation != self.incarnation {
            self.write(Write::Incarnation(self.incarnation), effects);
        }
        self.forget_ballot(ballot);
        self.write(Write::Promise(ballot), effects);
        let from = self.chosen();
        self.role = Role::Candidate(Candidate::default());
        self.await_leader(effects);
        effects.publish(Notice::Role(Standing::Candidate));
        effects.barrier();
        for node in 0..self.config.replicas {
            effects.send(NodeId(node), Message::Prepare { ballot, from });
        }
    }

    /// The ballot that this replica would make now. `None` if it leads already, if it may not lead, or if there is no
    /// higher round.
    pub(super) fn next_ballot(&self) -> Option<Ballot> {
        let round = self.promised().max(self.heard).round + 1;
        let may_lead = self.standing() != Standing::Leader && !self.stopped && self.is_admitted();
        let may_lead = may_lead && !self.is_observer();
        let ballot = Ballot { round, node: self.id, incarnation: self.incarnation };
        (may_lead && round <= Ballot::LAST_ROUND).then_some(ballot)
    }

    /// A promise arrived, or a part of one. A quorum of whole ones makes this replica the leader.
    pub(super) fn promise(&mut self, from: NodeId, pledge: Pledge<C>, effects: &mut Effects<Self>) {
        let ballot = self.promised();
        let Role::Candidate(candidate) = &self.role else { return };
        let reported = candidate.reported.get(&from).copied().unwrap_or(Slot(0)).max(self.chosen());
        if pledge.ballot != ballot || pledge.first > reported {
            return;
        }
        self.learn_from_promise(from, &pledge, effects);
        let (open, upto) = (self.chosen(), pledge.first.after(pledge.accepted.len()));
        let Role::Candidate(candidate) = &mut self.role else { return };
        candidate.best = candidate.best.split_off(&open);
        for (slot, entry) in (pledge.first.0..).map(Slot).zip(pledge.accepted) {
            if let Some(entry) = entry.filter(|_| slot >= open) {
                candidate.consider(slot, entry);
            }
        }
        if pledge.more && !candidate.promises.contains(from) {
            // What it says next does not change: it accepts nothing below this ballot any more.
            let upto = upto.max(reported).max(open);
            candidate.reported.insert(from, upto);
            return effects.send(from, Message::Prepare { ballot, from: upto });
        }
        candidate.reported.remove(&from);
        candidate.promises.add(from);
        if candidate.promises.reached(self.config.quorums.prepare) {
            self.lead(effects);
        }
    }

    /// The entries below the promise's chosen prefix are final: no ballot decides between them.
    fn learn_from_promise(&mut self, from: NodeId, pledge: &Pledge<C>, effects: &mut Effects<Self>) {
        let is_final = usize::try_from(pledge.chosen.since(pledge.first)).unwrap_or(usize::MAX);
        if pledge.chosen <= self.chosen() {
            return;
        }
        let entries: Batch<_> = pledge.accepted.iter().take(is_final).flatten().cloned().collect();
        let upto = pledge.first.after(entries.len());
        self.learn(from, pledge.first, entries, upto, effects);
    }

    /// Phase 1 is complete: propose again, for every open slot, the value of the highest ballot, and a no-op where
    /// no value was reported (*Paxos Made Simple*, section 3). Clients are served after that.
    fn lead(&mut self, effects: &mut Effects<Self>) {
        let floor = self.chosen();
        let replicas = usize::from(self.config.replicas);
        let leader = Leader {
            floor,
            next: floor,
            acked: vec![Slot(0); replicas],
            queue: Vec::new(),
            weight: 0,
            peers: self.first_progress(floor),
            reads: Reads::default(),
            transfer: None,
            answered: Vec::new(),
        };
        let Role::Candidate(candidate) = std::mem::replace(&mut self.role, Role::Leader(leader)) else {
            return;
        };
        effects.cancel_timer(TimerKind::Election);
        self.await_answers(effects);
        effects.publish(Notice::Role(Standing::Leader));
        if self.config.resend {
            effects.set_timer(TimerKind::Resend);
        }
        if self.config.heartbeats {
            self.heartbeat(effects);
        }
        let end = candidate.best.last_key_value().map_or(floor, |(last, _)| last.after(1));
        let values = (floor.0..end.0).map(|slot| adopted(candidate.best.get(&Slot(slot))));
        self.propose(values.collect::<Vec<_>>().drain(..), effects);
        if let Role::Leader(leader) = &mut self.role
            && self.config.reads > 0
            && end > self.chosen
        {
            leader.reads.floor = end;
        }
    }
}

/// The value to propose for a slot, given the entry of the highest ballot that was reported for it.
fn adopted<C: Clone>(reported: Option<&Entry<C>>) -> Value<C> {
    reported.map_or(Value::Noop, |entry| entry.value.clone())
}

impl<C> Candidate<C> {
    /// Keeps the entry of the highest ballot.
    fn consider(&mut self, slot: Slot, entry: Entry<C>) {
        if self.best.get(&slot).is_none_or(|best| best.ballot < entry.ballot) {
            self.best.insert(slot, entry);
        }
    }
}
