//! The named scopes in which the production core is searched completely.
//!
//! Each is as small as the defects that it must kill allow; `tests/paxos/planted.rs` holds the table of which scope
//! kills which defect, and which escape one bound lower.

mod disks;
mod mechanisms;

pub use disks::*;
pub use mechanisms::*;

use super::{
    history::{Deeds, History},
    machine::{Configures, Core, Part, Paxos},
    quotient::dead,
};
use quorate::world::{NetworkKind, Persistence, Postcard, Scope, World};
use quorate_core::paxos::{Config, Message, Request, Slot, TimerKind, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Is nothing proposed in a slot from `SLOTS` on?
fn slots<M: Paxos, D: Deeds<M>, const SLOTS: u64>(world: &World<M, History<D>>) -> bool {
    world.ghost().proposed.keys().all(|(_, slot)| *slot < Slot(SLOTS))
}

/// Clients that ask one replica after another for a command until it is proposed, and for the next one meanwhile: of
/// `COMMANDS` commands in all.
fn persistent<M: Paxos, const COMMANDS: u8>(world: &World<M, History>, requests: &mut Vec<Request<u8>>) {
    let proposed = world.ghost().proposed.values().filter_map(|value| match value {
        Value::Command(command) => Some(*command),
        Value::Noop => None,
    });
    let proposed: BTreeSet<u8> = proposed.collect();
    let wanted = (1..=COMMANDS).filter(|command| !proposed.contains(command));
    requests.extend(wanted.take(2).map(Request::Submit));
}

fn scope<M: Paxos, D>(name: &'static str, window: u32, campaigns: u8, commands: u8) -> Scope<M, History<D>> {
    let mut scope = Scope::new(name, 3, M::Config::of(Config::bare(3, window)));
    scope.timers.insert(TimerKind::Election, campaigns);
    scope.requests = (1..=commands).map(Request::Submit).collect();
    scope.call = Some(call);
    scope
}

/// A message as people say it: its kind, and the ballot or slot that varies.
pub fn call(message: &Message<u8, Part>) -> String {
    match message {
        Message::Prepare { ballot, .. } => format!("Prepare {ballot}"),
        Message::Promise { ballot, .. } => format!("Promise {ballot}"),
        Message::Reject { promised } => format!("Reject, promised {promised}"),
        Message::Accept { ballot, first, .. } => format!("Accept {ballot} slot {first}"),
        Message::Accepted { ballot, upto } => format!("Accepted {ballot} up to {upto}"),
        Message::Commit { chosen, .. } => format!("Commit up to {chosen}"),
        Message::CatchUp { from } => format!("CatchUp from {from}"),
        Message::Learn { first, .. } => format!("Learn from {first}"),
        Message::Snapshot { upto, at, of, .. } => format!("Snapshot up to {upto}, chunk {at} of {of}"),
        Message::Fetch { upto, at, .. } => format!("Fetch snapshot up to {upto} from chunk {at}"),
        Message::Probe { ballot, round } => format!("Probe {round} of {ballot}"),
        Message::Alive { ballot, round } => format!("Alive {round} of {ballot}"),
        Message::PreVote { ballot, .. } => format!("PreVote {ballot}"),
        Message::PreGrant { ballot } => format!("PreGrant {ballot}"),
        Message::Introduce { epoch } => format!("Introduce {epoch}"),
        Message::Known { epoch } => format!("Known {epoch}"),
        Message::TimeoutNow { ballot } => format!("TimeoutNow {ballot}"),
    }
}

/// Two slots, two campaigns: a leader change with two slots in flight, holes filled with no-ops. No crash.
pub fn holes<M: Paxos>() -> Scope<M, History> {
    Scope { bound: Some(("2 slots", slots::<M, (), 2>)), dead: Some(dead), ..scope("holes", 2, 2, 2) }
}

/// As [`holes`], for random walks: a client that is turned down asks again.
pub fn persistent_holes<M: Paxos>() -> Scope<M, History> {
    Scope { requests: Vec::new(), clients: Some((16, persistent::<M, 2>)), ..holes() }
}

/// Two slots, one leader, who tells what was chosen; who misses a slot asks for it.
pub fn gap<M: Paxos>() -> Scope<M, History> {
    let mut scope = Scope { bound: Some(("2 slots", slots::<M, (), 2>)), ..scope("gap", 2, 1, 2) };
    scope.config.core_mut().commit_messages = true;
    scope
}

/// Two slots, two leaders, who tell what was chosen: learning across a leader change.
pub fn two_slots<M: Paxos>() -> Scope<M, History> {
    let mut scope = Scope { bound: Some(("2 slots", slots::<M, (), 2>)), ..scope("two-slots", 2, 2, 2) };
    scope.dead = Some(dead);
    scope.config.core_mut().commit_messages = true;
    scope
}

/// As [`gap`], where a message holds one command: what is missed is taught in parts.
pub fn lessons<M: Paxos>() -> Scope<M, History> {
    let mut scope: Scope<M, History> = Scope { name: "lessons", ..gap() };
    scope.config.core_mut().message_bytes = 1;
    scope
}

/// As [`three_commands`], where a message holds one command: a promise comes in parts.
pub fn parts<M: Paxos>() -> Scope<M, History> {
    let mut scope: Scope<M, History> = Scope { name: "parts", ..three_commands() };
    scope.config.core_mut().message_bytes = 1;
    scope
}

/// Two slots, two campaigns, three commands: a leader that forgets a slot has something else to propose there.
pub fn three_commands<M: Paxos>() -> Scope<M, History> {
    Scope {
        bound: Some(("2 slots", slots::<M, (), 2>)),
        dead: Some(dead),
        ..scope("three-commands", 2, 2, 3)
    }
}

/// One slot, three ballots, two values.
pub fn duel<M: Paxos>() -> Scope<M, History> {
    Scope { bound: Some(("1 slot", slots::<M, (), 1>)), ..scope("duel", 1, 3, 2) }
}

/// One slot, three campaigns, one crash that loses any suffix of what was not synced.
pub fn crash<M: Paxos>() -> Scope<M, History> {
    Scope {
        bound: Some(("1 slot", slots::<M, (), 1>)),
        crashes: 1,
        foretold: true,
        persistence: Persistence::Asynchronous,
        dead: Some(dead),
        ..scope("crash", 1, 3, 2)
    }
}

/// One slot, one leader among five replicas: a quorum is more than oneself and one other.
pub fn five<M: Paxos>() -> Scope<M, History> {
    let mut scope = Scope::new("five", 5, M::Config::of(Config::bare(5, 1)));
    scope.timers.insert(TimerKind::Election, 1);
    scope.requests = vec![Request::Submit(1)];
    scope.call = Some(call);
    scope
}

/// Everything at once, beyond any search: five campaigns, four crashes between any two outputs, a network that loses,
/// duplicates and reorders, every message and every log record through bytes, rejects, heartbeats, resending and
/// batches.
pub fn wild<M: Paxos>() -> Scope<M, History> {
    let config = Config {
        window: 4,
        batch: 2,
        queue: 4,
        chunk: 2,
        reach: 8,
        message_bytes: 2,
        pin_bytes: 0,
        ..Config::new(3)
    };
    let mut scope = Scope::new("wild", 3, M::Config::of(config));
    scope.timers =
        BTreeMap::from([(TimerKind::Election, 12), (TimerKind::Heartbeat, 12), (TimerKind::Resend, 20)]);
    scope.clients = Some((80, persistent::<M, 40>));
    scope.crashes = 4;
    scope.crash_within = true;
    scope.persistence = Persistence::Asynchronous;
    scope.network = NetworkKind::Lossy { drops: 20, duplicates: 20 };
    scope.codec = Some(Arc::new(Postcard));
    scope.call = Some(call);
    scope
}

/// A scope of the core, with what it is for.
pub struct Named<M: Paxos = Core, D = ()> {
    /// The scope.
    pub scope: Scope<M, History<D>>,
    /// What it shows, in one sentence.
    pub says: &'static str,
    /// The properties that it can put to the test; the others' triggers lie outside of it.
    pub properties: &'static [&'static str],
}

