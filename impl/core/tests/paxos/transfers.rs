//! Handing over, and stopping.

use crate::cluster::{Cluster, ballot, commands, telling};
use quorate_core::paxos::{Config, Message, Request, Response, Slot, Standing, TimerKind};
use quorate_machine::NodeId;

fn handing() -> Config {
    Config {
        peer_window: 64,
        queue: 8,
        heartbeats: true,
        resend: true,
        pre_vote: true,
        rejects: true,
        ..telling()
    }
}

fn to(node: u16) -> Request<u32> {
    Request::Transfer { to: NodeId(node) }
}

#[test]
fn a_leader_that_is_idle_hands_over_at_once() {
    let mut cluster = Cluster::new(handing());
    cluster.elect(0);
    cluster.submit(0, 0);
    cluster.deliver_all();
    let asked = cluster.ask(0, to(2));
    cluster.deliver_all();
    assert_eq!(
        cluster.replica(2).standing(),
        Standing::Leader,
        "without a timer, and without asking for grants"
    );
    assert_eq!(cluster.replies[&asked], Response::Transferred { leader: Some(NodeId(2)) });
    cluster.submit(2, 1);
    cluster.deliver_all();
    assert_eq!(cluster.learned[0], commands(0..2));
}

#[test]
fn a_leader_finishes_what_it_took_before_it_hands_over() {
    let mut cluster = Cluster::new(Config { window: 2, ..handing() });
    cluster.elect(0);
    cluster.submit_all(0, 0..5);
    cluster.ask(0, to(1));
    assert_eq!(cluster.submit(0, 9), Response::NotLeader { leader: Some(NodeId(1)) });
    assert!(!cluster.sent.iter().any(|(.., m)| matches!(m, Message::TimeoutNow { .. })));
    cluster.deliver_where(|(from, to, _)| from.0 != 1 && to.0 != 1);
    assert_eq!(cluster.replica(0).chosen(), Slot(5), "chosen without the successor");
    assert!(!cluster.sent.iter().any(|(.., m)| matches!(m, Message::TimeoutNow { .. })), "it has none of it");
    cluster.deliver_all();
    assert_eq!(cluster.replica(1).standing(), Standing::Leader);
    assert_eq!(cluster.replica(1).proposed(), Some((Slot(5), Slot(5))), "nothing to repair");
}

#[test]
fn a_successor_that_was_taught_is_told_once_it_says_that_it_has_everything() {
    let mut cluster = Cluster::new(handing());
    cluster.elect(0);
    cluster.submit(0, 0);
    cluster.deliver_among(&[0, 2]);
    cluster.network.retain(|(.., message)| !matches!(message, Message::Accept { .. }));
    cluster.ask(0, to(1));
    let told = |cluster: &Cluster| cluster.sent.iter().any(|(.., m)| matches!(m, Message::TimeoutNow { .. }));
    cluster.deliver_where(|(.., message)| !matches!(message, Message::Learn { .. }));
    assert!(cluster.network.iter().any(|(.., m)| matches!(m, Message::Learn { .. })), "it is taught");
    assert!(!told(&cluster), "what it is taught is on the way, and may be lost");
    cluster.lose_all();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert!(told(&cluster));
    assert_eq!(cluster.replica(1).standing(), Standing::Leader);
    assert_eq!(cluster.learned[1], commands(0..1));
}

#[test]
fn a_successor_that_does_not_take_over_is_given_up() {
    let mut cluster = Cluster::new(handing());
    cluster.elect(0);
    cluster.crash(2, 0);
    let asked = cluster.ask(0, to(2));
    let again = cluster.ask(0, to(1));
    assert_eq!(cluster.replies[&again], Response::NotTransferred, "one at a time");
    cluster.deliver_all();
    assert!(cluster.driver(0).armed().contains(&TimerKind::Election));
    cluster.timer(0, TimerKind::Election);
    assert_eq!(cluster.replies[&asked], Response::NotTransferred);
    assert_eq!(cluster.replica(0).standing(), Standing::Leader);
    assert_eq!(cluster.submit(0, 1), Response::Queued { slot: Slot(0) }, "it serves again");
}

#[test]
fn the_word_to_the_successor_is_repeated() {
    let mut cluster = Cluster::new(handing());
    cluster.elect(0);
    cluster.ask(0, to(1));
    cluster.lose_all();
    cluster.timer(0, TimerKind::Resend);
    cluster.deliver_all();
    assert_eq!(cluster.replica(1).standing(), Standing::Leader);
}

