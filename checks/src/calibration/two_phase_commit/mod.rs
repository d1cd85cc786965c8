//! Two-phase commit, after Gray and Lamport, *Consensus on Transaction Commit* (2004), section 3, and the TLA+ module
//! `TwoPhase` that goes with it.
//!
//! A transaction manager (TM) asks resource managers (RMs) to prepare; it commits once all have, and may abort
//! until then. A working RM may abort on its own. Messages are a set that only grows: a message once sent can be
//! received at any time, any number of times, or never.
//!
//! | id | claim | source |
//! |---|---|---|
//! | 2PC-1 | no RM has aborted while another has committed | `TCConsistent` |
//! | 2PC-2 | all RMs can abort | |
//! | 2PC-3 | all RMs can commit | |
//!
//! The counts that other tools report for it are in the calibration tests. [`packed`] is the same model with a state
//! of one `u64`, which steps without ever unpacking it.

mod model;
pub mod packed;
mod picture;
mod symmetry;

pub use model::{Action, Messages, RmState, State, TmState, TwoPhaseCommit, Votes};
pub use symmetry::{canonical, swaps};
