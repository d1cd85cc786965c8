//! Sections 2.1 and 2.2: what holds of every execution.

use super::history::{History, in_every_execution};
use crate::cluster::{Cluster, ballot, bare, command, commands, entry, telling};
use quorate_core::paxos::{Ballot, Message, Slot, TimerKind, Value};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn only_a_proposed_value_is_chosen() {
    in_every_execution(|history| {
        for (slot, _, value) in history.chosen() {
            // Commands are submitted as the number of their step; whoever submits proposes.
            let issued = history.issued().iter().any(|(at, _, proposed)| (*at, proposed) == (slot, &value));
            assert!(issued, "seed {}: {value:?} was never proposed for slot {slot}", history.seed);
        }
    });
}

#[test]
fn only_a_single_value_is_chosen() {
    in_every_execution(|history| {
        let mut values: BTreeMap<Slot, BTreeSet<Value<u32>>> = BTreeMap::new();
        for (slot, _, value) in history.chosen() {
            values.entry(slot).or_default().insert(value);
        }
        for (slot, values) in values {
            assert_eq!(values.len(), 1, "seed {}: slot {slot} has {values:?}", history.seed);
        }
    });
}

#[test]
fn nothing_is_learned_that_is_not_chosen() {
    in_every_execution(|history| {
        let chosen: BTreeSet<_> =
            history.chosen().into_iter().map(|(slot, _, value)| (slot, value)).collect();
        for learned in &history.cluster.learned {
            for (slot, value) in (0..).map(Slot).zip(learned) {
                assert!(chosen.contains(&(slot, value.clone())), "seed {}: {slot} {value:?}", history.seed);
            }
        }
    });
}

#[test]
fn the_first_proposal_is_accepted() {
    let mut cluster = Cluster::new(bare());
    let values = vec![command(7)].into();
    let accept =
        Message::Accept { ballot: ballot(1, 0), floor: Slot(0), first: Slot(0), values, chosen: Slot(0) };
    cluster.deliver((quorate_machine::NodeId(0), quorate_machine::NodeId(1), accept));
    assert_eq!(cluster.disk(1).entry(Slot(0)), Some(entry(ballot(1, 0), command(7))));
}

#[test]
fn different_proposals_have_different_numbers() {
    in_every_execution(|history| {
        let mut values = BTreeMap::new();
        for (slot, number, value) in history.issued() {
            let first = values.entry((slot, number)).or_insert_with(|| value.clone());
            assert_eq!(*first, value, "seed {}: slot {slot} at {number}", history.seed);
        }
    });
}

/// For every chosen proposal, each higher-numbered one of the same slot has its value.
fn agree_above_the_chosen(history: &History, others: &BTreeSet<(Slot, Ballot, Value<u32>)>) {
    for (slot, number, value) in history.chosen() {
        for (_, higher, other) in others.iter().filter(|(at, other, _)| *at == slot && *other > number) {
            assert_eq!(*other, value, "seed {}: slot {slot} at {number} and {higher}", history.seed);
        }
    }
}

#[test]
fn what_is_chosen_at_a_higher_number_is_the_same() {
    in_every_execution(|history| agree_above_the_chosen(history, &history.chosen()));
}

#[test]
fn what_is_accepted_above_a_chosen_one_is_the_same() {
    in_every_execution(|history| {
        let accepted = history.accepted().into_iter().map(|(slot, number, _, value)| (slot, number, value));
        agree_above_the_chosen(history, &accepted.collect());
    });
}

#[test]
fn what_is_issued_above_a_chosen_one_is_the_same() {
    in_every_execution(|history| agree_above_the_chosen(history, &history.issued()));
}

#[test]
fn what_is_issued_is_the_highest_that_a_majority_accepted() {
    const MAJORITIES: [[u16; 2]; 3] = [[0, 1], [0, 2], [1, 2]];
    in_every_execution(|history| {
        let accepted = history.accepted();
        for (slot, number, value) in history.issued() {
            let promised = history.promised(number);
            let allows = |members: &[u16; 2]| {
                let below = |(at, other, node, _): &&(Slot, Ballot, u16, Value<u32>)| {
                    *at == slot && *other < number && members.contains(node)
                };
                let highest = accepted.iter().filter(below).max_by_key(|(_, other, ..)| *other);
                let agrees = highest.is_none_or(|(.., accepted)| *accepted == value);
                members.iter().all(|member| promised.contains(member)) && agrees
            };
            assert!(
                MAJORITIES.iter().any(allows),
                "seed {}: {value:?} was issued at {number} for slot {slot}",
                history.seed
            );
        }
    });
}

#[test]
fn requests_may_be_ignored() {
    let mut cluster = Cluster::new(telling());
    cluster.elect_among(0, &[0, 1]);
    for n in 0..6 {
        cluster.submit(0, n);
        // Every other request to replica 1 is ignored, and replica 2 hears what replica 1 does not.
        let ignored = if n % 2 == 0 { 1 } else { 2 };
        cluster.deliver_where(|(_, to, _)| to.0 != ignored);
        cluster.lose_all();
    }
    cluster.elect(2);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..6), "the agreed order, whoever heard what");
}

#[test]
fn two_proposers_never_share_a_number() {
    in_every_execution(|history| {
        let mut owners = BTreeMap::new();
        for (from, _, message) in &history.cluster.sent {
            if let Message::Prepare { ballot, .. } = message {
                assert_eq!(owners.entry(*ballot).or_insert(*from), from, "seed {}: {ballot}", history.seed);
            }
        }
    });
}

#[test]
fn duelling_proposers_may_choose_nothing() {
    let mut cluster = Cluster::new(bare());
    for round in 0..6 {
        let node = round % 2;
        cluster.crash(node, 0);
        cluster.restart(node);
        cluster.timer(node, TimerKind::Election);
        cluster.timer(node, TimerKind::Election);
        // The other's proposal reaches nobody before the next promise is made.
        cluster.deliver_where(|(_, _, message)| !matches!(message, Message::Accept { .. }));
        cluster.submit(node, 1);
        cluster.network.retain(|(.., message)| matches!(message, Message::Accept { .. }));
    }
    assert!(cluster.learned.iter().all(Vec::is_empty), "{:?}", cluster.learned);
    assert!(cluster.replica(1).promised().round >= 6);
}

#[test]
fn one_proposer_with_a_majority_succeeds() {
    let mut cluster = Cluster::new(bare());
    cluster.crash(2, 0);
    cluster.elect_among(1, &[0, 1]);
    cluster.submit(1, 5);
    cluster.deliver_all();
    assert_eq!(cluster.learned[1], commands([5]));
}

#[test]
fn two_leaders_at_once_choose_one_value() {
    let mut cluster = Cluster::new(telling());
    cluster.elect_among(0, &[0, 1]);
    cluster.elect_among(1, &[1, 2]);
    cluster.submit(0, 10);
    cluster.submit(1, 20);
    cluster.deliver_all();
    assert_eq!(cluster.replica(0).chosen(), cluster.replica(1).chosen());
    assert_eq!(cluster.learned, vec![commands([20]); 3]);
}
