//! `omnipaxos` under search, on good disks and on broken ones. A crash leaves the network alone here, which allows
//! more than sessions do. The bounds of every scope stand in its test; what replay cost is printed.

use quorate::engine::{Limits, Options, Report, Stop, search};
use quorate::foreign::{Replayed, sample_projection};
use quorate::verdict::Verdict;
use quorate_foreign::omnipaxos::{Budgets, Defect, Event};

type Cluster = quorate_foreign::omnipaxos::Cluster<false>;
type Checked = Report<Replayed<Cluster>>;

/// Nodes may lead and be given commands, crash and lose messages so often.
fn cluster(leads: [u16; 3], appends: [u16; 3], restarts: [u16; 3], losses: u16) -> Cluster {
    let mut cluster = Cluster::new(&leads, &appends);
    cluster.budgets = Budgets { restarts: restarts.to_vec(), losses, ..cluster.budgets };
    Cluster { sessions: false, ..cluster }
}

fn deliver(from: u64, to: u64, name: &str) -> Event {
    Event::Deliver((from, to), name.to_owned())
}

fn check(scope: &str, cluster: Cluster, options: Options) -> Checked {
    let model = Replayed::new(cluster);
    let report = search(&model, &options);
    let (states, transitions) = (report.unique_states, report.transitions);
    println!("{scope}: {states} states, {transitions} transitions, depth {}; {}", report.depth, model.cost());
    report
}

fn exhaust(scope: &str, cluster: Cluster) -> (u64, u64) {
    let report = check(scope, cluster, Options::single());
    assert_eq!(report.failures(), Vec::<String>::new(), "{scope}");
    (report.unique_states, report.transitions)
}

/// No violation as far as `depth` steps, with every claim put to the test.
fn bounded(scope: &str, cluster: Cluster, depth: u32) -> Checked {
    let limits = Limits { depth: Some(depth), ..Limits::default() };
    let report = check(scope, cluster, Options { limits, ..Options::single() });
    for claim in ["agreement", "promises"] {
        let verdict = &report.finding(claim).expect("it is claimed").verdict;
        assert!(matches!(verdict, Verdict::Bounded { .. }), "{scope}, {claim}: {verdict:?}");
    }
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

/// Two nodes that only hear of each other through the third, which restarts on such a disk.
fn chain(defect: Defect) -> Cluster {
    Cluster { parted: true, defect, ..cluster([1, 0, 1], [1, 0, 1], [0, 1, 0], 0) }
}

#[test]
fn one_leader_decides_a_command() {
    let with_losses = |losses| cluster([1, 0, 0], [1, 0, 0], [0; 3], losses);
    assert_eq!(exhaust("one leader, one command", with_losses(0)), (1_025, 1_761));
    assert_eq!(exhaust("and one loss", with_losses(1)), (3_735, 6_931));
}

#[test]
fn a_follower_that_restarts_takes_nothing_back() {
    let cluster = Cluster { parted: true, ..cluster([1, 0, 0], [1, 0, 0], [0, 1, 0], 0) };
    assert_eq!(exhaust("one leader, one command, one restart, parted", cluster), (425, 697));
}

#[test]
fn two_leaders_that_do_not_hear_of_each_other_agree() {
    let cluster = Cluster { parted: true, ..cluster([1, 0, 1], [1, 0, 1], [0; 3], 0) };
    assert_eq!(exhaust("two leaders, two commands, parted", cluster), (1_811, 3_186));
}

#[test]
fn two_leaders_agree_as_far_as_twelve_steps() {
    let report = bounded("two leaders, two commands", cluster([1, 0, 1], [1, 0, 1], [0; 3], 0), 12);
    assert!(report.findings.iter().all(|finding| finding.triggers > 0), "every claim is put to the test");
}

#[test]
fn a_storage_that_forgets_promises_is_found_in_three_steps() {
    let cluster = Cluster { defect: Defect::ForgetsPromise, ..cluster([1, 0, 0], [1, 0, 0], [0, 1, 0], 0) };
    let run = broken("promises", cluster);
    assert_eq!(run, [Event::Lead(1), deliver(1, 2, "Prepare"), Event::Restart(2)]);
}

#[test]
fn a_storage_that_loses_what_it_acknowledged_is_found_in_fourteen_steps() {
    let run = broken("agreement", chain(Defect::LosesLastEntry));
    assert_eq!(
        run,
        [
            Event::Lead(1),
            deliver(1, 2, "Prepare"),
            Event::Append(1),
            deliver(2, 1, "Promise"),
            deliver(1, 2, "AcceptSync"),
            deliver(2, 1, "Accepted"),
            Event::Restart(2),
            deliver(2, 3, "PrepareReq"),
            Event::Lead(3),
            deliver(3, 2, "Prepare"),
            Event::Append(3),
            deliver(2, 3, "Promise"),
            deliver(3, 2, "AcceptSync"),
            deliver(2, 3, "Accepted"),
        ]
    );
    let _ = bounded("the same on a disk that keeps what it acknowledged", chain(Defect::None), 14);
}

#[test]
fn ways_to_one_projection_behave_alike() {
    let all = cluster([1; 3], [1; 3], [1; 3], 1);
    let sample = sample_projection(&all, 1, 500, 20);
    println!("{sample}");
    assert!(sample.is_green(), "{:#?}", sample.difference);
    assert!(sample.pairs > 200, "{sample}");
}
