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

/// Promises that nobody makes.
fn promises() -> Vec<Message<u32>> {
    let high = ballot(9, 1);
    let promise = |chosen, first, accepted| Message::Promise {
        ballot: ballot(1, 0),
        chosen,
        first,
        accepted,
        more: false,
    };
    vec![
        promise(HUGE, HUGE, vec![]),
        promise(Slot(0), HUGE, vec![Some(entry(ballot(1, 1), command(1)))]),
        promise(Slot(0), Slot(1 << 59), vec![Some(entry(ballot(1, 1), command(1)))]),
        promise(Slot(2), Slot(0), vec![None, Some(entry(ballot(1, 1), command(1)))]),
        promise(Slot(9), Slot(0), vec![]),
        promise(Slot(0), Slot(0), vec![Some(entry(high, command(1)))]),
        Message::Promise {
            ballot: ballot(1, 0),
            chosen: Slot(0),
            first: Slot(0),
            accepted: vec![],
            more: true,
        },
    ]
}

fn nonsense() -> Vec<Message<u32>> {
    let high = ballot(9, 1);
    let beyond = Ballot { round: u64::MAX, ..high };
    let entries: Batch<_> = vec![entry(high, command(1))].into();
    let mut all = promises();
    all.extend([
        Message::Prepare { ballot: beyond, from: Slot(0) },
        Message::Prepare { ballot: ballot(9, 2), from: Slot(0) },
        Message::Prepare { ballot: Ballot::ZERO, from: Slot(0) },
        Message::Prepare { ballot: high, from: HUGE },
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
        Message::Snapshot { upto: Slot(0), at: 0, of: 1, chunk: () },
        Message::Snapshot { upto: HUGE, at: 0, of: 1, chunk: () },
        Message::Snapshot { upto: Slot(5), at: 0, of: 0, chunk: () },
        Message::Snapshot { upto: Slot(5), at: 3, of: 3, chunk: () },
        Message::Snapshot { upto: Slot(5), at: 1, of: 3, chunk: () },
        Message::Snapshot { upto: Slot(5), at: u32::MAX - 1, of: u32::MAX, chunk: () },
        Message::Fetch { from: HUGE, upto: HUGE, at: 0 },
        Message::Fetch { from: Slot(4), upto: Slot(4), at: 0 },
        Message::Fetch { from: Slot(0), upto: HUGE, at: 0 },
        Message::Fetch { from: Slot(0), upto: Slot(9), at: u32::MAX },
        Message::Probe { ballot: ballot(9, 2), round: 1 },
        Message::Probe { ballot: beyond, round: 1 },
        Message::Alive { ballot: ballot(1, 0), round: 0 },
        Message::Alive { ballot: ballot(1, 0), round: u64::MAX },
        Message::Alive { ballot: high, round: 1 },
        Message::PreVote { ballot: beyond, from: Slot(0) },
        Message::PreVote { ballot: ballot(9, 2), from: Slot(0) },
        Message::PreVote { ballot: high, from: HUGE },
        Message::PreGrant { ballot: ballot(1, 0) },
        Message::PreGrant { ballot: ballot(2, 2) },
        Message::Introduce { epoch: 0 },
        Message::Known { epoch: 0 },
        Message::Known { epoch: 9 },
        Message::TimeoutNow { ballot: ballot(9, 2) },
        Message::TimeoutNow { ballot: beyond },
    ]);
    all
}

/// All that production adds, in small windows.
fn production() -> Config {
    Config { window: 4, peer_window: 4, reads: 2, observers: 1, chunks: 2, pre_vote: true, ..telling() }
}

/// A replica in each part is told all of it by a peer, and by one that does not exist.
#[test]
fn nonsense_is_ignored_by_leader_candidate_and_follower() {
    for (config, message) in nonsense().into_iter().flat_map(|m| [(telling(), m.clone()), (production(), m)])
    {
        let mut cluster = Cluster::new(config);
        cluster.elect_among(0, &[0, 1]);
        cluster.timer(2, quorate_core::paxos::TimerKind::Election);
        cluster.lose_all();
        let before: Vec<_> = (0..3).map(|node| cluster.replica(node).clone()).collect();
        for to in 0..3 {
            let letter = |from: u16| -> Letter { (NodeId(from), NodeId(to), message.clone()) };
            cluster.deliver(letter(7));
            cluster.deliver(letter(3));
            cluster.deliver(letter(1));
            assert_eq!(*cluster.replica(to), before[usize::from(to)], "replica {to} believed {message:?}");
        }
        assert!(cluster.network.is_empty(), "{message:?} was answered with {:?}", cluster.network);
    }
}

#[test]
fn a_cluster_goes_on_after_nonsense() {
    let mut cluster = Cluster::new(production());
    cluster.elect(0);
    for message in nonsense() {
        (0..3).for_each(|to| cluster.deliver((NodeId(1), NodeId(to), message.clone())));
    }
    cluster.submit(0, 1);
    cluster.deliver_all();
    assert_eq!(cluster.learned, vec![commands([1]); 4]);
}

#[test]
fn a_configuration_that_could_choose_twice_is_refused() {
    assert_eq!(Config::new(3).validate(), Ok(()));
    assert_eq!(Config::bare(5, 1).validate(), Ok(()));
    assert_eq!(Config::new(0).validate(), Err(ConfigError::NoReplicas));
    let halves = Config { quorums: Quorums { prepare: 2, accept: 2 }, ..Config::new(4) };
    let error = halves.validate().expect_err("two halves need not meet");
    assert_eq!(error.to_string(), "quorums of 2 and 2 among 4 replicas need not intersect");
    let crowd = Config { observers: u16::MAX, ..Config::new(3) };
    assert_eq!(crowd.validate(), Err(ConfigError::TooMany { replicas: 3, observers: u16::MAX }));
    assert_eq!(Config { chunks: 0, ..Config::new(3) }.validate(), Err(ConfigError::Zero { limit: "chunks" }));
    assert_eq!(Config { batch: 0, ..Config::new(3) }.validate(), Err(ConfigError::Zero { limit: "batch" }));
}
