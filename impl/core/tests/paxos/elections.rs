//! Who campaigns, and who had better not.

use crate::cluster::{Cluster, ballot, bare, commands, telling};
use quorate_core::paxos::{Config, Message, Slot, Standing, TimerKind};
use quorate_machine::NodeId;

fn polite() -> Config {
    Config { pre_vote: true, heartbeats: true, rejects: true, ..telling() }
}

#[test]
fn who_returns_does_not_depose_a_leader_who_is_well() {
    let mut cluster = Cluster::new(polite());
    cluster.elect(0);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    (0..5).for_each(|_| cluster.timer(2, TimerKind::Election));
    cluster.deliver_all();
    assert_eq!(cluster.replica(0).standing(), Standing::Leader);
    assert_eq!(cluster.replica(0).promised(), ballot(1, 0));
    assert_eq!(cluster.replica(2).promised(), ballot(1, 0), "it has promised nothing, not even to itself");
    assert_eq!(cluster.unsynced(2), 0);
    cluster.submit(0, 1);
    cluster.deliver_all();
    assert_eq!(cluster.learned, vec![commands([1]); 3]);
}

#[test]
fn a_leader_that_died_is_succeeded_once_a_quorum_misses_it() {
    let mut cluster = Cluster::new(polite());
    cluster.elect(0);
    cluster.submit(0, 1);
    cluster.deliver_all();
    cluster.crash(0, 0);
    cluster.timer(1, TimerKind::Election);
    cluster.deliver_all();
    assert_eq!(cluster.replica(1).standing(), Standing::Follower, "replica 2 has not missed it yet");
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    assert_eq!(cluster.replica(2).standing(), Standing::Leader);
    cluster.submit(2, 2);
    cluster.deliver_all();
    assert_eq!(cluster.learned[1], commands([1, 2]));
}

#[test]
fn one_that_was_granted_and_hears_of_the_leader_lets_it_be() {
    let mut cluster = Cluster::new(polite());
    cluster.elect(0);
    cluster.timer(1, TimerKind::Election);
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_where(|(.., m)| matches!(m, Message::PreVote { .. }));
    let grants = cluster.network.clone();
    cluster.lose_all();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    grants.into_iter().for_each(|grant| cluster.deliver(grant));
    assert_eq!(cluster.replica(1).standing(), Standing::Follower);
    assert_eq!(cluster.replica(2).standing(), Standing::Follower);
}

#[test]
fn a_grant_of_a_ballot_that_is_too_low_by_now_makes_no_higher_one() {
    let mut cluster = Cluster::new(polite());
    cluster.timer(1, TimerKind::Election);
    cluster.lose_all();
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_where(|(_, to, m)| *to == NodeId(1) && matches!(m, Message::PreVote { .. }));
    let grants = std::mem::take(&mut cluster.network);
    assert!(grants.iter().any(|(.., m)| *m == Message::PreGrant { ballot: ballot(1, 2) }), "{grants:?}");
    // Meanwhile replica 0 is elected by replica 1, at its second attempt.
    cluster.timer(0, TimerKind::Election);
    cluster.deliver_where(|(.., m)| matches!(m, Message::PreVote { .. } | Message::PreGrant { .. }));
    cluster.lose_all();
    cluster.timer(0, TimerKind::Election);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    assert_eq!(cluster.replica(0).standing(), Standing::Leader);
    assert_eq!(cluster.replica(0).promised(), ballot(2, 0));
    // Replica 2 asks again, hears of that ballot, and only then are the old grants delivered.
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_among(&[1, 2]);
    assert_eq!(cluster.replica(2).heard(), ballot(2, 0));
    grants.into_iter().for_each(|grant| cluster.deliver(grant));
    cluster.deliver_all();
    assert_eq!(cluster.replica(2).standing(), Standing::Follower, "nobody granted it a ballot above that");
    assert_eq!(cluster.replica(0).standing(), Standing::Leader);
}

#[test]
fn a_pre_vote_below_what_was_promised_is_told_so() {
    let mut cluster = Cluster::new(polite());
    cluster.elect_among(1, &[1, 2]);
    cluster.timer(2, TimerKind::Election);
    cluster.lose_all();
    cluster.timer(0, TimerKind::Election);
    cluster.deliver_among(&[0, 2]);
    assert_eq!(
        (cluster.replica(0).standing(), cluster.replica(0).heard()),
        (Standing::Follower, ballot(1, 1))
    );
    cluster.timer(0, TimerKind::Election);
    cluster.deliver_among(&[0, 2]);
    assert_eq!(cluster.replica(0).promised(), ballot(2, 0));
    assert_eq!(cluster.replica(0).standing(), Standing::Leader);
}

#[test]
fn who_lags_too_far_is_taught_when_it_asks() {
    let mut cluster = Cluster::new(Config { chunk: 2, ..polite() });
    cluster.elect_among(0, &[0, 1]);
    cluster.submit_all(0, 0..5);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    cluster.crash(0, 0);
    cluster.timer(1, TimerKind::Election);
    cluster.lose_all();
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    let (chosen, standing) = (cluster.replica(2).chosen(), cluster.replica(2).standing());
    assert_eq!((chosen, standing), (Slot(5), Standing::Follower), "taught, and not granted");
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    assert_eq!(cluster.replica(2).standing(), Standing::Leader);
}

#[test]
fn without_pre_votes_nobody_asks() {
    let mut cluster = Cluster::new(bare());
    cluster.deliver((NodeId(1), NodeId(0), Message::PreVote { ballot: ballot(1, 1), from: Slot(0) }));
    cluster.timer(0, TimerKind::Election);
    cluster.deliver((NodeId(1), NodeId(0), Message::PreVote { ballot: ballot(5, 1), from: Slot(0) }));
    assert!(
        !cluster.sent.iter().any(|(.., m)| matches!(m, Message::PreVote { .. } | Message::PreGrant { .. }))
    );
}
