//! Sections 2.2 to 2.4: acceptors, commanders, scouts and leaders.

use super::super::history::{History, in_every_execution};
use crate::cluster::{Cluster, ballot, bare, command, commands, telling};
use quorate_core::batch::Batch;
use quorate_core::paxos::{
    Ballot, Config, Durable, Message, Response, Slot, Standing, TimerKind, Value, Write,
};
use quorate_machine::NodeId;
use std::collections::{BTreeMap, BTreeSet};

/// Goes through the records of each disk, oldest first, and shows the disk before and after each.
fn in_every_record(claim: impl Fn(u64, &Durable<u32>, &Write<u32>, &Durable<u32>)) {
    in_every_execution(|history| {
        for node in 0..3 {
            let mut disk = Durable::default();
            for (_, write) in history.cluster.written.iter().filter(|(on, _)| *on == node) {
                let before = disk.clone();
                disk.apply(write);
                claim(history.seed, &before, write, &disk);
            }
        }
    });
}

#[test]
fn an_acceptor_adopts_increasing_ballots_only() {
    in_every_record(|seed, before, write, _| {
        if let Write::Promise(ballot) = write {
            assert!(*ballot > before.promised, "seed {seed}: {ballot} after {}", before.promised);
        }
    });
}

#[test]
fn an_acceptor_accepts_at_its_ballot_only() {
    in_every_record(|seed, _, write, after| {
        if let Write::Accept { ballot, .. } = write {
            assert_eq!(*ballot, after.promised, "seed {seed}");
        }
    });
}

#[test]
fn an_acceptor_forgets_no_vote() {
    in_every_record(|seed, before, write, after| {
        for slot in (before.chosen.0..before.end().0).map(Slot) {
            let (voted, votes) = (before.vote(slot), after.vote(slot));
            // What was learned to be chosen takes the place of a vote for something else.
            let is_settled = slot < after.chosen;
            assert!(voted <= votes || is_settled, "seed {seed}: slot {slot} at {voted:?}, then {write:?}");
        }
    });
}

/// Of what was accepted or proposed for one slot at one ballot there is one command.
fn is_one_command(seed: u64, proposals: impl Iterator<Item = (Slot, Ballot, Value<u32>)>) {
    let mut commands = BTreeMap::new();
    for (slot, ballot, value) in proposals {
        let first = commands.entry((slot, ballot)).or_insert_with(|| value.clone());
        assert_eq!(*first, value, "seed {seed}: slot {slot} at {ballot}");
    }
}

/// What a majority accepted is what is accepted or proposed at any higher ballot.
fn follows_the_majority(history: &History, proposals: &BTreeSet<(Slot, Ballot, Value<u32>)>) {
    for (slot, ballot, value) in history.chosen() {
        for (_, higher, other) in proposals.iter().filter(|(at, higher, _)| *at == slot && *higher > ballot) {
            assert_eq!(*other, value, "seed {}: slot {slot} at {ballot} and {higher}", history.seed);
        }
    }
}

fn accepted(history: &History) -> BTreeSet<(Slot, Ballot, Value<u32>)> {
    history.accepted().into_iter().map(|(slot, ballot, _, value)| (slot, ballot, value)).collect()
}

#[test]
fn one_ballot_and_slot_have_one_command_on_all_acceptors() {
    in_every_execution(|history| is_one_command(history.seed, accepted(history).into_iter()));
}

#[test]
fn nothing_else_is_accepted_above_what_a_majority_accepted() {
    in_every_execution(|history| follows_the_majority(history, &accepted(history)));
}

#[test]
fn one_command_at_most_is_proposed_for_a_ballot_and_slot() {
    in_every_execution(|history| is_one_command(history.seed, history.issued().into_iter()));
}

#[test]
fn nothing_else_is_proposed_above_what_a_majority_accepted() {
    in_every_execution(|history| follows_the_majority(history, &history.issued()));
}

fn accept(ballot: Ballot, first: u64, value: u32) -> Message<u32> {
    let values = Batch::one(command(value));
    Message::Accept { ballot, floor: Slot(0), first: Slot(first), values, chosen: Slot(0) }
}

#[test]
fn an_acceptor_answers_a_lower_ballot_with_its_own() {
    let mut cluster = Cluster::new(Config { rejects: true, ..bare() });
    let own = ballot(5, 1);
    cluster.deliver((NodeId(1), NodeId(2), Message::Prepare { ballot: own, from: Slot(0) }));
    cluster.lose_all();
    for lower in [Message::Prepare { ballot: ballot(4, 0), from: Slot(0) }, accept(ballot(4, 0), 0, 7)] {
        cluster.deliver((NodeId(0), NodeId(2), lower));
        let answer = cluster.network.pop_front();
        assert_eq!(answer, Some((NodeId(2), NodeId(0), Message::Reject { promised: own })));
    }
}

#[test]
fn a_commander_waits_for_a_majority_and_tells_every_replica() {
    let mut cluster = Cluster::new(Config { commit_messages: true, ..Config::bare(5, 8) });
    cluster.elect(0);
    cluster.submit(0, 1);
    cluster.deliver_where(|(from, to, _)| [from.0, to.0].iter().all(|node| [0, 1].contains(node)));
    assert!(cluster.learned.iter().all(Vec::is_empty), "two of five");
    cluster.deliver_all();
    assert_eq!(cluster.learned, vec![commands([1]); 5]);
}

