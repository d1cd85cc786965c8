//! Everything that can happen.

use serde::{Deserialize, Serialize};

use super::state::{Acceptor, Ballot, Proposer, Vote};

/// One step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Action {
    /// `Phase1a(b)`: a proposer starts a ballot.
    Prepare {
        /// The ballot.
        ballot: Ballot,
        /// Who starts it.
        proposer: Proposer,
    },
    /// `Phase1b(a)`: an acceptor receives a 1a message and promises its ballot.
    Promise {
        /// The acceptor.
        acceptor: Acceptor,
        /// The ballot.
        ballot: Ballot,
        /// Who started it.
        proposer: Proposer,
    },
    /// `Phase2a(b, v)`: a proposer has a quorum of promises and proposes a value.
    Propose {
        /// Who proposes.
        proposer: Proposer,
        /// The ballot and the value.
        vote: Vote,
    },
    /// `Phase2b(a)`: an acceptor receives a 2a message and votes for it.
    Accept {
        /// The acceptor.
        acceptor: Acceptor,
        /// Who proposed.
        proposer: Proposer,
        /// The ballot and the value.
        vote: Vote,
    },
    /// An acceptor crashes and comes back with what is durable. Not in Lamport's text, where all is durable.
    Restart {
        /// The acceptor.
        acceptor: Acceptor,
    },
}
