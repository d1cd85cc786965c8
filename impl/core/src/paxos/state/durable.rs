//! What is on disk, and what each record of the write-ahead log does to it.

use crate::batch::Batch;
use crate::log::Log;
use crate::paxos::message::{Ballot, Entry, Slot, Value};
use quorate_machine::{NodeId, Plain};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One record of the write-ahead log.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Write<C, S = ()> {
    /// This life of the replica is about to make its first ballot.
    Incarnation(u32),
    /// Which disk this is: the first record of a disk that keeps track of it, written by the shell before the first life
    /// begins. The number is drawn at random, and not 0, so that no other disk of this replica ever has it.
    Epoch(u64),
    /// The first epoch that this replica heard of from another one.
    Known {
        /// Whose it is.
        node: NodeId,
        /// The epoch.
        epoch: u64,
    },
    /// A majority of the other replicas knows the disk of this epoch as the first one: the replica may vote.
    Admitted(u64),
    /// Nothing will be accepted at a lower ballot.
    Promise(Ballot),
    /// Values accepted at `ballot`, for the slots from `first` on. Promises the ballot as well.
    Accept {
        /// The ballot.
        ballot: Ballot,
        /// The slot of the first value.
        first: Slot,
        /// The values.
        values: Batch<Value<C>>,
    },
    /// Every slot before this one is chosen, as what the log holds.
    Chosen(Slot),
    /// Values learned as chosen from another replica, for the slots from `first` on. With them every slot before
    /// the last of them is chosen.
    Learned {
        /// The slot of the first entry.
        first: Slot,
        /// The entries, of which only the values count: learning is not voting.
        entries: Batch<Entry<C>>,
    },
    /// One chunk of a snapshot, after those before it. The first one puts aside what was there of another.
    Chunk {
        /// The snapshot is the state after exactly the slots before this one.
        upto: Slot,
        /// Which chunk this is, from 0.
        at: u32,
        /// How many there are.
        of: u32,
        /// The chunk.
        chunk: S,
    },
    /// The last chunk of the snapshot is there: it takes the place of the one before it. Every slot before `upto` is
    /// chosen.
    Snapshot {
        /// One past the last slot that the snapshot has seen.
        upto: Slot,
        /// The log is cut off below this slot, which is not above `upto`.
        cut: Slot,
    },
}

/// The state of the layer above after exactly the slots before `upto`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Snapshot<S> {
    /// One past the last slot that it has seen.
    pub upto: Slot,
    /// The chunks, all of them.
    pub chunks: Vec<S>,
}

/// A snapshot of which not every chunk is there: it is being captured here, or received.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Partial<S> {
    /// One past the last slot that it has seen.
    pub upto: Slot,
    /// How many chunks it has.
    pub of: u32,
    /// The first chunks. Fewer than `of`, except where a crash came between the last one and [`Write::Snapshot`].
    pub chunks: Vec<S>,
}

/// All that a crash leaves behind.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Durable<C, S = ()> {
    /// Which disk this is; 0 if it does not keep track of it. Then the replica votes from the start, and must never be
    /// given another disk.
    pub epoch: u64,
    /// Whether a majority of the other replicas knows it as the first one of this replica.
    pub admitted: bool,
    /// By replica, the first epoch that was heard of.
    pub known: BTreeMap<NodeId, u64>,
    /// The last life of the replica that made a ballot; 0 if none did.
    pub incarnation: u32,
    /// The highest ballot promised.
    pub promised: Ballot,
    /// What was accepted, or learned, by slot.
    pub log: Log<Ballot, Value<C>>,
    /// Every slot before this one is known to be chosen, as what the log holds.
    pub chosen: Slot,
    /// The newest snapshot. It has seen every slot that the log has cut off.
    pub snapshot: Option<Snapshot<S>>,
    /// The next snapshot, as far as it is there.
    pub partial: Option<Partial<S>>,
}

impl<C, S> Default for Durable<C, S> {
    fn default() -> Self {
        Durable {
            epoch: 0,
            admitted: false,
            known: BTreeMap::new(),
            incarnation: 0,
            promised: Ballot::ZERO,
            log: Log::default(),
            chosen: Slot(0),
            snapshot: None,
            partial: None,
        }
    }
}

impl<C: Plain, S: Plain> Durable<C, S> {
    /// What is on a new disk once [`Write::Epoch`] is: the shell writes that to each disk that it finds empty, with a
    /// number drawn at random, and starts the replica then. What an empty disk means, and who admits it, is told in
    /// `admission.rs`.
    ///
    /// ```
    /// use quorate_core::paxos::{Durable, Write};
    ///
    /// let drawn = 0x5eed_cafe;
    /// let mut disk: Durable<u64> = Durable::default();
    /// disk.apply(&Write::Epoch(drawn));
    /// assert_eq!(disk, Durable::blank(drawn));
    /// assert!(!disk.may_vote(), "a majority of the others does not know it yet");
    /// ```
    ///
    /// # Panics
    /// If `epoch` is 0, which stands for a disk that does not keep track.
    pub fn blank(epoch: u64) -> Self {
        assert!(epoch != 0, "epoch 0 stands for a disk that does not keep track of its epoch");
        Durable { epoch, ..Durable::default() }
    }

