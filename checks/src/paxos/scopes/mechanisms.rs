//! The scopes in which the core is searched with one mechanism more than agreement needs.

mod purpose;

use super::{Named, call, scope, slots};
use crate::paxos::history::{Executed, History};
use crate::paxos::machine::{Configures, Paxos};
use crate::paxos::quotient::dead;
use quorate::world::{NetworkKind, Persistence, Postcard, Scope, Within, World};
use quorate_core::paxos::{Config, Request, TimerKind};
use quorate_machine::NodeId;
use std::{collections::BTreeMap, sync::Arc};

/// A scope of a machine that executes.
type Executing<M> = Scope<M, History<Executed>>;

fn bound<M: Paxos, const SLOTS: u64>(words: &'static str, scope: Executing<M>) -> Executing<M> {
    Scope { bound: Some((words, slots::<M, Executed, SLOTS>)), ..scope }
}

/// A leader compacts, and another campaigns who lacks what was cut off; it installs the snapshot beside votes for the
/// slot after it.
pub fn snapshot<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 2>("2 slots", scope("snapshot", 2, 2, 2));
    scope.timers.insert(TimerKind::Capture, 1);
    scope.dead = Some(dead);
    scope
}

/// A snapshot in two chunks, captured by a leader and received by who missed the slot, and a crash of either in between.
pub fn install_crash<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 1>("1 slot", scope("install-crash", 1, 1, 1));
    scope.timers.insert(TimerKind::Capture, 2);
    scope.config.core_mut().commit_messages = true;
    (scope.crashes, scope.foretold) = (1, true);
    scope.persistence = Persistence::Asynchronous;
    scope.dead = Some(dead);
    scope
}

/// A command, and a read of whoever leads, while the leader changes.
pub fn reads<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 1>("1 slot", scope("reads", 1, 2, 1));
    scope.config.core_mut().reads = 1;
    scope.requests.push(Request::Confirm);
    scope
}

/// Two reads and a command in between, all of one leader: the second read may come while the round of the first one is
/// under way.
pub fn rounds<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 1>("1 slot", scope("rounds", 1, 1, 0));
    scope.config.core_mut().reads = 2;
    scope.requests = vec![Request::Confirm, Request::Submit(1), Request::Confirm];
    scope
}

/// A leader that says that it lives, while another replica may campaign.
pub fn heartbeats<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 1>("1 slot", scope("heartbeats", 1, 2, 1));
    scope.timers.insert(TimerKind::Heartbeat, 1);
    scope.config.core_mut().heartbeats = true;
    scope
}

/// A leader that may not be answered: it steps down at the end of a period, and another may campaign meanwhile.
pub fn quorum_check<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 1>("1 slot", scope("quorum-check", 1, 2, 1));
    scope.timers.insert(TimerKind::Heartbeat, 1);
    let config = scope.config.core_mut();
    (config.heartbeats, config.quorum_check) = (true, true);
    scope.dead = Some(dead);
    scope
}

/// As [`quorum_check`], with pre-votes: a leader that steps down unheard misses a leader like the others. For `--deep`.
pub fn polite_quorum_check<M: Paxos>() -> Executing<M> {
    let mut scope: Executing<M> = Scope { name: "polite-quorum-check", ..quorum_check() };
    scope.timers.insert(TimerKind::Election, 3);
    scope.timers.remove(&TimerKind::Heartbeat);
    scope.config.core_mut().pre_vote = true;
    scope
}

/// Links fail in one direction, two of them at most: of three replicas two then still hear each other. What a leader sends
/// again, and when it says that it lives, the ends of the scope alone look into.
pub fn one_way_links<M: Paxos>() -> Executing<M> {
    let words = "5 messages on their way, replica 0 alone campaigns, replica 2 does not miss a leader, clients ask later, \
                 links heal once both have failed";
    let mut scope = Scope { bound: Some((words, fails_around::<M>)), ..scope("one-way-links", 1, 2, 1) };
    scope.timers.extend([(TimerKind::Heartbeat, 0), (TimerKind::Resend, 0)]);
    (scope.network, scope.links) = (NetworkKind::Lossy { drops: 0, duplicates: 0 }, 2);
    let config = scope.config.core_mut();
    (config.heartbeats, config.quorum_check, config.pre_vote) = (true, true, true);
    (config.resend, config.rejects) = (true, true);
    scope
}

/// The parts that the replicas play in [`one_way_links`].
fn fails_around<M: Paxos>(world: &World<M, History<Executed>>) -> bool {
    let past: &History<Executed> = world.ghost();
    let misses = |node| past.deeds.replica(node).is_some_and(|replica| replica.misses);
    world.network().len() <= 5
        && past.started.keys().all(|ballot| ballot.node == NodeId(0))
        && !misses(NodeId(2))
        && (world.left().next_request == 0 || !past.started.is_empty())
        && (world.left().links != 1 || !world.down().is_none())
}

/// The parts that the replicas play in [`overtaken`].
fn overtakes<M: Paxos>(world: &World<M, History<Executed>>) -> bool {
    let past: &History<Executed> = world.ghost();
    let disk = world.node(NodeId(1)).durable();
    slots::<M, Executed, 2>(world)
        && past.started.keys().all(|ballot| ballot.node == NodeId(0))
        && (disk.snapshot.is_none() && disk.partial.is_none())
        && past.votes.keys().all(|(node, _, _)| *node != NodeId(2))
}

