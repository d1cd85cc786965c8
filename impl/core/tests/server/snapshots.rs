//! Snapshots: what they hold, that nobody waits for them, and that they are gone on with.

use crate::cluster::{Chunk, Cluster, Command, add, done, small};
use crate::ledger::Ledger;
use quorate_core::paxos::server::{Config, Notice, Part, Request, Response, Server};
use quorate_core::paxos::{self, Message, Slot, TimerKind, Write};
use quorate_core::session::Refusal;
use quorate_machine::NodeId;

type Ledgers = Cluster<Server<Ledger>>;

/// Like [`small`], and a snapshot after every 8 slots.
fn compacting() -> Config {
    Config { compact_every: 8, ..small() }
}

/// Has client 0 add 1 at each of these sequences.
fn fill(cluster: &mut Ledgers, leader: u16, sequences: std::ops::Range<u64>) {
    for sequence in sequences {
        cluster.ask(leader, add(0, sequence, 1));
        cluster.deliver_all();
    }
}

fn chunks_written(cluster: &Ledgers, node: u16) -> Vec<(u64, u32)> {
    let chunk = |(on, write): &(u16, Write<Command, Chunk>)| match write {
        Write::Chunk { upto, at, .. } if *on == node => Some((upto.0, *at)),
        _ => None,
    };
    cluster.written.iter().filter_map(chunk).collect()
}

#[test]
fn a_snapshot_is_captured_one_chunk_a_timer_while_commands_go_on() {
    let mut cluster = Ledgers::new(compacting());
    cluster.elect(0);
    fill(&mut cluster, 0, 0..8);
    assert_eq!(cluster.server(0).capturing(), Some((Slot(8), 0, 3)), "the table, and two chunks of four");
    assert!(cluster.notices.contains(&(0, Notice::Capturing(Slot(8)))));
    assert_eq!(chunks_written(&cluster, 0), [], "taking the view writes nothing");
    for at in 0..3 {
        let before = cluster.server(0).applied();
        assert_eq!(cluster.answer(0, add(0, 8 + at, 1)), done(8 + at), "a command between two chunks");
        cluster.timer(0, TimerKind::Capture);
        assert_eq!(chunks_written(&cluster, 0).len() as u64, at + 1, "one chunk a timer");
        assert_eq!(cluster.server(0).applied(), before.after(1));
    }
    assert_eq!(cluster.server(0).capturing(), None);
    let snapshot = cluster.disks[0].snapshot.as_ref().expect("it is complete");
    assert_eq!(snapshot.upto, Slot(8));
    let state: Vec<u8> = snapshot
        .chunks
        .iter()
        .flat_map(|part| match part {
            Part::State(chunk) => chunk.clone(),
            Part::Sessions(_) => Vec::new(),
        })
        .collect();
    assert_eq!(state, [1; 8], "PX-S15: the state after exactly 8 slots, whatever was executed meanwhile");
    assert_eq!(cluster.disks[0].log.offset(), 8, "the log is cut off below");
}

#[test]
fn commands_that_are_chosen_together_are_captured_up_to_the_boundary_among_them() {
    let mut config = compacting();
    (config.log.queue, config.log.batch) = (8, 8);
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    fill(&mut cluster, 0, 0..5);
    // The first is proposed alone, the others together when it is chosen: slots 6 to 9.
    for sequence in 5..9 {
        cluster.ask(0, add(0, sequence, 1));
    }
    cluster.deliver_all();
    assert_eq!((cluster.server(0).applied(), cluster.server(0).state().sum()), (Slot(9), 9));
    assert_eq!(cluster.server(0).capturing(), Some((Slot(8), 0, 3)), "before all of them were executed");
    cluster.capture_all(0);
    let snapshot = cluster.disks[0].snapshot.as_ref().expect("it is complete");
    assert_eq!(snapshot.upto, Slot(8));
}

#[test]
fn a_restart_goes_on_from_the_snapshot_and_the_log_behind_it() {
    let mut config = compacting();
    config.log.chosen_every = 1;
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    fill(&mut cluster, 0, 0..11);
    (0..3).for_each(|node| assert_eq!(cluster.capture_all(node), 3));
    (0..3).for_each(|node| cluster.crash(node, 0));
    (0..3).for_each(|node| cluster.restart(node));
    for node in 0..3 {
        assert_eq!((cluster.server(node).applied(), cluster.server(node).state().sum()), (Slot(11), 11));
        assert_eq!(cluster.answer(node, add(0, 10, 1)), done(10), "the table is in the snapshot");
        assert_eq!(cluster.answer(node, add(0, 9, 1)), Response::Refused(Refusal::Stale));
    }
}

