//! The checks that no depth bounds: that the invariant of `Voting` is inductive, and that weaker ones are not.

use super::models::PROTOCOL;
use quorate::registry::{Check, Expect, Identity, Inductive, Registry};
use quorate_model::paxos::voting::{Voting, planted, property, state::State};
use quorate_spec::StateFn;

/// Adds the inductive checks.
pub fn register(registry: &mut Registry) {
    let says = "safe votes stay safe, from every type-correct state: agreement at any depth";
    registry.add(check("inductive", "invariant", says, property::inductive_invariant, Expect::Holds));
    for weaker in planted::all() {
        let expect = Expect::Violated { steps: Some(1) };
        registry.add(check("planted", weaker.name, weaker.says, weaker.holds, expect));
    }
}

fn check(kind: &str, scope: &str, says: &str, invariant: StateFn<Voting>, expect: Expect) -> Check {
    let mut identity = Identity {
        protocol: PROTOCOL.to_owned(),
        kind: kind.to_owned(),
        model: "voting".to_owned(),
        scope: scope.to_owned(),
        says: says.to_owned(),
        ..Identity::default()
    };
    for (name, bound) in [("acceptors", 3), ("ballots", 3), ("values", 2)] {
        identity.bounds.insert(name.to_owned(), bound.into());
    }
    let inductive = Inductive {
        model: Voting,
        property: (
            "PX-S10",
            "the invariant holds at first and is kept by every step from every state that has it",
        ),
        invariant,
        states: || Box::new(State::all()),
        typed: property::type_ok,
        expect,
    };
    inductive.check(identity)
}
