//! Protocol cores that others publish, unmodified, under the harness, and what it finds in them.
//!
//! One folder a crate, with the same rooms in each: `server` drives one node as its documentation asks for, `system`
//! puts nodes on a network with budgets for what may happen, `claims` says what must hold, `scopes` what is searched
//! and sampled. `FINDINGS.md` beside this package reports what came of it; `README.md` says how to run all of it
//! against another version of a crate.
//!
//! | crate | what it is |
//! |---|---|
//! | [`omnipaxos`] 0.2.4 | a replicated log on Sequence Paxos |
//! | [`raft`] 0.7.0 | tikv's Raft |
//! | [`foca`] 2.0.0 | SWIM membership |

pub mod foca;
pub mod omnipaxos;
pub mod raft;
mod scope;
mod told;

pub use told::{Letter, Told, Weights, draw};

use quorate::registry::Registry;

/// The name under which all of this stands in the list of checks.
pub const PROTOCOL: &str = "foreign";

/// Adds everything. What is known to be broken is expected to be: a check fails the day a new version of a crate
/// behaves differently.
pub fn register(registry: &mut Registry) {
    registry.protocol(
        PROTOCOL,
        "cores that others publish, unmodified: what holds, and what is known to be broken",
    );
    omnipaxos::register(registry);
    raft::register(registry);
    foca::register(registry);
}
