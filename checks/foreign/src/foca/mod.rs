//! `foca` 2.0.0, SWIM membership, no line patched: brought here as a newcomer would, by the trait's documentation.
//!
//! Nodes announce themselves, leave, and are started anew under a new identity; packets go over links that may lose,
//! duplicate and delay. Each node has a clock of its own, which runs as fast or as slowly as the search likes; at a
//! node, timers fire in the order in which they are due, as foca asks for. The random numbers that foca wants come from
//! a generator seeded by the identity, so a node is deterministic.

pub mod claims;
pub mod scopes;
pub mod server;
pub mod system;

pub use scopes::register;
pub use system::{Budgets, Cluster, Event};
