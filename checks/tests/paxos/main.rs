//! Paxos, in every check that it goes through.

mod demonstration;
mod lockstep;
mod planted;
mod quotient;
mod refinement;
mod served;
mod simulation;
// The same cluster on which the core tests itself.
#[path = "../../../impl/core/tests/paxos/cluster.rs"]
mod cluster;
mod exhaustive;
mod paper;
mod threads;
