//! What a replica remembers: on disk, and until it crashes.

use super::error::ConfigError;
use super::message::{Ballot, Entry, Slot, Standing, Value};
use crate::batch::Batch;
use crate::log::Log;
use crate::quorum::{Quorums, Tally};
use quorate_machine::{NodeId, Plain};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is fixed for the life of a cluster. The same for every replica.
///
/// What is optional is a value here, so that a search can leave it out without running other code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Config {
    /// How many replicas there are. Their ids are `0..replicas`.
    pub replicas: u16,
    /// How many are enough.
    pub quorums: Quorums,
    /// Slots that a leader may have proposed and not yet know to be chosen.
    pub window: u32,
    /// Commands in one `Accept`, at most. With more than 1, a command that arrives while others are in flight waits
    /// for company: until a batch is full, or until what is in flight is chosen.
    pub batch: u32,
    /// Commands that may wait at the leader for their `Accept`. Beyond it a client is told that the replica is full.
    pub queue: u32,
    /// Chosen entries in one `Learn`, at most. A candidate that lags further behind is told these and not promised.
    pub chunk: u32,
    /// Slots past the end of its log up to which an acceptor stores what arrives out of order.
    pub reach: u32,
    /// Whether a leader says that it lives when its heartbeat timer fires.
    pub heartbeats: bool,
    /// Whether a leader says at once that slots were chosen when it has nothing to propose in which to say it.
    pub commit_messages: bool,
    /// Whether a leader repeats proposals when its resend timer fires.
    pub resend: bool,
    /// Whether a message of a lower ballot is answered by `Reject`.
    pub rejects: bool,
    /// Newly chosen slots after which the growth of the chosen prefix is written to disk; 0 if never. It need not be:
    /// a restarted replica learns it again. It is written without a barrier, for the sake of a fast restart.
    pub chosen_every: u32,
}

impl Config {
    /// Everything that production wants.
    pub fn new(replicas: u16) -> Self {
        Config {
            replicas,
            quorums: Quorums::majority(replicas),
            window: 4096,
            batch: 256,
            queue: 4096,
            chunk: 4096,
            reach: 16_384,
            heartbeats: true,
            commit_messages: true,
            resend: true,
            rejects: true,
            chosen_every: 1024,
        }
    }

    /// The bare protocol, for small state spaces: one command an `Accept`, at most `window` in flight, none waiting,
    /// and nothing optional.
    pub fn bare(replicas: u16, window: u32) -> Self {
        Config {
            window,
            batch: 1,
            queue: 0,
            heartbeats: false,
            commit_messages: false,
            resend: false,
            rejects: false,
            chosen_every: 0,
            ..Config::new(replicas)
        }
    }

    /// Whether a cluster may run with this. A replica does not ask: a check may want to show what happens.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.replicas == 0 {
            return Err(ConfigError::NoReplicas);
        }
        if !self.quorums.intersect(self.replicas) {
            let Quorums { prepare, accept } = self.quorums;
            return Err(ConfigError::DisjointQuorums { replicas: self.replicas, prepare, accept });
        }
        for (limit, value) in [("window", self.window), ("batch", self.batch), ("chunk", self.chunk)] {
            if value == 0 {
                return Err(ConfigError::Zero { limit });
            }
        }
        if self.reach < self.batch {
            return Err(ConfigError::ShortReach { reach: self.reach, batch: self.batch });
        }
        Ok(())
    }
}

/// One record of the write-ahead log.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Write<C> {
    /// This life of the replica is about to make its first ballot.
    Incarnation(u32),
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
}

/// All that a crash leaves behind.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Durable<C> {
    /// The last life of the replica that made a ballot; 0 if none did.
    pub incarnation: u32,
    /// The highest ballot promised.
    pub promised: Ballot,
    /// What was accepted, or learned, by slot.
    pub log: Log<Ballot, Value<C>>,
    /// Every slot before this one is known to be chosen, as what the log holds.
    pub chosen: Slot,
}

impl<C> Default for Durable<C> {
    fn default() -> Self {
        Durable { incarnation: 0, promised: Ballot::ZERO, log: Log::default(), chosen: Slot(0) }
    }
}

impl<C: Plain> Durable<C> {
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

    /// What one write does. Memory and recovery both go through here, so that they cannot differ.
    pub fn apply(&mut self, write: &Write<C>) {
        match write {
            Write::Incarnation(incarnation) => self.incarnation = *incarnation,
            Write::Promise(ballot) => self.promised = self.promised.max(*ballot),
            Write::Accept { ballot, first, values } => self.store(*ballot, *first, values),
            Write::Chosen(upto) => self.chosen = self.chosen.max(*upto),
            Write::Learned { first, entries } => self.learn(*first, entries),
        }
    }

    fn store(&mut self, ballot: Ballot, first: Slot, values: &Batch<Value<C>>) {
        self.promised = self.promised.max(ballot);
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
}

/// One replica. Everything that it knows is here, and everything that it will do follows from it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Replica<C> {
    pub(super) id: NodeId,
    pub(super) config: Config,
    /// This life's number, for its ballots.
    pub(super) incarnation: u32,
    /// The disk as it will be once every write so far is durable.
    pub(super) durable: Durable<C>,
    /// Every slot before this one is known to be chosen. Ahead of the disk.
    pub(super) chosen: Slot,
    /// The highest ballot heard of, if it is above the promised one; else [`Ballot::ZERO`].
    pub(super) heard: Ballot,
    /// One past the slots that are acknowledged at the promised ballot; `None` before its first `Accept`.
    pub(super) run: Option<Slot>,
    pub(super) role: Role<C>,
}

