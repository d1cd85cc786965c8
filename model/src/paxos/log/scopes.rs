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
    let own = |name, says, model, reached: &[(&'static str, u32)]| {
        let expect = reached.iter().map(|(claim, steps)| (*claim, Expectation::Reached { steps: *steps }));
        Scope { name, says, model, depth: None, expect: expect.collect() }
    };
    vec![
        scope("one-slot", "1 slot, 2 ballots, a command and the no-op, 2 learners", Log::one_slot()),
        scope("holes", "2 slots, 2 ballots, no-ops only, 1 learner", Log::holes()),
        scope(
            "three-ballots",
            "1 slot, 3 ballots, a command and the no-op, 2 learners",
            Log { ballots: 3, ..Log::one_slot() },
        ),
        scope("leader-change", "2 slots, 2 ballots, a command and the no-op, 1 learner", Log::two_slots()),
        own("durability", "1 slot, 2 ballots, no-ops only, disks that lag, restarts", Log::durability(), &[]),
        own(
            "exactly-once",
            "2 slots, 1 ballot, 2 commands, 2 replicas that execute",
            Log::exactly_once(),
            &[],
        ),
        own("compaction", "1 slot, 2 ballots, a command, 2 replicas that compact", Log::compaction(), &[]),
        own("snapshots", "2 slots, 1 ballot, a command twice, 2 replicas", Log::snapshots(), &[]),
        own("reads", "1 slot, 2 ballots, a command and a read, 2 replicas", Log::reads(), &[]),
        own("observer", "2 slots, 1 ballot, a replica and an observer", Log::observer(), &[]),
    ]
}
