//! Section 6: consistency checks, and tests under random failures.

use super::super::runs::{Run, in_every_run};
use crate::ledger::Ledger;
use crate::servers::{Disk, small, stamp};
use quorate_core::batch::Batch;
use quorate_core::paxos::server::{Command, Server};
use quorate_core::paxos::{Ballot, Slot, Value, Write};
use quorate_machine::{Driver, NodeId};

/// A vote above everything that was promised cannot be: voting promises.
#[test]
#[should_panic(expected = "promised")]
fn a_replica_whose_state_cannot_be_is_stopped() {
    let ballot = Ballot { round: 3, node: NodeId(1), incarnation: 1 };
    let command = Value::Command(Command::Execute { stamp: stamp(0, 0, 0), command: 5 });
    let mut disk = Disk::default();
    disk.apply(&Write::Accept { ballot, first: Slot(0), values: Batch::one(command) });
    disk.promised = Ballot::ZERO;
    Driver::<Server<Ledger>>::start_checked(&small(), NodeId(0), &disk, &mut Vec::new());
}

/// The servers are compared with each other after every step; here, with what their clients saw as well.
#[test]
fn random_failures_leave_the_replicas_consistent() {
    in_every_run(|run| {
        run.heal();
        run.assert_each_once();
    });
}

#[test]
fn when_the_failures_end_every_client_is_answered() {
    let slowest = std::cell::Cell::new(0);
    in_every_run(|run| {
        let rounds = run.heal();
        let rounds = rounds.unwrap_or_else(|| panic!("seed {}: it does not get going again", run.seed));
        slowest.set(slowest.get().max(rounds));
    });
    assert!(slowest.get() <= 8, "{} rounds", slowest.get());
}

#[test]
fn the_same_seed_makes_the_same_execution() {
    let execution = |seed| {
        let mut run = Run::new(seed);
        (0..300).for_each(|_| run.step());
        (run.cluster.sent, run.cluster.written, run.cluster.notices)
    };
    let (once, again, other) = (execution(7), execution(7), execution(8));
    assert!(once == again, "everything that was sent, written and announced");
    assert!(once != other, "and another seed makes another");
}
