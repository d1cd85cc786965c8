//! Consensus: Paxos, from the tutorial's version that is not Paxos to a log of slots.
//!
//! Read in this order:
//!
//! | model | what it is | what it teaches |
//! |---|---|---|
//! | [`naive`] | Paxos as tutorials often tell it, in seven readings | five are refuted in at most ten steps; the two safe ones get stuck |
//! | [`single_decree`] | Lamport's `Paxos`: ballots, two phases, messages | what the naive readings lack |
//! | [`voting`] | Lamport's `Voting`: acceptors vote, nobody sends messages | why it is safe: an invariant that is inductive |
//! | [`log`] | Paxos once per slot, one phase 1 for all of them | what production code has to refine |
//!
//! Property ids (`PX-S1`, …) are the same in all of them, and in the checks and the production code.

pub mod log;
pub mod naive;
pub mod single_decree;
pub mod voting;