#[test]
fn nobody_else_and_nobody_unknown_is_handed_to() {
    let mut cluster = Cluster::new(Config { observers: 1, ..handing() });
    cluster.elect(0);
    for node in [0, 3, 7] {
        let asked = cluster.ask(0, to(node));
        assert_eq!(cluster.replies[&asked], Response::NotTransferred, "to {node}");
    }
    let asked = cluster.ask(1, to(2));
    assert_eq!(cluster.replies[&asked], Response::NotLeader { leader: Some(NodeId(0)) });
    let mut cluster = Cluster::new(telling());
    cluster.elect(0);
    let asked = cluster.ask(0, to(1));
    assert_eq!(cluster.replies[&asked], Response::NotTransferred, "it does not know how far the others are");
}

#[test]
fn a_late_word_to_a_successor_moves_nobody() {
    let mut cluster = Cluster::new(handing());
    cluster.elect(0);
    cluster.elect(1);
    cluster.deliver((NodeId(0), NodeId(2), Message::TimeoutNow { ballot: ballot(1, 0) }));
    cluster.deliver_all();
    assert_eq!(cluster.replica(1).standing(), Standing::Leader);
}

#[test]
fn a_follower_stops_at_once_and_still_votes() {
    let mut cluster = Cluster::new(handing());
    cluster.elect(0);
    cluster.crash(1, 0);
    let asked = cluster.ask(2, Request::Stop);
    assert_eq!((&cluster.replies[&asked], &cluster.stopped), (&Response::Stopping, &vec![2]));
    cluster.submit(0, 0);
    cluster.deliver_all();
    assert_eq!(cluster.replica(0).chosen(), Slot(1), "its vote counts");
    cluster.timer(2, TimerKind::Election);
    cluster.deliver((NodeId(0), NodeId(2), Message::TimeoutNow { ballot: ballot(1, 0) }));
    assert_eq!(cluster.replica(2).standing(), Standing::Follower, "it never campaigns");
    assert!(cluster.driver(2).armed().is_empty());
    cluster.ask(2, Request::Stop);
    assert_eq!(cluster.stopped, [2], "it says so once");
    cluster.crash(2, 0);
    cluster.restart(2);
    assert!(cluster.driver(2).armed().contains(&TimerKind::Election), "until its next life");
}

#[test]
fn a_leader_stops_when_everything_is_chosen_and_another_leads() {
    let mut cluster = Cluster::new(Config { window: 2, ..handing() });
    cluster.elect(0);
    cluster.submit_all(0, 0..5);
    cluster.ask(0, Request::Stop);
    assert!(cluster.stopped.is_empty());
    assert_eq!(cluster.submit(0, 9), Response::NotLeader { leader: None });
    cluster.deliver_where(|(from, to, _)| from.0 != 1 && to.0 != 1);
    assert_eq!(cluster.learned[0], commands(0..5), "what it took is chosen");
    assert_eq!(cluster.replica(2).standing(), Standing::Leader, "the one that had acknowledged most");
    assert_eq!(cluster.stopped, [0]);
    assert!(cluster.driver(0).armed().is_empty());
}

#[test]
fn a_leader_whose_successors_do_not_take_over_stops_alone() {
    let mut cluster = Cluster::new(handing());
    cluster.elect(0);
    cluster.submit(0, 0);
    cluster.deliver_all();
    cluster.submit(0, 1);
    cluster.ask(0, Request::Stop);
    cluster.timer(0, TimerKind::Election);
    assert!(cluster.stopped.is_empty(), "it is not finished");
    cluster.deliver_where(|(.., m)| !matches!(m, Message::TimeoutNow { .. }));
    assert!(cluster.stopped.is_empty());
    cluster.timer(0, TimerKind::Election);
    assert_eq!(cluster.stopped, [0]);
    assert_eq!(cluster.learned[0], commands(0..2));
}

#[test]
fn a_candidate_and_a_replica_alone_stop_at_once() {
    let mut cluster = Cluster::new(telling());
    cluster.timer(0, TimerKind::Election);
    cluster.ask(0, Request::Stop);
    cluster.deliver_all();
    assert_eq!((cluster.replica(0).standing(), &cluster.stopped), (Standing::Follower, &vec![0]));
    let mut cluster = Cluster::new(Config::new(1));
    cluster.elect(0);
    cluster.submit(0, 0);
    cluster.ask(0, Request::Stop);
    assert_eq!(cluster.stopped, [0]);
}
