//! The state of Paxos over slots, in the papers' words.

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

/// What a slot may hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Value {
    /// Nothing to execute: fills a hole.
    Noop,
    /// A client's command.
    Command(u8),
}

/// Everything there is. It only grows, but for `promised`, which only rises.
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
        }
    }

    /// All acceptors, in order.
    pub fn acceptors(&self) -> impl Iterator<Item = Acceptor> + use<> {
        (0..self.promised.len() as u8).map(Acceptor)
    }

    /// The acceptors that will never again vote below `ballot`, because they have promised it or a higher one, in
    /// order.
    pub fn promisers(&self, ballot: Ballot) -> impl Iterator<Item = Acceptor> + '_ {
        self.acceptors().filter(move |acceptor| self.promised(*acceptor) >= ballot)
    }

    /// The ballot that `acceptor` has promised.
    ///
    /// # Panics
    /// If there is no such acceptor.
    pub fn promised(&self, acceptor: Acceptor) -> Ballot {
        self.promised[acceptor.0 as usize]
    }

    /// The vote of `acceptor` in `slot` at `ballot`, if it cast one.
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

    /// The acceptors that voted for `value` in `slot` at `ballot`: how many.
    pub fn votes_for(&self, slot: Slot, ballot: Ballot, value: Value) -> usize {
        self.acceptors().filter(|acceptor| self.vote(*acceptor, slot, ballot) == Some(value)).count()
    }
}
