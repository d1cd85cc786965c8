//! Sections 2.3 to 3: learning, progress, stable storage, and the sequence of instances.

use crate::cluster::{Cluster, ballot, bare, command, commands, entry, telling};
use quorate_core::paxos::{Config, Message, Response, Slot, TimerKind, Value};

fn is_accept(message: &Message<u32>) -> bool {
    matches!(message, Message::Accept { .. })
}

#[test]
fn a_leader_learns_from_a_majority_and_not_before() {
    let mut cluster = Cluster::new(Config::bare(5, 8));
    cluster.elect(0);
    cluster.submit(0, 1);
    cluster.deliver_among(&[0, 1]);
    assert_eq!(cluster.learned[0], [], "its own vote and one more, of five");
    // The same vote again is no third one.
    let accepted = Message::Accepted { ballot: ballot(1, 0), upto: Slot(1) };
    cluster.deliver((quorate_machine::NodeId(1), quorate_machine::NodeId(0), accepted));
    assert_eq!(cluster.learned[0], []);
    cluster.deliver_among(&[0, 1, 2]);
    assert_eq!(cluster.learned[0], commands([1]));
}

#[test]
fn the_leader_informs_the_other_learners() {
    let mut cluster = Cluster::new(telling());
    cluster.elect(0);
    cluster.submit(0, 1);
    cluster.deliver_where(|(_, to, message)| !(to.0 == 2 && is_accept(message)));
    assert_eq!(cluster.learned[1], commands([1]), "who voted");
    assert_eq!(cluster.learned[2], commands([1]), "and who never heard the proposal");
}

#[test]
fn a_value_chosen_in_silence_is_found_by_proposing() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    cluster.submit(0, 9);
    cluster.deliver_where(|(_, _, message)| is_accept(message));
    cluster.lose_all();
    cluster.crash(0, 0);
    assert!(cluster.learned.iter().all(Vec::is_empty), "three disks hold it and nobody knows");
    cluster.elect(2);
    assert_eq!(cluster.learned[2], commands([9]));
}

#[test]
fn every_response_is_on_disk_before_it_is_sent() {
    let mut cluster = Cluster::new(Config { rejects: true, ..bare() });
    cluster.sync_at_once = false;
    let letter = |from: u16, message| (quorate_machine::NodeId(from), quorate_machine::NodeId(2), message);
    let values = vec![command(1)].into();
    let accept =
        Message::Accept { ballot: ballot(3, 0), floor: Slot(0), first: Slot(0), values, chosen: Slot(0) };
    let requests = [
        letter(1, Message::Prepare { ballot: ballot(2, 1), from: Slot(0) }),
        letter(0, accept),
        letter(1, Message::Prepare { ballot: ballot(2, 1), from: Slot(0) }),
    ];
    requests.into_iter().for_each(|request| cluster.deliver(request));
    assert!(cluster.sent.is_empty(), "not even the rejection: it shows the promise");
    cluster.sync(2, 1);
    assert!(matches!(cluster.sent[..], [(_, _, Message::Promise { .. })]), "{:?}", cluster.sent);
    cluster.sync(2, 1);
    let [_, (.., accepted), (.., rejected)] = &cluster.sent[..] else { panic!("{:?}", cluster.sent) };
    assert_eq!(*accepted, Message::Accepted { ballot: ballot(3, 0), upto: Slot(1) });
    assert_eq!(*rejected, Message::Reject { promised: ballot(3, 0) });
}

#[test]
fn a_restarted_proposer_begins_with_a_higher_number() {
    let mut cluster = Cluster::new(bare());
    cluster.sync_at_once = false;
    cluster.timer(1, TimerKind::Election);
    assert!(cluster.sent.is_empty(), "the number is not on disk");
    let writes = cluster.unsynced(1);
    cluster.sync(1, writes);
    let used = cluster.replica(1).promised();
    cluster.crash(1, 0);
    cluster.restart(1);
    cluster.timer(1, TimerKind::Election);
    assert!(cluster.replica(1).promised() > used);
    assert!(cluster.replica(1).promised().round > used.round);
}