/// What a replica knows because of the part it plays. Its ballot is the promised one.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(super) enum Role<C> {
    Follower,
    Candidate(Candidate<C>),
    Leader(Leader<C>),
}

/// What a candidate has been promised.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(super) struct Candidate<C> {
    pub(super) promises: Tally,
    /// For each open slot, the entry of the highest ballot among the promises.
    pub(super) best: BTreeMap<Slot, Entry<C>>,
}

/// What a leader has proposed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(super) struct Leader<C> {
    /// The first slot of this ballot.
    pub(super) floor: Slot,
    /// The slot of the next proposal.
    pub(super) next: Slot,
    /// By replica, one past the last open slot that it has acknowledged; slot 0 if it has acknowledged none.
    pub(super) acked: Vec<Slot>,
    /// Commands that wait for their `Accept`.
    pub(super) queue: Vec<Value<C>>,
}

impl<C: Plain> Replica<C> {
    /// This replica.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// The cluster's configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// This life's number.
    pub fn incarnation(&self) -> u32 {
        self.incarnation
    }

    /// The disk as it will be once every write so far is durable.
    pub fn durable(&self) -> &Durable<C> {
        &self.durable
    }

    /// The highest ballot promised, perhaps not yet on disk.
    pub fn promised(&self) -> Ballot {
        self.durable.promised
    }

    /// The highest ballot heard of above the promised one; [`Ballot::ZERO`] if there is none.
    pub fn heard(&self) -> Ballot {
        self.heard
    }

    /// Every slot before this one is known to be chosen.
    pub fn chosen(&self) -> Slot {
        self.chosen
    }

    /// The part that it plays.
    pub fn standing(&self) -> Standing {
        match self.role {
            Role::Follower => Standing::Follower,
            Role::Candidate(_) => Standing::Candidate,
            Role::Leader(_) => Standing::Leader,
        }
    }

    /// Who leads, as far as this replica knows: whose ballot is the highest that it has heard of.
    pub fn leader(&self) -> Option<NodeId> {
        let highest = self.promised().max(self.heard);
        let knows = highest != Ballot::ZERO && (highest.node != self.id || self.leading().is_some());
        knows.then_some(highest.node)
    }

    /// As leader: the first slot that its ballot proposes, and the slot of its next proposal.
    pub fn proposed(&self) -> Option<(Slot, Slot)> {
        self.leading().map(|leader| (leader.floor, leader.next))
    }

    pub(super) fn leading(&self) -> Option<&Leader<C>> {
        if let Role::Leader(leader) = &self.role { Some(leader) } else { None }
    }

    pub(super) fn peers(&self) -> impl Iterator<Item = NodeId> + use<C> {
        let id = self.id;
        (0..self.config.replicas).map(NodeId).filter(move |peer| *peer != id)
    }
}

// What must hold between any two inputs.
impl<C: Plain> Replica<C> {
    pub(super) fn assert_invariants(&self) {
        let id = self.id;
        assert!(
            self.heard == Ballot::ZERO || self.heard > self.promised(),
            "replica {id} heard {}",
            self.heard
        );
        self.assert_log();
        match &self.role {
            Role::Follower => {}
            Role::Candidate(candidate) => self.assert_candidate(candidate),
            Role::Leader(leader) => self.assert_leader(leader),
        }
    }

    fn assert_log(&self) {
        let (id, chosen, promised) = (self.id, self.chosen(), self.promised());
        let (on_disk, end) = (self.durable.chosen, self.durable.end());
        assert!(on_disk <= chosen && chosen <= end, "replica {id}: {on_disk} and {chosen} chosen of {end}");
        for (slot, held) in self.durable.log.iter_from(0) {
            let ballot = held.map(|(ballot, _)| ballot);
            assert!(ballot <= Some(promised), "replica {id}: slot {slot} at {ballot:?}, promised {promised}");
            let is_open = slot >= chosen.0;
            assert!(is_open || ballot.is_some(), "replica {id}: slot {slot} of {chosen} chosen is empty");
            assert!(
                !is_open || ballot != Some(Ballot::ZERO),
                "replica {id}: slot {slot} learned but not chosen"
            );
        }
    }

    fn assert_candidate(&self, candidate: &Candidate<C>) {
        let (id, quorum) = (self.id, self.config.quorums.prepare);
        assert_eq!(self.promised().node, id, "replica {id} is a candidate of another's ballot");
        assert!(
            !candidate.promises.reached(quorum),
            "replica {id} has a quorum of {quorum} and does not lead"
        );
    }

    fn assert_leader(&self, leader: &Leader<C>) {
        let (id, chosen, ballot) = (self.id, self.chosen(), self.promised());
        let Leader { floor, next, .. } = *leader;
        assert_eq!(
            (ballot.node, ballot.incarnation),
            (id, self.incarnation),
            "replica {id} leads as another"
        );
        assert!(
            floor <= chosen && chosen <= next,
            "replica {id}: floor {floor}, chosen {chosen}, next {next}"
        );
        let voted = self.durable.voted_upto(ballot, floor);
        assert!(voted >= next, "replica {id} voted for its own proposals up to {voted} of {next}");
        for mark in &leader.acked {
            assert!(
                *mark == Slot(0) || (chosen < *mark && *mark <= next),
                "replica {id}: {mark} acknowledged"
            );
        }
        let waiting = leader.queue.len();
        assert!(waiting <= self.config.queue as usize, "replica {id}: {waiting} commands wait");
    }
}
