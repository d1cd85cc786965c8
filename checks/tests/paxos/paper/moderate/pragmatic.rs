//! Section 4: state reduction, garbage collection, disks, collocation, and read-only commands.

use super::super::runs::{Ledgers, Run, in_every_step};
use crate::cluster::{Cluster, ballot, bare, command, entry};
use crate::servers::{add, done, small};
use quorate_core::batch::Batch;
use quorate_core::paxos::server::{Config, Request, Response};
use quorate_core::paxos::{Message, Slot, TimerKind};
use quorate_machine::NodeId;

/// Has replica 2 accept this, from its proposer.
fn vote(cluster: &mut Cluster, round: u64, node: u16, value: u32) {
    let values = Batch::one(command(value));
    let ballot = ballot(round, node);
    let accept = Message::Accept { ballot, floor: Slot(0), first: Slot(0), values, chosen: Slot(0) };
    cluster.deliver((NodeId(node), NodeId(2), accept));
    cluster.lose_all();
}

/// What replica 2 answers to a prepare request of replica 1, for every slot.
fn report(cluster: &mut Cluster, round: u64) -> Option<Message<u32>> {
    let request = Message::Prepare { ballot: ballot(round, 1), from: Slot(0) };
    cluster.deliver((NodeId(1), NodeId(2), request));
    cluster.network.pop_front().map(|(.., message)| message)
}

#[test]
fn an_acceptor_keeps_one_vote_for_each_slot() {
    let mut cluster = Cluster::new(bare());
    for round in 1..20 {
        vote(&mut cluster, round, 0, round as u32);
    }
    assert_eq!(cluster.disk(2).log.iter_from(0).count(), 1);
    let accepted = vec![Some(entry(ballot(19, 0), command(19)))];
    let promise =
        Message::Promise { ballot: ballot(20, 1), chosen: Slot(0), first: Slot(0), accepted, more: false };
    assert_eq!(report(&mut cluster, 20), Some(promise));
}

#[test]
fn a_scout_asks_for_undecided_slots_only() {
    let mut cluster = Cluster::new(crate::cluster::telling());
    cluster.elect(0);
    cluster.submit_all(0, 0..6);
    cluster.deliver_all();
    cluster.elect(1);
    let asked = cluster.sent.iter().filter_map(|(from, _, message)| match message {
        Message::Prepare { from: first, .. } if from.0 == 1 => Some(*first),
        _ => None,
    });
    assert_eq!(asked.collect::<Vec<_>>(), [Slot(6); 2]);
    let told = cluster.sent.iter().filter_map(|(_, to, message)| match message {
        Message::Promise { accepted, .. } if to.0 == 1 => Some(accepted.len()),
        _ => None,
    });
    assert_eq!(told.sum::<usize>(), 0);
}

#[test]
fn nothing_is_collected_that_is_not_performed_and_on_disk() {
    let watch = |run: &Run| {
        for node in (0..3).filter(|node| run.cluster.is_up(*node)) {
            let (disk, server) = (&run.cluster.disks[usize::from(node)], run.cluster.server(node));
            let (collected, kept) = (disk.log.offset(), disk.snapshot_upto());
            let performed = server.applied();
            assert!(collected <= kept.0, "seed {}: server {node} collected {collected} of {kept}", run.seed);
            assert!(kept <= performed, "seed {}: server {node} performed {performed} of {kept}", run.seed);
        }
    };
    in_every_step(watch, |_| {});
}

#[test]
fn a_collected_slot_is_not_reported_as_empty() {
    let mut cluster = Ledgers::new(Config { compact_every: 8, ..small() });
    cluster.elect(0);
    cluster.crash(2, 0);
    (0..8).for_each(|number| assert_eq!(cluster.answer(0, add(0, number, 1)), done(number)));
    cluster.capture_all(1);
    assert_eq!(cluster.disks[1].log.offset(), 8);
    cluster.crash(0, 0);
    cluster.restart(2);
    cluster.timer(2, TimerKind::Election);
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_where(|(_, to, _)| to.0 == 1);
    let answers: Vec<_> = cluster.network.iter().filter(|(from, ..)| from.0 == 1).collect();
    assert!(
        !answers.is_empty() && answers.iter().all(|(.., m)| matches!(m, Message::Snapshot { .. })),
        "{answers:?}"
    );
    cluster.deliver_all();
    cluster.elect(2);
    assert_eq!(cluster.answer(2, add(0, 8, 1)), done(8), "all eight are there");
}

#[test]
fn an_acceptor_recovers_its_ballot_and_its_votes() {
    let mut cluster = Cluster::new(bare());
    vote(&mut cluster, 3, 0, 7);
    report(&mut cluster, 5);
    cluster.crash(2, 0);
    cluster.restart(2);
    assert_eq!(cluster.replica(2).promised(), ballot(5, 1));
    vote(&mut cluster, 4, 0, 8);
    assert_eq!(cluster.disk(2).entry(Slot(0)), Some(entry(ballot(3, 0), command(7))));
}

#[test]
fn a_leader_hears_its_own_acceptor_without_the_network() {
    let mut cluster = Cluster::new(bare());
    cluster.elect_among(0, &[0, 1]);
    cluster.lose_all();
    cluster.submit(0, 1);
    cluster.deliver_among(&[0, 1]);
    assert_eq!(cluster.replica(0).chosen(), Slot(1), "its own vote, and one more of three");
    assert!(cluster.sent.iter().all(|(from, to, _)| from != to));
}

#[test]
fn a_replica_names_the_active_leader() {
    let mut cluster = Ledgers::new(small());
    for leader in [1, 0] {
        cluster.elect(leader);
        let hint = Response::NotLeader { leader: Some(NodeId(leader)) };
        assert_eq!(cluster.answer(2, add(0, 0, 5)), hint);
    }
}

#[test]
fn a_read_takes_no_slot_and_asks_a_majority() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.answer(0, add(0, 0, 5));
    let read = cluster.ask(0, Request::Read { query: () });
    assert_eq!(cluster.reply(read), None);
    cluster.deliver_all();
    assert_eq!(cluster.reply(read), Some(&Response::Answer { answer: 5, index: Slot(1) }));
    assert_eq!(cluster.server(0).replica().proposed(), Some((Slot(0), Slot(1))));
}

#[test]
fn a_read_waits_for_what_may_have_been_decided() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.ask(0, add(0, 0, 5));
    cluster.deliver_where(|(_, to, message)| to.0 == 1 && matches!(message, Message::Accept { .. }));
    cluster.lose_all();
    // Servers 0 and 1 have accepted it: whether it was decided, server 1 cannot know.
    cluster.promise(1, 2);
    let read = cluster.ask(1, Request::Read { query: () });
    cluster.deliver_where(|(.., message)| matches!(message, Message::Probe { .. } | Message::Alive { .. }));
    assert_eq!(cluster.reply(read), None);
    cluster.deliver_all();
    assert_eq!(cluster.reply(read), Some(&Response::Answer { answer: 5, index: Slot(1) }));
}
