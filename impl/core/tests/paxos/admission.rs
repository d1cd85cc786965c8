//! A replica votes only with the first disk that it ever had.

use crate::cluster::{Cluster, Letter, ballot, command, commands, telling};
use quorate_core::paxos::{
    Config, Durable, Message, Replica, Request, Response, Slot, Standing, TimerKind, Write,
};
use quorate_core::quorum::Quorums;
use quorate_machine::NodeId;

/// Replicas with new disks, with epochs 10, 11, …; none has heard of another.
fn fresh(config: Config) -> Cluster {
    Cluster::on(config, (0..config.replicas).map(|node| Durable::blank(10 + u64::from(node))).collect())
}

/// Replicas with new disks that are admitted.
fn admitted(config: Config) -> Cluster {
    let mut cluster = fresh(config);
    cluster.deliver_all();
    assert_eq!(cluster.admitted.len(), usize::from(config.replicas), "everybody is admitted");
    cluster
}

fn of(replicas: u16) -> Config {
    Config { replicas, quorums: Quorums::majority(replicas), rejects: true, reads: 2, ..telling() }
}

/// The memory of replica 1 is gone, and its disk: it has a new one.
fn wipe(cluster: &mut Cluster, disk: Durable<u32>) {
    cluster.crash(1, 0);
    cluster.disks[1] = disk;
    cluster.restart(1);
}

/// What one replica says to another.
fn said(cluster: &Cluster, from: u16, wanted: impl Fn(&Message<u32>) -> bool) -> usize {
    cluster.sent.iter().filter(|(by, _, message)| by.0 == from && wanted(message)).count()
}

fn is_introduction((_, _, message): &Letter) -> bool {
    matches!(message, Message::Introduce { .. } | Message::Known { .. })
}

/// The fault from the field: replicas 0 and 1 choose a value, replica 1 comes back with an empty disk, and replica 2 leads
/// with it.
#[test]
fn a_replica_that_lost_its_disk_does_not_choose_a_slot_a_second_time() {
    let mut cluster = admitted(of(3));
    cluster.elect_among(0, &[0, 1]);
    cluster.submit(0, 7);
    cluster.deliver_among(&[0, 1]);
    assert_eq!(cluster.learned[0], commands([7]));
    cluster.lose_all();
    wipe(&mut cluster, Durable::blank(99));
    cluster.deliver_among(&[1, 2]);
    assert_eq!(cluster.refused, [(1, 2, 11)], "replica 2 knows its first disk, and says so");
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_among(&[1, 2]);
    assert_eq!(cluster.replica(2).standing(), Standing::Candidate, "its own promise is no quorum");
    cluster.lose_all();
    // With replica 0 it is one, and finds what was chosen.
    cluster.elect_among(2, &[0, 2]);
    cluster.submit(2, 8);
    cluster.deliver_all();
    assert_eq!(cluster.learned, vec![commands([7, 8]); 3], "the newcomer learns");
    assert!(!cluster.replica(1).is_admitted());
}

/// The same on disks that do not keep track of their epochs: this is the fault.
#[test]
fn without_an_epoch_a_lost_disk_goes_unnoticed() {
    let mut cluster = Cluster::new(of(3));
    cluster.elect_among(0, &[0, 1]);
    cluster.submit(0, 7);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    wipe(&mut cluster, Durable::default());
    cluster.elect_among(2, &[1, 2]);
    cluster.submit(2, 8);
    assert_eq!(cluster.replica(2).durable().entry(Slot(0)).map(|held| held.value), Some(command(8)));
}

#[test]
fn new_replicas_admit_each_other_and_none_votes_before() {
    for replicas in [3, 5] {
        let mut cluster = fresh(of(replicas));
        cluster.deliver_where(|letter| !is_introduction(letter));
        cluster.deliver((NodeId(1), NodeId(0), Message::Prepare { ballot: ballot(1, 1), from: Slot(0) }));
        assert_eq!(said(&cluster, 0, |message| matches!(message, Message::Promise { .. })), 0);
        cluster.timer(0, TimerKind::Election);
        assert_eq!(cluster.replica(0).standing(), Standing::Follower, "it does not campaign");
        assert!(matches!(cluster.submit(0, 1), Response::NotLeader { .. }));
        cluster.deliver_all();
        assert_eq!(cluster.admitted.len(), usize::from(replicas));
        cluster.elect(0);
        cluster.submit(0, 1);
        cluster.deliver_all();
        assert_eq!(cluster.learned, vec![commands([1]); usize::from(replicas)]);
    }
}

#[test]
fn a_majority_of_the_others_is_what_it_takes() {
    for (replicas, wanted) in [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (7, 4)] {
        let mut cluster = fresh(of(replicas));
        cluster.lose_all();
        for node in 1..replicas {
            let is_enough = node > wanted;
            assert_eq!(
                cluster.replica(0).is_admitted(),
                is_enough,
                "{replicas} replicas, {} know it",
                node - 1
            );
            // The same answer twice counts once.
            for _ in 0..2 {
                cluster.deliver((NodeId(node), NodeId(0), Message::Known { epoch: 10 }));
            }
        }
        assert!(cluster.replica(0).is_admitted(), "of {replicas} all know it");
    }
}

