//! What must hold of a cluster of raft nodes on good disks: the properties of the Raft paper's figure 3, linearizable
//! reads, and that nothing panics.

use super::events::Event;
use super::server::NodeView;
use super::system::Cluster;
use quorate::foreign::{Past, Replayed};
use quorate_spec::Claims;

type Model = Replayed<Cluster>;
type State = Past<Cluster>;

fn one_leader(_: &Model, past: &State) -> bool {
    past.projection().leaders.values().all(|leaders| leaders.len() == 1)
}

fn somebody_led(_: &Model, past: &State) -> bool {
    !past.projection().leaders.is_empty()
}

fn agreement(_: &Model, past: &State) -> bool {
    past.projection().applied.values().all(|items| items.len() == 1)
}

fn something_is_applied(_: &Model, past: &State) -> bool {
    !past.projection().applied.is_empty()
}

/// The entries of a node's log, by index.
fn entries(node: &NodeView) -> impl Iterator<Item = (u64, &super::words::Item)> {
    (node.first + 1..).zip(&node.log)
}

/// If two logs have an entry of one index and term, they are the same up to there.
fn log_matching(_: &Model, past: &State) -> bool {
    let nodes = &past.projection().nodes;
    let pair_matches = |one: &NodeView, other: &NodeView| {
        let shared = entries(one).filter_map(|(index, item)| {
            let at = usize::try_from(index.checked_sub(other.first + 1)?).ok()?;
            Some((item, other.log.get(at)?))
        });
        let shared: Vec<_> = shared.collect();
        let last = shared.iter().rposition(|(one, other)| one.0 == other.0);
        shared.iter().take(last.map_or(0, |last| last + 1)).all(|(one, other)| one == other)
    };
    let later = |at: usize| nodes.iter().skip(at + 1);
    nodes.iter().enumerate().all(|(at, one)| later(at).all(|other| pair_matches(&one.node, &other.node)))
}

/// A leader of the latest term has all that was ever applied.
fn leader_completeness(_: &Model, past: &State) -> bool {
    let view = past.projection();
    let Some((latest, _)) = view.leaders.last_key_value() else { return true };
    let leaders = view.nodes.iter().map(|shown| &shown.node);
    let mut leaders = leaders.filter(|node| node.role == "leader" && node.term == *latest);
    leaders.all(|node| {
        let has = |index: u64, term: u64| {
            let at = usize::try_from(index - node.first - 1).unwrap_or(usize::MAX);
            node.log.get(at).is_some_and(|item| item.0 == term)
        };
        let behind = view.applied.range(node.first + 1..);
        behind
            .flat_map(|(index, items)| items.iter().map(move |item| (*index, item.0)))
            .all(|(i, t)| has(i, t))
    })
}

fn reads_are_fresh(_: &Model, past: &State) -> bool {
    past.projection().reads.values().all(|asked| asked.given.is_none_or(|given| given >= asked.needs))
}

fn something_is_read(_: &Model, past: &State) -> bool {
    past.projection().reads.values().any(|asked| asked.given.is_some())
}

fn no_panic(_: &Model, past: &State) -> bool {
    past.projection().nodes.iter().all(|shown| shown.node.panic.is_none())
}

/// The node leads in a term in which it did not lead before.
fn is_elected(before: &NodeView, after: &NodeView) -> bool {
    after.role == "leader" && (before.role != "leader" || before.term != after.term)
}

fn elections(before: &State, after: &State) -> impl Iterator<Item = bool> {
    let pairs = before.projection().nodes.iter().zip(&after.projection().nodes);
    pairs.filter(|(before, after)| is_elected(&before.node, &after.node)).map(|(_, after)| after.node.voter)
}

fn voters_are_elected(_: &Model, before: &State, _: &Event, after: &State) -> bool {
    elections(before, after).all(|is_voter| is_voter)
}

fn somebody_is_elected(_: &Model, before: &State, _: &Event, after: &State) -> bool {
    elections(before, after).next().is_some()
}

fn config_changed(_: &Model, past: &State) -> bool {
    let confs = past.projection().nodes.iter().map(|shown| &shown.node.conf).filter(|conf| !conf.is_empty());
    confs.collect::<std::collections::BTreeSet<_>>().len() > 1
}

pub(super) fn add(cluster: &Cluster, claims: &mut Claims<Model>) {
    claims
        .always("election-safety", "a term has at most one leader, ever", one_leader)
        .when(somebody_led)
        .always("agreement", "all that is ever applied at an index is one entry", agreement)
        .when(something_is_applied)
        .always("log-matching", "logs with a common entry are the same up to it", log_matching)
        .when(something_is_applied)
        .always(
            "leader-completeness",
            "the leader of the latest term has every entry that was ever applied",
            leader_completeness,
        )
        .when(something_is_applied)
        .always_step("voters-lead", "only a voter of its own configuration is elected", voters_are_elected)
        .when_step(somebody_is_elected)
        .always("no-panic", "no node panics", no_panic);
    if cluster.budgets.reads > 0 {
        claims
            .always(
                "fresh-reads",
                "a read index is at least the highest commit index of the moment at which it was asked for",
                reads_are_fresh,
            )
            .when(something_is_read);
    }
    claims.sometimes("applied", "an entry is applied", something_is_applied);
    if cluster.budgets.changes > 0 {
        claims.sometimes("changed", "a change of the configuration is applied", config_changed);
    }
}
