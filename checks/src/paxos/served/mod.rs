//! The server in the world: clients who ask again elsewhere, on machines and networks that fail in every way there is.
//!
//! What is served is a [`ledger`](Ledger), on which doing a thing twice shows. [`Told`] keeps what clients asked and were told, in
//! real time, and computes from what is announced as chosen which state every server must have after each slot. The
//! [`claims`](self::claims::claims) compare.
//!
//! | file | what it holds |
//! |---|---|
//! | `ledger.rs` | what is served, and how its clients see it |
//! | `clients.rs` | what clients did and were told, and what they may do next |
//! | `reference.rs` | what the log means |
//! | `told.rs` | the history of a run, from observations alone |
//! | `counts.rs` | how often each mechanism was at work |
//! | `claims.rs` | the properties |
//! | `scopes.rs` | what bounds a world of servers |
//! | `steer.rs` | how random runs are led |
//! | `planted.rs` | known-wrong servers |

pub mod claims;
mod clients;
mod counts;
mod ledger;
mod limits;
mod machine;
pub mod planted;
mod reference;
pub mod scopes;
mod steer;
mod told;

pub use claims::Served;
pub use ledger::{Adder, Ledger, Operation};
pub use machine::{Answer, Asked, Chunk, Disk, Message, Serves, Write};
pub use told::Told;

use super::models::PROTOCOL;
use limits::REPLICAS;
use planted::{AtProposalOnly, Defect, LocalRead, WithoutTable, Wrong};
use quorate::{
    engine::Stop,
    registry::{Check, Expect, Identity, Registry, Sampling, Search},
    simulate::{Plan, Steering},
    trace::Form,
    world::{Scope, World},
};
use quorate_core::paxos::server::Server;
use serde::Serialize;

/// Random runs of the wild scope: how many, and how long.
pub const RANDOM: Plan = Plan { seeds: 0..300, steps: 2_000 };

/// The same under `--deep`, from seeds of its own.
pub const LONG: Plan = Plan { seeds: 1_000..6_000, steps: 2_000 };

/// Runs that a planted defect has to be caught in. They end with the first that does.
pub const PLANTED: Plan = Plan { seeds: 0..400, steps: 200 };

/// The kinds of event in the wild that must all happen.
pub const EXERCISED: &[&str] = &[
    "deliver",
    "duplicate",
    "drop",
    "partition",
    "link-down",
    "heal",
    "timer",
    "request",
    "sync",
    "crash",
    "crash-during",
    "restart",
];

/// Adds them.
pub fn register(registry: &mut Registry) {
    let says =
        "clients who ask again, and every fault at once: partitions, crashes between outputs, loss, bytes";
    registry.add(random::<Server<Ledger>>(scopes::wild(), "wild", says, RANDOM));
    let says = "as wild, more runs";
    registry.add(random::<Server<Ledger>>(scopes::wild(), "wild-for-long", says, LONG).deep());
    for (scope, says) in [scopes::retry::<Server<Ledger>>(), scopes::read(), scopes::sessions()] {
        registry.add(complete(scope, "exhaustive", says));
    }
    planted(registry);
}

fn identity(kind: &str, scope: &str, says: &str) -> Identity {
    Identity {
        protocol: PROTOCOL.to_owned(),
        kind: kind.to_owned(),
        model: "server".to_owned(),
        scope: scope.to_owned(),
        says: says.to_owned(),
        ..Identity::default()
    }
}

/// Random runs of servers `M`, led as `steer` says.
pub fn random<M: Serves + Serialize>(scope: Scope<M, Told>, name: &str, says: &str, plan: Plan) -> Check {
    let property = ("PX-S17", "what clients were told is linearizable, and all else that is claimed holds");
    let sampling = sampling(scope, plan, property, Expect::Holds, EXERCISED);
    Sampling {
        triggered: &["PX-S1", "PX-S13", "PX-S14", "PX-S15", "PX-S16", "PX-S17", "PX-S24", "PX-L7"],
        ..sampling
    }
    .steered(identity("random", name, says), steering(Some(tally)))
}

/// Every state of servers `M` in a small scope.
pub fn complete<M: Serves + Serialize>(scope: Scope<M, Told>, kind: &str, says: &str) -> Search<Served<M>> {
    let (name, bounds) = (scope.name, scope.to_string());
    let campaigns = scope.timers.values().copied().max().unwrap_or(0);
    let only = scopes::properties(name);
    Search::new(PROTOCOL, "server", scopes::served(scope), Form::serde())
        .kind(kind)
        .scope(name, says)
        .bound("replicas", REPLICAS)
        .bound("campaigns", campaigns)
        .bound("scope", bounds)
        .only(only)
}

/// Each defect in the smallest scope that shows it, and in random runs.
fn planted(registry: &mut Registry) {
    let once = ("PX-S14", "a command takes effect at most once, and is answered as it was the first time");
    let cut = ("PX-S15", "a snapshot is the state after exactly its slots, client table included");
    let linear = ("PX-S17", "what clients were told is linearizable");
    registry.add(killed::<AtProposalOnly>(scopes::retry().0, "p19-retry", once.0, Some(11)));
    registry.add(killed::<LocalRead>(scopes::read().0, "p23-read", linear.0, Some(10)));
    registry.add(caught::<AtProposalOnly>("p19-wild", once));
    registry.add(caught::<WithoutTable>("p19-table-wild", cut));
    registry.add(caught::<LocalRead>("p23-wild", linear));
}

fn killed<D: Defect>(scope: Scope<Wrong<D>, Told>, label: &str, property: &str, steps: Option<u32>) -> Check {
    let search = complete(scope, "planted", D::WHAT).scope(label, D::WHAT).only(&[property]);
    search.stop(Stop::FirstViolation).expect(property, Expect::Violated { steps }).into()
}

/// A defect in random runs.
pub fn caught<D: Defect>(label: &str, property: (&'static str, &'static str)) -> Check {
    let expect = Expect::Violated { steps: None };
    // None of them needs a crash between two outputs, and a trace lists every one that could be.
    let scope = Scope { crash_within: false, ..scopes::wild::<Wrong<D>>() };
    sampling(scope, PLANTED, property, expect, &[])
        .steered(identity("planted", label, D::WHAT), steering(None))
}

fn sampling<M: Serves + Serialize>(
    scope: Scope<M, Told>,
    plan: Plan,
    property: (&'static str, &'static str),
    expect: Expect,
    exercised: &'static [&'static str],
) -> Sampling<Served<M>> {
    Sampling {
        model: scopes::served(scope).forgetting(),
        form: Form::serde(),
        plan,
        property,
        faults: &["crash", "crash-during", "drop", "duplicate", "partition"],
        exercised,
        triggered: &[],
        after: None,
        expect,
    }
}

fn steering<M: Serves>(tally: Option<quorate::simulate::Tally<Served<M>>>) -> Steering<Served<M>> {
    Steering { pick: Some(steer::pick::<M>), tally, ..Steering::default() }
}

fn tally<M: Serves>(_: &Served<M>, world: &World<M, Told>) -> Vec<(&'static str, u64)> {
    world.ghost().counts.all()
}
