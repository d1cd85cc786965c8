//! Ties an executable model to the production code that serves traffic.
//!
//! The ladder, each rung useful alone:
//!
//! 1. a [`quorate_machine::Machine`] and one invariant, no model: search it and simulate it in a [`world`];
//! 2. a model, as a [`quorate_spec::Spec`]: check it;
//! 3. a mapping between the two: [`refine`], lockstep, trace validation.
//!
//! The harness knows no protocol. How to bring a reduction of one's own safely, and what a green line does not say, stands
//! in the guide (`checks/harness/README.md`); its examples are tests of this crate.

pub mod cli;
pub mod engine;
pub mod escape;
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

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Guide;
