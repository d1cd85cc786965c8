//! What a replica's clients and its own process say to it and hear from it.

use super::{Slot, Value};
use crate::batch::Batch;
use quorate_machine::NodeId;
use serde::{Deserialize, Serialize};

/// What a client asks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Request<C> {
    /// Have this command chosen.
    Submit(C),
    /// Say which slots a read must have seen to be linearizable. The read itself is the layer above's.
    Confirm,
    /// Let this replica lead instead.
    Transfer {
        /// The replica that is to lead.
        to: NodeId,
    },
    /// Finish what is under way, hand over, and never campaign again in this life.
    Stop,
}

/// What a client is told.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Response {
    /// This replica does not lead, or is about to hand over.
    NotLeader {
        /// Who does or will, as far as it knows.
        leader: Option<NodeId>,
    },
    /// The command will be proposed for this slot, as long as this replica leads.
    Queued {
        /// The slot.
        slot: Slot,
    },
    /// The window and the queue are full, or too many reads wait. Try again when something was chosen.
    Full,
    /// This replica led after the request came, and what was acknowledged before lies below `index`. Every slot before
    /// `index` has been announced as chosen.
    Confirmed {
        /// A read that has seen every slot before this one is linearizable.
        index: Slot,
    },
    /// The transfer is over: this replica no longer leads.
    Transferred {
        /// Who does, as far as it knows.
        leader: Option<NodeId>,
    },
    /// There was no transfer: the receiver is no other replica, another transfer is under way, this replica does not
    /// know how far the others are (see `Config::peer_window`), or the receiver did not take over in time. This
    /// replica still leads.
    NotTransferred,
    /// The replica will stop; [`Notice::Stopped`] tells when it has.
    Stopping,
}

/// What a replica announces to its own process.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Notice<C> {
    /// These slots are chosen. Every slot is announced once in each life of the replica, in order, from 0 or from
    /// where the snapshot on its disk ends, except for those that a snapshot installed later stands for.
    Chosen {
        /// The first slot.
        first: Slot,
        /// The values from there on.
        values: Batch<Value<C>>,
    },
    /// The replica's part in the cluster has changed.
    Role(Standing),
    /// A snapshot of another replica is complete, and stands for every slot before this one: the layer above restores
    /// its state from `Durable::snapshot`, and what is announced next begins here.
    Installed {
        /// One past the last slot that the snapshot has seen.
        upto: Slot,
    },
    /// The snapshot that was being received is given up for another one, which begins with its first chunk: whoever sends
    /// it has the earlier one no more, or is somebody else.
    StartedAnew {
        /// One past the last slot that the new one has seen.
        upto: Slot,
    },
    /// What was under way when it was asked to stop is finished. It still answers other replicas.
    Stopped,
    /// A majority of the other replicas knows this disk as the first one of the replica: from now on it votes.
    Admitted,
    /// Another replica knows an earlier disk of this one, which is lost. Unless a majority of the others knows none, the
    /// replica never votes again under its id: it learns and teaches. Told once in each life.
    Refused {
        /// Who knows it.
        by: NodeId,
        /// The epoch of that disk.
        epoch: u64,
    },
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
    /// Work of the layer above waits for a moment of its own, such as the next chunk of a snapshot. The duration is
    /// as short as the shell likes. The log layer neither arms it nor reacts to it.
    Capture,
}
