//! The bounds in which the model is searched.

use super::Paxos;
use crate::{Expectation, Scope};

/// Every scope, the smallest first.
pub fn all() -> Vec<Scope<Paxos>> {
    let reached = |claims: &[(&'static str, u32)]| {
        claims.iter().map(|(claim, steps)| (*claim, Expectation::Reached { steps: *steps })).collect()
    };
    vec![
        Scope {
            name: "two-ballots",
            says: "3 acceptors, 2 values, 2 ballots",
            model: Paxos::new(),
            depth: None,
            expect: reached(&[("PX-R1", 6), ("PX-R2", 9), ("PX-R3", 6)]),
        },
        Scope {
            name: "restart",
            says: "3 acceptors, 2 values, 2 ballots, 1 restart of an acceptor that remembers everything",
            model: Paxos { restarts: 1, ..Paxos::new() },
            depth: None,
            expect: reached(&[("PX-R1", 6), ("PX-R2", 9), ("PX-R3", 6), ("PX-R4", 6)]),
        },
        Scope {
            name: "three-ballots",
            says: "3 acceptors, 2 values, 3 ballots",
            model: Paxos { ballots: 3, ..Paxos::new() },
            depth: None,
            expect: reached(&[("PX-R1", 6), ("PX-R2", 9), ("PX-R3", 6)]),
        },
    ]
}
