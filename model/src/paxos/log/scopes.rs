//! The bounds in which the model is searched.

use super::Log;
use crate::{Expectation, Scope};

/// Every scope: those of agreement, the smallest first, and then a row for each thing that a configuration adds.
pub fn all() -> Vec<Scope<Log>> {
    let mut scopes = agreement();
    scopes.extend(durability());
    scopes.extend(execution());
    scopes
}

fn scope(name: &'static str, says: &'static str, model: Log, reached: &[(&'static str, u32)]) -> Scope<Log> {
    let expect = reached.iter().map(|(claim, steps)| (*claim, Expectation::Reached { steps: *steps }));
    Scope { name, says, model, depth: None, expect: expect.collect() }
}

/// Agreement: the log alone.
fn agreement() -> Vec<Scope<Log>> {
    let reached = [("PX-R1", 6), ("PX-R2", 7), ("PX-R3", 5), ("PX-R5", 6)];
    let again = [("PX-R1", 6), ("PX-R2", 7), ("PX-R3", 5), ("PX-R5", 6), ("PX-R7", 8)];
    vec![
        scope(
            "one-slot",
            "1 slot, 2 ballots, a command and the no-op, 2 learners",
            Log::one_slot(),
            &reached,
        ),
        scope("holes", "2 slots, 2 ballots, no-ops only, 1 learner", Log::holes(), &reached),
        scope(
            "three-ballots",
            "1 slot, 3 ballots of 2 proposers, a command and the no-op, 2 learners",
            Log { ballots: 3, ..Log::one_slot() },
            &again,
        ),
        scope(
            "leader-change",
            "2 slots, 2 ballots, a command and the no-op, 1 learner",
            Log::two_slots(),
            &reached,
        ),
    ]
}

/// What is durable when: disks that are slower than memory.
fn durability() -> Vec<Scope<Log>> {
    vec![
        scope(
            "durability",
            "1 slot, 2 ballots, disks slower than memory; a replica loses what is not synced",
            Log::durability(),
            &[("PX-R1", 12), ("PX-R2", 12), ("PX-R3", 9), ("PX-R4", 11), ("PX-R5", 12)],
        ),
        scope(
            "acknowledgements",
            "2 slots, 1 ballot, disks slower than memory: which slots a vote acknowledges",
            Log::acknowledgements(),
            &[("PX-R1", 12), ("PX-R4", 11), ("PX-R5", 12)],
        ),
    ]
}

/// What replicas make of the log: they execute it, keep snapshots of it, and answer clients.
fn execution() -> Vec<Scope<Log>> {
    vec![
        scope(
            "exactly-once",
            "2 slots, 2 commands, each perhaps in both; 2 replicas execute and answer",
            Log::exactly_once(),
            &[("PX-R1", 6), ("PX-R5", 6), ("PX-R8", 15)],
        ),
        scope(
            "retries",
            "3 slots, 2 commands, each perhaps again after the other; 1 replica executes and answers",
            Log::retries(),
            &[("PX-R1", 6), ("PX-R5", 6), ("PX-R8", 14)],
        ),
        scope(
            "compaction",
            "1 slot, 2 ballots: a new leader asks acceptors that have compacted the slot away",
            Log::compaction(),
            &[("PX-R1", 6), ("PX-R2", 7), ("PX-R3", 5), ("PX-R5", 6), ("PX-R6", 10)],
        ),
        scope(
            "snapshots",
            "2 slots, a command perhaps in both; 2 replicas install snapshots and restart from them",
            Log::snapshots(),
            &[("PX-R1", 6), ("PX-R5", 6), ("PX-R6", 10), ("PX-R8", 14)],
        ),
        scope(
            "reads",
            "1 slot, 2 ballots, a command, and a read that takes no slot; 2 replicas",
            Log::reads(),
            &[("PX-R1", 6), ("PX-R2", 7), ("PX-R3", 5), ("PX-R5", 6)],
        ),
        scope(
            "observer",
            "2 slots, a command perhaps in both; a replica, and an observer that never votes",
            Log::observer(),
            &[("PX-R1", 6), ("PX-R5", 6), ("PX-R6", 10), ("PX-R8", 14)],
        ),
    ]
}
