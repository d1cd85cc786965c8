//! The scopes of the server.

use super::{
    claims::{Served, at_last, claims},
    limits::{LIMITS, REPLICAS},
    machine::{Asked, Message, Serves, call},
    told::Told,
};
use crate::paxos::quotient::is_dead;
use quorate::world::{Comeback, Envelope, NetworkKind, Node, Persistence, Postcard, Scope, World};
use quorate_core::{
    paxos::{
        self, Ballot, Slot, TimerKind,
        server::{Config, Request},
    },
    session::ClientId,
};
use quorate_machine::NodeId;
use std::{collections::BTreeMap, sync::Arc};

/// Everything that production has, so small that all of it happens in a short run.
fn cramped() -> Config {
    let log = paxos::Config {
        window: 4,
        batch: 2,
        queue: 2,
        chunk: 2,
        chunks: 1,
        reach: 8,
        chosen_every: 3,
        retain: 2,
        reads: 2,
        observers: 1,
        peer_window: 6,
        message_bytes: 2,
        pin_bytes: 16 * paxos::Config::SLOT as u32,
        ..paxos::Config::new(REPLICAS)
    };
    Config { log, clients: LIMITS, compact_every: 5 }
}

/// Three servers and an observer, beyond any search: crashes between any two outputs, disks that lag and tear, a
/// network that loses, repeats, reorders and falls apart, every message and every record through bytes; snapshots,
/// sessions, reads, transfers, stops, and clients who ask again elsewhere.
pub fn wild<M: Serves>() -> Scope<M, Told> {
    let config = cramped();
    let mut scope = Scope::new("wild", REPLICAS + config.log.observers, config);
    scope.timers = BTreeMap::from([
        (TimerKind::Election, 255),
        (TimerKind::Heartbeat, 255),
        (TimerKind::Resend, 255),
        (TimerKind::Capture, 255),
    ]);
    scope.clients = Some((2_000, ask_anything));
    scope.crashes = 100;
    scope.crash_within = true;
    scope.comeback = Comeback::Later;
    scope.persistence = Persistence::Asynchronous;
    scope.network = NetworkKind::Lossy { drops: 255, duplicates: 255 };
    scope.partitions = 50;
    scope.links = 100;
    scope.codec = Some(Arc::new(Postcard));
    scope.call = Some(call);
    scope
}

/// Commands, new and again, reads, a session, a transfer to anybody, a stop.
fn ask_anything<M: Serves>(world: &World<M, Told>, asks: &mut Vec<Asked>) {
    let clients = &world.ghost().clients;
    for client in clients.all() {
        asks.extend(clients.next(client));
        asks.extend(clients.again(client));
    }
    asks.extend([Request::Read { query: () }, Request::Open, Request::Stop]);
    asks.extend((0..REPLICAS).map(|to| Request::Transfer { to: NodeId(to) }));
}

/// Two slots, two campaigns, one client with one command that it may send twice; and what it shows.
pub fn retry<M: Serves>() -> (Scope<M, Told>, &'static str) {
    let scope = Scope { clients: Some((2, ask_once_and_again)), ..small("retry", 2, 0) };
    (scope, "a command that is sent again, to the same leader or the next, takes effect once")
}

/// One slot, two campaigns, a command, and a read after it.
pub fn read<M: Serves>() -> (Scope<M, Told>, &'static str) {
    let scope = Scope { clients: Some((2, ask_and_look)), ..small("read", 1, 1) };
    (scope, "a read sees what was answered before it, whoever takes itself for the leader")
}

/// One campaign, and more sessions than there is room for, one of them in use.
pub fn sessions<M: Serves>() -> (Scope<M, Told>, &'static str) {
    let mut scope = Scope { clients: Some((4, ask_for_sessions)), ..small("sessions", 1, 0) };
    scope.bound = Some(("replica 0 alone leads, replica 2 votes for nothing", led_by_the_first));
    scope.timers.insert(TimerKind::Election, 1);
    (scope, "a session that is in use outlives those that never were")
}

fn small<M: Serves>(name: &'static str, window: u32, reads: u32) -> Scope<M, Told> {
    let log = paxos::Config { reads, ..paxos::Config::bare(REPLICAS, window) };
    let mut scope = Scope::new(name, REPLICAS, Config { log, clients: LIMITS, compact_every: 0 });
    scope.timers = BTreeMap::from([(TimerKind::Election, 2)]);
    scope.call = Some(call);
    scope.dead = Some(dead);
    scope
}

/// Will the receiver, a server, never react to this message again?
fn dead<M: Serves>(node: &Node<M>, crashes: u8, envelope: &Envelope<Message>) -> bool {
    let Some(driver) = node.driver() else { return false };
    let replica = driver.machine().server().replica();
    is_dead(replica, node.durable().promised, crashes, &envelope.message)
}

/// The properties that a small scope can put to the test; the others' triggers lie outside of it.
pub fn properties(name: &str) -> &'static [&'static str] {
    match name {
        "retry" | "read" => &["PX-S1", "PX-S13", "PX-S14", "PX-S16", "PX-S17"],
        "sessions" => &["PX-S1", "PX-S13", "PX-S14", "PX-S16", "PX-S24"],
        _ => &[],
    }
}

fn ask_once_and_again<M: Serves>(world: &World<M, Told>, asks: &mut Vec<Asked>) {
    let (clients, only) = (&world.ghost().clients, ClientId(0));
    if clients.issued(only) == 0 {
        asks.extend(clients.next(only));
    } else {
        asks.extend(clients.again(only));
    }
}

fn led_by_the_first<M: Serves>(world: &World<M, Told>) -> bool {
    let disk = |id: u16| world.node(NodeId(id)).durable();
    let is_ours = |id: u16| disk(id).promised == Ballot::ZERO || disk(id).promised.node == NodeId(0);
    (0..REPLICAS).all(is_ours) && disk(2).end() == Slot(0)
}

/// A session, a command in it, and further sessions.
fn ask_for_sessions<M: Serves>(world: &World<M, Told>, asks: &mut Vec<Asked>) {
    let clients = &world.ghost().clients;
    let first = clients.all().nth(LIMITS.residents as usize);
    let unused = first.filter(|client| clients.issued(*client) == 0);
    match unused {
        Some(client) => asks.extend(clients.next(client)),
        None => asks.push(Request::Open),
    }
}

fn ask_and_look<M: Serves>(world: &World<M, Told>, asks: &mut Vec<Asked>) {
    let (clients, only) = (&world.ghost().clients, ClientId(0));
    if clients.issued(only) == 0 {
        asks.extend(clients.next(only));
    } else if world.ghost().last.is_some() {
        asks.push(Request::Read { query: () });
    }
}

/// Servers `M` in `scope`, with every claim.
pub fn served<M: Serves>(scope: Scope<M, Told>) -> Served<M> {
    let may_calm = scope.partitions > 0;
    let served = Served::new(scope).claim(claims::<M>);
    if may_calm { served.claim(at_last::<M>) } else { served }
}
