//! Compaction, and snapshots that are sent, resumed, overtaken and installed.

use crate::cluster::{ballot, command, commands, telling};
use crate::host::{Hosts, compacted};
use quorate_core::batch::Batch;
use quorate_core::paxos::{Config, Durable, Message, Slot, Standing, TimerKind, Write};
use quorate_machine::NodeId;

/// A leader that compacted, and replica 2 that missed everything.
fn lagging(config: Config, count: u32) -> Hosts {
    let mut cluster = Hosts::of(config);
    cluster.elect_among(0, &[0, 1]);
    for n in 0..count {
        cluster.submit(0, n);
        cluster.deliver_among(&[0, 1]);
        cluster.lose_all();
    }
    (0..2).for_each(|node| cluster.compact(node));
    cluster
}

fn telling_in_groups(chunks: u32) -> Config {
    Config { chunks, heartbeats: true, ..telling() }
}

fn beat(cluster: &mut Hosts) {
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
}

fn chunks_sent(cluster: &Hosts) -> Vec<u32> {
    let at =
        |message: &Message<u32, _>| if let Message::Snapshot { at, .. } = message { Some(*at) } else { None };
    cluster.sent.iter().filter_map(|(.., message)| at(message)).collect()
}

#[test]
fn a_captured_snapshot_cuts_the_log_and_survives_a_crash() {
    let config = Config { retain: 1, ..telling() };
    let mut cluster = lagging(config, 5);
    let durable = cluster.replica(0).durable();
    assert_eq!((durable.log.offset(), durable.snapshot_upto(), durable.partial.as_ref()), (4, Slot(5), None));
    cluster.crash(0, 0);
    cluster.restart(0);
    assert_eq!(cluster.learned[0], commands(0..5));
    cluster.elect_among(0, &[0, 1]);
    cluster.submit(0, 5);
    cluster.deliver_all();
    assert_eq!(cluster.learned[1], commands(0..6));
}

#[test]
fn a_replica_that_missed_what_was_cut_off_installs_a_snapshot_and_goes_on() {
    for groups in [1, 2, 9] {
        let mut cluster = lagging(telling_in_groups(groups), 7);
        beat(&mut cluster);
        assert_eq!(cluster.learned[2], commands(0..7), "{groups} at a time");
        assert_eq!(chunks_sent(&cluster), [0, 1, 2, 3], "each once");
        cluster.submit(0, 7);
        cluster.deliver_all();
        assert_eq!(cluster.learned[2], commands(0..8));
    }
}

#[test]
fn a_lost_chunk_is_asked_for_again() {
    let mut cluster = lagging(telling_in_groups(2), 7);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(.., m)| !matches!(m, Message::Snapshot { at: 1 | 2, .. }));
    cluster.lose_all();
    beat(&mut cluster);
    assert_eq!(cluster.learned[2], commands(0..7));
    assert_eq!(chunks_sent(&cluster), [0, 1, 1, 2, 3]);
}

#[test]
fn an_install_goes_on_where_it_was_after_a_restart() {
    let mut cluster = lagging(telling_in_groups(1), 9);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(.., m)| !matches!(m, Message::Fetch { at: 3, .. }));
    cluster.lose_all();
    cluster.crash(2, 0);
    cluster.restart(2);
    assert_eq!(cluster.learned[2], [], "three chunks of five are no state");
    beat(&mut cluster);
    assert_eq!(cluster.learned[2], commands(0..9));
    assert_eq!(chunks_sent(&cluster), [0, 1, 2, 3, 4], "none twice");
}

#[test]
fn a_restart_before_any_chunk_is_synced_begins_anew() {
    let mut cluster = lagging(telling_in_groups(2), 7);
    cluster.sync_at_once = false;
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.unsynced(2), 2);
    assert_eq!(chunks_sent(&cluster), [0, 1], "the next group waits for the disk");
    cluster.crash(2, 1);
    cluster.restart(2);
    cluster.sync_at_once = true;
    beat(&mut cluster);
    assert_eq!(cluster.learned[2], commands(0..7));
    assert_eq!(chunks_sent(&cluster), [0, 1, 1, 2, 3]);
}

#[test]
fn another_leader_with_the_same_snapshot_sends_the_rest() {
    let mut cluster = lagging(telling_in_groups(1), 7);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(.., m)| !matches!(m, Message::Fetch { at: 2, .. }));
    cluster.crash(0, 0);
    cluster.lose_all();
    cluster.elect(1);
    cluster.timer(1, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..7));
    assert_eq!(chunks_sent(&cluster), [0, 1, 2, 3]);
}

