//! Searches, random runs, lockstep, shrinking, replay, the explorer and exported tests agree on what an initial state, a
//! step, the boundary and an end are, and on the name of an action.

mod alternatives;
mod boundary;
mod cut;
mod invariants;
mod memory;
mod names;
mod panics;
