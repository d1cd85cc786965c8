//! What must hold of a cluster of omnipaxos nodes on good disks.

use super::disk::Defect;
use super::events::Event;
use super::system::{Cluster, View};
use quorate::foreign::{Past, Replayed};
use quorate_spec::Claims;

type Model<const S: bool> = Replayed<Cluster<S>>;
type State<const S: bool> = Past<Cluster<S>>;

fn agreement<const S: bool>(_: &Model<S>, past: &State<S>) -> bool {
    past.projection().decided.values().all(|commands| commands.len() == 1)
}

fn reads_what_is_decided<const S: bool>(_: &Model<S>, past: &State<S>) -> bool {
    past.projection().nodes.iter().all(|shown| shown.node.misread.is_none())
}

fn no_panic<const S: bool>(_: &Model<S>, past: &State<S>) -> bool {
    past.projection().nodes.iter().all(|shown| shown.node.panic.is_none())
}

fn promises_grow<const S: bool>(_: &Model<S>, before: &State<S>, _: &Event, after: &State<S>) -> bool {
    pairs(before.projection(), after.projection()).all(|(before, after)| before.promise <= after.promise)
}

fn decided_stays<const S: bool>(_: &Model<S>, before: &State<S>, _: &Event, after: &State<S>) -> bool {
    pairs(before.projection(), after.projection()).all(|(before, after)| before.decided <= after.decided)
}

fn pairs<'a, const S: bool>(
    before: &'a View<S>,
    after: &'a View<S>,
) -> impl Iterator<Item = (&'a super::server::NodeView<S>, &'a super::server::NodeView<S>)> {
    before.nodes.iter().zip(&after.nodes).map(|(before, after)| (&before.node, &after.node))
}

fn something_is_decided<const S: bool>(_: &Model<S>, past: &State<S>) -> bool {
    !past.projection().decided.is_empty()
}

fn two_are_decided<const S: bool>(_: &Model<S>, past: &State<S>) -> bool {
    past.projection().decided.len() > 1
}

pub(super) fn add<const S: bool>(cluster: &Cluster<S>, claims: &mut Claims<Model<S>>) {
    claims
        .always("agreement", "all that is ever read as decided at an index is one command", agreement)
        .when(something_is_decided)
        .always("no-panic", "no node panics", no_panic)
        .always_step("promises", "no node takes a promise back", promises_grow);
    // A disk that loses entries takes the node's own decided index with it.
    if cluster.defect == Defect::None {
        claims
            .always(
                "reads",
                "a node can read as many decided commands as it says are decided",
                reads_what_is_decided,
            )
            .when(something_is_decided)
            .always_step("durability", "no node's decided index falls", decided_stays);
    }
    claims.sometimes("decided", "a command is decided", something_is_decided);
    if cluster.budgets.appends.iter().sum::<u16>() > 1 {
        claims.sometimes("both", "two commands are decided", two_are_decided);
    }
}
