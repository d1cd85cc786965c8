//! Section 2.2: the two phases, at the proposer and at the acceptor.

use crate::cluster::{Cluster, ballot, bare, command, commands, entry};
use quorate_core::paxos::{Ballot, Config, Message, Slot, Standing, TimerKind, Value};
use quorate_machine::NodeId;

fn prepare(ballot: Ballot) -> Message<u32> {
    Message::Prepare { ballot, from: Slot(0) }
}

fn accept(ballot: Ballot, value: u32) -> Message<u32> {
    let values = vec![command(value)].into();
    Message::Accept { ballot, floor: Slot(0), first: Slot(0), values, chosen: Slot(0) }
}

/// Delivers this to replica 2, from the owner of its number, and says what it answers.
fn answer(cluster: &mut Cluster, message: Message<u32>) -> Option<Message<u32>> {
    let (Message::Prepare { ballot, .. } | Message::Accept { ballot, .. }) = message else {
        unreachable!("only proposers ask")
    };
    cluster.deliver((ballot.node, NodeId(2), message));
    cluster.network.pop_back().map(|(.., answer)| answer)
}

fn promise(ballot: Ballot, accepted: Vec<Option<(Ballot, u32)>>) -> Option<Message<u32>> {
    let accepted =
        accepted.into_iter().map(|held| held.map(|(at, value)| entry(at, command(value)))).collect();
    Some(Message::Promise { ballot, chosen: Slot(0), first: Slot(0), accepted, more: false })
}

#[test]
fn a_campaign_asks_everybody_with_a_new_number() {
    let mut cluster = Cluster::new(bare());
    cluster.timer(0, TimerKind::Election);
    cluster.timer(0, TimerKind::Election);
    let asked: Vec<_> = cluster.network.iter().map(|(_, to, message)| (to.0, message.clone())).collect();
    let number = |round| prepare(ballot(round, 0));
    assert_eq!(asked, [(1, number(1)), (2, number(1)), (1, number(2)), (2, number(2))]);
    assert_eq!(cluster.replica(0).promised(), ballot(2, 0), "itself too");
}

#[test]
fn a_promise_forbids_lower_accepts() {
    let mut cluster = Cluster::new(bare());
    assert_eq!(answer(&mut cluster, prepare(ballot(2, 1))), promise(ballot(2, 1), vec![]));
    assert_eq!(answer(&mut cluster, accept(ballot(1, 0), 5)), None);
    assert_eq!(cluster.disk(2).entry(Slot(0)), None);
}

#[test]
fn a_promise_reports_the_highest_accepted_proposal_with_its_own_number() {
    let mut cluster = Cluster::new(bare());
    answer(&mut cluster, accept(ballot(1, 0), 5));
    answer(&mut cluster, accept(ballot(3, 0), 6));
    answer(&mut cluster, prepare(ballot(7, 1)));
    let reported = answer(&mut cluster, prepare(ballot(9, 0)));
    assert_eq!(
        reported,
        promise(ballot(9, 0), vec![Some((ballot(3, 0), 6))]),
        "not the number last promised"
    );
}

#[test]
fn nothing_is_issued_before_a_majority_responds() {
    let mut cluster = Cluster::new(Config::bare(5, 8));
    cluster.timer(0, TimerKind::Election);
    cluster.deliver_among(&[0, 1]);
    assert_eq!(cluster.replica(0).standing(), Standing::Candidate, "two of five");
    cluster.submit(0, 1);
    assert!(!cluster.sent.iter().any(|(.., message)| matches!(message, Message::Accept { .. })));
    cluster.deliver_among(&[0, 1, 2]);
    assert_eq!(cluster.replica(0).standing(), Standing::Leader, "three of five");
}

/// Replica 2 campaigns among itself and two others that accepted different values at different numbers.
fn adopt(at_one: Ballot, at_two: Ballot) -> Vec<Value<u32>> {
    let mut cluster = Cluster::new(Config::bare(5, 8));
    cluster.deliver((at_one.node, NodeId(3), accept(at_one, 10)));
    cluster.deliver((at_two.node, NodeId(4), accept(at_two, 20)));
    cluster.lose_all();
    cluster.deliver((NodeId(0), NodeId(2), prepare(ballot(5, 0))));
    cluster.lose_all();
    cluster.elect_among(2, &[2, 3, 4]);
    let issued = cluster.sent.iter().find_map(|(.., message)| match message {
        Message::Accept { values, .. } => Some(values.to_vec()),
        _ => None,
    });
    issued.expect("it proposes again what was reported")
}

