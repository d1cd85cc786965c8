//! What is searched and sampled of raft.

use super::system::{Budgets, Cluster};
use super::words::Change;
use super::{Event, Options};
use crate::scope::{Sampled, sampled};
use crate::told::{Weights, draw};
use quorate::engine::{Limits, Stop};
use quorate::foreign::{Past, Replayed};
use quorate::registry::{Expect, Registry, Search};
use quorate::simulate::Random;
use quorate::trace::Form;

/// How random runs choose.
const WEIGHTS: Weights = &[
    ("deliver", 900),
    ("overtake", 40),
    ("duplicate", 15),
    ("lose", 15),
    ("campaign", 40),
    ("propose", 60),
    ("read", 40),
    ("transfer", 8),
    ("change", 40),
    ("ping", 30),
    ("tick", 60),
    ("persist", 300),
    ("compact", 12),
    ("restart", 8),
    ("cut", 6),
    ("heal", 15),
];

/// Draws an event.
pub fn pick(model: &Replayed<Cluster>, past: &Past<Cluster>, random: &mut Random) -> Option<Event> {
    draw(model.foreign().weights, model, past, random)
}

fn two_voters(budgets: Budgets, changes: &[Change]) -> Cluster {
    Cluster { nodes: 2, voters: vec![1, 2], budgets, changes: changes.to_vec(), ..Cluster::default() }
}

/// A leader is removed, and is asked for a read index.
pub fn removed_leader_reads() -> Cluster {
    let budgets = Budgets { campaigns: 2, reads: 1, changes: 1, ..Budgets::default() };
    two_voters(budgets, &[Change::Remove(1)])
}

/// A command is proposed behind the removal of the leader.
pub fn proposal_behind_removal() -> Cluster {
    let budgets = Budgets { campaigns: 1, proposals: 1, changes: 1, ..Budgets::default() };
    two_voters(budgets, &[Change::Remove(1)])
}

/// A learner is asked to campaign.
pub fn learner_campaigns() -> Cluster {
    let budgets = Budgets { campaigns: 1, ..Budgets::default() };
    let (voters, learners) = (vec![1], vec![2]);
    Cluster { nodes: 2, voters, learners, budgets, anybody_campaigns: true, ..Cluster::default() }
}

/// A node that was removed is asked to campaign.
pub fn removed_campaigns() -> Cluster {
    let budgets = Budgets { campaigns: 2, changes: 1, ..Budgets::default() };
    Cluster { anybody_campaigns: true, ..two_voters(budgets, &[Change::Remove(2)]) }
}

/// A node that has no configuration yet is asked to campaign.
pub fn newcomer_campaigns() -> Cluster {
    let budgets = Budgets { campaigns: 1, ..Budgets::default() };
    Cluster { nodes: 2, voters: vec![1], budgets, anybody_campaigns: true, ..Cluster::default() }
}

fn many() -> Budgets {
    let all = u16::MAX;
    Budgets {
        campaigns: all,
        proposals: all,
        reads: all,
        transfers: all,
        pings: all,
        compactions: all,
        restarts: 5,
        losses: all,
        duplicates: all,
        overtakes: all,
        cuts: all,
        ..Budgets::default()
    }
}

/// Fixed membership, and the rest of the crate: pre-vote, check-quorum, ticks, transfers, snapshots, reads, and disks
/// that are written late.
pub fn fixed() -> Cluster {
    let options = Options { pre_vote: true, check_quorum: true, asynchronous: true, ..Options::default() };
    let budgets = Budgets { ticks: u16::MAX, ..many() };
    Cluster { nodes: 3, voters: vec![1, 2, 3], options, budgets, weights: WEIGHTS, ..Cluster::default() }
}

/// Membership changes: single and joint ones, learners. Leaders that were removed are stopped.
pub fn changing() -> Cluster {
    let single = |id| [Change::Add(id), Change::Remove(id), Change::Learn(id)];
    let mut changes: Vec<Change> = (1..=4).flat_map(single).collect();
    changes.extend((1..=4).map(|id| Change::Replace(id, id % 4 + 1)));
    changes.push(Change::Leave);
    let options = Options { small: true, batch: true, ..Options::default() };
    let budgets = Budgets { changes: u16::MAX, ..many() };
    let removed_leaders_stop = true;
    let (nodes, voters, weights) = (4, vec![1, 2, 3], WEIGHTS);
    Cluster { nodes, voters, options, budgets, changes, removed_leaders_stop, weights, ..Cluster::default() }
}

/// Lease-based reads, with clocks that run alike: the assumption that the documentation names.
pub fn leases() -> Cluster {
    let options = Options { check_quorum: true, lease: true, ..Options::default() };
    let budgets = Budgets { campaigns: 0, transfers: 0, pings: 0, restarts: 0, ticks: u16::MAX, ..many() };
    Cluster {
        nodes: 3,
        voters: vec![1, 2, 3],
        options,
        budgets,
        lockstep: true,
        weights: TIMED,
        ..Cluster::default()
    }
}

