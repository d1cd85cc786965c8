//! What can happen in a world, and what an event shows of itself.

use super::{Shared, Split, network::Envelope};
use quorate_machine::{Machine, NodeId, RequestId};
use serde::{Deserialize, Serialize};

/// One thing that happens in a world.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Event<M: Machine> {
    /// The network hands a message to its receiver.
    Deliver(Shared<Envelope<M::Message>>),
    /// The network hands over a message and keeps a copy of it. Only on a lossy network.
    Duplicate(Shared<Envelope<M::Message>>),
    /// The network loses a message for ever. Only on a lossy network.
    Drop(Shared<Envelope<M::Message>>),
    /// The network falls apart. Only on a lossy network.
    Partition(Split),
    /// A link fails, in one direction. On a monotone network for ever: there a link that fails for a while only delays.
    LinkDown {
        /// Whose messages do not arrive any more.
        from: NodeId,
        /// Where.
        to: NodeId,
    },
    /// The network is whole again, all links included. Only on a lossy network.
    Heal,
    /// An armed timer of a replica runs out.
    Timer {
        /// Whose timer.
        node: NodeId,
        /// Which one.
        kind: M::TimerKind,
    },
    /// A client hands the next request of the scope's script to a replica.
    Request {
        /// The replica that is asked.
        node: NodeId,
        /// Its place in the script; also names the reply.
        id: RequestId,
        /// What is asked.
        request: M::Request,
    },
    /// A replica's disk completes the writes that something waits for.
    Sync {
        /// Whose disk.
        node: NodeId,
    },
    /// A replica loses its memory. Of its unsynced writes the oldest `keep` happen to be on disk.
    Crash {
        /// Who crashes.
        node: NodeId,
        /// How many unsynced writes survive.
        keep: usize,
    },
    /// A replica loses its memory and its disk, and goes on with an empty one.
    Wipe {
        /// Who loses its disk.
        node: NodeId,
    },
    /// A replica crashes while it performs the outputs of `event`, after the first `outputs` of them.
    CrashDuring {
        /// What it was doing.
        event: Box<Event<M>>,
        /// How many outputs were performed.
        outputs: usize,
        /// How many unsynced writes survive.
        keep: usize,
    },
    /// A crashed replica recovers from its disk and starts.
    Restart {
        /// Who restarts.
        node: NodeId,
    },
}

impl<M: Machine> Event<M> {
    /// The replica that acts, if one does.
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Event::Deliver(envelope) | Event::Duplicate(envelope) => Some(envelope.to),
            Event::Drop(_) | Event::Partition(_) | Event::LinkDown { .. } | Event::Heal => None,
            Event::CrashDuring { event, .. } => event.node(),
            Event::Timer { node, .. }
            | Event::Request { node, .. }
            | Event::Sync { node }
            | Event::Crash { node, .. }
            | Event::Wipe { node }
            | Event::Restart { node } => Some(*node),
        }
    }
}

/// What an event showed to the outside, in order: all that ghosts and mappings may build on.
///
/// A replica's opinion of itself is not among them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Observation<M: Machine> {
    /// A client's request reached the replica.
    Requested {
        /// Names the reply.
        id: RequestId,
        /// What was asked.
        request: M::Request,
    },
    /// A message entered the network. What a replica says to itself stays inside its driver.
    Sent {
        /// The receiver.
        to: NodeId,
        /// What was said.
        message: M::Message,
    },
    /// A write became durable.
    Durable(M::Write),
    /// A client was answered.
    Replied {
        /// The request that was answered.
        id: RequestId,
        /// The answer.
        response: M::Response,
    },
    /// The replica announced something to its process.
    Published(M::Notice),
    /// The replica lost its memory.
    Crashed,
    /// The replica lost its disk, and with it this.
    DiskLost(M::Durable),
    /// The replica recovered and started.
    Restarted,
}
