//! Linearizable reads: what they wait for, and what becomes of those that wait in vain.

use crate::cluster::{Cluster, ballot, bare, telling};
use quorate_core::paxos::{Config, Message, Request, Response, Slot, Standing, TimerKind};
use quorate_machine::{NodeId, RequestId};

fn reading() -> Config {
    Config { reads: 3, ..telling() }
}

fn confirmed(index: u64) -> Option<Response> {
    Some(Response::Confirmed { index: Slot(index) })
}

fn answer(cluster: &Cluster, id: RequestId) -> Option<Response> {
    cluster.replies.get(&id).cloned()
}

fn probes(cluster: &Cluster) -> Vec<(u16, u64)> {
    let round = |m: &Message<u32>| if let Message::Probe { round, .. } = m { Some(*round) } else { None };
    cluster.sent.iter().filter_map(|(_, to, m)| Some((to.0, round(m)?))).collect()
}

#[test]
fn a_read_is_confirmed_by_a_quorum_with_the_index_that_it_must_have_seen() {
    let mut cluster = Cluster::new(reading());
    cluster.elect(0);
    cluster.submit_all(0, 0..3);
    cluster.deliver_all();
    let read = cluster.ask(0, Request::Confirm);
    assert_eq!(answer(&cluster, read), None, "nobody has answered");
    cluster.deliver_among(&[0, 2]);
    assert_eq!(answer(&cluster, read), confirmed(3));
}

#[test]
fn one_replica_alone_confirms_at_once() {
    let mut cluster = Cluster::new(Config { reads: 3, ..Config::bare(1, 4) });
    cluster.elect(0);
    cluster.submit(0, 0);
    let read = cluster.ask(0, Request::Confirm);
    assert_eq!(answer(&cluster, read), confirmed(1));
}

/// P23: a leader that was cut off knows nothing of what its successor chose.
#[test]
fn a_leader_that_was_cut_off_confirms_nothing() {
    let mut cluster = Cluster::new(reading());
    cluster.elect(0);
    cluster.elect_among(1, &[1, 2]);
    cluster.submit(1, 7);
    cluster.deliver_among(&[1, 2]);
    assert_eq!(cluster.replica(1).chosen(), Slot(1));
    let read = cluster.ask(0, Request::Confirm);
    assert_eq!(cluster.replica(0).standing(), Standing::Leader, "it believes so");
    cluster.deliver_where(|(.., m)| matches!(m, Message::Probe { .. } | Message::Alive { .. }));
    assert_eq!(answer(&cluster, read), None, "who has promised more does not answer");
    cluster.deliver_all();
    assert_eq!(answer(&cluster, read), Some(Response::NotLeader { leader: Some(NodeId(1)) }));
    let read = cluster.ask(1, Request::Confirm);
    cluster.deliver_all();
    assert_eq!(answer(&cluster, read), confirmed(1));
}

#[test]
fn an_answer_from_before_the_read_confirms_nothing() {
    let mut cluster = Cluster::new(reading());
    cluster.elect(0);
    let first = cluster.ask(0, Request::Confirm);
    cluster.deliver_where(|(_, to, m)| matches!(m, Message::Probe { .. }) && to.0 == 2);
    // Replica 2 answered, and then promised more to replica 1, which chooses.
    cluster.elect_among(1, &[1, 2]);
    cluster.submit(1, 7);
    cluster.deliver_among(&[1, 2]);
    let second = cluster.ask(0, Request::Confirm);
    cluster.deliver_where(|(.., m)| matches!(m, Message::Alive { .. }));
    assert_eq!(answer(&cluster, first), confirmed(0), "nothing was chosen when it was asked for");
    assert_eq!(answer(&cluster, second), None, "its round has only begun");
    cluster.deliver((NodeId(2), NodeId(0), Message::Alive { ballot: ballot(1, 0), round: 1 }));
    assert_eq!(answer(&cluster, second), None, "an answer that came twice is of the first round");
    cluster.deliver_all();
    assert_eq!(answer(&cluster, second), Some(Response::NotLeader { leader: Some(NodeId(1)) }));
}

