//! The checks that sample: random runs in a scope that no search finishes, and lockstep with the specification.

use super::{
    history::{Executed, History},
    keeper::Keeper,
    machine::{Core, Paxos},
    marks::marks,
    models::PROTOCOL,
    refine::RefinesLog,
    refinement::{Refining, executing, refining, refining_by},
    scopes::{self, Named},
};
use quorate::{
    lockstep::{Lockstep, Reach, model_driven},
    refine::Mapping,
    registry::{
        Check, Conclusion, Context, Expect, Identity, Outcome, Property, Registry, Remarks, Row, Sampling,
    },
    simulate::Plan,
    trace::Form,
    world::Scope,
};
use quorate_spec::Kind;
use serde::Serialize;
use std::time::Instant;

/// Random runs of the wild scope: how many, and how long.
pub const RANDOM: Plan = Plan { seeds: 0..300, steps: 300 };

/// The same under `--deep`, from seeds of its own.
pub const LONG: Plan = Plan { seeds: 1_000..6_000, steps: 2_000 };

/// Walks of the specification that the core must follow.
pub const WALKS: Plan = Plan { seeds: 0..30, steps: 14 };

/// How far the core may be pushed to follow one step.
pub const REACH: Reach = Reach { events: 6, states: 2_000 };

/// The kinds of action in the wild that must all be taken.
pub const EXERCISED: &[&str] =
    &["deliver", "duplicate", "drop", "timer", "request", "sync", "crash", "crash-during"];

/// Adds them.
pub fn register(registry: &mut Registry) {
    let says = "everything at once: crashes between outputs, loss, duplication, bytes, batches";
    let identity = identity("random", "wild", says);
    registry.add(random::<Core>(scopes::wild(), RANDOM, Expect::Holds).check(identity));
    let says = "as wild, more runs and longer ones";
    let identity = self::identity("random", "wild-for-long", says);
    registry.add(random::<Core>(scopes::wild(), LONG, Expect::Holds).check(identity).deep());
    let says = "as wild, with snapshots, an observer, reads, pre-votes, transfers, a stop and windows";
    let identity = self::identity("random", "wild-mechanisms", says);
    registry.add(mechanisms(scopes::wild_mechanisms(1), RANDOM).check(identity));
    let says = "as wild-mechanisms, more runs and longer ones";
    let identity = self::identity("random", "wild-mechanisms-for-long", says);
    registry.add(mechanisms(scopes::wild_mechanisms(6), LONG).check(identity).deep());
    let says = "the specification leads, and the core follows";
    registry.add(following("holes", says));
}

fn identity(kind: &str, scope: &str, says: &str) -> Identity {
    Identity {
        protocol: PROTOCOL.to_owned(),
        kind: kind.to_owned(),
        model: "core".to_owned(),
        scope: scope.to_owned(),
        says: says.to_owned(),
        ..Identity::default()
    }
}

/// Random runs of machines `M` in `scope`.
pub fn random<M: Paxos + Serialize>(
    scope: Scope<M, History>,
    plan: Plan,
    expect: Expect,
) -> Sampling<Refining<M>> {
    Sampling {
        model: refining(scope),
        form: Form::serde().marked(marks).beside_specification(),
        plan,
        property: ("refines", "every step of the code is a step of the specification, or none"),
        faults: &["crash", "crash-during", "drop", "duplicate"],
        exercised: EXERCISED,
        triggered: &[],
        after: None,
        expect,
    }
}

/// A replica with everything switched on, and a layer above it that takes snapshots of two chunks.
pub type Everything = Keeper<Core, 2>;

/// What every mechanism claims where it acts, and the witnesses that say that it did: each must be met with.
pub const MECHANISMS: &[&str] = &[
    "read-index",
    "PX-S20",
    "steps-down",
    "re-arms",
    "observes",
    "window",
    "pre-vote",
    "hands-over",
    "PX-S21",
    "transfer-timed",
    "stops",
    "full",
    "restarted-leads",
    "suffix-lost",
    "PX-R1",
    "PX-R2",
    "PX-R3",
    "PX-R4",
    "PX-R6",
    "PX-R7",
];

/// Random runs with every mechanism. Those that the specification has actions for must take each of them.
pub fn mechanisms(
    scope: Scope<Everything, History<Executed>>,
    plan: Plan,
) -> Sampling<Refining<Everything, Executed>> {
    let mapping = executing(&scope, RefinesLog::new(scope.replicas, scope.crashes)).without_clients();
    Sampling {
        model: refining_by(scope, mapping),
        form: Form::serde().marked(marks).beside_specification(),
        plan,
        property: ("refines", "every step of the code is a step of the specification, or none"),
        faults: &["crash", "crash-during", "drop", "duplicate"],
        exercised: EXERCISED,
        triggered: MECHANISMS,
        after: Some(counted),
        expect: Expect::Holds,
    }
}

/// How often each action of the specification was taken; one that never was fails the check.
fn counted(model: &Refining<Everything, Executed>) -> Remarks {
    let adequacy = model.adequacy();
    let counts = adequacy.hits.iter().map(|(kind, hits)| format!("{kind} {hits}"));
    let line = format!("the code performed: {}", counts.collect::<Vec<_>>().join(", "));
    let missed = adequacy.missed().into_iter().map(|kind| format!("no step of the code is ever {kind}"));
    Remarks { lines: vec![line], failures: missed.collect(), ..Default::default() }
}

fn following(scope: &str, says: &str) -> Check {
    let identity = identity("lockstep", scope, says);
    let text = "every kind of step that the specification can take, the code can be made to take";
    let listed = vec![Property { id: "follows".to_owned(), text: text.to_owned(), expect: Expect::Holds }];
    let about = identity.clone();
    Check::custom(identity, listed, move |_: &Context, _: &str| {
        let start = Instant::now();
        let mut outcome = lockstep(Row::new(&about, "follows", text, Expect::Holds));
        let elapsed = start.elapsed().as_secs_f64();
        for row in &mut outcome.rows {
            (row.wall_seconds, row.cpu_seconds) = (elapsed, elapsed);
        }
        outcome
    })
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