const SAFETY: [&str; 9] =
    ["refines", "PX-S1", "PX-S2", "PX-S3", "PX-S6", "PX-S10", "PX-R1", "PX-R2", "PX-R3"];
const WITH_NOOP: [&str; 10] =
    ["refines", "PX-S1", "PX-S2", "PX-S3", "PX-S6", "PX-S10", "PX-R1", "PX-R2", "PX-R3", "PX-R5"];
const WITH_HOLES: [&str; 11] =
    ["refines", "PX-S1", "PX-S2", "PX-S3", "PX-S6", "PX-S10", "PX-L2", "PX-R1", "PX-R2", "PX-R3", "PX-R5"];
const IN_PARTS: [&str; 12] = [
    "refines", "PX-S1", "PX-S2", "PX-S3", "PX-S6", "PX-S10", "PX-S22", "PX-L2", "PX-R1", "PX-R2", "PX-R3",
    "PX-R5",
];
const LESSONS: [&str; 7] = ["refines", "PX-S1", "PX-S2", "PX-S3", "PX-S6", "PX-S22", "PX-R1"];
const ONE_LEADER: [&str; 6] = ["refines", "PX-S1", "PX-S2", "PX-S3", "PX-S6", "PX-R1"];

const DISKS: [&str; 13] = [
    "refines",
    "PX-S1",
    "PX-S2",
    "PX-S3",
    "PX-S6",
    "PX-S10",
    "PX-S23",
    "non-voter",
    "admitted",
    "refused",
    "PX-R1",
    "PX-R2",
    "PX-R3",
];
const DISKS_OF_ONE_LEADER: [&str; 10] =
    ["refines", "PX-S1", "PX-S2", "PX-S3", "PX-S6", "PX-S23", "non-voter", "admitted", "refused", "PX-R1"];

