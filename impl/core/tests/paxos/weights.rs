//! What a message weighs at most, whatever is in it.

use crate::cluster::{Cluster, ballot, command, commands, telling};
use crate::host::Hosts;
use quorate_core::batch::Batch;
use quorate_core::paxos::{Config, Durable, Entry, Message, Replica, Slot, Standing, TimerKind, Value};
use quorate_machine::{Driver, NodeId, Output, Weigh};

/// Two commands fit into a message, and three do not.
const BYTES: u32 = 2;

fn light() -> Config {
    Config {
        batch: 100,
        queue: 100,
        window: 100,
        message_bytes: BYTES,
        heartbeats: true,
        observers: 1,
        ..telling()
    }
}

/// The weight of the commands in a message.
fn weight<S>(message: &Message<u32, S>) -> u64 {
    let sum = |values: &mut dyn Iterator<Item = &Value<u32>>| values.map(Weigh::weight).sum();
    match message {
        Message::Accept { values, .. } => sum(&mut values.iter()),
        Message::Learn { entries, .. } => sum(&mut entries.iter().map(|entry| &entry.value)),
        Message::Promise { accepted, .. } => sum(&mut accepted.iter().flatten().map(|entry| &entry.value)),
        _ => 0,
    }
}

/// The heaviest message of each kind that was sent: proposals, lessons, promises.
fn heaviest(cluster: &Cluster) -> [u64; 3] {
    let kinds: [fn(&Message<u32>) -> bool; 3] = [
        |message| matches!(message, Message::Accept { .. }),
        |message| matches!(message, Message::Learn { .. }),
        |message| matches!(message, Message::Promise { .. }),
    ];
    kinds.map(|is| {
        let own = cluster.sent.iter().filter(|(.., message)| is(message));
        own.map(|(.., message)| weight(message)).max().unwrap_or_default()
    })
}

#[test]
fn every_kind_of_message_is_sent_at_its_bound_and_none_above() {
    let mut cluster = Cluster::new(light());
    cluster.elect_among(0, &[0, 1]);
    cluster.submit_all(0, 0..20);
    cluster.deliver_among(&[0, 1]);
    assert_eq!(cluster.learned[0], commands(0..20));
    // Commands that two replicas voted for and that nobody knows to be chosen; replica 2 knows nothing at all.
    cluster.submit_all(0, 20..31);
    cluster.deliver_where(|(from, to, _)| (from.0, to.0) == (0, 1));
    cluster.crash(0, 0);
    cluster.lose_all();
    cluster.elect(2);
    assert_eq!(heaviest(&cluster), [2, 2, 2]);
    cluster.timer(2, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..31));
    assert_eq!(cluster.learned[1], commands(0..31));
    assert_eq!(cluster.learned[3], commands(0..31), "the observer was taught in parts too");
}

#[test]
fn a_command_that_weighs_more_than_a_message_may_is_sent_alone() {
    let config = Config { message_bytes: 3, ..Config::bare(3, 8) };
    let mut out = Vec::new();
    let mut driver: Driver<Replica<Vec<u8>>> =
        Driver::start_checked(&config, NodeId(1), &Durable::default(), &mut out);
    let values: Batch<_> = (0..3).map(|n| Value::Command(vec![n; 5])).collect();
    let (floor, first, chosen) = (Slot(0), Slot(0), Slot(3));
    driver.message(
        NodeId(0),
        Message::Accept { ballot: ballot(1, 0), floor, first, values, chosen: floor },
        &mut out,
    );
    driver.message(NodeId(2), Message::Prepare { ballot: ballot(2, 2), from: first }, &mut out);
    driver.message(NodeId(2), Message::Prepare { ballot: ballot(2, 2), from: Slot(2) }, &mut out);
    driver.persisted(driver.unsynced(), &mut out);
    let promises = out.iter().filter_map(|output| match output {
        Output::Send { message: Message::Promise { first, accepted, more, .. }, .. } => {
            Some((first.0, accepted.len(), *more))
        }
        _ => None,
    });
    assert_eq!(promises.collect::<Vec<_>>(), [(0, 1, true), (2, 1, false)]);
    out.clear();
    driver.message(NodeId(0), Message::Commit { ballot: ballot(2, 2), chosen }, &mut out);
    let entries = (0..3).map(|n| Entry { ballot: ballot(2, 2), value: Value::Command(vec![n; 5]) }).collect();
    driver.message(NodeId(0), Message::Learn { first, entries, chosen }, &mut out);
    driver.message(NodeId(2), Message::CatchUp { from: first }, &mut out);
    let lesson = out.iter().find_map(|output| match output {
        Output::Send { message: Message::Learn { entries, .. }, .. } => Some(entries.len()),
        _ => None,
    });
    assert_eq!(lesson, Some(1));
}

