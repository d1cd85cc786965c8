//! The Paxos models, with what is expected of each in each scope.

use quorate::registry::{Expect, Registry, Search};
use quorate::trace::Form;
use quorate_model::paxos::naive;
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
    for (variant, scope) in naive::planted::all() {
        let bounds = [
            ("proposers", scope.model.proposers),
            ("acceptors", scope.model.acceptors()),
            ("learners", scope.model.learners),
            ("crashes", scope.model.crashes),
        ];
        let expression = format!("{:?}", scope.model);
        let search = scoped(variant.name(), scope)
            .rust("use quorate_model::paxos::naive::{Naive, Variant::*};", &expression);
        registry.add(bounds.into_iter().fold(search, |search, (name, bound)| search.bound(name, bound)));
    }
}

/// A model in one of its scopes, with what the scope expects.
pub(crate) fn scoped<M>(name: &str, scope: Scope<M>) -> Search<M>
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + Eq + Serialize + Send + Sync + 'static,
    M::Action: Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let search = Search::new(PROTOCOL, name, scope.model, Form::serde()).scope(scope.name, scope.says);
    scope.expect.into_iter().fold(search, |search, (property, expectation)| {
        search.expect(property, match expectation {
            Expectation::Holds => Expect::Holds,
            Expectation::Violated { steps } => Expect::Violated { steps: Some(steps) },
            Expectation::Reached { steps } => Expect::Reachable { steps: Some(steps) },
        })
    })
}
