//! What is searched and sampled of omnipaxos.

use super::Event;
use super::system::{Budgets, Cluster};
use crate::scope::{Sampled, sampled};
use crate::told::{Weights, draw};
use quorate::engine::{Limits, Stop};
use quorate::foreign::{Past, Replayed};
use quorate::registry::{Expect, Registry, Search};
use quorate::simulate::Random;
use quorate::trace::Form;

/// How random runs choose.
const WEIGHTS: Weights = &[
    ("deliver", 640),
    ("append", 90),
    ("lead", 30),
    ("cut", 40),
    ("reconnect", 40),
    ("restart", 15),
    ("trim", 40),
    ("snapshot", 20),
    ("tick", 120),
];

/// Draws an event.
pub fn pick<const S: bool>(
    model: &Replayed<Cluster<S>>,
    past: &Past<Cluster<S>>,
    random: &mut Random,
) -> Option<Event> {
    draw(model.foreign().weights, model, past, random)
}

fn three(each: u16) -> Vec<u16> {
    vec![each; 3]
}

/// Commands have snapshots, and nobody asks for one. Sessions break and begin anew.
pub fn reconnecting() -> Cluster<true> {
    let budgets = Budgets { cuts: 6, ..Cluster::<true>::new(&three(3), &three(8)).budgets };
    Cluster { budgets, weights: WEIGHTS, ..Cluster::new(&three(0), &three(0)) }
}

/// The same in the bounds of a search: one leader, two commands, and one broken session.
pub fn reconnecting_once() -> Cluster<true> {
    let mut cluster = Cluster::new(&[1, 0, 0], &[2, 0, 0]);
    cluster.budgets.cuts = 1;
    cluster
}

/// Commands have no snapshots; the leader trims what everybody has accepted.
pub fn trimming() -> Cluster<false> {
    let budgets = Budgets { cuts: 8, trims: 4, ..Cluster::<false>::new(&three(6), &three(8)).budgets };
    Cluster { budgets, weights: WEIGHTS, ..Cluster::new(&three(0), &three(0)) }
}

/// Neither snapshots nor trims: leaders, broken sessions, crashes, heartbeats and batches.
pub fn plain(batch: usize) -> Cluster<false> {
    let budgets = Budgets {
        restarts: three(2),
        cuts: 8,
        ticks: 200,
        ..Cluster::<false>::new(&three(4), &three(20)).budgets
    };
    Cluster { budgets, batch, weights: WEIGHTS, ..Cluster::new(&three(0), &three(0)) }
}

/// One leader, one command, one lost message.
pub fn small() -> Cluster<false> {
    let mut cluster = Cluster::new(&[1, 0, 0], &[1, 0, 0]);
    cluster.budgets.losses = 1;
    cluster
}

/// A search for the shortest run that breaks agreement by a reconnect.
fn shortest() -> Search<Replayed<Cluster<true>>> {
    Search::new(crate::PROTOCOL, "omnipaxos", Replayed::new(reconnecting_once()), Form::serde())
        .kind("found")
        .scope(
            "one-reconnect",
            "three nodes, snapshots in use and none asked for: one session breaks and begins anew",
        )
        .bound("leads", 1)
        .bound("commands", 2)
        .bound("broken sessions", 1)
        .only(&["agreement"])
        .violated("agreement", None)
        .stop(Stop::FirstViolation)
}

/// Adds what is checked of omnipaxos.
pub fn register(registry: &mut Registry) {
    registry.add(
        Search::new(crate::PROTOCOL, "omnipaxos", Replayed::new(small()), Form::serde())
            .scope("one-loss", "three nodes: one leader, one command, one lost message")
            .bound("leads", 1)
            .bound("commands", 1)
            .bound("losses", 1),
    );
    for (scope, batch) in [("plain", 1), ("batches", 3)] {
        registry.add(sampled(
            Sampled {
                name: "omnipaxos",
                scope,
                says: "three nodes without snapshots and trims: leaders, broken sessions, crashes, heartbeats",
                seeds: 0..150,
                steps: 300,
                property: ("agreement", "no random run breaks agreement, durability, reads or a promise"),
                exercised: &["deliver", "append", "lead", "cut", "reconnect", "restart", "tick"],
                triggered: &["agreement", "reads", "both"],
                expect: Expect::Holds,
            },
            plain(batch),
            pick,
        ));
    }
    let agreement = ("agreement", "all that is ever read as decided at an index is one command");
    registry.add(sampled(
        Sampled {
            name: "omnipaxos",
            scope: "reconnect",
            says: "finding A: three nodes, snapshots in use and none asked for; sessions break and begin anew",
            seeds: 0..200,
            steps: 150,
            property: agreement,
            exercised: &["cut", "reconnect"],
            triggered: &[],
            expect: Expect::Violated { steps: None },
        },
        reconnecting(),
        pick,
    ));
    registry.add(sampled(
        Sampled {
            name: "omnipaxos",
            scope: "trim",
            says: "finding B: three nodes without snapshots; the leader trims what all have accepted",
            seeds: 0..4_000,
            steps: 200,
            property: agreement,
            exercised: &["cut", "reconnect", "trim"],
            triggered: &[],
            expect: Expect::Violated { steps: None },
        },
        trimming(),
        pick,
    ));
    registry.add(shortest().limits(Limits { depth: Some(24), ..Limits::default() }).deep());
}
