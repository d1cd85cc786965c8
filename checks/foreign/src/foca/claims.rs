//! What must hold of a cluster of foca nodes: the order of SWIM's states, what the documentation says of
//! notifications, and that nodes neither fail nor panic on each other's packets and their own timers.

use super::server::NodeView;
use super::system::{Cluster, Event};
use quorate::foreign::{Past, Replayed};
use quorate_spec::Claims;

type Model = Replayed<Cluster>;
type State = Past<Cluster>;

fn nodes(past: &State) -> impl Iterator<Item = &NodeView> {
    past.projection().nodes.iter().map(|shown| &shown.node)
}

fn down_is_final(_: &Model, before: &State, _: &Event, after: &State) -> bool {
    nodes(before).zip(nodes(after)).filter(|(before, after)| before.id == after.id).all(|(before, after)| {
        let mut down = before.knows.iter().filter(|(_, (_, state))| *state == "Down");
        down.all(|(id, _)| after.knows.get(id).is_none_or(|(_, state)| *state == "Down"))
    })
}

fn incarnations_grow(_: &Model, before: &State, _: &Event, after: &State) -> bool {
    nodes(before).zip(nodes(after)).filter(|(before, after)| before.id == after.id).all(|(before, after)| {
        let mut known = before.knows.iter().filter(|(_, (_, state))| *state != "Down");
        known.all(|(id, (old, _))| {
            after.knows.get(id).is_none_or(|(new, state)| new >= old || *state == "Down")
        })
    })
}

fn one_identity_an_address(_: &Model, past: &State) -> bool {
    nodes(past).all(|node| {
        let addresses: Vec<u8> = node.knows.keys().map(|id| id.0).collect();
        addresses.windows(2).all(|pair| pair[0] != pair[1])
    })
}

fn notifications_tell(_: &Model, past: &State) -> bool {
    nodes(past).all(|node| {
        let active = node.knows.iter().filter(|(_, (_, state))| *state != "Down").map(|(id, _)| *id);
        node.misled.is_none() && active.eq(node.notified.iter().copied())
    })
}

fn somebody_is_known(_: &Model, past: &State) -> bool {
    nodes(past).any(|node| !node.knows.is_empty())
}

fn somebody_is(past: &State, wanted: &str) -> bool {
    nodes(past).any(|node| node.knows.values().any(|(_, state)| *state == wanted))
}

fn somebody_is_down(_: &Model, past: &State) -> bool {
    somebody_is(past, "Down")
}

fn somebody_is_suspect(_: &Model, past: &State) -> bool {
    somebody_is(past, "Suspect")
}

fn no_error(_: &Model, past: &State) -> bool {
    nodes(past).all(|node| node.errors.is_empty())
}

fn no_panic(_: &Model, past: &State) -> bool {
    nodes(past).all(|node| node.panic.is_none())
}

pub(super) fn add(claims: &mut Claims<Model>) {
    claims
        .always_step("down-is-final", "an identity that a node knows to be down stays so", down_is_final)
        .when(somebody_is_down)
        .always_step(
            "incarnations",
            "what a node knows of a member's incarnation never falls",
            incarnations_grow,
        )
        .when(somebody_is_known)
        .always("addresses", "a node knows one identity of an address at most", one_identity_an_address)
        .when(somebody_is_known)
        .always("notifications", "the active members are those of the notifications", notifications_tell)
        .when(somebody_is_known)
        .always("no-error", "no packet of a node and no timer is answered with an error", no_error)
        .always("no-panic", "no node panics", no_panic)
        .sometimes("suspected", "a member is suspected", somebody_is_suspect)
        .sometimes("down", "a member is declared down", somebody_is_down);
}
