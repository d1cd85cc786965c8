//! Sections 3 to 5.3 and 7: values, masters, epochs.

use super::super::runs::Ledgers;
use crate::servers::{Command, Letter, add, done, small, stamp};
use quorate_core::paxos::server::{Config, Request, Response};
use quorate_core::paxos::{self, Message, Slot, Standing, TimerKind, Value, Write};
use quorate_machine::NodeId;

fn not_leader(leader: u16) -> crate::servers::Answer {
    Response::NotLeader { leader: Some(NodeId(leader)) }
}

fn read() -> crate::servers::Ask {
    Request::Read { query: () }
}

fn is_accept(letter: &Letter) -> bool {
    matches!(letter.2, Message::Accept { .. })
}

#[test]
fn a_submitted_value_reaches_every_state_machine_and_its_client_hears() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let asked = cluster.ask(0, add(0, 0, 5));
    assert_eq!(cluster.reply(asked), None, "nobody else has it");
    cluster.deliver_all();
    assert_eq!(cluster.reply(asked), Some(&done(0)));
    for node in 0..cluster.members() {
        assert_eq!(cluster.server(node).state().entries, [5], "server {node}");
    }
}

#[test]
fn nothing_is_promised_or_acknowledged_before_it_is_on_disk() {
    let mut cluster = Ledgers::new(small());
    cluster.sync_at_once = false;
    let everything = |cluster: &mut Ledgers| {
        cluster.deliver_all();
        cluster.sent.len()
    };
    cluster.timer(0, TimerKind::Election);
    assert_eq!(everything(&mut cluster), 0, "its own promise comes first");
    cluster.sync(0, cluster.driver(0).unsynced());
    assert_eq!(everything(&mut cluster), 2, "two are asked, and do not answer");
    assert_eq!(cluster.disks[0].promised, cluster.server(0).replica().promised());
    cluster.sync(1, 1);
    assert!(matches!(cluster.sent[2], (NodeId(1), NodeId(0), Message::Promise { .. })));
    cluster.deliver_all();
    let asked = cluster.ask(0, add(0, 0, 5));
    assert_eq!(everything(&mut cluster), 5, "two proposals, and no vote");
    cluster.sync(0, 1);
    cluster.sync(1, 1);
    assert!(matches!(cluster.sent[5], (NodeId(1), NodeId(0), Message::Accepted { .. })));
    cluster.deliver_all();
    assert_eq!(cluster.reply(asked), Some(&done(0)));
}

#[test]
fn a_replaced_coordinator_chooses_nothing_and_gives_way() {
    let mut config = small();
    config.log.rejects = true;
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    cluster.elect_among(1, &[1, 2]);
    let old = cluster.ask(0, add(0, 0, 5));
    cluster.deliver_all();
    assert_eq!(cluster.reply(old), Some(&not_leader(1)));
    assert_eq!(cluster.server(0).replica().standing(), Standing::Follower);
    assert_eq!(cluster.answer(1, add(1, 0, 7)), done(0), "as if the other had never been proposed");
}

#[test]
fn a_new_coordinator_keeps_what_the_old_one_answered() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let asked = cluster.ask(0, add(0, 0, 5));
    cluster.deliver_where(|(from, to, _)| from.0 + to.0 == 1);
    cluster.crash(0, 0);
    cluster.lose_all();
    assert_eq!(cluster.reply(asked), Some(&done(0)), "chosen by 0 and 1");
    cluster.elect_among(2, &[1, 2]);
    assert_eq!(cluster.answer(2, add(1, 0, 7)), done(5));
}

#[test]
fn any_replica_may_become_the_master() {
    let mut cluster = Ledgers::new(small());
    for (number, node) in (0..).zip([2, 0, 1, 0]) {
        cluster.elect(node);
        assert_eq!(cluster.answer(node, add(0, number, 1)), done(number), "server {node}");
    }
}