/// Everything that stands for a vote is held back, and everything that learns or teaches goes on.
#[test]
fn who_is_not_admitted_learns_and_teaches_and_does_nothing_else() {
    let mut cluster = admitted(Config { pre_vote: true, ..of(3) });
    cluster.elect(0);
    cluster.submit_all(0, [1, 2]);
    cluster.deliver_all();
    wipe(&mut cluster, Durable::blank(99));
    cluster.deliver_all();
    assert!(cluster.learned[1].is_empty(), "nobody told it yet");
    cluster.submit(0, 3);
    cluster.deliver_all();
    assert_eq!(cluster.learned[1], commands([1, 2, 3]), "told what is chosen, it asks for what it missed");
    let before = cluster.sent.len();
    let disk = cluster.disk(1).clone();
    let high = ballot(9, 2);
    let asked = [
        Message::Prepare { ballot: high, from: Slot(3) },
        Message::PreVote { ballot: high, from: Slot(3) },
        Message::Probe { ballot: high, round: 1 },
        Message::TimeoutNow { ballot: high },
        Message::Accept {
            ballot: high,
            floor: Slot(3),
            first: Slot(3),
            values: commands([4]).into(),
            chosen: Slot(3),
        },
    ];
    for message in asked {
        cluster.deliver((NodeId(2), NodeId(1), message));
    }
    assert_eq!(cluster.sent.len(), before, "it says nothing");
    assert_eq!(*cluster.disk(1), disk, "and writes nothing");
    cluster.timer(1, TimerKind::Election);
    let new: Vec<_> = cluster.sent[before..].iter().map(|(.., message)| message.clone()).collect();
    assert_eq!(new, vec![Message::Introduce { epoch: 99 }; 2], "it asks once more to be admitted");
    cluster.lose_all();
    cluster.deliver((NodeId(2), NodeId(1), Message::CatchUp { from: Slot(0) }));
    assert_eq!(said(&cluster, 1, |message| matches!(message, Message::Learn { .. })), 1, "it teaches");
}

/// What was heard of a disk is on disk before anybody hears of it, survives a crash, and is never replaced.
#[test]
fn the_first_epoch_is_on_disk_before_it_is_answered() {
    let mut cluster = fresh(of(3));
    cluster.lose_all();
    cluster.sync_at_once = false;
    cluster.deliver((NodeId(1), NodeId(0), Message::Introduce { epoch: 11 }));
    assert_eq!(said(&cluster, 0, |message| matches!(message, Message::Known { .. })), 0);
    cluster.crash(0, 0);
    cluster.restart(0);
    cluster.sync_at_once = true;
    cluster.deliver((NodeId(1), NodeId(0), Message::Introduce { epoch: 12 }));
    cluster.deliver((NodeId(1), NodeId(0), Message::Introduce { epoch: 13 }));
    assert_eq!(cluster.disk(0).known, [(NodeId(1), 12)].into());
    assert_eq!(said(&cluster, 0, |message| *message == Message::Known { epoch: 12 }), 2, "the first is told");
    let again = Write::Known { node: NodeId(1), epoch: 14 };
    let mut disk = cluster.disk(0).clone();
    disk.apply(&again);
    assert_eq!(disk, *cluster.disk(0));
}

#[test]
fn to_be_admitted_lasts_over_restarts_and_belongs_to_one_disk() {
    let mut cluster = admitted(of(3));
    cluster.crash(1, 0);
    cluster.restart(1);
    assert!(cluster.replica(1).is_admitted());
    let before = cluster.sent.len();
    assert_eq!(cluster.sent.len(), before, "it need not ask again");
    let mut other: Durable<u32> = Durable::blank(99);
    other.apply(&Write::Admitted(11));
    assert!(!other.may_vote(), "the record is of another disk");
}

/// A read counts who still follows its leader: an empty disk follows nobody.
#[test]
fn a_read_is_not_confirmed_by_a_replica_that_lost_its_disk() {
    let mut cluster = admitted(of(3));
    cluster.elect(0);
    wipe(&mut cluster, Durable::blank(99));
    cluster.deliver_all();
    let read = cluster.ask(0, Request::Confirm);
    cluster.deliver_among(&[0, 1]);
    assert_eq!(cluster.replies.get(&read), None);
    cluster.deliver_all();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.timer(0, TimerKind::Resend);
    cluster.deliver_all();
    assert!(matches!(cluster.replies.get(&read), Some(Response::Confirmed { .. })), "replica 2 confirms it");
}

/// Nobody had voted with the first disk, and a majority never heard of it.
#[test]
fn a_disk_that_few_heard_of_may_be_replaced_before_it_votes() {
    let mut cluster = fresh(of(5));
    cluster.deliver_where(|letter| letter.0 != NodeId(1) && letter.1 != NodeId(1));
    cluster.deliver((NodeId(1), NodeId(0), Message::Introduce { epoch: 11 }));
    cluster.lose_all();
    wipe(&mut cluster, Durable::blank(99));
    cluster.deliver_all();
    assert_eq!(cluster.refused, [(1, 0, 11)]);
    assert!(cluster.replica(1).is_admitted(), "three of four others know this one as the first");
    let _: &Replica<u32> = cluster.replica(1);
}
