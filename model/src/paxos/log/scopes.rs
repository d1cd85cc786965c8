//! The bounds in which the model is searched.

use super::Log;
use crate::{Expectation, Scope};

/// Every scope, the smallest first.
pub fn all() -> Vec<Scope<Log>> {
    let reached = |steps: [u32; 4]| {
        let claims = ["PX-R1", "PX-R2", "PX-R3", "PX-R5"];
        claims.into_iter().zip(steps).map(|(claim, steps)| (claim, Expectation::Reached { steps })).collect()
    };
    vec![
        Scope {
            name: "one-slot",
            says: "1 slot, 2 ballots, a command that may be submitted at any time, 2 learners",
            model: Log::one_slot(),
            depth: None,
            expect: reached([6, 9, 6, 6]),
        },
        Scope {
            name: "holes",
            says: "2 slots, 2 ballots, no-ops only, 1 learner",
            model: Log::holes(),
            depth: None,
            expect: reached([6, 9, 6, 6]),
        },
        Scope {
            name: "leader-change",
            says: "2 slots, 2 ballots, a command and the no-op",
            model: Log::two_slots(),
            depth: None,
            expect: reached([6, 9, 6, 6]),
        },
    ]
}
