//! Ties an executable model to the production code that serves traffic.
//!
//! The ladder, each rung useful alone:
//!
//! 1. a [`quorate_machine::Machine`] and one invariant, no model: search it and simulate it in a [`world`];
//! 2. a model, as a [`quorate_spec::Spec`]: check it;
//! 3. a mapping between the two: [`refine`], lockstep, trace validation.
//!
//! The harness knows no protocol.

pub mod cli;
pub mod engine;
pub mod explorer;
pub mod foreign;
mod guard;
pub mod linear;
pub mod lockstep;
pub mod refine;
pub mod registry;
pub mod simulate;
pub mod steps;
pub mod test;
pub mod trace;
pub mod verdict;
pub mod world;
