//! Seeded random runs: for scopes that no search can finish.
//!
//! A run picks, at every step, one of the possible actions; those of kinds that are rare it picks seldom. Everything
//! random comes from one seed a run, so a failure is replayed by its seed; claims are evaluated at every state and over
//! every step.

mod random;
mod sample;
mod spread;

pub use random::Random;
pub(crate) use sample::Panicked;
pub use sample::{ONE_IN, Pick, Plan, Sample, Sampled, Steering, Tally, random_runs, steered_runs};
pub(crate) use spread::{Spread, runs_on};
