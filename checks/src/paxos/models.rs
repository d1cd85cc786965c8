//! The Paxos models, with what is expected of each in each scope.

use quorate::engine::Limits;
use quorate::registry::{Expect, Registry, Search};
use quorate::trace::Form;
use quorate_model::paxos::{log, naive, single_decree, voting};
use quorate_model::{Expectation, Scope};
use quorate_spec::Spec;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::hash::Hash;

/// The name under which Paxos is checked.
pub const PROTOCOL: &str = "paxos";

/// Adds the models, the article's readings first.
pub fn register(registry: &mut Registry) {
    registry.protocol(PROTOCOL, "consensus: the article's readings, Lamport's Paxos, and Paxos over slots");
    article(registry);
    lamport(registry);
    slots(registry);
    planted(registry);
}

/// The article's Paxos, in its seven readings.
fn article(registry: &mut Registry) {
    for (variant, scope) in naive::planted::all() {
        let bounds = [
            ("proposers", scope.model.proposers),
            ("acceptors", scope.model.acceptors()),
            ("learners", scope.model.learners),
            ("crashes", scope.model.crashes),
        ];
        let uses = "use quorate_model::paxos::naive::{Naive, Variant::*};";
        let search = scoped(variant.name(), scope, uses).stateright();
        registry.add(bounds.into_iter().fold(search, |search, (name, bound)| search.bound(name, bound)));
    }
}

/// Lamport's Voting and Paxos, for one value.
fn lamport(registry: &mut Registry) {
    registry.add(
        Search::new(PROTOCOL, "voting", voting::Voting, Form::serde())
            .scope("3-ballots", "acceptors vote, and nobody sends messages: why Paxos is safe")
            .bound("acceptors", 3)
            .bound("ballots", 3)
            .bound("values", 2)
            .rust("use quorate_model::paxos::voting::Voting;", "Voting")
            .stateright(),
    );
    for scope in single_decree::scopes::all() {
        registry.add(decree(scope).stateright());
    }
}

/// Paxos over slots.
fn slots(registry: &mut Registry) {
    for scope in log::scopes::all() {
        registry.add(over_slots(scope).stateright());
    }
}

/// Defects planted in Lamport's Paxos and in Paxos over slots.
fn planted(registry: &mut Registry) {
    for planted in single_decree::planted::all() {
        registry.add(decree(planted.scope).kind("planted"));
    }
    for planted in log::planted::all() {
        registry.add(over_slots(planted.scope).kind("planted"));
    }
}

fn decree(scope: Scope<single_decree::Paxos>) -> Search<single_decree::Paxos> {
    let single_decree::Paxos { acceptors, values, ballots, quorum, restarts, .. } = scope.model;
    scoped("single-decree", scope, "use quorate_model::paxos::single_decree::{Paxos, planted::Defect::*};")
        .bound("acceptors", acceptors)
        .bound("values", values)
        .bound("ballots", ballots)
        .bound("quorum", quorum)
        .bound("restarts", restarts)
}

fn over_slots(scope: Scope<log::Log>) -> Search<log::Log> {
    let log::Log { slots, ballots, replicas, observers, restarts, reads, .. } = scope.model;
    let added =
        [("replicas", replicas), ("observers", observers), ("restarting", restarts), ("reads", reads)];
    let search = scoped("log", scope, "use quorate_model::paxos::log::{Log, planted::Defect::*};")
        .bound("slots", slots)
        .bound("ballots", ballots);
    let there = added.into_iter().filter(|(_, bound)| *bound > 0);
    there.fold(search, |search, (name, bound)| search.bound(name, bound))
}

/// A model in one of its scopes, with what the scope expects. Where the scope says how deep to look, nothing is said
/// of what it does not name.
fn scoped<M>(name: &str, scope: Scope<M>, uses: &str) -> Search<M>
where
    M: Spec + Debug + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + Eq + Serialize + Send + Sync + 'static,
    M::Action: Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let expression = format!("{:?}", scope.model);
    let mut search = Search::new(PROTOCOL, name, scope.model, Form::serde())
        .scope(scope.name, scope.says)
        .rust(uses, &expression);
    if scope.depth.is_some() {
        let named: Vec<&str> = scope.expect.iter().map(|(property, _)| *property).collect();
        search = search.only(&named).limits(Limits { depth: scope.depth, ..Limits::default() });
    }
    scope.expect.into_iter().fold(search, |search, (property, expectation)| {
        search.expect(
            property,
            match expectation {
                Expectation::Holds => Expect::Holds,
                Expectation::Violated { steps } => Expect::Violated { steps: Some(steps) },
                Expectation::Reached { steps } => Expect::Reachable { steps: Some(steps) },
            },
        )
    })
}
