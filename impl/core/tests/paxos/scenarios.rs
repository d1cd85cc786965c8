//! The main paths, one scenario a test.

use crate::cluster::{Cluster, ballot, bare, command, commands, entry, telling};
use quorate_core::paxos::{Config, Message, Response, Slot, Standing, TimerKind, Value};
use quorate_machine::NodeId;

#[test]
fn a_campaign_wins_with_a_quorum_and_only_one_leads() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    cluster.elect(1);
    assert_eq!(cluster.replica(0).standing(), Standing::Follower);
    assert_eq!(cluster.replica(2).leader(), Some(NodeId(1)));
    assert_eq!(cluster.submit(2, 1), Response::NotLeader { leader: Some(NodeId(1)) });
}

#[test]
fn a_submitted_command_is_learned_everywhere() {
    let mut cluster = Cluster::new(telling());
    cluster.elect(0);
    assert_eq!(cluster.submit(0, 7), Response::Queued { slot: Slot(0) });
    cluster.deliver_all();
    assert_eq!(cluster.learned, vec![commands([7]); 3]);
}

#[test]
fn a_pipeline_is_chosen_in_order_and_the_next_accept_tells_the_others() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    cluster.submit_all(0, 0..5);
    cluster.deliver_all();
    assert_eq!(cluster.learned[0], commands(0..5));
    assert_eq!(cluster.learned[1], []);
    cluster.submit(0, 5);
    cluster.deliver_all();
    assert_eq!(cluster.learned[1], commands(0..5));
}

#[test]
fn accepts_out_of_order_are_acknowledged_only_up_to_the_gap() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    cluster.submit_all(0, 0..3);
    cluster
        .deliver_where(|(_, to, m)| matches!(m, Message::Accept { first, .. } if first.0 != 0 && to.0 == 1));
    assert!(!cluster.network.iter().any(|(from, ..)| from.0 == 1), "nothing contiguous to acknowledge");
    assert_eq!(cluster.replica(1).durable().end(), Slot(3), "but it is stored");
    cluster.deliver_where(|(_, to, m)| matches!(m, Message::Accept { .. } if to.0 == 1));
    let upto = |m: &Message<u32>| matches!(m, Message::Accepted { upto: Slot(3), .. });
    assert!(cluster.network.iter().any(|(from, _, m)| from.0 == 1 && upto(m)), "one answer for all three");
}

#[test]
fn a_new_leader_adopts_the_value_of_the_highest_ballot() {
    let mut cluster = Cluster::new(bare());
    cluster.elect_among(0, &[0, 1]);
    cluster.submit(0, 10);
    cluster.lose_all();
    cluster.elect_among(1, &[1, 2]);
    cluster.submit(1, 20);
    cluster.lose_all();
    assert_eq!(cluster.disk(0).entry(Slot(0)), Some(entry(ballot(1, 0), command(10))));
    assert_eq!(cluster.disk(1).entry(Slot(0)), Some(entry(ballot(2, 1), command(20))));
    cluster.crash(0, 0);
    cluster.restart(0);
    cluster.timer(0, TimerKind::Election);
    cluster.timer(0, TimerKind::Election);
    cluster.deliver_among(&[0, 1]);
    assert_eq!(cluster.learned[0], commands([20]), "not its own value, which has the lower ballot");
}

#[test]
fn a_new_leader_fills_holes_with_noops() {
    let mut cluster = Cluster::new(telling());
    cluster.elect(0);
    cluster.submit_all(0, 0..3);
    cluster
        .deliver_where(|(_, to, m)| matches!(m, Message::Accept { first, .. } if first.0 != 1 && to.0 == 1));
    cluster.crash(0, 0);
    cluster.lose_all();
    cluster.elect(1);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], [command(0), Value::Noop, command(2)]);
    assert_eq!(cluster.submit(1, 3), Response::Queued { slot: Slot(3) });
}

#[test]
fn a_replica_that_was_away_catches_up_by_log() {
    let config = Config { chunk: 2, ..telling() };
    let mut cluster = Cluster::new(config);
    cluster.elect(0);
    for n in 0..5 {
        cluster.submit(0, n);
        cluster.deliver_among(&[0, 1]);
        cluster.lose_all();
    }
    cluster.submit(0, 5);
    cluster.deliver_all();
    assert_eq!(cluster.learned, vec![commands(0..6); 3]);
}

#[test]
fn a_candidate_that_was_away_learns_from_promises() {
    let mut cluster = Cluster::new(bare());
    cluster.elect_among(0, &[0, 1]);
    cluster.submit_all(0, 0..3);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    cluster.elect(2);
    assert_eq!(cluster.learned[2], commands(0..3));
    assert_eq!(cluster.replica(2).proposed(), Some((Slot(3), Slot(3))));
}

#[test]
fn a_candidate_that_lags_too_far_is_taught_before_it_is_promised() {
    let mut cluster = Cluster::new(Config { chunk: 2, ..bare() });
    cluster.elect_among(0, &[0, 1]);
    cluster.submit_all(0, 0..5);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    cluster.crash(1, 0);
    cluster.timer(2, TimerKind::Election);
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    assert_eq!(cluster.replica(2).standing(), Standing::Candidate);
    assert_eq!(cluster.learned[2], commands(0..5));
    cluster.elect(2);
}