/// Replica 1 voted in many slots, with a hole, and its promise comes in parts.
fn voted_in_parts() -> Cluster {
    let mut cluster = Cluster::new(Config { batch: 1, ..light() });
    cluster.elect(0);
    cluster.submit_all(0, 0..6);
    cluster.deliver_where(|(from, to, message)| {
        (from.0, to.0) == (0, 1) && !matches!(message, Message::Accept { first: Slot(2), .. })
    });
    cluster.crash(0, 0);
    cluster.lose_all();
    cluster
}

fn parts(cluster: &Cluster) -> Vec<(u64, usize, bool)> {
    let part = |message: &Message<u32>| match message {
        Message::Promise { first, accepted, more, .. } => Some((first.0, accepted.len(), *more)),
        _ => None,
    };
    cluster
        .sent
        .iter()
        .filter(|(from, to, _)| (from.0, to.0) == (1, 2))
        .filter_map(|(.., m)| part(m))
        .collect()
}

#[test]
fn a_promise_in_parts_counts_when_the_last_has_come() {
    let mut cluster = voted_in_parts();
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_where(|(.., message)| !matches!(message, Message::Prepare { from: Slot(4..), .. }));
    assert_eq!(cluster.replica(2).standing(), Standing::Candidate, "it has not heard of every vote");
    cluster.deliver_all();
    assert_eq!(cluster.replica(2).standing(), Standing::Leader);
    assert_eq!(parts(&cluster), [(0, 2, true), (2, 3, true), (5, 1, false)]);
    let wanted: Vec<_> = (0..6).map(|n| if n == 2 { Value::Noop } else { command(n) }).collect();
    assert_eq!(cluster.learned[2], wanted);
}

#[test]
fn a_part_that_arrives_twice_or_late_changes_nothing() {
    let mut cluster = voted_in_parts();
    cluster.timer(2, TimerKind::Election);
    let mut early = Vec::new();
    while let Some(letter) = cluster.network.pop_front() {
        if letter.1.0 == 0 {
            continue;
        }
        if matches!(letter.2, Message::Promise { .. }) {
            early.push(letter.clone());
        }
        cluster.deliver(letter);
        early.clone().into_iter().for_each(|part| cluster.deliver(part));
    }
    assert_eq!(cluster.replica(2).standing(), Standing::Leader);
    assert_eq!(cluster.learned[2].len(), 6);
}

#[test]
fn a_snapshot_is_sent_in_groups_of_chunks() {
    let mut cluster = Hosts::of(Config { chunks: 2, ..light() });
    cluster.elect_among(0, &[0, 1]);
    cluster.submit_all(0, 0..12);
    cluster.deliver_among(&[0, 1]);
    cluster.compact(0);
    cluster.lose_all();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    let count = |(.., message): &&(_, _, Message<u32, _>)| matches!(message, Message::Snapshot { .. });
    assert_eq!(cluster.sent.iter().filter(count).count(), 6 * 2, "to the replica, and to the observer");
    assert_eq!(cluster.learned[2], commands(0..12));
}
