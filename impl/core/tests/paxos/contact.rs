//! A leader that no quorum answers steps down, and one that is answered goes on.

use crate::cluster::{Cluster, Letter, commands, telling};
use quorate_core::paxos::{Config, ConfigError, Message, Request, Response, Standing, TimerKind};

fn checked(replicas: u16) -> Config {
    Config {
        pre_vote: true,
        heartbeats: true,
        rejects: true,
        quorum_check: true,
        reads: 4,
        ..Config { replicas, quorums: quorate_core::quorum::Quorums::majority(replicas), ..telling() }
    }
}

/// A period of the leader's election timer: a few heartbeats, and then it fires.
fn period(cluster: &mut Cluster, leader: u16, arrives: impl Fn(&Letter) -> bool) {
    for _ in 0..3 {
        cluster.timer(leader, TimerKind::Heartbeat);
        cluster.deliver_where(&arrives);
        cluster.lose_all();
    }
    cluster.timer(leader, TimerKind::Election);
}

/// Some links, each in both directions.
fn links(links: &'static [(u16, u16)]) -> impl Fn(&Letter) -> bool {
    |(from, to, _)| links.contains(&(from.0, to.0)) || links.contains(&(to.0, from.0))
}

#[test]
fn where_links_are_partial_a_leader_without_a_quorum_makes_way_for_one_that_has_it() {
    let mut cluster = Cluster::new(checked(5));
    cluster.elect(0);
    let arrives = links(&[(0, 1), (1, 2), (1, 3), (2, 3)]);
    let waiting = cluster.submit(0, 7);
    assert!(matches!(waiting, Response::Queued { .. }));
    cluster.lose_all();
    (0..2).for_each(|_| period(&mut cluster, 0, &arrives));
    assert_eq!(cluster.replica(0).standing(), Standing::Follower, "it hears replica 1 and nobody else");
    assert_eq!(cluster.replica(0).leader(), None, "and claims nothing");
    // Nobody hears of a leader now, and replica 1 is the one that reaches a quorum.
    [2, 3].into_iter().for_each(|node| cluster.timer(node, TimerKind::Election));
    cluster.lose_all();
    cluster.timer(1, TimerKind::Election);
    cluster.deliver_where(&arrives);
    assert_eq!(cluster.replica(1).standing(), Standing::Leader);
    cluster.submit(1, 8);
    cluster.deliver_where(&arrives);
    assert_eq!(cluster.learned[2].last(), commands([8]).last());
    (0..3).for_each(|_| period(&mut cluster, 1, &arrives));
    assert_eq!(cluster.replica(1).standing(), Standing::Leader, "it hears a quorum of four");
}

#[test]
fn without_the_check_it_leads_for_ever_and_nobody_else_does() {
    let mut cluster = Cluster::new(Config { quorum_check: false, ..checked(5) });
    cluster.elect(0);
    let arrives = links(&[(0, 1), (1, 2), (1, 3), (2, 3)]);
    for _ in 0..10 {
        period(&mut cluster, 0, &arrives);
        [2, 3, 4].into_iter().for_each(|node| cluster.timer(node, TimerKind::Election));
        cluster.deliver_where(&arrives);
        cluster.lose_all();
    }
    assert_eq!(cluster.replica(0).standing(), Standing::Leader);
    assert!((1..5).all(|node| cluster.replica(node).standing() != Standing::Leader));
    cluster.submit(0, 7);
    cluster.deliver_where(&arrives);
    assert!(cluster.learned[0].is_empty(), "and nothing is chosen");
}

#[test]
fn a_leader_that_can_only_send_steps_down_and_tells_who_waits() {
    let mut cluster = Cluster::new(checked(3));
    cluster.elect(0);
    let read = cluster.ask(0, Request::Confirm);
    (0..2).for_each(|_| period(&mut cluster, 0, |(_, to, _)| to.0 != 0));
    assert_eq!(cluster.replica(0).standing(), Standing::Follower);
    assert_eq!(cluster.replies.get(&read), Some(&Response::NotLeader { leader: None }));
    assert_eq!(cluster.submit(0, 1), Response::NotLeader { leader: None });
    // What it says now keeps nobody from electing another.
    cluster.timer(2, TimerKind::Election);
    cluster.lose_all();
    [0, 1].into_iter().for_each(|node| cluster.timer(node, TimerKind::Election));
    cluster.deliver_where(|(_, to, _)| to.0 != 0);
    assert_eq!(cluster.replica(1).standing(), Standing::Leader);
}

#[test]
fn a_leader_that_is_answered_leads_on_and_says_one_word_to_each_in_a_period() {
    let mut cluster = Cluster::new(checked(3));
    cluster.elect(0);
    (0..5).for_each(|_| period(&mut cluster, 0, |_| true));
    assert_eq!(cluster.replica(0).standing(), Standing::Leader);
    let before = cluster.sent.len();
    period(&mut cluster, 0, |_| true);
    let said = &cluster.sent[before..];
    let count = |is: fn(&Message<u32>) -> bool| said.iter().filter(|(.., message)| is(message)).count();
    assert_eq!(count(|m| matches!(m, Message::Commit { .. })), 6, "three heartbeats to two others");
    assert_eq!(count(|m| matches!(m, Message::Probe { round: 0, .. })), 2, "one word to each");
    assert_eq!(count(|m| matches!(m, Message::Alive { round: 0, .. })), 2, "and its answer");
    assert_eq!(said.len(), 10);
}

#[test]
fn votes_are_answers_so_a_busy_leader_probes_nobody() {
    let mut cluster = Cluster::new(checked(3));
    cluster.elect(0);
    period(&mut cluster, 0, |_| true);
    let before = cluster.sent.len();
    for command in 0..5 {
        cluster.submit(0, command);
        cluster.deliver_all();
        period(&mut cluster, 0, |(.., message)| !matches!(message, Message::Probe { .. }));
    }
    assert_eq!(cluster.replica(0).standing(), Standing::Leader);
    assert!(!cluster.sent[before..].iter().any(|(.., message)| matches!(message, Message::Probe { .. })));
}

#[test]
fn answers_of_an_earlier_period_or_ballot_do_not_count() {
    let mut cluster = Cluster::new(checked(3));
    cluster.elect(0);
    period(&mut cluster, 0, |_| true);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(_, to, _)| to.0 != 0);
    let answers = std::mem::take(&mut cluster.network);
    assert!(!answers.is_empty());
    cluster.elect_among(1, &[1, 2]);
    cluster.lose_all();
    cluster.timer(1, TimerKind::Heartbeat);
    cluster.deliver_all();
    cluster.elect(0);
    period(&mut cluster, 0, |_| true);
    answers.into_iter().for_each(|answer| cluster.deliver(answer));
    period(&mut cluster, 0, |(_, to, _)| to.0 != 0);
    assert_eq!(cluster.replica(0).standing(), Standing::Follower, "they answer another ballot");
}

#[test]
fn a_lone_replica_is_its_own_quorum() {
    let mut cluster = Cluster::new(checked(1));
    cluster.elect(0);
    (0..3).for_each(|_| period(&mut cluster, 0, |_| true));
    assert_eq!(cluster.replica(0).standing(), Standing::Leader);
}

#[test]
fn a_check_of_leaders_that_say_nothing_is_refused() {
    assert_eq!(Config { heartbeats: false, ..checked(3) }.validate(), Err(ConfigError::SilentLeader));
    assert_eq!(checked(3).validate(), Ok(()));
}