/// How random runs choose where time decides.
const TIMED: Weights = &[
    ("deliver", 900),
    ("propose", 60),
    ("read", 80),
    ("tick", 400),
    ("cut", 20),
    ("heal", 10),
    ("lose", 10),
];

/// One leader, one command, one read.
pub fn small() -> Cluster {
    let budgets = Budgets { campaigns: 1, proposals: 1, reads: 1, losses: 1, ..Budgets::default() };
    two_voters(budgets, &[])
}

/// Two candidates among three voters, and a change of the configuration.
pub fn contested() -> Cluster {
    let budgets = Budgets { campaigns: 2, proposals: 1, changes: 1, ..Budgets::default() };
    let changes = vec![Change::Remove(3), Change::Learn(3)];
    Cluster {
        nodes: 3,
        voters: vec![1, 2, 3],
        budgets,
        changes,
        removed_leaders_stop: true,
        ..Cluster::default()
    }
}

fn searched(scope: &str, says: &str, cluster: Cluster) -> Search<Replayed<Cluster>> {
    let Budgets { campaigns, proposals, reads, changes, .. } = cluster.budgets;
    let bounds = [("campaigns", campaigns), ("commands", proposals), ("reads", reads), ("changes", changes)];
    let search =
        Search::new(crate::PROTOCOL, "raft", Replayed::new(cluster), Form::serde()).scope(scope, says);
    bounds.into_iter().fold(search, |search, (name, bound)| search.bound(name, bound))
}

/// A finding: the shortest run that breaks `property`.
fn found(
    scope: &str,
    says: &str,
    cluster: Cluster,
    property: &'static str,
    steps: u32,
) -> Search<Replayed<Cluster>> {
    let search = searched(scope, says, cluster).kind("found").only(&[property]);
    search.violated(property, steps).stop(Stop::FirstViolation)
}

/// Random runs, and of what.
type Runs = (Sampled, Cluster);

fn sample(
    scope: &'static str,
    says: &'static str,
    cluster: Cluster,
    exercised: &'static [&'static str],
) -> Runs {
    let triggered = &["election-safety", "agreement", "leader-completeness", "fresh-reads"];
    let property =
        ("agreement", "no random run breaks agreement, nor any other property of Raft, a read or a node");
    let (seeds, steps, expect) = (0..200, 300, Expect::Holds);
    (Sampled { name: "raft", scope, says, seeds, steps, property, exercised, triggered, expect }, cluster)
}

/// Adds what is checked of raft.
pub fn register(registry: &mut Registry) {
    registry.add(searched(
        "two-voters",
        "two voters: one leader, one command, one read, one lost message",
        small(),
    ));
    for (sampled_as, cluster) in [
        sample(
            "fixed",
            "three voters: pre-vote, check-quorum, ticks, transfers, reads, snapshots, disks that are written late",
            fixed(),
            &[
                "deliver", "campaign", "propose", "read", "transfer", "tick", "persist", "compact",
                "restart", "cut",
            ],
        ),
        sample(
            "changing",
            "up to four voters and learners: single and joint changes; an application that stops removed leaders",
            changing(),
            &["deliver", "campaign", "propose", "read", "change", "compact", "restart", "cut"],
        ),
    ] {
        registry.add(sampled(sampled_as, cluster, pick));
    }
    let says = "finding C: two voters; the leader is removed, and goes on leading";
    registry.add(found("removed-leader-reads", says, removed_leader_reads(), "fresh-reads", 11));
    let says = "finding D: two voters; a command is proposed behind the leader's own removal";
    registry.add(found("proposal-behind-removal", says, proposal_behind_removal(), "no-panic", 11));
    let says = "finding E: a voter and a learner, which is asked to campaign";
    registry.add(found("learner-campaigns", says, learner_campaigns(), "voters-lead", 3));
    let says = "finding E: two voters, of which one is removed and then asked to campaign";
    registry.add(found("removed-campaigns", says, removed_campaigns(), "no-panic", 13));
    let says = "finding E: a node without any configuration is asked to campaign";
    registry.add(found("newcomer-campaigns", says, newcomer_campaigns(), "no-panic", 1));
    let says = "finding F: three voters and one clock; lease-based reads, and a leader that is cut off";
    let reads = "a read index is at least the highest commit index of the moment at which it was asked for";
    let (leased, cluster) = sample("leases", says, leases(), &["tick", "cut", "read"]);
    let expect = Expect::Violated { steps: None };
    let leased =
        Sampled { property: ("fresh-reads", reads), seeds: 0..1_000, expect, triggered: &[], ..leased };
    registry.add(sampled(leased, cluster, pick));
    let says = "three voters: two candidates, a command, a voter that is removed or made a learner";
    let limits = Limits { depth: Some(13), ..Limits::default() };
    registry.add(searched("contested", says, contested()).limits(limits).deep());
}
