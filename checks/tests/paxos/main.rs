//! Paxos, in every check that it goes through.

mod decisive;
mod demonstration;
mod lockstep;
mod mechanisms;
mod planted;
mod quotient;
mod refinement;
mod served;
mod simulation;
// The same cluster on which the core tests itself.
#[path = "../../../impl/core/tests/paxos/cluster.rs"]
mod cluster;
mod exhaustive;
#[path = "../../../impl/core/tests/server/ledger.rs"]
mod ledger;
mod paper;
// And the cluster of servers on which the layer above the log tests itself.
#[path = "../../../impl/core/tests/server/cluster.rs"]
mod servers;
mod threads;
