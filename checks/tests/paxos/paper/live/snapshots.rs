//! Sections 5.5 and 7: snapshots, and catching up by them.

use super::super::runs::{Ledgers, Run, in_every_step};
use crate::ledger::Ledger;
use crate::servers::{Chunk, Command, Disk, Letter, add, done, small, stamp};
use quorate_core::paxos::server::{Config, Notice, Part, Server};
use quorate_core::paxos::{Message, Slot, TimerKind, Write};
use quorate_core::session::Known;
use quorate_machine::{Machine, NodeId, Replicated};

/// A snapshot after every 8 slots, of three chunks at the first: the clients, and two of four commands each.
fn compacting() -> Config {
    Config { compact_every: 8, ..small() }
}

fn fill(cluster: &mut Ledgers, leader: u16, numbers: std::ops::Range<u64>) {
    for number in numbers {
        cluster.ask(leader, add(0, number, 1));
        cluster.deliver_all();
    }
}

/// Server 0 leads and is about to capture the state after 8 slots.
fn capturing() -> Ledgers {
    let mut config = compacting();
    config.log.chosen_every = 1;
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    fill(&mut cluster, 0, 0..9);
    cluster
}

/// Server 2 misses what the others have cut off, and has been sent the first chunk of their snapshot.
fn installing() -> Ledgers {
    let mut config = compacting();
    config.log.heartbeats = true;
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    cluster.crash(2, 0);
    fill(&mut cluster, 0, 0..9);
    (0..2).for_each(|node| assert_eq!(cluster.capture_all(node), 3));
    cluster.restart(2);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(_, _, message)| !matches!(message, Message::Fetch { .. }));
    cluster.lose_all();
    assert_eq!(
        cluster.disks[2].partial.as_ref().map(|partial| (partial.upto, partial.next())),
        Some((Slot(8), 1))
    );
    cluster
}

fn state_of(disk: &Disk) -> (Slot, Ledger) {
    let snapshot = disk.snapshot.as_ref().expect("it is whole");
    let state = snapshot.chunks.iter().filter_map(|part| match part {
        Part::State(chunk) => Some(chunk.clone()),
        Part::Sessions(_) => None,
    });
    (snapshot.upto, Ledger::restore(&state.collect::<Vec<_>>()).expect("it is a ledger"))
}

#[test]
fn the_log_is_cut_off_only_behind_a_whole_snapshot() {
    let watch = |run: &Run| {
        for (node, disk) in run.cluster.disks.iter().enumerate() {
            let (cut, upto) = (disk.log.offset(), disk.snapshot_upto());
            assert!(
                cut <= upto.0,
                "seed {}, server {node}: cut off below {cut}, snapshot up to {upto}",
                run.seed
            );
        }
    };
    let cut = std::cell::Cell::new(0);
    let is_cut = |disk: &&Disk| disk.log.offset() > 0;
    in_every_step(watch, |run| cut.set(cut.get() + run.cluster.disks.iter().filter(is_cut).count()));
    assert!(cut.get() > 20, "{} logs were cut off at all", cut.get());
}

#[test]
fn a_snapshot_names_its_place_in_the_log_and_is_the_state_there() {
    let mut cluster = capturing();
    let boundary = Slot(8);
    assert!(cluster.notices.contains(&(0, Notice::Capturing(boundary))));
    fill(&mut cluster, 0, 9..13);
    cluster.capture_all(0);
    assert_eq!(state_of(&cluster.disks[0]), (boundary, Ledger { entries: vec![1; 8] }));
    assert_eq!(cluster.server(0).applied(), Slot(13));
}

#[test]
fn a_crash_between_any_two_writes_of_a_snapshot_loses_nothing() {
    for kept in 0..=4 {
        let mut cluster = capturing();
        cluster.sync_at_once = false;
        cluster.capture_all(0);
        assert_eq!(cluster.driver(0).unsynced(), 4, "three chunks, and that they are whole");
        cluster.crash(0, kept);
        cluster.sync_at_once = true;
        cluster.restart(0);
        assert_eq!(cluster.server(0).state().entries, [1; 9], "{kept} of the writes are there");
    }
}