#[test]
fn one_prepare_covers_every_open_slot() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    cluster.submit_all(0, 0..5);
    cluster.deliver_where(|(_, to, message)| to.0 == 1 && is_accept(message));
    cluster.crash(0, 0);
    cluster.lose_all();
    cluster.sent.clear();
    cluster.elect(1);
    let prepares =
        cluster.sent.iter().filter(|(.., message)| matches!(message, Message::Prepare { .. })).count();
    assert_eq!(prepares, 2, "one to each of the others");
    assert_eq!(cluster.learned[1], commands(0..5), "for five slots");
    cluster.submit_all(1, 5..8);
    cluster.deliver_all();
    assert_eq!(cluster.learned[1], commands(0..8), "and all later ones");
}

#[test]
fn a_promise_reports_only_what_was_accepted() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    cluster.submit_all(0, 0..3);
    cluster
        .deliver_where(|(_, to, m)| matches!(m, Message::Accept { first, .. } if first.0 == 2 && to.0 == 1));
    cluster.lose_all();
    cluster.sent.clear();
    cluster.timer(2, TimerKind::Election);
    cluster.timer(2, TimerKind::Election);
    cluster.deliver_where(|(_, to, _)| to.0 == 1);
    let (.., promise) = cluster.sent.last().expect("replica 1 answers");
    let accepted = vec![None, None, Some(entry(ballot(1, 0), command(2)))];
    let (chosen, first) = (Slot(0), Slot(0));
    assert_eq!(*promise, Message::Promise { ballot: ballot(3, 2), chosen, first, accepted, more: false });
}

#[test]
fn gaps_are_filled_with_noops() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    cluster.submit_all(0, 0..4);
    cluster.deliver_where(
        |(_, to, m)| matches!(m, Message::Accept { first, .. } if first.0 % 3 == 0 && to.0 == 2),
    );
    cluster.crash(0, 0);
    cluster.lose_all();
    cluster.elect(2);
    assert_eq!(cluster.learned[2], [command(0), Value::Noop, Value::Noop, command(3)]);
    assert_eq!(cluster.submit(2, 9), Response::Queued { slot: Slot(4) }, "and then clients are served");
}

#[test]
fn commands_are_proposed_before_earlier_ones_are_chosen() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    cluster.submit_all(0, 0..4);
    assert_eq!(cluster.network.iter().filter(|(.., message)| is_accept(message)).count(), 4 * 2);
    assert_eq!(cluster.replica(0).chosen(), Slot(0));
}

#[test]
fn a_leader_gets_a_window_ahead_and_no_further() {
    let mut cluster = Cluster::new(Config::bare(3, 3));
    cluster.elect(0);
    let answers: Vec<_> = (0..4).map(|n| cluster.submit(0, n)).collect();
    assert_eq!(answers[2], Response::Queued { slot: Slot(2) });
    assert_eq!(answers[3], Response::Full);
    assert_eq!(cluster.replica(0).proposed(), Some((Slot(0), Slot(3))));
}

#[test]
fn commands_are_announced_in_order_without_gaps() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    cluster.submit_all(0, 0..3);
    // The later ones are accepted everywhere, the first nowhere else.
    cluster.deliver_where(|(_, _, m)| !matches!(m, Message::Accept { first, .. } if first.0 == 0));
    assert_eq!(cluster.learned[0], [], "slots 1 and 2 wait for slot 0");
    cluster.deliver_all();
    assert_eq!(cluster.learned[0], commands(0..3));
}

#[test]
fn a_stable_leader_needs_phase_two_only() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(0);
    cluster.sent.clear();
    for n in 0..10 {
        cluster.submit(0, n);
        cluster.deliver_all();
    }
    assert_eq!(cluster.learned[0], commands(0..10));
    let phase_two = |m: &Message<u32>| matches!(m, Message::Accept { .. } | Message::Accepted { .. });
    assert!(cluster.sent.iter().all(|(.., message)| phase_two(message)));
    assert_eq!(cluster.sent.len(), 10 * 4, "two requests and two answers a command");
}
