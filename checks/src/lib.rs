//! That model and production code agree: our protocols, carried through the harness.

pub mod calibration;
pub mod paxos;
