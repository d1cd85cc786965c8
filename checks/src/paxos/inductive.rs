//! The checks that no depth bounds: that the invariant of `Voting` is inductive, and that weaker ones are not.

use super::models::PROTOCOL;
use quorate::{
    engine::{Induction, inductive},
    registry::{Check, Conclusion, Context, Expect, Identity, Outcome, Property, Registry, Row},
};
use quorate_model::paxos::voting::{Voting, planted, property, state::State};
use quorate_spec::StateFn;
use std::time::Instant;

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
    let text = "the invariant holds at first and is kept by every step from every state that has it";
    let property = Property { id: "PX-S10".to_owned(), text: text.to_owned(), expect };
    let about = identity.clone();
    let run = move |context: &Context, _: &str| Outcome {
        rows: vec![row(Row::new(&about, "PX-S10", text, expect), invariant, context)],
        ..Outcome::default()
    };
    Check::custom(identity, vec![property], run)
}

fn row(mut row: Row, invariant: StateFn<Voting>, context: &Context) -> Row {
    let start = Instant::now();
    let threads = context.threads;
    let found = inductive(&Voting, invariant, property::type_ok, State::all(), threads);
    row.wall_seconds = start.elapsed().as_secs_f64();
    row.sentence = (!found.holds()).then(|| format!("{found:?}"));
    row.conclusion = match found {
        Induction::Inductive { states, satisfying, steps } => {
            (row.unique_states, row.triggers, row.transitions) = (states, satisfying, steps);
            Conclusion::Complete
        }
        Induction::NotPreserved { .. } => {
            row.trace_steps = Some(1);
            Conclusion::Violated
        }
        Induction::NotInitially(_) => {
            row.trace_steps = Some(0);
            Conclusion::Violated
        }
        Induction::NotClosed(_) | Induction::Vacuous => Conclusion::Unreached,
    };
    row.judge(false)
}