const WITH_CRASH: [&str; 11] = [
    "refines",
    "PX-S1",
    "PX-S2",
    "PX-S3",
    "PX-S6",
    "PX-S10",
    "PX-R1",
    "PX-R2",
    "PX-R3",
    "restarted-leads",
    "suffix-lost",
];

/// Every scope in which the core is searched completely.
pub fn all() -> Vec<Named> {
    let named = |scope: Scope<Core, History>, says, properties| Named { scope, says, properties };
    vec![
        named(two_slots(), "two leaders fill two slots and tell what was chosen", &WITH_NOOP),
        named(duel(), "three ballots for one slot", &SAFETY),
        named(
            crash(),
            "three campaigns for one slot, and a crash that loses what was not synced",
            &WITH_CRASH,
        ),
        named(holes(), "a leader change with two slots in flight; holes become no-ops", &WITH_HOLES),
        named(three_commands(), "a leader change, and something else to propose in each slot", &WITH_HOLES),
        named(parts(), "a promise that comes in parts, as each message holds one command", &IN_PARTS),
        named(lessons(), "learning in parts, as each message holds one command", &LESSONS),
        named(gap(), "acknowledgements and learning over a gap", &ONE_LEADER),
        named(five(), "a quorum of three among five", &ONE_LEADER),
        named(lost_disk(), "a replica that lost its disk is refused while two others lead", &DISKS),
        named(lost_record(), "a disk that is known stays known over a crash", &DISKS_OF_ONE_LEADER),
        named(new_disks(), "new replicas admit each other, and one may lose its disk", &DISKS_OF_ONE_LEADER),
    ]
}

/// Larger scopes, for `--deep`: what a search of them leaves open it says.
pub fn deep() -> Vec<Named> {
    let named = |mut scope: Scope<Core, History>, name, says, properties| {
        scope.name = name;
        Named { scope, says, properties }
    };
    let campaigns = |mut scope: Scope<Core, History>, count| {
        scope.timers.insert(TimerKind::Election, count);
        scope
    };
    let free = Scope { foretold: false, ..crash() };
    let twice = Scope { crashes: 2, ..crash() };
    vec![
        named(campaigns(duel(), 4), "duel-of-4-ballots", "four ballots for one slot", &SAFETY),
        named(
            campaigns(holes(), 3),
            "holes-of-3-ballots",
            "three leaders and two slots in flight",
            &WITH_NOOP,
        ),
        named(free, "crash-at-any-time", "as crash, and a crash is not foretold", &WITH_CRASH),
        named(twice, "two-crashes", "as crash, with two of them", &WITH_CRASH),
        named(campaigns(new_disks(), 2), "new-disks-of-2-ballots", "as new-disks, with two leaders", &DISKS),
    ]
}
