//! The bounds in which the model is searched.

use super::Log;
use crate::{Expectation, Scope};

/// Every scope, the smallest first.
pub fn all() -> Vec<Scope<Log>> {
    let reached = || {
        let claims = [("PX-R1", 6), ("PX-R2", 7), ("PX-R3", 5), ("PX-R5", 6)];
        claims.map(|(claim, steps)| (claim, Expectation::Reached { steps })).to_vec()
    };
    let scope = |name, says, model| Scope { name, says, model, depth: None, expect: reached() };
    vec![
        scope("one-slot", "1 slot, 2 ballots, a command and the no-op, 2 learners", Log::one_slot()),
        scope("holes", "2 slots, 2 ballots, no-ops only, 1 learner", Log::holes()),
        scope(
            "three-ballots",
            "1 slot, 3 ballots, a command and the no-op, 2 learners",
            Log { ballots: 3, ..Log::one_slot() },
        ),
        scope("leader-change", "2 slots, 2 ballots, a command and the no-op, 1 learner", Log::two_slots()),
    ]
}
