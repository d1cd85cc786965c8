//! What a replica remembers until it crashes.

mod config;
mod durable;
mod invariants;

pub use config::Config;
pub use durable::{Durable, Partial, Snapshot, Write};

use super::message::{Ballot, Entry, Slot, Standing, Value};
use crate::quorum::Tally;
use quorate_machine::{NodeId, Plain, RequestId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One replica. Everything that it knows is here, and everything that it will do follows from it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Replica<C, S = ()> {
    pub(super) id: NodeId,
    pub(super) config: Config,
    /// This life's number, for its ballots.
    pub(super) incarnation: u32,
    /// The disk as it will be once every write so far is durable.
    pub(super) durable: Durable<C, S>,
    /// Every slot before this one is known to be chosen. Ahead of the disk.
    pub(super) chosen: Slot,
    /// The highest ballot heard of, if it is above the promised one; else [`Ballot::ZERO`].
    pub(super) heard: Ballot,
    /// One past the slots that are acknowledged at the promised ballot; `None` before its first `Accept`.
    pub(super) run: Option<Slot>,
    /// Who knows its disk as the first one. Empty once it is admitted.
    pub(super) known_by: Tally,
    /// Whether somebody knows an earlier disk.
    pub(super) refused: bool,
    /// Whether it was asked to stop: it campaigns no more.
    pub(super) stopped: bool,
    /// With pre-votes: whether its election timer fired since it last heard of a leader.
    pub(super) lonely: bool,
    /// With pre-votes: the ballot that it would like to make, and who would promise it.
    pub(super) poll: Option<Poll>,
    /// By member that receives an older snapshot from here, or caught up after one: what is kept for it.
    pub(super) pins: BTreeMap<NodeId, Pin<S>>,
    pub(super) role: Role<C>,
}

/// What is kept for a member that receives a snapshot from here.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(super) struct Pin<S> {
    /// The snapshot that it receives; none once it has that one.
    pub(super) snapshot: Option<Snapshot<S>>,
    /// It has, or will have by the snapshot, every slot before this one.
    pub(super) from: Slot,
}

/// A campaign that may come to be.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(super) struct Poll {
    pub(super) ballot: Ballot,
    pub(super) grants: Tally,
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
    /// Who has promised and has more to report, and one past the slots that it has reported.
    pub(super) reported: BTreeMap<NodeId, Slot>,
    /// For each open slot, the entry of the highest ballot among the promises.
    pub(super) best: BTreeMap<Slot, Entry<C>>,
}

impl<C> Default for Candidate<C> {
    fn default() -> Self {
        Candidate { promises: Tally::default(), reported: BTreeMap::new(), best: BTreeMap::new() }
    }
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
    /// What the queue weighs.
    pub(super) weight: u64,
    /// With windows per peer: what each member has and was sent, observers included. Empty without.
    pub(super) peers: Vec<Progress>,
    pub(super) reads: Reads,
    pub(super) transfer: Option<Transfer>,
    /// With a quorum check, by replica: whether it has answered in this period. Empty without.
    pub(super) answered: Vec<bool>,
}

/// How far another member of the cluster is, as far as its leader knows.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(super) struct Progress {
    /// One past the slots, from the ballot's floor, that it acknowledged, said to have, or was taught.
    pub(super) matched: Slot,
    /// One past the slots that it was sent. Not below `matched`.
    pub(super) sent: Slot,
    /// One past the slots, from the ballot's floor, that it said to have on its disk. Not above `matched`: what it was
    /// taught may be lost on the way.
    pub(super) holds: Slot,
    /// Whether it told nothing new since the resend timer last fired.
    pub(super) quiet: bool,
}

/// Reads that wait for their index.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub(super) struct Reads {
    /// One past what phase 1 proposed again, until it is chosen: a write that an earlier leader acknowledged may be
    /// there. 0 if no reads are configured.
    pub(super) floor: Slot,
    /// The last round of probes.
    pub(super) round: u64,
    /// Who has answered it. Empty when it is over.
    pub(super) alive: Tally,
    /// In the order of their rounds: first those that need none any more, which wait for their slots to be chosen;
    /// then those that the last round is for; then those that came too late for it.
    pub(super) waiting: Vec<Waiting>,
}

/// One read.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) id: RequestId,
    /// The round that it needs; 0 if none any more.
    pub(super) round: u64,
    /// What it must have seen.
    pub(super) index: Slot,
}

/// The leader wants another replica to lead.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(super) struct Transfer {
    /// Who. `None` until a leader that stops has finished what is under way.
    pub(super) to: Option<NodeId>,
    /// Who asked, unless the leader stops.
    pub(super) id: Option<RequestId>,
    /// Whether the other one was told to take over.
    pub(super) told: bool,
}

impl<C: Plain, S: Plain> Replica<C, S> {
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
    pub fn durable(&self) -> &Durable<C, S> {
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

    /// As leader with a quorum check: who has answered in this period, itself included.
    pub fn answered(&self) -> impl Iterator<Item = NodeId> {
        let answered = self.leading().map_or(&[][..], |leader| &leader.answered);
        (0..).map(NodeId).zip(answered).filter(|(_, answered)| **answered).map(|(node, _)| node)
    }

    pub(super) fn leading(&self) -> Option<&Leader<C>> {
        if let Role::Leader(leader) = &self.role { Some(leader) } else { None }
    }

    /// Whether it may vote: see [`Durable::may_vote`].
    pub fn is_admitted(&self) -> bool {
        self.durable.may_vote()
    }

    /// Whether somebody knows an earlier disk of it.
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// Whether it was asked to stop, and campaigns no more.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether it only learns.
    pub fn is_observer(&self) -> bool {
        !self.config.members().votes(self.id)
    }

    /// The other replicas that vote.
    pub(super) fn peers(&self) -> impl Iterator<Item = NodeId> + use<C, S> {
        let id = self.id;
        self.config.members().voters().filter(move |peer| *peer != id)
    }
}