#[test]
fn reads_share_a_round_and_wait_for_the_next_one_together() {
    let mut cluster = Cluster::new(reading());
    cluster.elect(0);
    let reads: Vec<_> = (0..3).map(|_| cluster.ask(0, Request::Confirm)).collect();
    let too_many = cluster.ask(0, Request::Confirm);
    assert_eq!(answer(&cluster, too_many), Some(Response::Full));
    assert_eq!(probes(&cluster), [(1, 1), (2, 1)]);
    cluster.deliver_all();
    assert_eq!(
        probes(&cluster),
        [(1, 1), (2, 1), (1, 2), (2, 2)],
        "one round for the first, one for the others"
    );
    assert!(reads.iter().all(|read| answer(&cluster, *read) == confirmed(0)));
}

/// What the new leader proposed again may have been acknowledged by the old one.
#[test]
fn a_new_leader_confirms_only_when_what_it_proposed_again_is_chosen() {
    let mut cluster = Cluster::new(Config { reads: 3, ..bare() });
    cluster.elect(0);
    cluster.submit(0, 7);
    cluster.deliver_among(&[0, 1]);
    assert_eq!(cluster.replica(0).chosen(), Slot(1), "acknowledged to a client");
    cluster.lose_all();
    cluster.timer(1, TimerKind::Election);
    cluster.deliver_where(|(from, to, m)| {
        matches!(m, Message::Prepare { .. } | Message::Promise { .. }) && from.0 + to.0 == 3
    });
    assert_eq!((cluster.replica(1).standing(), cluster.replica(1).chosen()), (Standing::Leader, Slot(0)));
    let read = cluster.ask(1, Request::Confirm);
    cluster.deliver_where(|(.., m)| matches!(m, Message::Probe { .. } | Message::Alive { .. }));
    assert_eq!(answer(&cluster, read), None, "slot 0 is not known to be chosen");
    cluster.deliver_all();
    assert_eq!(answer(&cluster, read), confirmed(1));
    assert_eq!(cluster.replica(1).chosen(), Slot(1));
}

#[test]
fn a_lost_probe_is_repeated_to_who_has_not_answered() {
    let config = Config { heartbeats: true, ..reading() };
    let mut cluster =
        Cluster::new(Config { replicas: 5, ..Config { quorums: Config::new(5).quorums, ..config } });
    cluster.elect(0);
    let read = cluster.ask(0, Request::Confirm);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    cluster.timer(0, TimerKind::Heartbeat);
    assert_eq!(probes(&cluster)[4..], [(2, 1), (3, 1), (4, 1)]);
    cluster.deliver_all();
    assert_eq!(answer(&cluster, read), confirmed(0));
}

#[test]
fn what_was_promised_and_is_not_on_disk_yet_stands_behind_the_answer() {
    let mut cluster = Cluster::new(reading());
    cluster.elect(0);
    cluster.sync_at_once = false;
    cluster.timer(1, TimerKind::Election);
    cluster.sync(1, 2);
    cluster.deliver_where(|(_, to, m)| matches!(m, Message::Prepare { .. }) && to.0 == 2);
    let read = cluster.ask(0, Request::Confirm);
    cluster.deliver_where(|(.., m)| matches!(m, Message::Probe { .. } | Message::Alive { .. }));
    assert_eq!(answer(&cluster, read), None);
}

#[test]
fn a_probe_keeps_followers_from_campaigning_and_others_are_told_who_leads() {
    let config = Config { pre_vote: true, rejects: true, ..reading() };
    let mut cluster = Cluster::new(config);
    cluster.elect(0);
    cluster.timer(1, TimerKind::Election);
    cluster.lose_all();
    cluster.ask(0, Request::Confirm);
    cluster.deliver_all();
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    assert_eq!(cluster.replica(0).promised(), ballot(1, 0), "replica 1 misses nobody");
    let read = cluster.ask(2, Request::Confirm);
    assert_eq!(answer(&cluster, read), Some(Response::NotLeader { leader: Some(NodeId(0)) }));
}

#[test]
fn without_reads_there_is_no_room_for_one() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    let read = cluster.ask(0, Request::Confirm);
    assert_eq!(answer(&cluster, read), Some(Response::Full));
}
