//! What a slow or absent member costs, and how much waits.

use crate::cluster::{Cluster, Letter, ballot, bare, command, commands, telling};
use crate::host::Hosts;
use quorate_core::batch::Batch;
use quorate_core::paxos::{Config, Entry, Message, Replica, Request, Response, Slot, TimerKind};
use quorate_machine::{Driver, NodeId, Output, RequestId};

/// Windows of 4 slots per peer.
fn windowed() -> Config {
    Config { window: 64, peer_window: 4, resend: true, heartbeats: true, ..telling() }
}

fn accepts_to(cluster: &Cluster, node: u16) -> usize {
    cluster.sent.iter().filter(|(_, to, m)| to.0 == node && matches!(m, Message::Accept { .. })).count()
}

#[test]
fn a_peer_that_does_not_answer_is_sent_a_window_and_no_more() {
    let mut cluster = Cluster::new(windowed());
    cluster.elect(0);
    for n in 0..50 {
        cluster.submit(0, n);
        cluster.deliver_among(&[0, 1]);
    }
    assert_eq!(cluster.learned[0], commands(0..50), "the others go on");
    assert_eq!(accepts_to(&cluster, 1), 50);
    assert_eq!(accepts_to(&cluster, 2), 4);
    cluster.lose_all();
    let before = cluster.sent.len();
    for _ in 0..10 {
        cluster.timer(0, TimerKind::Resend);
        cluster.deliver_among(&[0, 1]);
        cluster.lose_all();
    }
    assert_eq!(accepts_to(&cluster, 2), 4 + 10, "one a period");
    assert_eq!(cluster.sent.len() - before, 20, "and a word about what is chosen");
}

#[test]
fn a_peer_that_comes_back_is_brought_up_within_its_window() {
    let config = Config { commit_messages: false, heartbeats: false, ..windowed() };
    let mut cluster = Cluster::new(config);
    cluster.elect(0);
    cluster.submit_all(0, 0..20);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    // It hears proposals alone, and acknowledges: its window moves on.
    cluster.timer(0, TimerKind::Resend);
    let in_flight = |cluster: &Cluster| {
        cluster.network.iter().filter(|(_, to, m)| to.0 == 2 && matches!(m, Message::Accept { .. })).count()
    };
    while let Some((from, to, message)) = cluster.network.pop_front() {
        assert!(in_flight(&cluster) <= 4);
        if matches!(message, Message::Accept { .. } | Message::Accepted { .. }) {
            cluster.deliver((from, to, message));
        }
    }
    assert_eq!(cluster.replica(2).durable().end(), Slot(20));
    cluster.submit(0, 20);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..20));
}

#[test]
fn a_peer_that_is_behind_the_log_is_fed_after_it_has_installed() {
    let mut cluster = Hosts::of(windowed());
    cluster.elect_among(0, &[0, 1]);
    for n in 0..20 {
        cluster.submit(0, n);
        cluster.deliver_among(&[0, 1]);
    }
    cluster.compact(0);
    cluster.submit(0, 20);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    (0..2).for_each(|_| cluster.timer(0, TimerKind::Resend));
    cluster.deliver_all();
    assert_eq!(cluster.replica(2).compacted(), Slot(20));
    cluster.submit(0, 21);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..22));
    let accepts = cluster.sent.iter().filter(|(_, to, m)| to.0 == 2 && matches!(m, Message::Accept { .. }));
    assert!(accepts.count() <= 4 + 2, "its slots were not proposed to it one by one");
}

#[test]
fn a_lost_proposal_is_sent_again_and_what_follows_it() {
    let mut cluster = Cluster::new(Config { commit_messages: false, heartbeats: false, ..windowed() });
    cluster.elect(0);
    cluster.submit_all(0, 0..3);
    cluster.lose_all();
    cluster.timer(0, TimerKind::Resend);
    assert_eq!(accepts_to(&cluster, 1), 4, "the first of three");
    cluster.deliver_all();
    assert_eq!(cluster.learned[0], commands(0..3));
}

#[test]
fn a_peer_that_answers_is_not_sent_again_what_is_on_its_way() {
    let mut cluster = Cluster::new(windowed());
    cluster.elect(0);
    cluster.submit_all(0, 0..3);
    cluster.deliver_where(|(_, _, m)| !matches!(m, Message::Accept { first, .. } if first.0 > 0));
    cluster.timer(0, TimerKind::Resend);
    assert_eq!(
        (accepts_to(&cluster, 1), accepts_to(&cluster, 2)),
        (3, 3),
        "both have acknowledged the first"
    );
    cluster.timer(0, TimerKind::Resend);
    assert_eq!((accepts_to(&cluster, 1), accepts_to(&cluster, 2)), (4, 4), "and nothing since");
}