#[test]
fn a_newer_snapshot_takes_the_place_of_one_that_is_being_received() {
    let mut cluster = lagging(telling_in_groups(1), 7);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(.., m)| !matches!(m, Message::Fetch { at: 2, .. }));
    cluster.submit_all(0, 7..9);
    cluster.deliver_among(&[0, 1]);
    cluster.compact(0);
    cluster.lose_all();
    beat(&mut cluster);
    assert_eq!(cluster.learned[2], commands(0..9));
    assert_eq!(chunks_sent(&cluster), [0, 1, 0, 1, 2, 3, 4]);
}

#[test]
fn a_new_leader_with_an_older_snapshot_is_not_refused_for_ever() {
    let mut cluster = lagging(telling_in_groups(1), 5);
    cluster.submit_all(0, 5..9);
    cluster.deliver_among(&[0, 1]);
    cluster.compact(0);
    cluster.lose_all();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(_, to, m)| to.0 != 1 && !matches!(m, Message::Fetch { at: 2, .. }));
    assert_eq!(cluster.replica(2).durable().partial.as_ref().map(|partial| partial.upto), Some(Slot(9)));
    cluster.crash(0, 0);
    cluster.lose_all();
    cluster.elect(1);
    cluster.timer(1, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..9));
}

#[test]
fn an_install_lets_accepts_and_heartbeats_pass() {
    let config = Config { resend: true, ..telling_in_groups(1) };
    let mut cluster = lagging(config, 7);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(.., m)| !matches!(m, Message::Fetch { at: 2, .. }));
    cluster.crash(1, 0);
    cluster.submit_all(0, 7..9);
    cluster.deliver_where(|(.., m)| !matches!(m, Message::Fetch { .. } | Message::Snapshot { .. }));
    assert_eq!(cluster.replica(2).durable().end(), Slot(9), "accepted in the middle of the install");
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..7), "installed");
    cluster.timer(0, TimerKind::Resend);
    cluster.deliver_all();
    assert_eq!(cluster.learned[0], commands(0..9), "its votes count");
    assert_eq!(cluster.learned[2], commands(0..9), "what was accepted above the snapshot is still there");
    assert_eq!(cluster.replica(2).durable().log.offset(), 7);
}

#[test]
fn ones_own_capture_gives_way_to_a_snapshot_from_ahead() {
    let mut cluster = lagging(telling_in_groups(1), 3);
    beat(&mut cluster);
    cluster.submit_all(0, 3..9);
    cluster.deliver_all();
    // Replica 2 has captured one chunk of its state after 9 slots when the others are ahead by a snapshot.
    cluster.timer(2, TimerKind::Capture);
    for n in 9..14 {
        cluster.submit(0, n);
        cluster.deliver_among(&[0, 1]);
        cluster.lose_all();
    }
    cluster.compact(0);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(.., m)| !matches!(m, Message::Fetch { at: 2, .. }));
    (0..3).for_each(|_| cluster.timer(2, TimerKind::Capture));
    let partial = cluster.replica(2).durable().partial.as_ref().expect("one is being received");
    assert_eq!((partial.upto, partial.chunks.len()), (Slot(14), 2), "the capture did not get between");
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..14));
    cluster.submit(0, 14);
    cluster.deliver_all();
    cluster.compact(2);
    assert_eq!(cluster.replica(2).compacted(), Slot(15));
}

#[test]
fn what_was_learned_meanwhile_makes_an_install_needless() {
    let mut cluster = lagging(telling_in_groups(1), 7);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(.., m)| !matches!(m, Message::Fetch { at: 3, .. }));
    let rest = cluster.network.clone();
    let entry = |n| quorate_core::paxos::Entry { ballot: ballot(1, 0), value: command(n) };
    let entries: Batch<_> = (0..7).map(entry).collect();
    cluster.deliver((NodeId(1), NodeId(2), Message::Learn { first: Slot(0), entries, chosen: Slot(7) }));
    cluster.network = rest;
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..7));
    assert_eq!(cluster.replica(2).compacted(), Slot(0));
    cluster.submit_all(0, 7..9);
    cluster.deliver_all();
    cluster.compact(2);
    assert_eq!(cluster.replica(2).compacted(), Slot(9), "what is left of it is in nobody's way");
}

