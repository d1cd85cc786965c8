//! The two things that can happen.

use serde::{Deserialize, Serialize};

use super::state::{Acceptor, Ballot, Value};

/// One step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Action {
    /// `IncreaseMaxBal(a, b)`: an acceptor gives up voting below a ballot.
    IncreaseMaxBal {
        /// The acceptor.
        acceptor: Acceptor,
        /// The ballot.
        ballot: Ballot,
    },
    /// `VoteFor(a, b, v)`: an acceptor votes.
    VoteFor {
        /// The acceptor.
        acceptor: Acceptor,
        /// The ballot.
        ballot: Ballot,
        /// The value.
        value: Value,
    },
}