/// The disk of the leader stalls. The others choose without it, and it stops taking commands when as much as a window
/// is not on its disk.
#[test]
fn a_leader_whose_disk_stalls_stops_taking_commands() {
    let mut cluster = Cluster::new(Config { window: 8, queue: 4, peer_window: 64, ..telling() });
    cluster.elect(0);
    cluster.sync_at_once = false;
    let mut taken = 0;
    for n in 0..100 {
        taken += u32::from(cluster.submit(0, n) != Response::Full);
        for node in 1..3 {
            let writes = cluster.unsynced(node);
            cluster.sync(node, writes);
        }
        cluster.deliver_all();
        for node in 1..3 {
            let writes = cluster.unsynced(node);
            cluster.sync(node, writes);
        }
        cluster.deliver_all();
    }
    assert_eq!(cluster.replica(0).chosen(), Slot(8), "the others are a quorum");
    assert_eq!((taken, cluster.unsynced(0)), (12, 8), "a window, and a queue");
    let writes = cluster.unsynced(0);
    cluster.sync(0, writes);
    cluster.sync_at_once = true;
    for node in 0..3 {
        let writes = cluster.unsynced(node);
        cluster.sync(node, writes);
    }
    cluster.deliver_all();
    assert_eq!(cluster.replica(0).chosen(), Slot(12));
}

/// The disk of a follower stalls while it catches up: it asks for no more before what it has is on disk.
#[test]
fn a_follower_whose_disk_stalls_asks_for_no_more() {
    let mut cluster = Cluster::new(Config { chunk: 4, ..windowed() });
    cluster.elect_among(0, &[0, 1]);
    for n in 0..40 {
        cluster.submit(0, n);
        cluster.deliver_among(&[0, 1]);
        cluster.lose_all();
    }
    cluster.sync_at_once = false;
    for _ in 0..20 {
        cluster.timer(0, TimerKind::Heartbeat);
        cluster.deliver_all();
    }
    assert_eq!(cluster.replica(2).chosen(), Slot(8));
    assert_eq!(cluster.unsynced(2), 5, "a chunk of the log, and proposals for a window");
    cluster.sync_at_once = true;
    cluster.sync(2, 5);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..40));
}

#[test]
fn batches_and_the_queue_are_bounded_by_weight() {
    let config =
        Config { batch: 100, queue: 100, message_bytes: 10, queue_bytes: 30, ..Config::bare(3, 100) };
    let mut out = Vec::new();
    let start =
        |node, out: &mut Vec<_>| Driver::start_checked(&config, NodeId(node), &Default::default(), out);
    let mut leader: Driver<Replica<Vec<u8>>> = start(0, &mut out);
    leader.timer(TimerKind::Election, &mut out);
    leader.persisted(leader.unsynced(), &mut out);
    leader.persisted(leader.unsynced(), &mut out);
    let (ballot, chosen, first) = (ballot(1, 0), Slot(0), Slot(0));
    leader.message(
        NodeId(1),
        Message::Promise { ballot, chosen, first, accepted: vec![], more: false },
        &mut out,
    );
    out.clear();
    // The first goes out at once. Then nothing is chosen: a batch goes when it weighs 10.
    let mut submit = |bytes: usize| {
        leader.request(RequestId(0), Request::Submit(vec![0; bytes]), &mut out);
        let mut sizes = Vec::new();
        for output in out.drain(..) {
            match output {
                Output::Send { to: NodeId(1), message: Message::Accept { values, .. } } => {
                    sizes.push(values.len())
                }
                Output::Reply { response: Response::Full, .. } => return None,
                _ => {}
            }
        }
        Some(sizes)
    };
    assert_eq!(submit(3), Some(vec![1]));
    assert_eq!([submit(4), submit(4)], [Some(vec![]), Some(vec![])]);
    assert_eq!(submit(4), Some(vec![2, 1]), "12 in two");
    assert_eq!(submit(50), Some(vec![1]), "one alone may be heavier");
}

#[test]
fn a_queue_that_weighs_too_much_is_full() {
    let config = Config { window: 1, batch: 1, queue: 100, queue_bytes: 2, ..telling() };
    let mut cluster = Cluster::new(config);
    cluster.elect(0);
    let answers: Vec<_> = (0..4).map(|n| cluster.submit(0, n)).collect();
    let queued = |slot| Response::Queued { slot: Slot(slot) };
    assert_eq!(answers, [queued(0), queued(1), queued(2), Response::Full]);
    cluster.deliver_all();
    assert_eq!(cluster.submit(0, 4), queued(3));
}

/// Three that vote and one that does not.
fn observed() -> Config {
    Config { observers: 1, peer_window: 4, ..telling() }
}

