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
    let found = report.finding(claim).expect("it is claimed");
    let Verdict::Violated(run) = &found.verdict else {
        let (text, states) = (found.claim.text(), report.unique_states);
        let holds =
            format!("{claim} ({text}) is no longer broken in any of the {states} states of the scope");
        panic!("{}", changed(finding, &holds));
    };
    let events: Vec<Event> = run.actions().cloned().collect();
    let panic = run.last().projection().nodes.iter().find_map(|shown| shown.node.panic.clone());
    println!("{events:#?} {panic:?}");
    (events, panic)
}

/// The words for a shortest run that is not the one of the report.
fn another(finding: &str, events: &[Event], panic: Option<&str>) -> String {
    let end = panic.map_or_else(String::new, |panic| format!(", and ends in a panic, {panic}"));
    changed(finding, &format!("the shortest run is another one of {} events, {events:?}{end}", events.len()))
}

/// Did the crate panic, in whatever folder it stands, and not the code around it?
fn is_in_raft(panic: Option<&str>) -> bool {
    panic.is_some_and(|panic| panic.contains("src/raft.rs:"))
}

#[test]
fn a_removed_leader_of_raft_answers_a_safe_read_with_a_stale_index() {
    let (events, panic) = shortest("C", scopes::removed_leader_reads(), "fresh-reads");
    let as_reported = events.len() == 11 && events.ends_with(&[Event::Campaign(2), Event::Read(1)]);
    assert!(as_reported && panic.is_none(), "{}", another("C", &events, panic.as_deref()));
}

#[test]
fn a_command_behind_the_removal_of_its_leader_makes_raft_panic() {
    let (events, panic) = shortest("D", scopes::proposal_behind_removal(), "no-panic");
    let unwraps = panic.as_ref().is_some_and(|panic| panic.contains("called `Option::unwrap()`"));
    let as_reported = events.len() == 11 && unwraps && is_in_raft(panic.as_deref());
    assert!(as_reported, "{}", another("D", &events, panic.as_deref()));
}

#[test]
fn a_learner_of_raft_that_is_asked_to_campaign_becomes_the_leader() {
    let (events, panic) = shortest("E", scopes::learner_campaigns(), "voters-lead");
    let name = |name: &str| name.to_owned();
    assert_eq!(
        events,
        [
            Event::Campaign(2),
            Event::Deliver((2, 1), name("MsgRequestVote")),
            Event::Deliver((1, 2), name("MsgRequestVoteResponse"))
        ],
        "{}",
        another("E", &events, panic.as_deref())
    );
}

#[test]
fn a_removed_node_of_raft_that_is_asked_to_campaign_panics() {
    let (events, panic) = shortest("E", scopes::removed_campaigns(), "no-panic");
    let as_reported =
        events.len() == 13 && events.contains(&Event::Campaign(2)) && is_in_raft(panic.as_deref());
    assert!(as_reported, "{}", another("E", &events, panic.as_deref()));
}

#[test]
fn a_node_of_raft_without_a_configuration_panics_when_it_is_asked_to_campaign() {
    let (events, panic) = shortest("E", scopes::newcomer_campaigns(), "no-panic");
    let as_reported = events == [Event::Campaign(2)] && is_in_raft(panic.as_deref());
    assert!(as_reported, "{}", another("E", &events, panic.as_deref()));
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
        let mut run = Run::new("F", scopes::leases());
        pass(&mut run, 12 + ticks);
        let role = run.view().nodes[0].node.role;
        assert_eq!(role, "leader", "{}", changed("F", "node 1 has the shortest timeout and is not elected"));
        run.does(Event::Cut((1, 2))).does(Event::Cut((1, 3)));
        (1..30).find(|_| {
            pass(&mut run, 1);
            run.does(Event::Read(1));
            run.breaks("fresh-reads")
        })
    };
    let stale: Vec<_> = (0..10).map(stale_after).collect();
    println!("cut off n ticks after the election, a stale read after: {stale:?}");
    let ticks: Vec<i32> = stale.iter().flatten().copied().collect();
    assert!(!ticks.is_empty(), "{}", changed("F", "no lease-based read is stale any more"));
    let other = format!("cut off at ten successive moments, stale reads come after these ticks: {stale:?}");
    let as_reported = ticks.len() == 8 && ticks.iter().all(|ticks| [11, 12].contains(ticks));
    assert!(as_reported, "{}", changed("F", &other));
}
