//! The checks that sample: random runs in a scope that no search finishes, and lockstep with the specification.

use super::{
    models::PROTOCOL,
    refinement::refining,
    scopes::{self, Named},
};
use quorate::{
    lockstep::{Lockstep, Reach, model_driven},
    refine::Mapping,
    registry::{Check, Conclusion, Context, Expect, Identity, Outcome, Property, Registry, Row},
    simulate::{Plan, Sample, random_runs},
};
use quorate_core::paxos::Replica;
use quorate_spec::{Kind, Spec};
use std::time::Instant;

/// Random runs of the wild scope: how many, and how long.
pub const RANDOM: Plan = Plan { seeds: 0..300, steps: 300 };

/// Walks of the specification that the core must follow.
pub const WALKS: Plan = Plan { seeds: 0..30, steps: 14 };

/// How far the core may be pushed to follow one step.
pub const REACH: Reach = Reach { events: 6, states: 2_000 };

/// Adds them.
pub fn register(registry: &mut Registry) {
    let says = "everything at once: crashes between outputs, loss, duplication, bytes, batches";
    registry.add(check("random", "wild", says, "refines", random));
    let says = "the specification leads, and the core follows";
    registry.add(check("lockstep", "holes", says, "follows", lockstep));
}

fn check(kind: &str, scope: &str, says: &str, property: &str, run: fn(Row) -> Outcome) -> Check {
    let identity = Identity {
        protocol: PROTOCOL.to_owned(),
        kind: kind.to_owned(),
        model: "core".to_owned(),
        scope: scope.to_owned(),
        says: says.to_owned(),
        ..Identity::default()
    };
    let text = match property {
        "follows" => "every kind of step that the specification can take, the code can be made to take",
        _ => "every step of the code is a step of the specification, or none",
    };
    let listed = vec![Property { id: property.to_owned(), text: text.to_owned(), expect: Expect::Holds }];
    let (about, name) = (identity.clone(), property.to_owned());
    Check::custom(identity, listed, move |_: &Context, _: &str| {
        let start = Instant::now();
        let mut outcome = run(Row::new(&about, &name, text, Expect::Holds));
        let elapsed = start.elapsed().as_secs_f64();
        for row in &mut outcome.rows {
            (row.wall_seconds, row.cpu_seconds) = (elapsed, elapsed);
        }
        outcome
    })
}

/// The runs of the wild scope.
pub fn sample() -> Sample<super::refinement::Refining<Replica<u8>>> {
    random_runs(&refining(scopes::wild()), &RANDOM)
}

fn taken<M: Spec>(sample: &Sample<M>, kinds: &[&'static str]) -> u64 {
    kinds.iter().map(|kind| sample.coverage.get(&Kind(kind)).copied().unwrap_or(0)).sum()
}

fn random(mut row: Row) -> Outcome {
    let sample = sample();
    let faults = taken(&sample, &["crash", "crash-during", "drop", "duplicate"]);
    (row.triggers, row.transitions) = (sample.steps, sample.steps);
    row.conclusion = Conclusion::Sampled { seeds: sample.runs, steps: sample.steps, faults };
    if let Some((claim, seed, run)) = sample.broken().next() {
        row.conclusion = Conclusion::Violated;
        row.trace_steps = Some(run.len());
        row.sentence = Some(format!("{} is broken by seed {seed} at step {}", claim.id(), run.len()));
    }
    let counted = sample.coverage.iter().map(|(kind, count)| format!("{kind} {count}"));
    let line = format!("seeds {:?}: {}", RANDOM.seeds, counted.collect::<Vec<_>>().join(", "));
    Outcome { rows: vec![row.judge(false)], lines: vec![line], ..Outcome::default() }
}

/// The core in lockstep with walks of its specification.
pub fn in_lockstep() -> (Lockstep, Vec<Kind>) {
    let Some(Named { scope, .. }) = scopes::all().into_iter().find(|named| named.scope.name == "holes")
    else {
        unreachable!("the scope is listed");
    };
    let model = refining(scope);
    let lockstep = model_driven(&model, &WALKS, REACH);
    let never = lockstep.never_followed(model.mapping().specification());
    (lockstep, never)
}

fn lockstep(mut row: Row) -> Outcome {
    let (lockstep, never) = in_lockstep();
    let followed: u64 = lockstep.followed.values().map(|(yes, _)| yes).sum();
    (row.triggers, row.transitions) = (followed, lockstep.events);
    row.conclusion = Conclusion::Sampled { seeds: lockstep.walks, steps: followed, faults: 0 };
    if let Some((seed, why)) = &lockstep.broken {
        row.conclusion = Conclusion::Violated;
        row.sentence = Some(format!("walk {seed}: {why}"));
    } else if let Some(kind) = never.first() {
        row.conclusion = Conclusion::Violated;
        row.sentence = Some(format!("the core never follows {kind}"));
    }
    let counts = lockstep.followed.iter().map(|(kind, (yes, no))| format!("{kind} {yes} of {}", yes + no));
    let line = format!("followed: {}", counts.collect::<Vec<_>>().join(", "));
    Outcome { rows: vec![row.judge(false)], lines: vec![line], ..Outcome::default() }
}