#[test]
fn a_restarted_replica_remembers_and_announces_again() {
    let config = Config { chosen_every: 1, ..telling() };
    let mut cluster = Cluster::new(config);
    cluster.elect(0);
    cluster.submit_all(0, 0..3);
    cluster.deliver_all();
    (0..3).for_each(|node| cluster.crash(node, 0));
    (0..3).for_each(|node| cluster.restart(node));
    assert_eq!(cluster.learned, vec![commands(0..3); 3]);
    cluster.elect(2);
    cluster.submit(2, 3);
    cluster.deliver_all();
    assert_eq!(cluster.learned, vec![commands(0..4); 3]);
}

#[test]
fn a_lost_accept_is_repeated_and_a_chosen_one_is_asked_for() {
    let config = Config { resend: true, heartbeats: true, batch: 2, queue: 8, ..bare() };
    let mut cluster = Cluster::new(config);
    cluster.elect(0);
    cluster.submit_all(0, 0..4);
    cluster.lose_all();
    cluster.timer(0, TimerKind::Resend);
    cluster.deliver_among(&[0, 1]);
    assert_eq!(cluster.learned[0], commands(0..4));
    cluster.lose_all();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.learned, vec![commands(0..4); 3]);
}

#[test]
fn commands_that_wait_travel_together() {
    let config = Config { batch: 4, queue: 8, ..telling() };
    let mut cluster = Cluster::new(config);
    cluster.elect(0);
    cluster.submit_all(0, 0..6);
    let sizes: Vec<_> =
        cluster.network.iter().filter(|(_, to, _)| to.0 == 1).map(|(.., m)| size(m)).collect();
    assert_eq!(sizes, [1, 4], "the first alone, a full batch, and one that waits");
    cluster.deliver_all();
    assert_eq!(cluster.learned, vec![commands(0..6); 3]);
}

fn size(message: &Message<u32>) -> usize {
    if let Message::Accept { values, .. } = message { values.len() } else { 0 }
}

#[test]
fn a_full_window_and_queue_push_back() {
    let config = Config { window: 2, queue: 1, ..telling() };
    let mut cluster = Cluster::new(config);
    cluster.elect(0);
    let answers: Vec<_> = (0..4).map(|n| cluster.submit(0, n)).collect();
    let queued = |slot| Response::Queued { slot: Slot(slot) };
    assert_eq!(answers, [queued(0), queued(1), queued(2), Response::Full]);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..3));
    assert_eq!(cluster.submit(0, 3), queued(3));
}

#[test]
fn a_rejected_leader_steps_down_and_overtakes() {
    let config = Config { rejects: true, ..bare() };
    let mut cluster = Cluster::new(config);
    cluster.elect(0);
    cluster.elect_among(1, &[1, 2]);
    cluster.submit(0, 1);
    cluster.deliver_where(|(_, _, m)| matches!(m, Message::Accept { .. } | Message::Reject { .. }));
    assert_eq!(cluster.replica(0).standing(), Standing::Follower);
    assert_eq!(cluster.replica(0).leader(), Some(NodeId(1)));
    assert!(cluster.driver(0).armed().contains(&TimerKind::Election));
    cluster.lose_all();
    cluster.elect(0);
    assert_eq!(cluster.replica(0).promised(), ballot(3, 0));
}

#[test]
fn nothing_is_promised_or_acknowledged_before_it_is_on_disk() {
    let mut cluster = Cluster::new(bare());
    cluster.sync_at_once = false;
    cluster.timer(0, TimerKind::Election);
    assert!(cluster.network.is_empty(), "the ballot is not on disk");
    cluster.sync(0, 2);
    cluster.deliver_all();
    assert!(cluster.network.is_empty(), "the promises are not on disk");
    assert_eq!((cluster.unsynced(1), cluster.unsynced(2)), (1, 1));
    cluster.sync(1, 1);
    cluster.deliver_all();
    cluster.submit(0, 1);
    cluster.deliver_among(&[0, 1]);
    cluster.sync(0, 1);
    assert_eq!(cluster.learned[0], [], "one vote on disk is not enough");
    cluster.sync(1, 1);
    cluster.deliver_all();
    assert_eq!(cluster.learned[0], commands([1]));
}

#[test]
fn a_ballot_of_an_earlier_life_is_never_used_again() {
    let mut cluster = Cluster::new(bare());
    cluster.sync_at_once = false;
    cluster.timer(0, TimerKind::Election);
    cluster.crash(0, 1);
    cluster.restart(0);
    cluster.timer(0, TimerKind::Election);
    assert_eq!(cluster.replica(0).promised().incarnation, 2);
}

#[test]
fn one_replica_alone_chooses() {
    let mut cluster = Cluster::new(Config::new(1));
    cluster.elect(0);
    cluster.submit_all(0, 0..3);
    assert_eq!(cluster.learned[0], commands(0..3));
}

#[test]
fn five_replicas_go_on_without_two() {
    let mut cluster = Cluster::new(Config::new(5));
    cluster.crash(3, 0);
    cluster.crash(4, 0);
    assert_eq!((0..5).filter(|node| cluster.is_up(*node)).count(), 3);
    cluster.elect(1);
    cluster.submit_all(1, 0..9);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..9));
}
