//! The state of the article's Paxos: who has drawn what, what is in flight, what was learned.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A proposed number. Proposers draw theirs from 1 upwards.
pub type Number = u8;

/// Everything there is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct State {
    /// Per proposer, the number that it drew and sent to all acceptors. `None`: it has not drawn yet.
    pub drawn: Vec<Option<Number>>,
    /// The acceptors.
    pub acceptors: Vec<Acceptor>,
    /// The learners.
    pub learners: Vec<Learner>,
    /// Proposals in flight.
    #[serde(with = "quorate_spec::set")]
    pub proposals: BTreeSet<Proposal>,
    /// Agreements in flight.
    #[serde(with = "quorate_spec::set")]
    pub agrees: BTreeSet<Agree>,
}

/// One acceptor.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Acceptor {
    /// "Its own state": given from the start, or adopted from a proposal, as the reading has it.
    pub own: Option<Number>,
    /// Crashed for good. What was sent to it stays undelivered.
    pub crashed: bool,
}

/// One learner.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Learner {
    /// Which acceptor is known to have agreed to which number.
    #[serde(with = "quorate_spec::set")]
    pub agreed: BTreeSet<(u8, Number)>,
    /// What the learner takes to be decided.
    pub learned: Option<Number>,
}

/// A number on its way from a proposer to an acceptor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Proposal {
    /// The proposer that sent it, from 0.
    pub proposer: u8,
    /// The acceptor that it is for, from 0.
    pub acceptor: u8,
}

/// An agreement on its way from an acceptor to a learner. It does not say whose proposal it answers, so two equal ones
/// in flight are one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Agree {
    /// The acceptor that agrees, from 0.
    pub acceptor: u8,
    /// The learner that it is for, from 0.
    pub learner: u8,
    /// The number agreed to.
    pub number: Number,
}
