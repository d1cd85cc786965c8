//! The learner: it knows a contiguous prefix of the log to be chosen, and announces it in order.

use super::message::{Ballot, Chunk, Entry, Message, Notice, Payload, Slot, Standing};
use super::state::{Replica, Write};
use crate::batch::Batch;
use quorate_machine::{Effects, NodeId, Weigh};

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// The leader of `ballot` lives and knows this much to be chosen.
    pub(super) fn commit(&mut self, from: NodeId, ballot: Ballot, chosen: Slot, effects: &mut Effects<Self>) {
        if ballot < self.promised() {
            return self.reject(from, effects);
        }
        self.hear(ballot, effects);
        self.note_leader();
        if self.standing() == Standing::Follower {
            self.await_leader(effects);
        }
        self.settle(ballot, chosen, effects);
        self.ask_for_more(from, chosen, effects);
    }

    /// Learns the slots before `chosen` as far as this replica voted for them at `ballot`: then it has the value that
    /// was chosen, because a ballot proposes one value a slot. A vote at another ballot tells nothing.
    pub(super) fn settle(&mut self, ballot: Ballot, chosen: Slot, effects: &mut Effects<Self>) {
        if chosen <= self.chosen() {
            return;
        }
        let upto = self.durable.voted_upto(ballot, self.chosen()).min(chosen);
        if upto > self.chosen() {
            self.choose(upto, effects);
        }
    }

    /// The log's values before `upto` are chosen.
    pub(super) fn choose(&mut self, upto: Slot, effects: &mut Effects<Self>) {
        let first = std::mem::replace(&mut self.chosen, upto);
        self.announce(first, effects);
        let every = u64::from(self.config.chosen_every);
        if every > 0 && upto.since(self.durable.chosen) >= every {
            self.write(Write::Chosen(upto), effects);
        }
    }

    /// Somebody misses chosen values. What was cut off is in the snapshot.
    pub(super) fn teach(&mut self, to: NodeId, from: Slot, effects: &mut Effects<Self>) {
        if from.0 < self.durable.log.offset() {
            return self.offer_snapshot(to, effects);
        }
        let entries = self.lesson(from);
        if entries.is_empty() {
            return;
        }
        let upto = from.after(entries.len());
        effects.send(to, Message::Learn { first: from, entries, chosen: self.chosen() });
        self.note_progress(to, upto, effects);
    }

    /// The chosen entries from `from` on, as many as one message may hold; at least one, if there is one.
    pub(super) fn lesson(&self, from: Slot) -> Batch<Entry<C>> {
        let (count, bytes) = (self.config.chunk.max(1) as usize, u64::from(self.config.message_bytes));
        let slots = from.0..self.chosen().0.min(from.after(count).0);
        let mut weight = 0;
        let entries = slots.map_while(|slot| {
            let entry = self.durable.entry(Slot(slot))?;
            let is_first = weight == 0;
            weight += entry.value.weight();
            (is_first || bytes == 0 || weight <= bytes).then_some(entry)
        });
        entries.collect()
    }

    /// Chosen values arrived. A leader leaves them alone: what it proposed it learns from votes, or it is no longer
    /// the leader and will hear so.
    pub(super) fn learn(
        &mut self,
        from: NodeId,
        first: Slot,
        entries: Batch<Entry<C>>,
        chosen: Slot,
        effects: &mut Effects<Self>,
    ) {
        let start = self.chosen();
        let known = usize::try_from(start.since(first)).unwrap_or(usize::MAX);
        if self.standing() == Standing::Leader || first > start || known >= entries.len() {
            return;
        }
        let entries = if known == 0 { entries } else { entries[known..].iter().cloned().collect() };
        self.chosen = start.after(entries.len());
        self.write(Write::Learned { first: start, entries }, effects);
        self.announce(start, effects);
        self.ask_for_more(from, chosen, effects);
        let has_all = self.standing() == Standing::Follower && self.chosen() >= chosen;
        if has_all && (self.config.peer_window > 0 || self.config.pin_bytes > 0) {
            // What is learned is not voted for: by asking for what comes next a member says what it has.
            effects.barrier();
            effects.send(from, Message::CatchUp { from: self.chosen() });
        }
    }

    /// Asks `from`, who knows every slot before `chosen` to be chosen, for what is missing of that.
    fn ask_for_more(&mut self, from: NodeId, chosen: Slot, effects: &mut Effects<Self>) {
        if self.chosen() >= chosen {
            return;
        }
        if self.receiving().is_some() {
            self.ask_for_chunks(from, effects);
        } else {
            if self.config.peer_window > 0 {
                effects.barrier();
            }
            effects.send(from, Message::CatchUp { from: self.chosen() });
        }
    }

    /// Tells this process what was chosen from `first` on.
    pub(super) fn announce(&mut self, mut first: Slot, effects: &mut Effects<Self>) {
        let chosen = self.chosen();
        while let Some(run) = self.durable.log.run_at(first.0).filter(|_| first < chosen) {
            let upto = run.end().min(chosen.0);
            let values = run.values.part((first.0 - run.first) as usize..(upto - run.first) as usize);
            effects.publish(Notice::Chosen { first, values });
            first = Slot(upto);
        }
    }
}
