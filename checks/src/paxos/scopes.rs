//! The named scopes in which the production core is searched completely.
//!
//! Each is as small as the defects that it must kill allow; `tests/paxos/planted.rs` holds the table of which scope
//! kills which defect, and which escape one bound lower.

use super::{history::History, machine::Paxos, quotient::dead};
use quorate::world::{Persistence, Scope, World};
use quorate_core::paxos::{Config, Replica, Request, Slot, TimerKind};

/// Is nothing proposed in a slot from `SLOTS` on?
fn slots<M: Paxos, const SLOTS: u64>(world: &World<M, History>) -> bool {
    world.ghost().proposed.keys().all(|(_, slot)| *slot < Slot(SLOTS))
}

fn scope<M: Paxos>(name: &'static str, window: u32, campaigns: u8, commands: u8) -> Scope<M, History> {
    let mut scope = Scope::new(name, 3, Config::bare(3, window));
    scope.timers.insert(TimerKind::Election, campaigns);
    scope.requests = (1..=commands).map(Request::Submit).collect();
    scope
}

/// Two slots, two campaigns: a leader change with two slots in flight, holes filled with no-ops. No crash.
pub fn holes<M: Paxos>() -> Scope<M, History> {
    Scope { bound: Some(("2 slots", slots::<M, 2>)), ..scope("holes", 2, 2, 2) }
}

/// Two slots, one leader, who tells what was chosen; who misses a slot asks for it.
pub fn gap<M: Paxos>() -> Scope<M, History> {
    let mut scope = Scope { bound: Some(("2 slots", slots::<M, 2>)), ..scope("gap", 2, 1, 2) };
    scope.config.commit_messages = true;
    scope
}

/// Two slots, two leaders, who tell what was chosen: learning across a leader change.
pub fn two_slots<M: Paxos>() -> Scope<M, History> {
    let mut scope = Scope { bound: Some(("2 slots", slots::<M, 2>)), ..scope("two-slots", 2, 2, 2) };
    scope.config.commit_messages = true;
    scope
}

/// One slot, three ballots, two values.
pub fn duel<M: Paxos>() -> Scope<M, History> {
    Scope { bound: Some(("1 slot", slots::<M, 1>)), ..scope("duel", 1, 3, 2) }
}

/// One slot, three campaigns, one crash that loses any suffix of what was not synced.
pub fn crash<M: Paxos>() -> Scope<M, History> {
    Scope {
        bound: Some(("1 slot", slots::<M, 1>)),
        crashes: 1,
        foretold: true,
        persistence: Persistence::Asynchronous,
        ..scope("crash", 1, 3, 2)
    }
}

/// Every scope, with the reductions that each allows.
pub fn all() -> Vec<Scope<Replica<u8>, History>> {
    let mut scopes = vec![holes(), gap(), two_slots(), duel(), crash()];
    for scope in &mut scopes {
        scope.dead = Some(dead::<Replica<u8>>);
    }
    scopes
}
