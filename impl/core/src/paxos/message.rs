//! What replicas say to each other, to clients and to their own process, and the words they say it in.

use crate::batch::Batch;
use quorate_machine::NodeId;
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

/// What a slot can hold.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Value<C> {
    /// Nothing happens: a new leader fills holes with it.
    Noop,
    /// A client's command.
    Command(C),
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

/// What replicas say to each other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Message<C> {
    /// Phase 1a, for all slots at once from the sender's first unchosen one.
    Prepare {
        /// The sender's new ballot.
        ballot: Ballot,
        /// The sender's first unchosen slot.
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
}

impl<C> Message<C> {
    /// Whether a replica that follows the protocol could have sent this from `from` to `to`, as far as the message
    /// alone can tell. What is not plausible is ignored: a message that decodes may still be nonsense, and no
    /// arithmetic behind this door needs to think of it.
    pub fn is_plausible(&self, from: NodeId, to: NodeId, replicas: u16) -> bool {
        let slots = |first: Slot, count: usize| first.after(count) <= Slot::LIMIT;
        from.0 < replicas
            && match self {
                Message::Prepare { ballot, from: first } => ballot.belongs_to(from) && slots(*first, 0),
                Message::Promise { ballot, chosen, first, accepted } => {
                    let last = first.after(accepted.len());
                    let is_final = usize::try_from(chosen.since(*first)).unwrap_or(usize::MAX);
                    ballot.belongs_to(to)
                        && slots(last, 0)
                        && *chosen <= last.max(*first)
                        && accepted.iter().take(is_final).all(Option::is_some)
                        && accepted.iter().flatten().all(|entry| entry.ballot <= *ballot)
                }
                Message::Reject { promised } => {
                    promised.node.0 < replicas && promised.belongs_to(promised.node)
                }
                Message::Accept { ballot, floor, first, values, chosen } => {
                    ballot.belongs_to(from)
                        && floor <= first
                        && !values.is_empty()
                        && slots(*first, values.len())
                        && *chosen <= first.after(values.len())
                }
                Message::Accepted { ballot, upto } => ballot.belongs_to(to) && slots(*upto, 0),
                Message::Commit { ballot, chosen } => ballot.belongs_to(from) && slots(*chosen, 0),
                Message::CatchUp { from: first } => slots(*first, 0),
                Message::Learn { first, entries, chosen } => {
                    !entries.is_empty() && slots(*chosen, 0) && first.after(entries.len()) <= *chosen
                }
            }
    }
}

impl Ballot {
    /// Whether `node` can have made this ballot.
    fn belongs_to(self, node: NodeId) -> bool {
        self.node == node && (1..=Ballot::LAST_ROUND).contains(&self.round)
    }
}

/// What a client asks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Request<C> {
    /// Have this command chosen.
    Submit(C),
}

/// What a client is told.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Response {
    /// This replica does not lead.
    NotLeader {
        /// Who does, as far as it knows.
        leader: Option<NodeId>,
    },
    /// The command will be proposed for this slot, as long as this replica leads.
    Queued {
        /// The slot.
        slot: Slot,
    },
    /// The window and the queue are full. Try again when something was chosen.
    Full,
}

/// What a replica announces to its own process.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Notice<C> {
    /// These slots are chosen. Every slot is announced once in each life of the replica, in order, from 0.
    Chosen {
        /// The first slot.
        first: Slot,
        /// The values from there on.
        values: Batch<Value<C>>,
    },
    /// The replica's part in the cluster has changed.
    Role(Standing),
}

/// A replica's part in the cluster, without what it knows in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Standing {
    /// It accepts and learns.
    Follower,
    /// It asks for promises.
    Candidate,
    /// It proposes.
    Leader,
}

/// Names a timer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum TimerKind {
    /// Nothing was heard of a leader for so long that this replica will try to be it.
    Election,
    /// A leader should say that it lives.
    Heartbeat,
    /// A leader should repeat what was not acknowledged.
    Resend,
}