    /// Whether a replica with this disk may vote: it does not keep track of which disk it has, or was admitted.
    pub fn may_vote(&self) -> bool {
        self.epoch == 0 || self.admitted
    }

    /// What is held at `slot`.
    pub fn entry(&self, slot: Slot) -> Option<Entry<C>> {
        self.log.get(slot.0).map(|(ballot, value)| Entry { ballot, value: value.clone() })
    }

    /// The ballot of what is held at `slot`.
    pub fn vote(&self, slot: Slot) -> Option<Ballot> {
        self.log.run_at(slot.0).map(|run| run.tag)
    }

    /// One past the slots, contiguous from `from`, that hold votes at `ballot`; `from` if it holds none.
    pub fn voted_upto(&self, ballot: Ballot, from: Slot) -> Slot {
        Slot(self.log.tagged_upto(from.0, ballot))
    }

    /// One past the last slot that holds something.
    pub fn end(&self) -> Slot {
        Slot(self.log.end())
    }

    /// One past the last slot that the newest snapshot has seen; 0 if there is none.
    pub fn snapshot_upto(&self) -> Slot {
        self.snapshot.as_ref().map_or(Slot(0), |snapshot| snapshot.upto)
    }

    /// What one write does. Memory and recovery both go through here, so that they cannot differ.
    #[inline(always)]
    pub fn apply(&mut self, write: &Write<C, S>) {
        match write {
            Write::Incarnation(incarnation) => self.incarnation = *incarnation,
            Write::Epoch(epoch) => self.epoch = *epoch,
            Write::Known { node, epoch } => drop(self.known.entry(*node).or_insert(*epoch)),
            Write::Admitted(epoch) => self.admitted |= *epoch == self.epoch,
            Write::Promise(ballot) => self.promised = self.promised.max(*ballot),
            Write::Accept { ballot, first, values } => self.store(*ballot, *first, values),
            Write::Chosen(upto) => self.chosen = self.chosen.max(*upto),
            Write::Learned { first, entries } => self.learn(*first, entries),
            Write::Chunk { upto, at, of, chunk } => self.add(*upto, *at, *of, chunk),
            Write::Snapshot { upto, cut } => self.replace(*upto, *cut),
        }
    }

    #[inline]
    fn store(&mut self, ballot: Ballot, first: Slot, values: &Batch<Value<C>>) {
        if ballot > self.promised {
            self.promised = ballot;
        }
        self.log.put(first.0, ballot, values.clone());
    }

    /// Keeps the vote where the value voted for is the one chosen.
    fn learn(&mut self, first: Slot, entries: &[Entry<C>]) {
        let known =
            |at: usize| self.log.get(first.after(at).0).is_some_and(|(_, held)| *held == entries[at].value);
        let mut learned = Vec::new();
        for part in (0..entries.len()).collect::<Vec<_>>().chunk_by(|a, b| known(*a) == known(*b)) {
            if !known(part[0]) {
                let values = entries[part[0]..part[0] + part.len()].iter().map(|entry| entry.value.clone());
                learned.push((first.after(part[0]), values.collect()));
            }
        }
        for (first, values) in learned {
            self.log.put(first.0, Ballot::ZERO, values);
        }
        self.chosen = self.chosen.max(first.after(entries.len()));
    }

    /// A chunk that does not follow those that are there changes nothing: no replica writes one.
    fn add(&mut self, upto: Slot, at: u32, of: u32, chunk: &S) {
        if at == 0 {
            self.partial = Some(Partial { upto, of, chunks: Vec::new() });
        }
        if let Some(partial) = self.partial.as_mut().filter(|partial| partial.expects(upto, at, of)) {
            partial.chunks.push(chunk.clone());
        }
    }

    fn replace(&mut self, upto: Slot, cut: Slot) {
        let Some(partial) = self.partial.take_if(|partial| partial.upto == upto) else { return };
        self.snapshot = Some(Snapshot { upto, chunks: partial.chunks });
        self.log.cut(cut.0);
        self.chosen = self.chosen.max(upto);
    }
}

impl<S> Partial<S> {
    /// The position of the first chunk that is missing.
    pub fn next(&self) -> u32 {
        u32::try_from(self.chunks.len()).unwrap_or(u32::MAX)
    }

    /// Whether this chunk is the next one.
    pub fn expects(&self, upto: Slot, at: u32, of: u32) -> bool {
        (self.upto, self.next(), self.of) == (upto, at, of)
    }
}
