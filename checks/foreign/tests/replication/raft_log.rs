//! The `raft` crate under search. The bounds of every scope stand in its test; what replay cost is printed.

use crate::raft_cluster::{Cluster, Defect, Event};
use quorate::engine::{Limits, Options, Report, Stop, search};
use quorate::foreign::{Replayed, sample_projection};
use quorate::verdict::Verdict;

type Checked = Report<Replayed<Cluster>>;

fn check(scope: &str, cluster: Cluster, options: Options) -> Checked {
    let model = Replayed::new(cluster);
    let report = search(&model, &options);
    let (states, transitions) = (report.unique_states, report.transitions);
    println!("{scope}: {states} states, {transitions} transitions, depth {}; {}", report.depth, model.cost());
    report
}

fn exhaust(scope: &str, cluster: Cluster) -> Checked {
    let report = check(scope, cluster, Options::single());
    assert_eq!(report.failures(), Vec::<String>::new(), "{scope}");
    report
}

/// The shortest run that breaks `claim`.
fn broken(claim: &str, cluster: Cluster) -> Vec<Event> {
    let report = check(claim, cluster, Options { stop: Stop::FirstViolation, ..Options::single() });
    match &report.finding(claim).expect("it is claimed").verdict {
        Verdict::Violated(run) => run.actions().cloned().collect(),
        holds => panic!("{claim}: {holds:?}"),
    }
}

fn words(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| format!("{event:?}")).collect()
}

#[test]
fn one_candidate_commits_its_first_entry() {
    let report = exhaust("one campaign", Cluster::new([1, 0, 0]));
    assert_eq!((report.unique_states, report.transitions), (230, 519));
}

#[test]
fn one_leader_commits_a_command() {
    let cluster = Cluster { proposals: 1, ..Cluster::new([1, 0, 0]) };
    let report = exhaust("one campaign, one command", cluster);
    assert_eq!((report.unique_states, report.transitions), (36_715, 149_798));
}

#[test]
fn a_follower_that_restarts_and_a_message_that_comes_twice_change_nothing() {
    let cluster = Cluster { duplicates: 1, restarts: [0, 1, 0], ..Cluster::new([1, 0, 0]) };
    let report = exhaust("one campaign, one restart, one duplicate", cluster);
    assert_eq!((report.unique_states, report.transitions), (7_646, 26_425));
}

#[test]
fn two_candidates_agree_as_far_as_twelve_steps() {
    let limits = Limits { depth: Some(12), ..Limits::default() };
    let report = check("two campaigns", Cluster::new([1, 1, 0]), Options { limits, ..Options::single() });
    for claim in ["election safety", "agreement"] {
        let verdict = &report.finding(claim).expect("it is claimed").verdict;
        assert!(
            matches!(verdict, Verdict::Bounded { limit, .. } if limit == "depth 12"),
            "{claim}: {verdict:?}"
        );
    }
    let change = &report.finding("change").expect("it is claimed").verdict;
    assert!(matches!(change, Verdict::Reached(_)), "{change:?}");
    assert_eq!(report.levels, [1, 2, 5, 12, 31, 80, 185, 406, 812, 1_492, 2_566, 4_190, 6_632]);
}

#[test]
fn a_storage_that_forgets_votes_is_found_in_seven_steps() {
    let cluster = Cluster { restarts: [0, 0, 1], defect: Defect::ForgetsVote, ..Cluster::new([1, 1, 0]) };
    let run = broken("election safety", cluster);
    assert_eq!(
        words(&run),
        [
            "Campaign(1)",
            "Deliver(MsgRequestVote 1→3 term 1)",
            "Deliver(MsgRequestVoteResponse 3→1 term 1)",
            "Campaign(2)",
            "Restart(3)",
            "Deliver(MsgRequestVote 2→3 term 1)",
            "Deliver(MsgRequestVoteResponse 3→2 term 1)",
        ]
    );
}

#[test]
fn a_storage_that_loses_what_it_acknowledged_is_found_in_eleven_steps() {
    let cluster = |defect| Cluster { restarts: [0, 1, 0], defect, ..Cluster::new([1, 0, 1]) };
    let run = broken("agreement", cluster(Defect::LosesLastEntry));
    assert_eq!(run.len(), 11, "{run:#?}");
    assert!(words(&run).contains(&"Restart(2)".to_owned()), "{run:#?}");
    let limits = Limits { depth: Some(11), ..Limits::default() };
    let options = Options { limits, ..Options::single() };
    let kept = check("the same on a disk that keeps what it acknowledged", cluster(Defect::None), options);
    let verdict = &kept.finding("agreement").expect("it is claimed").verdict;
    assert!(matches!(verdict, Verdict::Bounded { .. }), "{verdict:?}");
}

fn busy(leaving_out: &'static str) -> Cluster {
    Cluster { proposals: 1, restarts: [1; 3], duplicates: 1, leaving_out, ..Cluster::new([1; 3]) }
}

#[test]
fn ways_to_one_projection_behave_alike() {
    let sample = sample_projection(&busy(""), 1, 1_000, 25);
    println!("{sample}");
    assert!(sample.is_green(), "{:#?}", sample.difference);
    assert!(sample.pairs > 1_000, "{sample}");
}

#[test]
fn a_projection_without_votes_is_caught() {
    for what in ["vote", "votes"] {
        let sample = sample_projection(&busy(what), 1, 1_000, 25);
        let difference = sample.difference.unwrap_or_else(|| panic!("nodes differ in {what}"));
        assert!(difference.event.is_some(), "{difference:#?}");
    }
}
