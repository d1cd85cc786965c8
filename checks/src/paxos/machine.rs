//! The core as the checks see it, and planted variants of it: one set of types.

use quorate::world::Checkable;
use quorate_core::paxos::{
    Config, Durable, Message, Notice, Replica, Request, Response, TimerKind, Value, Write,
};
use quorate_machine::{Effect, Effects, Input, Machine, Plain};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

/// The production core, with one-byte commands and small chunks of snapshots.
pub type Core = Replica<u8, Part>;

/// One chunk of a snapshot: the values of every so-many-th slot, so that a snapshot pieced together from chunks that
/// do not belong together shows.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Part(pub Vec<Value<u8>>);

impl Part {
    /// Chunk `at`, of `of` in all, of the state that these values lead to.
    pub fn of(values: &[Value<u8>], at: u32, of: u32) -> Part {
        Part(values.iter().skip(at as usize).step_by(of as usize).cloned().collect())
    }

    /// The values that these chunks, all of them and in order, were cut from.
    pub fn join(parts: &[Part]) -> Vec<Value<u8>> {
        let slots = parts.iter().map(|Part(values)| values.len()).sum();
        let value = |slot: usize| parts[slot % parts.len()].0.get(slot / parts.len());
        (0..slots).filter_map(value).cloned().collect()
    }
}

/// The configuration of a machine that has the core inside: the core's, and what else that machine must know.
pub trait Configures: Clone + Debug + Send + Sync + 'static {
    /// The configuration of such a machine around a core that is configured so.
    fn of(config: Config) -> Self;

    /// That of the core inside.
    fn core(&self) -> &Config;

    /// The same, to change it.
    fn core_mut(&mut self) -> &mut Config;
}

impl Configures for Config {
    fn of(config: Config) -> Self {
        config
    }

    fn core(&self) -> &Config {
        self
    }

    fn core_mut(&mut self) -> &mut Config {
        self
    }
}

/// A machine that speaks the core's types, and has the core inside.
pub trait Paxos:
    Checkable
    + Plain
    + Machine<
        Config: Configures,
        Message = Message<u8, Part>,
        Write = Write<u8, Part>,
        Durable = Durable<u8, Part>,
        Request = Request<u8>,
        Response = Response,
        Notice = Notice<u8>,
        TimerKind = TimerKind,
    >
{
    /// The core inside.
    fn replica(&self) -> &Core;

    /// The core inside, for the layer above it to hand over snapshots.
    fn replica_mut(&mut self) -> &mut Core;
}

impl Paxos for Core {
    fn replica(&self) -> &Core {
        self
    }

    fn replica_mut(&mut self) -> &mut Core {
        self
    }
}

/// The same input, for a machine inside of the one that it came to.
pub fn inward<A: Paxos, B: Paxos>(input: Input<A>) -> Input<B> {
    match input {
        Input::Start => Input::Start,
        Input::Message { from, message } => Input::Message { from, message },
        Input::Timer(kind) => Input::Timer(kind),
        Input::Request { id, request } => Input::Request { id, request },
    }
}

/// What a machine inside wants done is done.
pub fn outward<A: Paxos, B: Paxos>(effect: Effect<A>, effects: &mut Effects<B>) {
    match effect {
        Effect::Send { to, message } => effects.send(to, message),
        Effect::Persist(write) => effects.persist(write),
        Effect::Barrier => effects.barrier(),
        Effect::Reply { id, response } => effects.reply(id, response),
        Effect::Publish(notice) => effects.publish(notice),
        Effect::SetTimer(kind) => effects.set_timer(kind),
        Effect::CancelTimer(kind) => effects.cancel_timer(kind),
    }
}
