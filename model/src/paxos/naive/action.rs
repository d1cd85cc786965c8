//! Everything that can happen: each broadcast and each delivery is one step.

use serde::{Deserialize, Serialize};

use super::state::{Agree, Number, Proposal};

/// One step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Action {
    /// A proposer draws a number and sends it to every acceptor. Which number is chance, so every number is tried.
    Propose {
        /// The proposer, from 0.
        proposer: u8,
        /// The number drawn.
        number: Number,
    },
    /// A proposal arrives at an acceptor, which agrees to all learners, or stays silent.
    Receive(Proposal),
    /// An agreement arrives at a learner.
    Learn(Agree),
    /// An acceptor crashes for good.
    Crash {
        /// The acceptor, from 0.
        acceptor: u8,
    },
}
