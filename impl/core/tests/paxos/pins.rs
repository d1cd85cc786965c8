//! A snapshot that is overtaken while it is sent.

use crate::cluster::{commands, telling};
use crate::host::Hosts;
use quorate_core::paxos::{Config, Message, Slot, Standing, TimerKind};
use std::cell::Cell;

/// One chunk an answer, and this much of the log for who receives it.
fn pinning(pin_bytes: u32) -> Config {
    Config { chunks: 1, heartbeats: true, pin_bytes, ..telling() }
}

/// Replica 2 missed seven commands, of which the others have a snapshot of four chunks.
fn lagging(config: Config) -> Hosts {
    let mut cluster = Hosts::of(config);
    cluster.elect_among(0, &[0, 1]);
    cluster.submit_all(0, 0..7);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    (0..2).for_each(|node| cluster.compact(node));
    cluster
}

/// A heartbeat, one question of replica 2, and what it is answered. Then another command, and another snapshot.
fn overtaken(cluster: &mut Hosts, command: u32) {
    let asked = Cell::new(false);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_where(|(from, to, message)| match message {
        Message::CatchUp { .. } | Message::Fetch { .. } => from.0 == 2 && !asked.replace(true),
        _ => from.0 == 0 && to.0 == 2,
    });
    cluster.lose_all();
    cluster.submit(0, command);
    cluster.deliver_among(&[0, 1]);
    cluster.lose_all();
    cluster.compact(0);
}

fn first_chunks(cluster: &Hosts) -> usize {
    cluster.sent.iter().filter(|(.., message)| matches!(message, Message::Snapshot { at: 0, .. })).count()
}

#[test]
fn it_is_finished_however_often_it_is_overtaken() {
    let mut cluster = lagging(pinning(1 << 20));
    (7..20).for_each(|command| overtaken(&mut cluster, command));
    assert_eq!(first_chunks(&cluster), 1, "it begins once");
    assert!(cluster.learned[2].len() >= 7, "{:?}", cluster.learned[2]);
    assert!(cluster.anew.is_empty());
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..20), "what came after it was kept in the log");
}

#[test]
fn a_pin_ends_once_its_member_has_everything() {
    let mut cluster = lagging(pinning(1 << 20));
    (7..20).for_each(|command| overtaken(&mut cluster, command));
    assert!(cluster.replica(0).durable().log.offset() < 20, "kept for replica 2");
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    cluster.submit(0, 20);
    cluster.deliver_all();
    cluster.compact(0);
    assert_eq!(cluster.replica(0).durable().log.offset(), 21);
}

#[test]
fn a_pin_that_keeps_too_much_ends_and_the_receiver_begins_anew_and_says_so() {
    let slots = 2;
    let mut cluster = lagging(pinning(slots * (Config::SLOT as u32 + 4)));
    overtaken(&mut cluster, 7);
    overtaken(&mut cluster, 8);
    assert_eq!((first_chunks(&cluster), cluster.replica(0).durable().log.offset()), (1, 7));
    overtaken(&mut cluster, 9);
    assert_eq!(cluster.replica(0).durable().log.offset(), 10, "three slots are more than is kept");
    overtaken(&mut cluster, 10);
    assert_eq!(first_chunks(&cluster), 2);
    assert_eq!(cluster.anew, [(2, Slot(10))]);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.learned[2], commands(0..11));
}

#[test]
fn without_pins_each_newer_one_begins_at_its_first_chunk() {
    let mut cluster = lagging(pinning(0));
    (7..20).for_each(|command| overtaken(&mut cluster, command));
    assert!(cluster.learned[2].is_empty() && first_chunks(&cluster) > 10);
}

#[test]
fn who_receives_one_and_campaigns_goes_on_with_it() {
    let mut cluster = lagging(pinning(1 << 20));
    (7..9).for_each(|command| overtaken(&mut cluster, command));
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_all();
    assert_eq!(cluster.replica(2).standing(), Standing::Leader);
    assert_eq!(first_chunks(&cluster), 3, "both others offer it again");
    assert!(cluster.anew.is_empty(), "and it is not begun again");
    assert_eq!(cluster.learned[2], commands(0..9));
}

#[test]
fn a_pin_is_forgotten_by_a_restart_and_the_receiver_begins_anew() {
    let mut cluster = lagging(pinning(1 << 20));
    (7..9).for_each(|command| overtaken(&mut cluster, command));
    cluster.crash(0, 0);
    cluster.restart(0);
    cluster.elect_among(0, &[0, 1]);
    cluster.lose_all();
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_eq!(cluster.anew, [(2, Slot(9))]);
    assert_eq!(cluster.learned[2], commands(0..9));
}
