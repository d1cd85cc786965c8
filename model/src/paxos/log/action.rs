//! Everything that can happen, one variant each, in the papers' words.

use serde::{Deserialize, Serialize};

use super::state::{Acceptor, Ballot, Incarnation, Learner, Replica, Slot, Value};

/// One step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Action {
    /// A client submits a command.
    Submit {
        /// The command.
        command: u8,
    },
    /// Phase 1a: a proposer starts a ballot, for all slots.
    Prepare {
        /// The ballot.
        ballot: Ballot,
        /// Who starts it.
        owner: Incarnation,
    },
    /// Phase 1b: an acceptor promises a ballot and reports its votes.
    Promise {
        /// The acceptor.
        acceptor: Acceptor,
        /// The ballot.
        ballot: Ballot,
    },
    /// Phase 2a: the owner of a ballot proposes a value in a slot.
    Propose {
        /// The ballot.
        ballot: Ballot,
        /// The slot.
        slot: Slot,
        /// The value.
        value: Value,
    },
    /// Phase 2b: an acceptor votes for what was proposed in a slot at a ballot.
    Accept {
        /// The acceptor.
        acceptor: Acceptor,
        /// The ballot.
        ballot: Ballot,
        /// The slot.
        slot: Slot,
    },
    /// A learner finds that a quorum has voted for a value.
    Learn {
        /// The learner.
        learner: Learner,
        /// The slot.
        slot: Slot,
        /// The value.
        value: Value,
    },
    /// An acceptor's disk has caught up with its memory.
    Sync {
        /// The acceptor.
        acceptor: Acceptor,
    },
    /// An acceptor tells the others of its promises and votes.
    Tell {
        /// The acceptor.
        acceptor: Acceptor,
    },
    /// A replica, and its acceptor, crashes and comes back with what is durable.
    Restart {
        /// The replica.
        replica: Replica,
    },
    /// The leader of a ballot, as distinguished learner, finds that a quorum has voted, and tells the replicas.
    Decide {
        /// The ballot.
        ballot: Ballot,
        /// The slot.
        slot: Slot,
    },
    /// A replica executes what is decided in a slot.
    Execute {
        /// The replica.
        replica: Replica,
        /// The slot.
        slot: Slot,
    },
    /// A replica answers the client whose command is in a slot, from its client table.
    Answer {
        /// The replica.
        replica: Replica,
        /// The slot.
        slot: Slot,
    },
    /// A replica takes a snapshot of the state that it has reached.
    Capture {
        /// The replica.
        replica: Replica,
    },
    /// A replica replaces its state by a snapshot that is ahead of it.
    Install {
        /// The replica.
        replica: Replica,
        /// The first slot that is not executed in the snapshot.
        upto: Slot,
    },
    /// A replica's acceptor forgets its votes below a slot.
    Compact {
        /// The replica.
        replica: Replica,
        /// The first slot that it keeps.
        upto: Slot,
    },
    /// The leader of a ballot begins a read: it notes up to where the log may have been decided.
    ReadIndex {
        /// The read.
        read: u8,
        /// The ballot.
        ballot: Ballot,
        /// The first slot that need not be executed.
        index: Slot,
    },
    /// An acceptor confirms, to a leader that began a read, that it has promised nothing above the leader's ballot.
    Confirm {
        /// The read.
        read: u8,
        /// The acceptor.
        acceptor: Acceptor,
    },
    /// A replica answers a read from its own state.
    Read {
        /// The read.
        read: u8,
        /// The replica.
        replica: Replica,
    },
}