#[test]
fn a_capture_that_a_crash_interrupted_is_gone_on_with() {
    let mut cluster = Ledgers::new(compacting());
    cluster.elect(0);
    fill(&mut cluster, 0, 0..8);
    cluster.timer(0, TimerKind::Capture);
    cluster.timer(0, TimerKind::Capture);
    cluster.crash(0, 0);
    cluster.restart(0);
    assert_eq!(cluster.server(0).capturing(), None, "it does not know yet what is chosen");
    cluster.elect(1);
    fill(&mut cluster, 1, 8..9);
    assert_eq!(cluster.server(0).capturing(), Some((Slot(8), 2, 3)), "two chunks are on the disk");
    assert_eq!(cluster.capture_all(0), 1);
    assert_eq!(chunks_written(&cluster, 0), [(8, 0), (8, 1), (8, 2)]);
    cluster.capture_all(1);
    assert_eq!(cluster.disks[0].snapshot, cluster.disks[1].snapshot);
}

#[test]
fn a_crash_before_the_last_write_of_a_snapshot_leaves_the_older_state() {
    let mut config = compacting();
    config.log.chosen_every = 1;
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    fill(&mut cluster, 0, 0..9);
    cluster.sync_at_once = false;
    assert_eq!(cluster.capture_all(0), 3);
    let unsynced = cluster.driver(0).unsynced();
    cluster.crash(0, unsynced - 1);
    assert_eq!((cluster.disks[0].snapshot.is_some(), cluster.disks[0].log.offset()), (false, 0));
    cluster.sync_at_once = true;
    cluster.restart(0);
    assert_eq!(cluster.server(0).state().sum(), 9);
    cluster.capture_all(0);
    assert_eq!(cluster.disks[0].snapshot.as_ref().map(|snapshot| snapshot.upto), Some(Slot(8)));
}

/// Server 2 is away for so long that the others have cut off what it misses.
fn with_an_absent_server() -> Ledgers {
    let mut cluster = Ledgers::new(compacting());
    cluster.elect(0);
    cluster.crash(2, 0);
    fill(&mut cluster, 0, 0..17);
    for node in 0..2 {
        cluster.capture_all(node);
    }
    fill(&mut cluster, 0, 17..18);
    assert!(cluster.disks[0].log.offset() > 0);
    cluster
}

#[test]
fn an_absent_server_installs_a_snapshot_and_answers_from_its_table() {
    let mut cluster = with_an_absent_server();
    cluster.restart(2);
    fill(&mut cluster, 0, 18..19);
    let installed = |upto| Notice::Log(paxos::Notice::Installed { upto: Slot(upto) });
    assert!(cluster.notices.iter().any(|notice| *notice == (2, installed(8))), "{:?}", cluster.notices);
    assert_eq!((cluster.server(2).applied(), cluster.server(2).state().sum()), (Slot(19), 19));
    assert_eq!(cluster.answer(2, add(0, 18, 1)), done(18), "PX-R8, at a server that never executed it");
    cluster.crash(0, 0);
    cluster.timer(1, TimerKind::Election);
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    cluster.elect(2);
    assert_eq!(cluster.answer(2, add(0, 18, 1)), done(18));
    assert_eq!(cluster.answer(2, add(0, 19, 1)), done(19));
}

#[test]
fn an_install_that_a_crash_interrupted_is_gone_on_with() {
    let mut cluster = with_an_absent_server();
    cluster.restart(2);
    cluster.ask(0, add(0, 18, 1));
    let is_late = |m: &Message<Command, Chunk>| matches!(m, Message::Snapshot { at, .. } if *at > 0);
    cluster.deliver_where(|(_, to, m)| !(to.0 == 2 && is_late(m)));
    assert_eq!(chunks_written(&cluster, 2), [(8, 0)]);
    cluster.crash(2, 0);
    cluster.lose_all();
    cluster.restart(2);
    assert_eq!(cluster.server(2).applied(), Slot(0));
    fill(&mut cluster, 0, 19..20);
    assert_eq!(chunks_written(&cluster, 2), [(8, 0), (8, 1), (8, 2)], "no chunk is sent twice to its disk");
    assert_eq!(cluster.server(2).state().sum(), 20);
}

/// The view was taken under one leader, and is written under the next ones.
#[test]
fn a_capture_goes_on_while_the_leader_changes() {
    let mut cluster = Ledgers::new(compacting());
    cluster.elect(0);
    fill(&mut cluster, 0, 0..8);
    for (at, leader) in [1, 2, 0].into_iter().enumerate() {
        (0..3).for_each(|node| cluster.timer(node, TimerKind::Capture));
        cluster.elect(leader);
        let number = 8 + at as u64;
        assert_eq!(cluster.answer(leader, add(0, number, 1)), done(number), "under server {leader}");
    }
    for node in 0..3 {
        assert_eq!(chunks_written(&cluster, node), [(8, 0), (8, 1), (8, 2)], "server {node}");
        assert_eq!(cluster.disks[usize::from(node)].snapshot_upto(), Slot(8));
        assert_eq!(cluster.server(node).state().sum(), 11);
    }
}

