//! The checks that sample: random runs in a scope that no search finishes, and lockstep with the specification.

use super::{
    history::{Executed, History},
    keeper::Keeper,
    machine::{Core, Paxos},
    marks::marks,
    models::PROTOCOL,
    refine::RefinesLog,
    refinement::{Refining, executing, refining, refining_by},
    scopes,
};
use quorate::{
    lockstep::{Lockstep, Reach, model_driven},
    registry::{Check, Conclusion, Context, Expect, Identity, Outcome, Property, Registry, Row, Sampling},
    simulate::{Plan, Steering},
    trace::Form,
    world::Scope,
};
use serde::Serialize;
use stateright::Model;
use std::time::Instant;

/// Random runs of the wild scope: how many, and how long.
pub const RANDOM: Plan = Plan { seeds: 0..300, steps: 300 };

/// Random runs with every mechanism: how many, and how long. What they must all have done takes time.
pub const RANDOM_MECHANISMS: Plan = Plan { seeds: 0..600, steps: 450 };

/// The same under `--deep`, from seeds of its own.
pub const LONG: Plan = Plan { seeds: 1_000..6_000, steps: 2_000 };

/// Walks of the specification that the core must follow.
pub const WALKS: Plan = Plan { seeds: 0..30, steps: 14 };

/// How far the core may be pushed to follow one step.
pub const REACH: Reach = Reach { events: 6, states: 2_000 };

/// The kinds of action in the wild that must all be taken.
pub const EXERCISED: &[&str] =
    &["deliver", "duplicate", "drop", "timer", "request", "sync", "crash", "crash-during"];

/// Claims that the runs in the wild need not put to the test, each with the reason.
pub const WILD: &[(&str, &str)] = &[
    ("PX-R5", "rare in runs as short as these; random runs of servers count the no-ops chosen"),
    (
        "PX-R7",
        "rare in runs as short as these; the scope transfer is searched for it, random runs of servers count such leaders",
    ),
    ("read-index", "nobody reads in this scope; wild-mechanisms does"),
    ("PX-S20", "nobody reads in this scope; wild-mechanisms does"),
];

/// The same of the runs with every mechanism.
pub const WILD_MECHANISMS: &[(&str, &str)] = &[
    ("PX-R5", "rare in runs as short as these; random runs of servers count the no-ops chosen"),
    (
        "PX-R7",
        "one run in 200 is led again by who stepped down; the scope transfer is searched for it, random runs of servers \
         count such leaders",
    ),
    ("gives-up", "one run in 500 waits for so long; the scope transfer is searched for it"),
];

/// Runs that need not put these claims to the test.
pub fn untested<M: Model>(claims: &'static [(&'static str, &'static str)]) -> Steering<M> {
    Steering { untested: claims, ..Steering::default() }
}

/// Adds them.
pub fn register(registry: &mut Registry) {
    let says = "everything at once: crashes between outputs, loss, duplication, bytes, batches";
    let identity = identity("random", "wild", says);
    registry.add(random::<Core>(scopes::wild(), RANDOM, Expect::Holds).steered(identity, untested(WILD)));
    let says = "as wild, more runs and longer ones";
    let identity = self::identity("random", "wild-for-long", says);
    let long = random::<Core>(scopes::wild(), LONG, Expect::Holds);
    registry.add(long.steered(identity, untested(WILD)).deep());
    let says = "as wild, with snapshots, an observer, reads, pre-votes, transfers, a stop and windows";
    let identity = self::identity("random", "wild-mechanisms", says);
    let random = mechanisms(scopes::wild_mechanisms(1), RANDOM_MECHANISMS);
    registry.add(random.steered(identity, untested(WILD_MECHANISMS)));
    let says = "as wild-mechanisms, more runs and longer ones";
    let identity = self::identity("random", "wild-mechanisms-for-long", says);
    let long = mechanisms(scopes::wild_mechanisms(6), LONG);
    registry.add(long.steered(identity, untested(WILD_MECHANISMS)).deep());
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
    "PX-S22",
    "PX-L5",
    "answers",
    "asks-the-silent",
    "period",
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
        after: None,
        expect: Expect::Holds,
    }
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
pub fn in_lockstep() -> Lockstep {
    let model = refining(scopes::persistent_holes::<Core>());
    model_driven(&model, &WALKS, REACH)
}

fn lockstep(mut row: Row) -> Outcome {
    let lockstep = in_lockstep();
    let followed: u64 = lockstep.followed.values().map(|(yes, _)| yes).sum();
    (row.triggers, row.transitions) = (followed, lockstep.events);
    row.conclusion = Conclusion::Sampled { seeds: lockstep.walks, steps: followed, faults: 0 };
    let failures = lockstep.failures();
    if !failures.is_empty() {
        row.conclusion = Conclusion::Violated;
        row.sentence = Some(failures.join("; "));
    }
    let counts = lockstep.followed.iter().map(|(kind, (yes, no))| format!("{kind} {yes} of {}", yes + no));
    let line = format!("followed: {}", counts.collect::<Vec<_>>().join(", "));
    Outcome { rows: vec![row.judge(false)], lines: vec![line], ..Outcome::default() }
}