/// Whoever compacted must not answer a candidate from below as if it had accepted nothing (P21).
#[test]
fn a_compacted_acceptor_teaches_and_does_not_promise() {
    let mut cluster = lagging(telling(), 4);
    cluster.crash(0, 0);
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_where(|(.., m)| matches!(m, Message::Prepare { .. }));
    let promises = cluster.network.iter().filter(|(.., m)| matches!(m, Message::Promise { .. })).count();
    assert_eq!(promises, 0, "what was cut off cannot be reported");
    cluster.deliver_all();
    assert_eq!(cluster.replica(2).standing(), Standing::Candidate);
    assert_eq!(cluster.learned[2], commands(0..4), "it was taught instead");
    cluster.elect(2);
    cluster.submit(2, 4);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..5));
}

/// A leader change in the middle of an install, by the very replica that is installing.
#[test]
fn who_is_installing_can_campaign_and_win_once_it_has_installed() {
    let mut cluster = lagging(telling_in_groups(1), 7);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(.., m)| !matches!(m, Message::Fetch { at: 2, .. }));
    cluster.crash(0, 0);
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..7));
    cluster.elect(2);
    cluster.submit(2, 7);
    cluster.deliver_all();
    assert_eq!(cluster.learned[1], commands(0..8));
}

#[test]
fn a_crash_between_any_two_writes_of_an_install_is_survived() {
    for kept in 0..6 {
        let mut cluster = lagging(telling_in_groups(9), 7);
        cluster.sync_at_once = false;
        cluster.timer(0, TimerKind::Heartbeat);
        cluster.deliver_all();
        assert_eq!(cluster.unsynced(2), 5, "four chunks and the end");
        cluster.crash(2, kept);
        cluster.restart(2);
        // With the last chunk it is whole; the record that says so can be written again.
        let whole = kept >= 4;
        assert_eq!(cluster.learned[2].len(), if whole { 7 } else { 0 }, "{kept} writes kept");
        cluster.sync_at_once = true;
        beat(&mut cluster);
        assert_eq!(cluster.learned[2], commands(0..7), "{kept} writes kept");
    }
}

/// A million entries are behind a snapshot of a few chunks: nothing is sent slot by slot.
#[test]
fn a_replica_that_was_away_for_a_million_entries_costs_a_snapshot() {
    let entries = commands(0..1_000_000);
    let disk = compacted(&entries, 8);
    let mut cluster = Hosts::on(telling_in_groups(2), vec![disk.clone(), disk]);
    cluster.elect_among(0, &[0, 1]);
    cluster.lose_all();
    beat(&mut cluster);
    assert_eq!(chunks_sent(&cluster), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert!(cluster.sent.len() < 40, "{} messages in all", cluster.sent.len());
    assert!(cluster.learned[2] == entries);
    cluster.submit(0, 1_000_000);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2].last(), Some(&command(1_000_000)));
}

/// Here nothing was cut off: what is missing comes from the log, a chunk at a time, each asked for once the one before
/// it is on disk. The chunks are large, because the invariants look at the whole log after each.
#[test]
fn a_replica_that_was_away_for_a_million_entries_of_log_is_taught_in_chunks() {
    const CHUNK: usize = 65_536;
    let entries = commands(0..1_000_000);
    let mut disk = Durable::default();
    let first_ballot = ballot(1, 0);
    for (at, run) in entries.chunks(CHUNK).enumerate() {
        let first = Slot((at * CHUNK) as u64);
        disk.apply(&Write::Accept { ballot: first_ballot, first, values: run.to_vec().into() });
    }
    disk.apply(&Write::Chosen(Slot(1_000_000)));
    let config = Config { chunk: CHUNK as u32, peer_window: 8192, ..telling_in_groups(2) };
    let mut cluster = Hosts::on(config, vec![disk.clone(), disk]);
    cluster.elect_among(0, &[0, 1]);
    cluster.lose_all();
    cluster.timer(0, TimerKind::Heartbeat);
    let mut most = 0;
    while let Some(letter) = cluster.network.pop_front() {
        cluster.deliver(letter);
        most = most.max(cluster.network.len());
    }
    assert!(cluster.learned[2] == entries);
    assert!(most < 8, "{most} messages on their way at a time");
    let taught = |(_, to, message): &&crate::cluster::Letter<_>| {
        to.0 == 2 && matches!(message, Message::Learn { entries, .. } if entries.len() <= CHUNK)
    };
    assert_eq!(cluster.sent.iter().filter(taught).count(), 1_000_000_usize.div_ceil(CHUNK));
}
