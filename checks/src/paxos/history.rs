//! The history of a run of Paxos: what later ballots overwrite on disks, and what nobody keeps.

use super::machine::Paxos;
use quorate::world::{Ghost, Observation};
use quorate_core::paxos::{Ballot, Message, Notice, Request, Slot, Value, Write};
use quorate_machine::NodeId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One life of one replica: the replica, and how often it had started before.
pub type Life = (NodeId, u8);

/// What has been seen of a run, by the protocol's nouns.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct History {
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
}

impl History {
    /// The life that `node` is in.
    pub fn life(&self, node: NodeId) -> Life {
        (node, self.starts.get(&node).copied().unwrap_or_default())
    }

    /// Notes that `node` started `ballot`, unless that is known.
    pub fn start(&mut self, node: NodeId, ballot: Ballot) {
        let life = self.life(node);
        self.started.entry(ballot).or_insert(life);
    }
}

/// The slots of a run of values.
pub fn slots<T>(first: Slot, values: &[T]) -> impl Iterator<Item = (Slot, &T)> {
    (first.0..).map(Slot).zip(values)
}

impl<M: Paxos> Ghost<M> for History {
    fn observe(&mut self, at: NodeId, seen: &Observation<M>) {
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
            Observation::Restarted => *self.starts.entry(at).or_default() += 1,
            Observation::Requested {
                request: Request::Confirm | Request::Transfer { .. } | Request::Stop,
                ..
            }
            | Observation::Published(Notice::Role(_) | Notice::Installed { .. } | Notice::Stopped)
            | Observation::Replied { .. }
            | Observation::Crashed => {}
        }
    }
}

impl History {
    fn sent(&mut self, at: NodeId, message: &Message<u8>) {
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
            | Message::TimeoutNow { .. } => {}
        }
    }

    fn durable(&mut self, at: NodeId, write: &Write<u8>) {
        match write {
            Write::Promise(ballot) => {
                // A proposer promises its own ballot before it asks others to.
                if ballot.node == at {
                    self.start(at, *ballot);
                }
            }
            Write::Accept { ballot, first, values } => {
                for (slot, value) in slots(*first, values) {
                    self.votes.insert((at, slot, *ballot), value.clone());
                }
            }
            Write::Incarnation(_)
            | Write::Chosen(_)
            | Write::Learned { .. }
            | Write::Chunk { .. }
            | Write::Snapshot { .. } => {}
        }
    }
}
