//! Models with known answers: they measure the harness itself, and stand outside the grid of protocols.
//!
//! * [`two_phase_commit`]: state counts, depths and orbits that other tools report for it too, rich and packed, and
//!   a planted bug whose shortest counterexample is known.
//! * [`eight_timers`]: 256 states in types of our own, and stateright's version of it, whose `Hash` is broken.
//! * [`paxos_register`]: large states, for what a search keeps of them.

pub mod eight_timers;
pub mod paxos_register;
mod register;
pub mod two_phase_commit;

pub use register::register;