#[test]
fn a_master_that_stays_asks_for_no_promises_again() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    (0..20).for_each(|number| assert_eq!(cluster.answer(0, add(0, number, 1)), done(number)));
    let asked =
        cluster.sent.iter().filter(|(.., message)| matches!(message, Message::Prepare { .. })).count();
    assert_eq!(asked, 2, "each of the others once");
}

#[test]
fn a_value_costs_each_replica_one_write_and_all_write_at_once() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.sync_at_once = false;
    let before = cluster.written.len();
    cluster.ask(0, add(0, 0, 5));
    cluster.deliver_all();
    assert_eq!(cluster.written.len(), before, "nobody's disk has done it");
    for node in 0..3 {
        assert_eq!(cluster.driver(node).unsynced(), 1, "server {node} was told, and waits for nobody");
        cluster.sync(node, 1);
    }
    cluster.deliver_all();
    assert_eq!(cluster.server(0).applied(), Slot(1));
    let written = &cluster.written[before..];
    assert!(written.iter().all(|(_, write)| matches!(write, Write::Accept { .. })), "{written:?}");
    assert_eq!(written.len() + (0..3).map(|node| cluster.driver(node).unsynced()).sum::<usize>(), 3);
}

#[test]
fn values_of_several_clients_travel_together() {
    let mut config = small();
    (config.log.batch, config.log.queue) = (4, 4);
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    let first = cluster.ask(0, add(0, 0, 1));
    let others = [add(1, 0, 2), Request::Open].map(|request| cluster.ask(0, request));
    cluster.deliver_all();
    assert!([first, others[0], others[1]].iter().all(|id| cluster.reply(*id).is_some()));
    let sizes: Vec<usize> = cluster
        .sent
        .iter()
        .filter_map(|(_, to, message)| match message {
            Message::Accept { values, .. } if to.0 == 1 => Some(values.len()),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [1, 2]);
}

#[test]
fn a_crashed_replica_replays_its_log() {
    let mut config = small();
    config.log.chosen_every = 1;
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    (0..5).for_each(|number| assert_eq!(cluster.answer(0, add(0, number, 1)), done(number)));
    let before = cluster.server(0).state().clone();
    cluster.crash(0, 0);
    cluster.restart(0);
    assert_eq!(*cluster.server(0).state(), before, "without a word from anybody");
}

#[test]
fn a_lagging_replica_catches_up_by_log() {
    let mut cluster =
        Ledgers::new(Config { log: paxos::Config { heartbeats: true, ..small().log }, ..small() });
    cluster.elect(0);
    cluster.crash(2, 0);
    (0..9).for_each(|number| assert_eq!(cluster.answer(0, add(0, number, 1)), done(number)));
    cluster.restart(2);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.server(2).state().entries, [1; 9]);
    assert!(!cluster.sent.iter().any(|(.., message)| matches!(message, Message::Snapshot { .. })));
}

#[test]
fn a_master_that_was_replaced_answers_no_read() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.elect_among(1, &[1, 2]);
    let written = cluster.ask(1, add(0, 0, 5));
    cluster.deliver_among(&[1, 2]);
    assert_eq!(cluster.reply(written), Some(&done(0)));
    assert_eq!(cluster.server(0).replica().standing(), Standing::Leader, "as far as it knows");
    let stale = cluster.ask(0, read());
    assert_eq!(cluster.reply(stale), None, "not from its own state");
    cluster.deliver_all();
    assert_eq!(cluster.reply(stale), None, "and not after asking: the others have promised more");
    assert_eq!(cluster.answer(1, read()), Response::Answer { answer: 5, index: Slot(1) });
}

#[test]
fn a_read_at_the_master_writes_nothing() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.answer(0, add(0, 0, 5));
    let written = cluster.written.len();
    assert_eq!(cluster.answer(0, read()), Response::Answer { answer: 5, index: Slot(1) });
    assert_eq!(cluster.written.len(), written);
}