#[test]
fn commands_are_executed_while_a_snapshot_is_taken() {
    let mut cluster = capturing();
    for number in 9..11 {
        cluster.timer(0, TimerKind::Capture);
        assert_eq!(cluster.answer(0, add(0, number, 1)), done(number));
        assert!(cluster.server(0).capturing().is_some());
    }
    cluster.timer(0, TimerKind::Capture);
    assert_eq!(cluster.server(0).capturing(), None);
}

#[test]
fn a_snapshot_that_fails_cuts_nothing_off() {
    let mut cluster = capturing();
    cluster.timer(0, TimerKind::Capture);
    cluster.timer(0, TimerKind::Capture);
    cluster.crash(0, 0);
    assert_eq!((cluster.disks[0].log.offset(), cluster.disks[0].snapshot.as_ref()), (0, None));
    cluster.restart(0);
    assert_eq!(cluster.server(0).state().entries, [1; 9]);
    assert_eq!(cluster.capture_all(0), 1, "it goes on with the chunk that is missing");
    assert_eq!((cluster.disks[0].log.offset(), state_of(&cluster.disks[0]).0), (8, Slot(8)));
}

#[test]
fn a_replica_takes_a_snapshot_without_the_others() {
    let mut cluster = capturing();
    let sent = cluster.sent.len();
    cluster.capture_all(1);
    assert_eq!(cluster.sent.len(), sent, "nobody is asked");
    let cut: Vec<u64> = cluster.disks.iter().map(|disk| disk.log.offset()).collect();
    assert_eq!(cut, [0, 8, 0]);
    fill(&mut cluster, 0, 9..10);
    assert_eq!(cluster.server(1).state().entries, [1; 10]);
}

#[test]
fn a_lagging_replica_gets_a_snapshot_and_the_rest_of_the_log() {
    let mut cluster = installing();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.disks[2].snapshot_upto(), Slot(8));
    assert_eq!(cluster.server(2).state().entries, [1; 9], "eight by snapshot, and one by log");
}

#[test]
fn a_newer_snapshot_of_the_sender_is_no_obstacle() {
    let mut cluster = installing();
    cluster.crash(2, 0);
    fill(&mut cluster, 0, 9..17);
    cluster.capture_all(0);
    assert_eq!(cluster.disks[0].log.offset(), 16, "what the receiver has begun is nowhere any more");
    cluster.restart(2);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!((cluster.disks[2].snapshot_upto(), cluster.server(2).applied()), (Slot(16), Slot(17)));
}

#[test]
fn another_replica_sends_the_rest_of_a_snapshot() {
    let mut cluster = installing();
    cluster.crash(0, 0);
    cluster.timer(1, TimerKind::Election);
    cluster.deliver_all();
    assert_eq!(cluster.disks[2].snapshot_upto(), Slot(8));
    let is_later = |(from, to, message): &Letter| {
        (from.0, to.0) == (1, 2) && matches!(message, Message::Snapshot { at: 1.., .. })
    };
    assert!(cluster.sent.iter().any(is_later), "the rest came from server 1");
    let begun = |(node, write): &&(u16, Write<Command, Chunk>)| {
        *node == 2 && matches!(write, Write::Chunk { at: 0, .. })
    };
    assert_eq!(cluster.written.iter().filter(begun).count(), 1, "and the first chunk was kept");
}

#[test]
fn a_snapshot_holds_what_clients_were_answered() {
    let mut cluster = installing();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    let executed: Server<Ledger> = Machine::recover(&cluster.config, NodeId(2), &cluster.disks[2]);
    assert_eq!(executed.applied(), Slot(8), "the snapshot alone");
    let known = executed.clients().known(&stamp(0, 7, 7));
    assert_eq!(known, Known::Executed(&7), "the answer to the last command before it");
}

#[test]
fn a_snapshot_is_written_in_pieces_and_votes_in_between() {
    let mut cluster = capturing();
    let before = cluster.written.len();
    for number in 9..12 {
        cluster.timer(0, TimerKind::Capture);
        fill(&mut cluster, 0, number..number + 1);
    }
    let kinds: Vec<&str> = cluster.written[before..]
        .iter()
        .filter(|(node, _)| *node == 0)
        .filter_map(|(_, write)| match write {
            Write::Chunk { .. } => Some("chunk"),
            Write::Accept { .. } => Some("vote"),
            Write::Snapshot { .. } => Some("whole"),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, ["chunk", "vote", "chunk", "vote", "chunk", "whole", "vote"]);
}