/// A leader that takes a snapshot while an older one is received from it.
pub fn overtaken<M: Paxos>() -> Executing<M> {
    let words = "2 slots, replica 0 alone leads and compacts, replica 2 only learns";
    let mut scope = Scope { bound: Some((words, overtakes::<M>)), ..scope("overtaken", 1, 1, 2) };
    scope.timers.insert(TimerKind::Capture, 4);
    let config = scope.config.core_mut();
    (config.commit_messages, config.pin_bytes) = (true, 2 * (Config::SLOT as u32 + 1));
    scope.dead = Some(dead);
    scope
}

/// As [`overtaken`], and a message is lost: perhaps a chunk, or what asks for one.
pub fn lost_chunk<M: Paxos>() -> Executing<M> {
    let words = "2 slots, 4 messages on their way, replica 0 alone leads and compacts, replica 2 only learns";
    let few: Within<M, History<Executed>> = |world| world.network().len() <= 4 && overtakes(world);
    let mut scope = Scope { name: "lost-chunk", bound: Some((words, few)), ..overtaken() };
    scope.network = NetworkKind::Lossy { drops: 1, duplicates: 0 };
    scope.timers.insert(TimerKind::Heartbeat, 0);
    scope.config.core_mut().heartbeats = true;
    scope
}

/// A leader whose disk lags is asked to hand over, and a command waits in its queue.
pub fn busy_transfer<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 2>("2 slots", scope("busy-transfer", 1, 1, 2));
    (scope.config.core_mut().peer_window, scope.config.core_mut().queue) = (1, 1);
    scope.requests.push(Request::Transfer { to: NodeId(1) });
    scope.persistence = Persistence::Asynchronous;
    scope.dead = Some(dead);
    scope
}

/// An observer, which is told, asks for what it missed, and installs what was cut off.
pub fn observer<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 1>("1 slot", scope("observer", 1, 1, 1));
    scope.timers.insert(TimerKind::Capture, 1);
    scope.config.core_mut().commit_messages = true;
    scope.config.core_mut().observers = 1;
    scope.replicas += scope.config.core().observers;
    scope
}

/// A leader that sends each replica no more than one slot beyond what it has, and looks again after a while.
pub fn flow<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 2>("2 slots", scope("flow", 2, 1, 2));
    scope.timers.insert(TimerKind::Resend, 1);
    (scope.config.core_mut().peer_window, scope.config.core_mut().resend) = (1, true);
    scope
}

/// Replicas that ask before they campaign.
pub fn pre_vote<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 1>("1 slot", scope("pre-vote", 1, 3, 1));
    (scope.config.core_mut().pre_vote, scope.config.core_mut().rejects) = (true, true);
    scope.dead = Some(dead);
    scope
}

/// A leader that is asked to hand over.
pub fn transfer<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 1>("1 slot", scope("transfer", 1, 2, 1));
    scope.config.core_mut().peer_window = 1;
    scope.requests.push(Request::Transfer { to: NodeId(1) });
    scope
}

/// A leader that is asked to hand over to a replica that missed the slot, and is taught it.
pub fn taught_transfer<M: Paxos>() -> Executing<M> {
    let mut scope: Executing<M> = Scope { name: "taught-transfer", ..transfer() };
    scope.timers.insert(TimerKind::Election, 1);
    scope.config.core_mut().commit_messages = true;
    scope
}

/// A replica that is asked to stop, a leader perhaps.
pub fn stop<M: Paxos>() -> Executing<M> {
    let mut scope = bound::<M, 1>("1 slot", scope("stop", 1, 2, 1));
    scope.config.core_mut().peer_window = 1;
    scope.requests.push(Request::Stop);
    scope
}

/// Everything that [`super::wild`] has, and every mechanism beside: an observer, snapshots, reads, windows, pre-votes, two
/// transfers and a stop. `length` times as many commands, timers and faults, for longer runs.
pub fn wild_mechanisms<M: Paxos>(length: u8) -> Executing<M> {
    let config = Config {
        window: 4,
        batch: 2,
        queue: 2,
        chunk: 2,
        reach: 8,
        chosen_every: 3,
        observers: 1,
        retain: 1,
        chunks: 1,
        peer_window: 2,
        message_bytes: 2,
        pin_bytes: 4 * Config::SLOT as u32,
        reads: 2,
        ..Config::new(3)
    };
    let mut scope = Scope::new("wild-mechanisms", 4, M::Config::of(config));
    scope.timers = BTreeMap::from([
        (TimerKind::Election, 14 * length),
        (TimerKind::Heartbeat, 14 * length),
        (TimerKind::Resend, 20 * length),
        (TimerKind::Capture, 10 * length),
    ]);
    scope.requests = (0..=length).flat_map(script).collect();
    scope.crashes = 5 * length.min(3);
    scope.crash_within = true;
    scope.persistence = Persistence::Asynchronous;
    scope.network = NetworkKind::Lossy { drops: 12 * length, duplicates: 12 * length };
    scope.codec = Some(Arc::new(Postcard));
    scope.call = Some(call);
    scope
}

/// What clients ask in one part of a run: mostly commands, each once, to whoever is asked; many are turned down.
fn script(part: u8) -> Vec<Request<u8>> {
    let commands = (1..=30).map(|command| Request::Submit(30 * part + command));
    let beside = |at: u8| match at {
        29 if part == 0 => Some(Request::Stop),
        at if at % 10 == 8 => Some(Request::Transfer { to: NodeId(u16::from(at / 10)) }),
        at if at % 5 == 3 => Some(Request::Confirm),
        _ => None,
    };
    (0..30).zip(commands).flat_map(|(at, command)| [Some(command), beside(at)]).flatten().collect()
}

/// The scope of a mechanism, with what it is for.
pub fn named_mechanism<M: Paxos>(scope: Executing<M>) -> Named<M, Executed> {
    let (says, properties) = purpose::of(scope.name);
    Named { scope, says, properties }
}
