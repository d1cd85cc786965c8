//! Messages that decode and are nonsense: ignored, and never a panic, an overflow or a great deal of memory.

use crate::cluster::{Cluster, Letter, ballot, command, commands, entry, telling};
use quorate_core::batch::Batch;
use quorate_core::paxos::{Ballot, Config, ConfigError, Message, Slot};
use quorate_core::quorum::Quorums;
use quorate_machine::NodeId;

const HUGE: Slot = Slot(u64::MAX);

fn accept(ballot: Ballot, floor: u64, first: u64, chosen: u64) -> Message<u32> {
    let values = Batch::one(command(1));
    Message::Accept { ballot, floor: Slot(floor), first: Slot(first), values, chosen: Slot(chosen) }
}

fn nonsense() -> Vec<Message<u32>> {
    let high = ballot(9, 1);
    let beyond = Ballot { round: u64::MAX, ..high };
    let promise =
        |chosen, first, accepted| Message::Promise { ballot: ballot(1, 0), chosen, first, accepted };
    let entries: Batch<_> = vec![entry(high, command(1))].into();
    vec![
        Message::Prepare { ballot: beyond, from: Slot(0) },
        Message::Prepare { ballot: ballot(9, 2), from: Slot(0) },
        Message::Prepare { ballot: Ballot::ZERO, from: Slot(0) },
        Message::Prepare { ballot: high, from: HUGE },
        promise(HUGE, HUGE, vec![]),
        promise(Slot(0), HUGE, vec![Some(entry(ballot(1, 1), command(1)))]),
        promise(Slot(0), Slot(1 << 59), vec![Some(entry(ballot(1, 1), command(1)))]),
        promise(Slot(2), Slot(0), vec![None, Some(entry(ballot(1, 1), command(1)))]),
        promise(Slot(9), Slot(0), vec![]),
        promise(Slot(0), Slot(0), vec![Some(entry(high, command(1)))]),
        Message::Reject { promised: ballot(9, 7) },
        Message::Reject { promised: beyond },
        accept(beyond, 0, 0, 0),
        accept(ballot(9, 2), 0, 0, 0),
        accept(high, 1, 0, 0),
        accept(high, 0, u64::MAX, 0),
        accept(high, 0, 1 << 40, 0),
        accept(high, 0, 0, u64::MAX),
        Message::Accept {
            ballot: high,
            floor: Slot(0),
            first: Slot(0),
            values: vec![].into(),
            chosen: Slot(0),
        },
        Message::Accepted { ballot: ballot(1, 0), upto: HUGE },
        Message::Accepted { ballot: ballot(1, 0), upto: Slot(5) },
        Message::Accepted { ballot: high, upto: Slot(1) },
        Message::Commit { ballot: ballot(9, 2), chosen: Slot(1) },
        Message::Commit { ballot: high, chosen: HUGE },
        Message::CatchUp { from: HUGE },
        Message::CatchUp { from: Slot(4) },
        Message::Learn { first: Slot(0), entries: entries.clone(), chosen: Slot(0) },
        Message::Learn { first: HUGE, entries: entries.clone(), chosen: HUGE },
        Message::Learn { first: Slot(3), entries, chosen: Slot(4) },
        Message::Learn { first: Slot(0), entries: vec![].into(), chosen: Slot(9) },
    ]
}

/// A replica in each part is told all of it by a peer, and by one that does not exist.
#[test]
fn nonsense_is_ignored_by_leader_candidate_and_follower() {
    for message in nonsense() {
        let mut cluster = Cluster::new(telling());
        cluster.elect_among(0, &[0, 1]);
        cluster.timer(2, quorate_core::paxos::TimerKind::Election);
        cluster.lose_all();
        let before: Vec<_> = (0..3).map(|node| cluster.replica(node).clone()).collect();
        for to in 0..3 {
            let letter = |from: u16| -> Letter { (NodeId(from), NodeId(to), message.clone()) };
            cluster.deliver(letter(7));
            cluster.deliver(letter(1));
            assert_eq!(*cluster.replica(to), before[usize::from(to)], "replica {to} believed {message:?}");
        }
        assert!(cluster.network.is_empty(), "{message:?} was answered with {:?}", cluster.network);
    }
}

#[test]
fn a_cluster_goes_on_after_nonsense() {
    let mut cluster = Cluster::new(telling());
    cluster.elect(0);
    for message in nonsense() {
        (0..3).for_each(|to| cluster.deliver((NodeId(1), NodeId(to), message.clone())));
    }
    cluster.submit(0, 1);
    cluster.deliver_all();
    assert_eq!(cluster.learned, vec![commands([1]); 3]);
}

#[test]
fn a_configuration_that_could_choose_twice_is_refused() {
    assert_eq!(Config::new(3).validate(), Ok(()));
    assert_eq!(Config::bare(5, 1).validate(), Ok(()));
    assert_eq!(Config::new(0).validate(), Err(ConfigError::NoReplicas));
    let halves = Config { quorums: Quorums { prepare: 2, accept: 2 }, ..Config::new(4) };
    let error = halves.validate().expect_err("two halves need not meet");
    assert_eq!(error.to_string(), "quorums of 2 and 2 among 4 replicas need not intersect");
    assert_eq!(Config { batch: 0, ..Config::new(3) }.validate(), Err(ConfigError::Zero { limit: "batch" }));
}
