//! The history of a run of Paxos: what later ballots overwrite on disks, and what nobody keeps.

mod deeds;

pub use deeds::{Asked, Executed, QUORUM, Read, Replica, Told, VOTERS, Waiting, commands};

use super::machine::{Part, Paxos};
use quorate::world::{Ghost, Observation};
use quorate_core::paxos::{Ballot, Message, Notice, Request, Slot, Value, Write};
use quorate_machine::NodeId;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    hash::Hash,
};

/// One life of one replica: the replica, and how often it had started before.
pub type Life = (NodeId, u8);

/// What a scope wants to be remembered beyond what agreement needs: nothing, or [`Executed`].
pub trait Deeds<M: Paxos>: Clone + Eq + Hash + Debug + Default + Serialize + Send + Sync + 'static {
    /// Replica `at` showed `seen`. `past` is the history before it, without these deeds.
    fn observe(&mut self, past: &History<Self>, at: NodeId, seen: &Observation<M>);
}

impl<M: Paxos> Deeds<M> for () {
    fn observe(&mut self, _past: &History, _at: NodeId, _seen: &Observation<M>) {}
}

/// What has been seen of a run, by the protocol's nouns.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct History<D = ()> {
    /// How often each replica has started.
    pub starts: BTreeMap<NodeId, u8>,
    /// The commands that clients handed to a replica.
    pub submitted: BTreeSet<u8>,
    /// Whose `Prepare` of a ballot was the first.
    pub started: BTreeMap<Ballot, Life>,
    /// The votes that ever became durable.
    pub votes: BTreeMap<(NodeId, Slot, Ballot), Value<u8>>,
    /// The first proposal of each ballot in each slot.
    pub proposed: BTreeMap<(Ballot, Slot), Value<u8>>,
    /// What each replica announced as chosen, last.
    pub learned: BTreeMap<(NodeId, Slot), Value<u8>>,
    /// What became of disks.
    pub disks: Disks,
    /// What else the scope wants to be remembered.
    pub deeds: D,
}

/// What became of disks that are told apart, or lost.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct Disks {
    /// The epochs under which each replica was admitted in this run.
    pub admitted: BTreeMap<NodeId, BTreeSet<u64>>,
    /// What was promised on disks that are lost, if anything was.
    pub lost: BTreeMap<NodeId, Ballot>,
}

impl<D> History<D> {
    /// The life that `node` is in.
    pub fn life(&self, node: NodeId) -> Life {
        (node, self.starts.get(&node).copied().unwrap_or_default())
    }

    /// Notes that `node` started `ballot`, unless that is known.
    pub fn start(&mut self, node: NodeId, ballot: Ballot) {
        let life = self.life(node);
        self.started.entry(ballot).or_insert(life);
    }

    /// The slots that were proposed at `ballot`, in order.
    pub fn slots_of(&self, ballot: Ballot) -> impl Iterator<Item = Slot> {
        self.proposed.range((ballot, Slot(0))..=(ballot, Slot(u64::MAX))).map(|((_, slot), _)| *slot)
    }

    /// Whether a majority has voted for one value of `slot`, at one ballot, each on its disk. In the scopes that keep
    /// [`Executed`].
    pub fn is_chosen(&self, slot: Slot) -> bool {
        let votes = self.votes.keys().filter(|(_, voted, _)| *voted == slot);
        let mut voters: BTreeMap<Ballot, usize> = BTreeMap::new();
        votes.for_each(|(_, _, ballot)| *voters.entry(*ballot).or_default() += 1);
        voters.values().any(|voters| *voters >= QUORUM)
    }

    /// The last ballot that `node` started in the life that it is in.
    pub fn own_ballot(&self, node: NodeId) -> Option<Ballot> {
        let life = self.life(node);
        self.started.iter().rev().find(|(_, of)| **of == life).map(|(ballot, _)| *ballot)
    }
}

/// The slots of a run of values.
pub fn slots<T>(first: Slot, values: &[T]) -> impl Iterator<Item = (Slot, &T)> {
    (first.0..).map(Slot).zip(values)
}

impl<M: Paxos, D: Deeds<M>> Ghost<M> for History<D> {
    fn observe(&mut self, at: NodeId, seen: &Observation<M>) {
        let mut deeds = std::mem::take(&mut self.deeds);
        deeds.observe(self, at, seen);
        self.deeds = deeds;
        match seen {
            Observation::Requested { request: Request::Submit(command), .. } => {
                self.submitted.insert(*command);
            }
            Observation::Sent { message, .. } => self.sent(at, message),
            Observation::Durable(write) => self.durable(at, write),
            Observation::Published(Notice::Chosen { first, values }) => {
                let learned = slots(*first, values).map(|(slot, value)| ((at, slot), value.clone()));
                self.learned.extend(learned);
            }
            Observation::DiskLost(disk) if disk.promised > Ballot::ZERO => {
                let promised = self.disks.lost.entry(at).or_default();
                *promised = disk.promised.max(*promised);
            }
            Observation::Restarted => *self.starts.entry(at).or_default() += 1,
            Observation::Requested {
                request: Request::Confirm | Request::Transfer { .. } | Request::Stop,
                ..
            }
            | Observation::Published(
                Notice::Role(_)
                | Notice::Installed { .. }
                | Notice::StartedAnew { .. }
                | Notice::Stopped
                | Notice::Admitted
                | Notice::Refused { .. },
            )
            | Observation::Replied { .. }
            | Observation::DiskLost(_)
            | Observation::Crashed => {}
        }
    }
}

impl<D> History<D> {
    fn sent(&mut self, at: NodeId, message: &Message<u8, Part>) {
        match message {
            Message::Prepare { ballot, .. } => self.start(at, *ballot),
            Message::Accept { ballot, first, values, .. } => {
                for (slot, value) in slots(*first, values) {
                    self.proposed.entry((*ballot, slot)).or_insert_with(|| value.clone());
                }
            }
            Message::Promise { .. }
            | Message::Reject { .. }
            | Message::Accepted { .. }
            | Message::Commit { .. }
            | Message::CatchUp { .. }
            | Message::Learn { .. }
            | Message::Snapshot { .. }
            | Message::Fetch { .. }
            | Message::Probe { .. }
            | Message::Alive { .. }
            | Message::PreVote { .. }
            | Message::PreGrant { .. }
            | Message::Introduce { .. }
            | Message::Known { .. }
            | Message::TimeoutNow { .. } => {}
        }
    }

    fn durable(&mut self, at: NodeId, write: &Write<u8, Part>) {
        match write {
            Write::Promise(ballot) => {
                // A proposer promises its own ballot before it asks others to.
                if ballot.node == at {
                    self.start(at, *ballot);
                }
            }
            Write::Accept { ballot, first, values } => {
                for (slot, value) in slots(*first, values) {
                    // A leader's own vote is a proposal too, whether the others were sent it or not.
                    if ballot.node == at {
                        self.proposed.entry((*ballot, slot)).or_insert_with(|| value.clone());
                    }
                    self.votes.insert((at, slot, *ballot), value.clone());
                }
            }
            Write::Admitted(epoch) => drop(self.disks.admitted.entry(at).or_default().insert(*epoch)),
            Write::Incarnation(_)
            | Write::Epoch(_)
            | Write::Known { .. }
            | Write::Chosen(_)
            | Write::Learned { .. }
            | Write::Chunk { .. }
            | Write::Snapshot { .. } => {}
        }
    }
}
