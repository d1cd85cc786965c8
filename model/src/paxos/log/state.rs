//! The state of Paxos over slots, in the papers' words: here what agreement is about, in the rooms below what a
//! configuration may add to it.

mod client;
mod disk;
mod execution;

pub use client::{Call, Operation, Read};
pub use disk::{Disk, Told};
pub use execution::{Decision, Execution, Object, Snapshot};

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A ballot: any number above [`Ballot::NONE`]. Only the order of ballots means something, not their values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Ballot(pub u64);

impl Ballot {
    /// Below every ballot: what an acceptor has promised before it promises anything.
    pub const NONE: Ballot = Ballot(0);
}

/// A position in the log, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Slot(pub u64);

/// One life of one proposer, from one start to its next crash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Incarnation(pub u64);

/// An acceptor, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Acceptor(pub u8);

/// A learner, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Learner(pub u8);

/// A replica, from 0. Replica `i` is the process of acceptor `i`; one without an acceptor is an observer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Replica(pub u8);

/// What a slot may hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Value {
    /// Nothing to execute: fills a hole.
    Noop,
    /// A client's command: the same number is the same request of the same client, however often it is sent.
    Command(u8),
}

/// Everything there is. It only grows, or rises, but for what a crash takes away: what is in `disks` and not synced, and
/// how far `replicas` have executed.
///
/// The fields from `disks` on stay empty in a model that is about agreement alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct State {
    /// The commands that clients have submitted.
    #[serde(with = "quorate_spec::set")]
    pub submitted: BTreeSet<u8>,
    /// Who started which ballot: the 1a messages.
    pub owner: BTreeMap<Ballot, Incarnation>,
    /// Per acceptor, the highest ballot that it takes part in. Durable.
    pub promised: Vec<Ballot>,
    /// Per acceptor, every vote that it ever cast: the 2b messages. Production code keeps the highest of each slot.
    pub votes: Vec<BTreeMap<(Slot, Ballot), Value>>,
    /// Every value proposed: the 2a messages.
    pub proposed: BTreeMap<(Ballot, Slot), Value>,
    /// Per learner, what it has learned.
    pub learned: Vec<BTreeMap<Slot, Value>>,
    /// Per acceptor, what it has written and not synced, and what it has told others. Empty where writing is durable and
    /// told at once: then `promised` and `votes` are all there is.
    pub disks: Vec<Disk>,
    /// What leaders found to be chosen and told the replicas: the messages by which a distinguished learner informs
    /// the others.
    pub decided: BTreeMap<Slot, Decision>,
    /// The replicas that execute what is decided, observers among them.
    pub replicas: BTreeMap<Replica, Execution>,
    /// Every snapshot that a replica ever took: the messages that carry them.
    #[serde(with = "quorate_spec::set")]
    pub snapshots: BTreeSet<Snapshot>,
    /// What clients called, and what they were answered. It is kept where replicas execute.
    pub calls: BTreeMap<Operation, Call>,
    /// The reads that a leader has begun.
    pub reads: BTreeMap<u8, Read>,
}

impl State {
    /// Nothing has happened yet among this many acceptors and learners.
    pub fn new(acceptors: u8, learners: u8) -> Self {
        State {
            submitted: BTreeSet::new(),
            owner: BTreeMap::new(),
            promised: vec![Ballot::NONE; acceptors as usize],
            votes: vec![BTreeMap::new(); acceptors as usize],
            proposed: BTreeMap::new(),
            learned: vec![BTreeMap::new(); learners as usize],
            disks: Vec::new(),
            decided: BTreeMap::new(),
            replicas: BTreeMap::new(),
            snapshots: BTreeSet::new(),
            calls: BTreeMap::new(),
            reads: BTreeMap::new(),
        }
    }

    /// All acceptors, in order.
    pub fn acceptors(&self) -> impl Iterator<Item = Acceptor> + use<> {
        (0..self.promised.len() as u8).map(Acceptor)
    }

    /// The acceptors that are known to never again vote below `ballot`, because they told of having promised it or a
    /// higher one, in order.
    pub fn promisers(&self, ballot: Ballot) -> impl Iterator<Item = Acceptor> + '_ {
        self.acceptors().filter(move |acceptor| self.told_promise(*acceptor) >= ballot)
    }

    /// The ballot that `acceptor` has promised, on its disk.
    ///
    /// # Panics
    /// If there is no such acceptor.
    pub fn promised(&self, acceptor: Acceptor) -> Ballot {
        self.promised[acceptor.0 as usize]
    }

    /// The vote of `acceptor` in `slot` at `ballot`, if there is one on its disk.
    ///
    /// # Panics
    /// If there is no such acceptor.
    pub fn vote(&self, acceptor: Acceptor, slot: Slot, ballot: Ballot) -> Option<Value> {
        self.votes[acceptor.0 as usize].get(&(slot, ballot)).copied()
    }

    /// What `acceptor` reports of `slot` to `ballot`: its highest vote below that ballot.
    ///
    /// # Panics
    /// If there is no such acceptor.
    pub fn report(&self, acceptor: Acceptor, slot: Slot, ballot: Ballot) -> Option<(Ballot, Value)> {
        let below = (slot, Ballot::NONE)..(slot, ballot);
        let highest = self.votes[acceptor.0 as usize].range(below).next_back();
        highest.map(|((_, ballot), value)| (*ballot, *value))
    }
}
