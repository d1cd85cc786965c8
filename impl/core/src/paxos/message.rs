//! What replicas say to each other, to clients and to their own process, and the words they say it in.

mod client;
mod plausible;

pub use client::{Notice, Request, Response, Standing, TimerKind};

use crate::batch::Batch;
use quorate_machine::{NodeId, Plain, Weigh};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A place in the log, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(pub u64);

impl Slot {
    /// Beyond any slot that a cluster can reach. Messages that name a later one are not believed, so that sums of
    /// slots and lengths cannot overflow.
    pub const LIMIT: Slot = Slot(1 << 60);

    /// The slot `count` places later.
    pub fn after(self, count: usize) -> Slot {
        Slot(self.0.saturating_add(count as u64))
    }

    /// How many slots lie from `earlier` up to this one; 0 if it is not earlier.
    pub fn since(self, earlier: Slot) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a proposal. Ordered by round, then replica, then incarnation; it belongs to one incarnation of one
/// replica, so no two proposers ever share one (*Paxos Made Simple*, section 2.2: disjoint sets of numbers).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Ballot {
    /// Grows with every campaign. 0 only in [`Ballot::ZERO`].
    pub round: u64,
    /// Whose ballot it is.
    pub node: NodeId,
    /// Which life of that replica made it.
    pub incarnation: u32,
}

impl Ballot {
    /// Nobody's ballot, lower than any other.
    pub const ZERO: Ballot = Ballot { round: 0, node: NodeId(0), incarnation: 0 };

    /// Rounds beyond this are not believed: the next campaign could not exceed them.
    pub const LAST_ROUND: u64 = 1 << 60;
}

impl fmt::Display for Ballot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.round, self.node, self.incarnation)
    }
}

/// What can be a client's command.
pub trait Payload: Plain + Ord + Weigh {}
impl<C: Plain + Ord + Weigh> Payload for C {}

/// What can be a chunk of a snapshot: opaque here, and cheap to clone.
pub trait Chunk: Plain + Ord {}
impl<S: Plain + Ord> Chunk for S {}

/// What a slot can hold.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Value<C> {
    /// Nothing happens: a new leader fills holes with it.
    Noop,
    /// A client's command.
    Command(C),
}

impl<C: Weigh> Weigh for Value<C> {
    #[inline]
    fn weight(&self) -> u64 {
        match self {
            Value::Noop => 0,
            Value::Command(command) => command.weight(),
        }
    }
}

/// A value and the ballot at which it was accepted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Entry<C> {
    /// The ballot of the `Accept` that stored the value. [`Ballot::ZERO`] for a value that was learned as chosen
    /// and that this replica never voted for; such a slot always lies below the chosen prefix's end.
    pub ballot: Ballot,
    /// The value.
    pub value: Value<C>,
}

/// What replicas say to each other. `S` is one chunk of a snapshot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Message<C, S = ()> {
    /// Phase 1a, for all slots at once from the sender's first unchosen one.
    Prepare {
        /// The sender's new ballot.
        ballot: Ballot,
        /// The sender's first unchosen slot; a later one if the receiver has reported those before it.
        from: Slot,
    },
    /// Phase 1b: the sender will accept nothing at a lower ballot.
    Promise {
        /// The ballot promised.
        ballot: Ballot,
        /// The sender knows every slot before this one to be chosen; its entries for those are final.
        chosen: Slot,
        /// `Prepare::from`: the slot of the first item of `accepted`.
        first: Slot,
        /// What the sender has accepted from `first` on. The last item is never `None`.
        accepted: Vec<Option<Entry<C>>>,
        /// The sender has accepted more, past the last item, than fits into a message: the receiver asks from there.
        more: bool,
    },
    /// The answer to a message of a lower ballot than the sender has promised.
    Reject {
        /// What the sender has promised.
        promised: Ballot,
    },
    /// Phase 2a, for a run of slots.
    Accept {
        /// The leader's ballot.
        ballot: Ballot,
        /// The first slot that this ballot proposes: the leader's first unchosen one when phase 1 ended.
        floor: Slot,
        /// The slot of the first of the values.
        first: Slot,
        /// The values proposed. Never empty.
        values: Batch<Value<C>>,
        /// The leader knows every slot before this one to be chosen.
        chosen: Slot,
    },
    /// Phase 2b, cumulative: the sender has on its disk, for every slot from the ballot's floor up to `upto`, the
    /// value of this ballot, accepted at this ballot or known to be chosen (and then no ballot proposes another).
    Accepted {
        /// The ballot accepted.
        ballot: Ballot,
        /// One past the last slot acknowledged.
        upto: Slot,
    },
    /// The leader lives, and this much is chosen.
    Commit {
        /// The leader's ballot.
        ballot: Ballot,
        /// The leader knows every slot before this one to be chosen.
        chosen: Slot,
    },
    /// A request for chosen values.
    CatchUp {
        /// The sender's first unchosen slot.
        from: Slot,
    },
    /// Chosen values.
    Learn {
        /// The slot of the first entry.
        first: Slot,
        /// Entries that are final. Their ballots are those of the sender's log, and mean nothing to the receiver.
        entries: Batch<Entry<C>>,
        /// The sender knows every slot before this one to be chosen: perhaps more than it sends at once.
        chosen: Slot,
    },
    /// One chunk of the sender's newest snapshot, for who misses chosen values that the sender has cut off.
    Snapshot {
        /// The snapshot is the state after exactly the slots before this one, all of them chosen.
        upto: Slot,
        /// Which chunk this is, from 0.
        at: u32,
        /// How many there are. At least one.
        of: u32,
        /// The chunk.
        chunk: S,
    },
    /// A request for the next chunks of a snapshot, by a receiver that has those before on its disk.
    Fetch {
        /// The sender's first unchosen slot.
        from: Slot,
        /// Which snapshot.
        upto: Slot,
        /// The first chunk that is missing.
        at: u32,
    },
    /// A leader asks whether anybody has promised more than its ballot, because reads wait for that, or because it has
    /// not heard the receiver for a while.
    Probe {
        /// The leader's ballot.
        ballot: Ballot,
        /// Grows with every round of probes at this ballot. At least 1 if reads wait; else 0.
        round: u64,
    },
    /// Nothing above `ballot` was promised when the probe of this round was received.
    Alive {
        /// `Probe::ballot`.
        ballot: Ballot,
        /// `Probe::round`.
        round: u64,
    },
    /// Would the receiver promise `ballot`? It is not asked to, and the ballot is not used unless a quorum would.
    PreVote {
        /// The ballot that the sender would make.
        ballot: Ballot,
        /// The sender's first unchosen slot.
        from: Slot,
    },
    /// The sender would promise `ballot`, and misses a leader.
    PreGrant {
        /// `PreVote::ballot`.
        ballot: Ballot,
    },
    /// The sender has this disk, and may not vote before a majority of the others knows that it is its first one.
    Introduce {
        /// Which disk.
        epoch: u64,
    },
    /// The first disk that the sender knows the receiver to have had.
    Known {
        /// Which disk.
        epoch: u64,
    },
    /// The leader of `ballot` wants the receiver to take over: it should campaign at once.
    TimeoutNow {
        /// The leader's ballot.
        ballot: Ballot,
    },
}
