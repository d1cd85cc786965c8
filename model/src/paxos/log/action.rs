//! Everything that can happen, one variant each, in the papers' words.

use serde::{Deserialize, Serialize};

use super::state::{Acceptor, Ballot, Incarnation, Learner, Slot, Value};

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
}
