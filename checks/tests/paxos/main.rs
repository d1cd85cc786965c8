//! Paxos, in every check that it goes through.

mod exhaustive;
mod threads;