#[test]
fn an_observer_learns_and_never_votes() {
    let mut cluster = Cluster::new(Config { heartbeats: true, rejects: true, ..observed() });
    cluster.elect(0);
    cluster.submit_all(0, 0..8);
    cluster.deliver_all();
    assert_eq!(cluster.learned[3], commands(0..8));
    cluster.timer(3, TimerKind::Election);
    cluster.deliver((NodeId(0), NodeId(3), Message::TimeoutNow { ballot: ballot(1, 0) }));
    assert!(cluster.driver(3).armed().is_empty(), "it waits for nobody");
    let says =
        |(from, _, m): &Letter| from.0 != 3 || matches!(m, Message::CatchUp { .. } | Message::Learn { .. });
    assert!(cluster.sent.iter().all(says));
    cluster.crash(1, 0);
    cluster.crash(2, 0);
    cluster.submit(0, 8);
    cluster.deliver_all();
    assert_eq!(cluster.replica(0).chosen(), Slot(8), "it does not count in a quorum");
    assert_eq!(cluster.submit(3, 1), Response::NotLeader { leader: Some(NodeId(0)) });
}

#[test]
fn an_observer_that_is_away_costs_a_window_and_catches_up_when_it_hears_of_the_leader() {
    let mut cluster = Cluster::new(Config { heartbeats: true, ..observed() });
    cluster.elect(0);
    for n in 0..30 {
        cluster.submit(0, n);
        cluster.deliver_among(&[0, 1, 2]);
    }
    let pushed =
        cluster.sent.iter().filter(|(_, to, m)| to.0 == 3 && matches!(m, Message::Learn { .. })).count();
    assert_eq!(pushed, 4);
    cluster.lose_all();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.learned[3], commands(0..30));
    let before = cluster.sent.len();
    cluster.submit(0, 30);
    cluster.deliver_all();
    assert_eq!(cluster.learned[3], commands(0..31), "and it is pushed to again");
    let asked =
        cluster.sent[before..].iter().filter(|(_, to, m)| to.0 == 3 && matches!(m, Message::Commit { .. }));
    assert_eq!(asked.count(), 0);
}

#[test]
fn an_observer_installs_a_snapshot_and_teaches_another() {
    let mut cluster = Hosts::of(Config { observers: 2, heartbeats: true, ..observed() });
    cluster.elect_among(0, &[0, 1, 2]);
    for n in 0..7 {
        cluster.submit(0, n);
        cluster.deliver_among(&[0, 1, 2]);
    }
    cluster.compact(0);
    cluster.lose_all();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_among(&[0, 3]);
    cluster.lose_all();
    assert_eq!((cluster.learned[3].len(), cluster.replica(3).compacted()), (7, Slot(7)));
    cluster.deliver((NodeId(4), NodeId(3), Message::CatchUp { from: Slot(0) }));
    cluster.deliver_among(&[3, 4]);
    assert_eq!(cluster.learned[4], commands(0..7));
}

#[test]
fn observers_are_no_acceptors_to_anybody() {
    let mut cluster = Cluster::new(observed());
    cluster.elect_among(0, &[0, 1]);
    cluster.lose_all();
    let before: Vec<_> = (0..4).map(|node| cluster.replica(node).clone()).collect();
    let values = Batch::one(command(1));
    let accepted = vec![Some(Entry { ballot: ballot(1, 0), value: command(1) })];
    let first = Slot(0);
    for (from, to, message) in [
        (3, 0, Message::Prepare { ballot: ballot(9, 3), from: Slot(0) }),
        (3, 0, Message::PreVote { ballot: ballot(9, 3), from: Slot(0) }),
        (3, 0, Message::Accepted { ballot: ballot(1, 0), upto: Slot(0) }),
        (3, 0, Message::Alive { ballot: ballot(1, 0), round: 1 }),
        (3, 0, Message::Promise { ballot: ballot(1, 0), chosen: Slot(0), first, accepted, more: false }),
        (3, 0, Message::Commit { ballot: ballot(9, 3), chosen: Slot(1) }),
        (3, 0, Message::Reject { promised: ballot(9, 1) }),
        (1, 0, Message::Reject { promised: ballot(9, 3) }),
        (0, 3, Message::Prepare { ballot: ballot(9, 0), from: Slot(0) }),
        (0, 3, Message::Accept { ballot: ballot(9, 0), floor: first, first, values, chosen: Slot(0) }),
        (0, 3, Message::Probe { ballot: ballot(9, 0), round: 1 }),
    ] {
        cluster.deliver((NodeId(from), NodeId(to), message.clone()));
        assert_eq!(*cluster.replica(to), before[usize::from(to)], "replica {to} believed {message:?}");
    }
    assert!(cluster.network.is_empty());
}

#[test]
fn without_windows_observers_are_told_everything() {
    let mut cluster = Cluster::new(Config { observers: 1, commit_messages: true, ..bare() });
    cluster.elect(0);
    cluster.submit_all(0, 0..8);
    cluster.deliver_all();
    assert_eq!(cluster.learned[3], commands(0..8));
}
