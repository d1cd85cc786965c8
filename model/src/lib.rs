//! What must be true: the protocols as executable models, with their properties.
//!
//! A model here is an essay that runs. Each has a folder with the same files: `mod.rs` says what the algorithm is,
//! where it comes from and what is claimed of it; `state.rs` and `action.rs` name things in the paper's words;
//! `step.rs` is the guard and the effect of every action; `property.rs` holds the claims, each a named pure
//! function with its citation, and never looks at `step.rs`; `planted.rs` holds variants known to be wrong, so
//! that a check that passes can be seen to have teeth.
//!
//! Models depend on stateright's `Model` trait and on `quorate-spec`, and on no production code: they are a second,
//! independent statement of the same protocols.

mod expectation;
pub mod paxos;
mod permutations;
mod second_opinion;

pub use expectation::{Expectation, Scope};