#[test]
fn a_commander_that_hears_of_a_higher_ballot_turns_its_leader_passive() {
    let mut cluster = Cluster::new(Config { rejects: true, ..bare() });
    cluster.elect(0);
    cluster.elect_among(1, &[1, 2]);
    cluster.lose_all();
    cluster.submit(0, 1);
    cluster.deliver_all();
    assert_eq!(cluster.replica(0).standing(), Standing::Follower);
    assert_eq!(cluster.submit(0, 2), Response::NotLeader { leader: Some(NodeId(1)) });
}

/// Replicas 3 and 4 of five accepted these at slots 0 and 1; replica 2 asks them.
fn gathered(at_three: [(Ballot, u32); 2], at_four: [(Ballot, u32); 2]) -> Vec<Value<u32>> {
    let mut cluster = Cluster::new(Config::bare(5, 8));
    for (node, proposals) in [(3, at_three), (4, at_four)] {
        for (slot, (ballot, value)) in (0..).zip(proposals) {
            cluster.deliver((ballot.node, NodeId(node), accept(ballot, slot, value)));
        }
    }
    cluster.lose_all();
    (0..6).for_each(|_| cluster.timer(2, TimerKind::Election));
    cluster.elect_among(2, &[2, 3, 4]);
    let proposed = cluster.sent.iter().filter_map(|(_, to, message)| match message {
        Message::Accept { values, .. } if to.0 == 0 => Some(values.to_vec()),
        _ => None,
    });
    proposed.flatten().collect()
}

#[test]
fn a_scout_gathers_what_a_majority_accepted() {
    let one = ballot(1, 0);
    assert_eq!(gathered([(one, 10), (one, 11)], [(one, 10), (one, 11)]), commands([10, 11]));
}

#[test]
fn each_slot_has_its_own_highest_ballot() {
    let (low, middle, high) = (ballot(1, 0), ballot(2, 1), ballot(3, 0));
    assert_eq!(gathered([(low, 10), (high, 11)], [(middle, 20), (middle, 21)]), commands([20, 11]));
    assert_eq!(gathered([(low, 10), (low, 11)], [(middle, 20), (high, 21)]), commands([20, 21]));
}

#[test]
fn a_scout_that_hears_of_a_higher_ballot_gives_up() {
    let mut cluster = Cluster::new(Config { rejects: true, ..bare() });
    cluster.deliver((NodeId(1), NodeId(2), Message::Prepare { ballot: ballot(5, 1), from: Slot(0) }));
    cluster.lose_all();
    cluster.timer(0, TimerKind::Election);
    assert_eq!(cluster.replica(0).standing(), Standing::Candidate);
    cluster.deliver_among(&[0, 2]);
    assert_eq!(cluster.replica(0).standing(), Standing::Follower);
}

#[test]
fn a_passive_leader_proposes_nothing() {
    let mut cluster = Cluster::new(bare());
    let is_proposal = |(.., message): &crate::cluster::Letter| matches!(message, Message::Accept { .. });
    cluster.submit(0, 1);
    cluster.timer(0, TimerKind::Election);
    assert_eq!(cluster.submit(0, 2), Response::NotLeader { leader: None });
    cluster.deliver_all();
    assert!(!cluster.sent.iter().any(is_proposal), "nor when it turns active");
}

#[test]
fn an_active_leader_proposes_at_once() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    assert_eq!(cluster.submit(0, 1), Response::Queued { slot: Slot(0) });
    let proposed = |to| (NodeId(0), NodeId(to), accept(ballot(1, 0), 0, 1));
    assert_eq!(cluster.network, [proposed(1), proposed(2)]);
}

#[test]
fn a_preempted_leader_exceeds_the_ballot_that_preempted_it() {
    let mut cluster = Cluster::new(Config { rejects: true, ..bare() });
    cluster.elect(0);
    let preempting = ballot(7, 1);
    cluster.deliver((NodeId(1), NodeId(0), Message::Reject { promised: preempting }));
    assert_eq!(cluster.replica(0).standing(), Standing::Follower);
    cluster.elect(0);
    assert_eq!(cluster.replica(0).promised(), ballot(8, 0));
}

#[test]
fn a_leader_gives_each_request_a_slot_of_its_own() {
    let mut cluster = Cluster::new(telling());
    cluster.elect(0);
    let slots: Vec<_> = (0..8).map(|_| cluster.submit(0, 5)).collect();
    assert_eq!(slots, (0..8).map(|slot| Response::Queued { slot: Slot(slot) }).collect::<Vec<_>>());
    cluster.deliver_all();
    assert_eq!(
        cluster.learned[1],
        commands([5; 8]),
        "equal ones too: to the log they are different requests"
    );
}

#[test]
fn a_preempted_leader_waits_before_it_competes() {
    let mut cluster = Cluster::new(Config { rejects: true, heartbeats: true, ..bare() });
    cluster.elect(0);
    cluster.elect_among(1, &[1, 2]);
    cluster.lose_all();
    let asked = |cluster: &Cluster| {
        let is_his = |(from, _, message): &&crate::cluster::Letter| {
            from.0 == 0 && matches!(message, Message::Prepare { .. })
        };
        cluster.sent.iter().filter(is_his).count()
    };
    let before = asked(&cluster);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.replica(0).standing(), Standing::Follower);
    assert_eq!(asked(&cluster), before, "not before its timer runs out");
    assert!(cluster.driver(0).armed().contains(&TimerKind::Election));
    for _ in 0..3 {
        cluster.timer(1, TimerKind::Heartbeat);
        cluster.deliver_all();
    }
    assert_eq!((asked(&cluster), cluster.replica(1).standing()), (before, Standing::Leader));
}