#[test]
fn who_returns_does_not_unseat_the_master() {
    let mut config = small();
    (config.log.pre_vote, config.log.rejects) = (true, true);
    let mut cluster = Ledgers::new(config);
    cluster.timer(1, TimerKind::Election);
    cluster.lose_all();
    cluster.elect_among(0, &[0, 1]);
    let epoch = cluster.server(0).replica().promised();
    for _ in 0..5 {
        cluster.timer(2, TimerKind::Election);
        cluster.lose_all();
    }
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    assert_eq!(cluster.answer(0, add(0, 0, 5)), done(0));
    assert_eq!(cluster.server(0).replica().promised(), epoch);
    assert_eq!(cluster.server(2).replica().promised(), epoch, "it follows");
}

#[test]
fn a_request_does_not_outlive_the_epoch_in_which_it_was_received() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let asked = cluster.ask(0, add(0, 0, 5));
    let of_epoch = cluster.server(0).replica().promised();
    cluster.deliver_where(|letter| is_accept(letter) && letter.1.0 == 1);
    cluster.lose_all();
    cluster.elect(1);
    assert_eq!(cluster.reply(asked), Some(&not_leader(1)), "although the value is chosen now");
    assert_eq!(cluster.server(1).state().entries, [5]);
    cluster.elect(0);
    assert!(cluster.server(0).replica().promised() > of_epoch);
    assert_eq!(cluster.reply(asked), Some(&not_leader(1)), "it is master again, and this is another epoch");
}

#[test]
fn a_master_that_returns_has_another_epoch() {
    let mut cluster = Ledgers::new(small());
    let mut epochs = Vec::new();
    for node in [0, 1, 0, 0] {
        cluster.elect(node);
        epochs.push(cluster.server(node).replica().promised());
        cluster.crash(node, 0);
        cluster.restart(node);
    }
    assert!(epochs.is_sorted_by(|earlier, later| earlier < later), "{epochs:?}");
}

#[test]
fn an_overloaded_master_says_so_and_stays_master() {
    let mut config = small();
    (config.log.window, config.log.batch, config.log.queue, config.log.heartbeats) = (2, 2, 2, true);
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    let send = |number: u64| Request::Execute { stamp: stamp(0, number % 4, 0), command: 1 };
    let asked: Vec<_> = (0..100).map(|number| cluster.ask(0, send(number))).collect();
    let full = asked.iter().filter(|id| cluster.reply(**id) == Some(&Response::Full)).count();
    assert_eq!(full, 96, "a window and a queue are taken");
    let sent = cluster.sent.len();
    cluster.timer(0, TimerKind::Heartbeat);
    assert_eq!(cluster.sent.len(), sent + 2, "it says that it lives before it does anything else");
    cluster.deliver_all();
    assert_eq!(cluster.server(0).replica().standing(), Standing::Leader);
    assert_eq!((cluster.unanswered(), cluster.server(0).state().sum()), (0, 4));
}

#[test]
fn a_request_that_was_given_up_and_sent_again_is_done_once() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let given_up = cluster.ask(0, add(0, 0, 5));
    cluster.deliver_where(|letter| is_accept(letter) && letter.1.0 == 1);
    cluster.lose_all();
    cluster.elect(1);
    assert_eq!(cluster.reply(given_up), Some(&not_leader(1)), "it may be done or not");
    assert_eq!(cluster.answer(1, add(0, 0, 5)), done(0), "it was");
    assert_eq!(cluster.server(1).state().entries, [5]);
    let lost = cluster.ask(1, add(0, 1, 6));
    cluster.lose_all();
    cluster.elect_among(2, &[0, 2]);
    assert_eq!(cluster.answer(2, add(0, 1, 6)), done(5), "it was not, and is now");
    let twice = |value: &Value<Command>| matches!(value, Value::Command(Command::Execute { command: 6, .. }));
    let held = (0..3).filter_map(|slot| cluster.disks[0].entry(Slot(slot)));
    assert_eq!(held.filter(|entry| twice(&entry.value)).count(), 1);
    assert_eq!(cluster.reply(lost), Some(&not_leader(2)));
}
