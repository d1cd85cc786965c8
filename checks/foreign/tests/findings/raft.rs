//! Findings C to F: raft 0.7.0. The runs of C, D and E are the shortest ones: the search finds them here, in no time.

use crate::run::{Run, changed};
use quorate::engine::{Options, Stop, search};
use quorate::foreign::Replayed;
use quorate::verdict::Verdict;
use quorate_foreign::raft::{Cluster, Event, scopes};

/// The labels of the shortest run that breaks `claim`, and the panic at its end.
fn shortest(finding: &str, cluster: Cluster, claim: &str) -> (Vec<Event>, Option<String>) {
    let model = Replayed::new(cluster);
    let report = search(&model, &Options { stop: Stop::FirstViolation, ..Options::single() });
    println!("{} states; {}", report.unique_states, model.cost());
    let Verdict::Violated(run) = &report.finding(claim).expect("it is claimed").verdict else {
        panic!("{}", changed(finding, &format!("{claim} is no longer broken")));
    };
    let events: Vec<Event> = run.actions().cloned().collect();
    let panic = run.last().projection().nodes.iter().find_map(|shown| shown.node.panic.clone());
    println!("{events:#?} {panic:?}");
    (events, panic)
}

#[test]
fn a_removed_leader_of_raft_answers_a_safe_read_with_a_stale_index() {
    let (events, panic) = shortest("C", scopes::removed_leader_reads(), "fresh-reads");
    assert_eq!((events.len(), panic), (11, None), "{}", changed("C", "the run is another one"));
    assert_eq!(events[9..], [Event::Campaign(2), Event::Read(1)]);
}

#[test]
fn a_command_behind_the_removal_of_its_leader_makes_raft_panic() {
    let (events, panic) = shortest("D", scopes::proposal_behind_removal(), "no-panic");
    assert_eq!(events.len(), 11, "{}", changed("D", "the run is another one"));
    let panic = panic.expect("a node panicked");
    assert!(panic.contains("raft.rs:943: called `Option::unwrap()`"), "{}", changed("D", &panic));
}

#[test]
fn a_learner_of_raft_that_is_asked_to_campaign_becomes_the_leader() {
    let (events, _) = shortest("E", scopes::learner_campaigns(), "voters-lead");
    let name = |name: &str| name.to_owned();
    assert_eq!(
        events,
        [
            Event::Campaign(2),
            Event::Deliver((2, 1), name("MsgRequestVote")),
            Event::Deliver((1, 2), name("MsgRequestVoteResponse"))
        ],
        "{}",
        changed("E", "the run is another one")
    );
}

#[test]
fn a_removed_node_of_raft_that_is_asked_to_campaign_panics() {
    let (events, panic) = shortest("E", scopes::removed_campaigns(), "no-panic");
    assert!(events.contains(&Event::Campaign(2)), "{events:?}");
    assert!(panic.is_some_and(|panic| panic.starts_with("raft-0.7.0/")));
}

#[test]
fn a_node_of_raft_without_a_configuration_panics_when_it_is_asked_to_campaign() {
    let (events, panic) = shortest("E", scopes::newcomer_campaigns(), "no-panic");
    assert_eq!(events, [Event::Campaign(2)]);
    assert!(panic.is_some_and(|panic| panic.starts_with("raft-0.7.0/")));
}

/// Lets all that is under way arrive.
fn settle(run: &mut Run<Cluster>) -> &mut Run<Cluster> {
    run.all(|event| matches!(event, Event::Deliver(..)))
}

/// Ticks all clocks alike, `times` over, with every message delivered at once.
fn pass(run: &mut Run<Cluster>, times: usize) {
    for _ in 0..times {
        settle(run.does(Event::TickAll));
    }
}

/// F. All clocks are one clock and every message arrives at once, until the leader is cut off.
#[test]
fn a_leader_of_raft_that_is_cut_off_answers_lease_based_reads_for_longer_than_its_lease() {
    let stale_after = |ticks: usize| {
        let mut run = Run::new(scopes::leases());
        pass(&mut run, 12 + ticks);
        assert_eq!(run.view().nodes[0].node.role, "leader", "node 1 has the shortest timeout");
        run.does(Event::Cut((1, 2))).does(Event::Cut((1, 3)));
        (1..30).find(|_| {
            pass(&mut run, 1);
            run.does(Event::Read(1));
            run.breaks("fresh-reads")
        })
    };
    let stale: Vec<_> = (0..10).map(stale_after).collect();
    println!("cut off n ticks after the election, a stale read after: {stale:?}");
    assert!(stale.iter().any(Option::is_some), "{}", changed("F", "no lease-based read is stale"));
}
