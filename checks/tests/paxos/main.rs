//! Paxos, in every check that it goes through.

mod simulation;
mod lockstep;
mod quotient;
mod planted;
mod refinement;
// The same cluster on which the core tests itself.
#[path = "../../../impl/core/tests/paxos/cluster.rs"]
mod cluster;
mod exhaustive;
mod paper;
mod threads;