#[test]
fn the_value_of_the_highest_numbered_response_is_issued() {
    assert_eq!(adopt(ballot(1, 0), ballot(2, 1)), commands([20]));
    assert_eq!(adopt(ballot(3, 0), ballot(2, 1)), commands([10]));
    assert_eq!(adopt(ballot(2, 0), ballot(2, 1)), commands([20]), "of one round the higher replica");
}

#[test]
fn without_a_reported_proposal_the_client_chooses_the_value() {
    let mut cluster = Cluster::new(bare());
    cluster.elect(1);
    assert!(cluster.network.is_empty(), "nothing to propose again");
    cluster.submit(1, 42);
    cluster.deliver_all();
    assert_eq!(cluster.learned[1], commands([42]));
}

#[test]
fn acceptors_that_did_not_respond_may_accept() {
    let mut cluster = Cluster::new(bare());
    cluster.elect_among(0, &[0, 1]);
    cluster.lose_all();
    cluster.submit(0, 3);
    cluster.deliver_among(&[0, 2]);
    assert_eq!(cluster.learned[0], commands([3]));
    assert_eq!(cluster.replica(2).promised(), ballot(1, 0), "accepting promises");
}

#[test]
fn a_proposal_of_the_promised_number_is_accepted_and_a_lower_one_is_not() {
    let mut cluster = Cluster::new(bare());
    answer(&mut cluster, prepare(ballot(2, 0)));
    let accepted = Some(Message::Accepted { ballot: ballot(2, 0), upto: Slot(1) });
    assert_eq!(answer(&mut cluster, accept(ballot(2, 0), 5)), accepted, "equal to the promise");
    assert_eq!(answer(&mut cluster, accept(ballot(1, 1), 6)), None, "lower");
    let accepted = Some(Message::Accepted { ballot: ballot(2, 1), upto: Slot(1) });
    assert_eq!(answer(&mut cluster, accept(ballot(2, 1), 7)), accepted, "higher, never prepared here");
}

#[test]
fn a_lower_prepare_gets_no_promise() {
    let mut cluster = Cluster::new(bare());
    answer(&mut cluster, prepare(ballot(5, 1)));
    assert_eq!(answer(&mut cluster, prepare(ballot(4, 0))), None);
    assert_eq!(cluster.replica(2).promised(), ballot(5, 1));
}

#[test]
fn a_higher_accept_replaces_the_lower_one() {
    let mut cluster = Cluster::new(bare());
    answer(&mut cluster, accept(ballot(1, 0), 5));
    answer(&mut cluster, accept(ballot(2, 1), 6));
    assert_eq!(cluster.disk(2).entry(Slot(0)), Some(entry(ballot(2, 1), command(6))));
    assert_eq!(cluster.disk(2).end(), Slot(1));
}

#[test]
fn an_acceptor_remembers_over_a_restart() {
    let mut cluster = Cluster::new(bare());
    answer(&mut cluster, accept(ballot(1, 0), 5));
    answer(&mut cluster, prepare(ballot(4, 1)));
    cluster.crash(2, 0);
    cluster.restart(2);
    assert_eq!(answer(&mut cluster, accept(ballot(3, 0), 6)), None, "the promise stands");
    let reported = promise(ballot(6, 0), vec![Some((ballot(1, 0), 5))]);
    assert_eq!(answer(&mut cluster, prepare(ballot(6, 0))), reported, "and so does the vote");
}

#[test]
fn an_abandoned_number_is_never_used_again() {
    let mut cluster = Cluster::new(bare());
    let mut numbers = Vec::new();
    for life in 0..4 {
        cluster.timer(0, TimerKind::Election);
        numbers.push(cluster.replica(0).promised());
        cluster.timer(0, TimerKind::Election);
        numbers.push(cluster.replica(0).promised());
        if life % 2 == 0 {
            cluster.crash(0, 0);
            cluster.restart(0);
        }
    }
    assert!(numbers.is_sorted_by(|earlier, later| earlier < later), "{numbers:?}");
}

#[test]
fn a_rejected_proposer_abandons_its_proposal() {
    let mut cluster = Cluster::new(Config { rejects: true, ..bare() });
    answer(&mut cluster, prepare(ballot(5, 1)));
    cluster.timer(0, TimerKind::Election);
    cluster.deliver_among(&[0, 2]);
    assert_eq!(cluster.replica(0).standing(), Standing::Follower);
    assert_eq!(cluster.replica(0).leader(), Some(NodeId(1)));
    cluster.timer(0, TimerKind::Election);
    assert_eq!(cluster.replica(0).promised(), ballot(6, 0), "it knows what to exceed");
}
