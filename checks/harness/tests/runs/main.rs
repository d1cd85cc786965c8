//! Whoever makes runs of a model (search, random runs, lockstep, shrinking, replay, the explorer, exported tests) means
//! the same by an initial state, a step, the boundary and an end, and knows an action by the same name.

mod boundary;
mod memory;
mod names;
mod panics;