/// The leader that sends a snapshot is gone after the first chunk; another one leads and sends the rest, and clients are
/// answered meanwhile.
#[test]
fn an_install_goes_on_under_another_leader() {
    let mut cluster = with_an_absent_server();
    cluster.restart(2);
    cluster.ask(0, add(0, 18, 1));
    let is_late = |m: &Message<Command, Chunk>| matches!(m, Message::Snapshot { at, .. } if *at > 0);
    cluster.deliver_where(|(_, to, m)| !(to.0 == 2 && is_late(m)));
    cluster.lose_all();
    assert_eq!(chunks_written(&cluster, 2), [(8, 0)]);
    let leaders = [1, 0];
    for (leader, number) in leaders.into_iter().zip(19..) {
        cluster.elect_among(leader, &[0, 1]);
        let asked = cluster.ask(leader, add(0, number, 1));
        // Of each group of chunks the first arrives before the leader changes again.
        cluster.deliver_where(|(from, to, m)| (to.0 != 2 || from.0 == leader) && !is_late(m));
        assert_eq!(cluster.reply(asked), Some(&done(number)), "under server {leader}");
        cluster.deliver_where(|(_, to, m)| to.0 == 2 && is_late(m) && leader == 0);
        cluster.lose_all();
    }
    fill(&mut cluster, 0, 21..23);
    assert_eq!(chunks_written(&cluster, 2), [(8, 0), (8, 1), (8, 2)], "no chunk is written twice");
    assert_eq!(cluster.server(2).state().sum(), 23);
}

/// Snapshots, slots and votes that decode and that no server sent. Clients are answered all the while, and what it
/// pretends to send does not keep a server from the real snapshot.
#[test]
fn a_peer_that_sends_what_decodes_and_is_nonsense_holds_up_nobody() {
    let mut cluster = with_an_absent_server();
    cluster.restart(2);
    let piece = |upto, at, of, chunk| Message::Snapshot { upto: Slot(upto), at, of, chunk };
    let sessions = || Part::Sessions(vec![].into());
    let nonsense = || {
        [
            piece(1 << 40, 0, u32::MAX, Part::State(vec![9; 100])),
            piece(8, 2, 3, sessions()),
            piece(8, 0, 0, sessions()),
            piece(u64::MAX, 0, 1, sessions()),
            Message::Fetch { from: Slot(0), upto: Slot(8), at: u32::MAX },
            Message::Fetch { from: Slot(0), upto: Slot(u64::MAX), at: 0 },
            Message::CatchUp { from: Slot(u64::MAX) },
            Message::Accepted { ballot: of_server_0(), upto: Slot(1 << 50) },
            Message::Alive { ballot: of_server_0(), round: u64::MAX },
        ]
    };
    for number in 18..24 {
        for to in [0, 2] {
            for message in nonsense() {
                cluster.deliver((NodeId(1), NodeId(to), message));
            }
        }
        assert_eq!(cluster.answer(0, add(0, number, 1)), done(number));
        let read = cluster.answer(0, Request::Read { query: () });
        assert!(matches!(read, Response::Answer { answer, .. } if answer == number + 1), "{read:?}");
    }
    assert_eq!(cluster.server(2).state().sum(), 24, "the real snapshot, and what came after it");
}

/// The ballot of the first leader, server 0.
fn of_server_0() -> paxos::Ballot {
    paxos::Ballot { round: 1, node: NodeId(0), incarnation: 1 }
}

#[test]
fn a_snapshot_that_is_none_of_this_machine_makes_a_server_blind_and_not_wrong() {
    let mut cluster = with_an_absent_server();
    cluster.restart(2);
    let piece = |at, chunk| Message::Snapshot { upto: Slot(8), at, of: 2, chunk };
    cluster.deliver((NodeId(1), NodeId(2), piece(0, Part::State(vec![255]))));
    cluster.deliver((NodeId(1), NodeId(2), piece(1, Part::State(vec![1]))));
    assert!(cluster.server(2).is_blind());
    assert!(cluster.notices.contains(&(2, Notice::Unreadable(Slot(8)))));
    cluster.lose_all();
    assert_eq!(cluster.answer(2, add(0, 0, 1)), Response::NotLeader { leader: None });
    assert_eq!(cluster.answer(2, Request::Read { query: () }), Response::NotLeader { leader: None });
    cluster.timer(2, TimerKind::Election);
    assert!(cluster.network.is_empty(), "it does not campaign");
    assert!(cluster.driver(2).armed().contains(&TimerKind::Election), "{:?}", cluster.driver(2).armed());
    cluster.crash(2, 0);
    cluster.restart(2);
    assert!(cluster.server(2).is_blind(), "still, after a restart");
    assert_eq!(cluster.answer(0, add(0, 18, 1)), done(18), "the others go on, with its votes");
}

#[test]
fn an_observer_executes_and_is_never_asked_to_vote() {
    let mut config = compacting();
    config.log.observers = 1;
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    fill(&mut cluster, 0, 0..5);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.server(3).state().sum(), 5);
    assert_eq!(cluster.answer(3, add(0, 4, 1)), done(4), "it has the table");
    assert!(!cluster.sent.iter().any(|(from, _, m)| from.0 == 3 && matches!(m, Message::Accepted { .. })));
}
