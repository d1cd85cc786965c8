//! Section 2.1: replicas and clients.

use super::super::history::in_every_execution;
use super::super::runs::{Ledgers, in_every_run, in_every_step};
use crate::cluster::{Cluster, bare};
use crate::servers::{Answer, Ask, Command, add, done, small, stamp};
use quorate_core::paxos::server::{Request, Response};
use quorate_core::paxos::{Config, Message, Slot, Value};
use quorate_core::session::Refusal;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn no_two_commands_are_decided_for_one_slot() {
    in_every_execution(|history| {
        let mut decisions = BTreeMap::new();
        let decided = history.chosen().into_iter().map(|(slot, _, value)| (slot, value));
        for (slot, value) in decided {
            let first = decisions.entry(slot).or_insert_with(|| value.clone());
            assert_eq!(*first, value, "seed {}: slot {slot}", history.seed);
        }
    });
}

#[test]
fn everything_before_slot_out_is_decided() {
    in_every_execution(|history| {
        let decided: BTreeSet<_> = history.chosen().into_iter().map(|(slot, ..)| slot).collect();
        for node in (0..3).filter(|node| history.cluster.is_up(*node)) {
            let slot_out = history.cluster.replica(node).chosen();
            let missing = (0..slot_out.0).map(Slot).find(|slot| !decided.contains(slot));
            assert_eq!(missing, None, "seed {}: replica {node} is at {slot_out}", history.seed);
        }
    });
}

/// The decisions of an execution, as far as any disk still holds what is chosen, and what they add up to.
#[test]
fn the_state_is_what_the_decisions_make_of_the_initial_one() {
    let decisions = RefCell::new((0, BTreeMap::new()));
    let watch = |run: &super::super::runs::Run| {
        let (seed, decisions) = &mut *decisions.borrow_mut();
        if *seed != run.seed {
            (*seed, *decisions) = (run.seed, BTreeMap::new());
        }
        for node in (0..3).filter(|node| run.cluster.is_up(*node)) {
            let replica = run.cluster.server(node).replica();
            let offset = replica.durable().log.offset();
            decisions.extend((offset..replica.chosen().0).map(|slot| {
                (slot, replica.durable().entry(Slot(slot)).expect("it is chosen, and not cut off").value)
            }));
        }
    };
    in_every_step(watch, |run| {
        let decisions = &decisions.borrow().1;
        for node in (0..3).filter(|node| run.cluster.is_up(*node)) {
            let (seed, server) = (run.seed, run.cluster.server(node));
            let mut performed = BTreeSet::new();
            let upto = decisions.range(..server.applied().0);
            assert_eq!(upto.clone().count() as u64, server.applied().0, "seed {seed}: every slot was seen");
            let entries: Vec<u8> = upto
                .filter_map(|(_, value)| match value {
                    Value::Command(Command::Execute { stamp, command }) => {
                        performed.insert((stamp.client, stamp.sequence)).then_some(*command)
                    }
                    _ => None,
                })
                .collect();
            assert_eq!(server.state().entries, entries, "seed {seed}: server {node}");
        }
    });
}

#[test]
fn slot_out_never_goes_back() {
    let reached = RefCell::new((0, [Slot(0); 3]));
    let watch = |run: &super::super::runs::Run| {
        let (seed, reached) = &mut *reached.borrow_mut();
        if *seed != run.seed {
            (*seed, *reached) = (run.seed, [Slot(0); 3]);
        }
        for (node, reached) in (0..).zip(reached) {
            // A life begins where its disk says; within a life it only goes on.
            let applied = if run.cluster.is_up(node) { run.cluster.server(node).applied() } else { Slot(0) };
            assert!(!run.cluster.is_up(node) || applied >= *reached, "seed {}: server {node}", run.seed);
            *reached = applied;
        }
    };
    in_every_step(watch, |_| {});
}

#[test]
fn nothing_is_proposed_beyond_the_window() {
    let window = 3;
    let mut cluster = Cluster::new(Config { window, ..bare() });
    cluster.elect(0);
    cluster.submit_all(0, 0..10);
    let last = |cluster: &Cluster| {
        let slots = cluster.sent.iter().filter_map(|(.., message)| match message {
            Message::Accept { first, values, .. } => Some(first.after(values.len())),
            _ => None,
        });
        slots.max()
    };
    assert_eq!(last(&cluster), Some(Slot(window.into())));
    cluster.deliver_all();
    let slot_out = cluster.replica(0).chosen();
    cluster.submit_all(0, 10..20);
    assert_eq!(last(&cluster), Some(slot_out.after(window as usize)));
}

/// A command of client 0 is chosen in slot 0 by servers 0 and 1, and in slot 1 because its client asked server 1 too.
fn decided_twice() -> Ledgers {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.ask(0, add(0, 0, 5));
    cluster.deliver_where(|(_, to, message)| to.0 == 1 && matches!(message, Message::Accept { .. }));
    cluster.lose_all();
    cluster.promise(1, 2);
    cluster.ask(1, add(0, 0, 5));
    cluster.deliver_all();
    let is_it = |slot| {
        let entry = cluster.disks[1].entry(Slot(slot)).expect("it is chosen");
        entry.value == Value::Command(Command::Execute { stamp: stamp(0, 0, 0), command: 5 })
    };
    assert!(is_it(0) && is_it(1), "the same command, the same number, two slots");
    cluster
}

#[test]
fn a_command_decided_in_two_slots_is_performed_in_the_first() {
    let cluster = decided_twice();
    for node in 0..3 {
        assert_eq!(cluster.server(node).state().entries, [5], "server {node}");
    }
}

#[test]
fn a_slot_of_a_command_performed_before_is_passed_over() {
    let mut cluster = decided_twice();
    assert_eq!(cluster.server(1).applied(), Slot(2));
    assert_eq!(cluster.answer(1, add(1, 0, 7)), done(5));
    assert_eq!(cluster.server(1).applied(), Slot(3));
}

#[test]
fn equal_operations_of_different_commands_are_both_performed() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let asked: Vec<Answer> =
        [add(0, 0, 5), add(1, 0, 5), add(0, 1, 5)].into_iter().map(|ask| cluster.answer(0, ask)).collect();
    assert_eq!(asked, [0, 5, 10].map(done));
}

#[test]
fn a_client_that_asks_again_gets_the_same_result() {
    in_every_run(|run| {
        run.heal();
        run.assert_each_once();
    });
    let mut cluster = decided_twice();
    let again: Vec<Answer> = (0..3).map(|node| cluster.answer(node, add(0, 0, 5))).collect();
    assert_eq!(again, [0, 0, 0].map(done), "of any replica, long after");
    assert_eq!(cluster.answer(1, add(0, 1, 1)), done(5));
    assert_eq!(
        cluster.answer(1, add(0, 0, 5)),
        Response::Refused(Refusal::Stale),
        "until it needs it no more"
    );
}

#[test]
fn a_command_that_lost_its_slot_is_proposed_for_another() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let ask: Ask = add(0, 0, 5);
    let lost = cluster.ask(0, ask.clone());
    cluster.lose_all();
    cluster.elect_among(1, &[1, 2]);
    assert_eq!(
        cluster.answer(1, Request::Open),
        Response::Opened { client: quorate_core::session::ClientId(2) }
    );
    assert!(matches!(cluster.reply(lost), Some(Response::NotLeader { .. })), "slot 0 is somebody else's");
    assert_eq!(cluster.answer(1, ask), done(0));
    assert_eq!(cluster.server(0).state().entries, [5]);
    assert_eq!(cluster.server(0).applied(), Slot(2));
}
