//! Known defects, planted in the production core from outside.
//!
//! A [`Planted`] machine holds the real replica and spoils what goes in, what comes out, or what a write does to the
//! disk. The core itself carries no trace of it. Ids are those of the literature's defects that each one reproduces.

mod defects;

pub use defects::{P01, P03, P05, P07, P09, P13, P15, P27};

use super::machine::Paxos;
use quorate_core::paxos::{Config, Durable, Message, Notice, Replica, Request, Response, TimerKind, Write};
use quorate_machine::{Effect, Effects, Input, Machine, NodeId};
use serde::{Deserialize, Serialize};
use std::{fmt::Debug, hash::Hash};

/// A way to spoil a replica. Every method does nothing unless overridden.
pub trait Defect:
    Clone + Eq + Hash + Debug + Default + Serialize + for<'de> Deserialize<'de> + Send + Sync + 'static
{
    /// Its id in the corpus.
    const ID: &'static str;
    /// What is wrong, in a few words.
    const WHAT: &'static str;

    /// Spoils the configuration.
    fn config(config: &Config) -> Config {
        *config
    }

    /// Spoils an input, with the replica at hand.
    fn input(&mut self, _replica: &mut Replica<u8>, input: Input<Replica<u8>>) -> Input<Replica<u8>> {
        input
    }

    /// Spoils a message on its way out.
    fn sends(&self, _replica: &Replica<u8>, message: Message<u8>) -> Message<u8> {
        message
    }

    /// Spoils what a write does to the disk.
    fn persist(durable: &mut Durable<u8>, write: &Write<u8>) {
        durable.apply(write);
    }
}

/// A replica with a defect.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Planted<D: Defect> {
    replica: Replica<u8>,
    defect: D,
}

impl<D: Defect> Paxos for Planted<D> {
    fn replica(&self) -> &Replica<u8> {
        &self.replica
    }
}

impl<D: Defect> Machine for Planted<D> {
    type Config = Config;
    type Message = Message<u8>;
    type Write = Write<u8>;
    type Durable = Durable<u8>;
    type Request = Request<u8>;
    type Response = Response;
    type Notice = Notice<u8>;
    type TimerKind = TimerKind;

    fn recover(config: &Config, id: NodeId, durable: &Durable<u8>) -> Self {
        Planted { replica: Replica::recover(&D::config(config), id, durable), defect: D::default() }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        let input = match input {
            Input::Start => Input::Start,
            Input::Message { from, message } => Input::Message { from, message },
            Input::Timer(kind) => Input::Timer(kind),
            Input::Request { id, request } => Input::Request { id, request },
        };
        let input = self.defect.input(&mut self.replica, input);
        let mut real = Effects::default();
        self.replica.handle(input, &mut real);
        for effect in real.drain() {
            match effect {
                Effect::Send { to, message } => effects.send(to, self.defect.sends(&self.replica, message)),
                Effect::Persist(write) => effects.persist(write),
                Effect::Barrier => effects.barrier(),
                Effect::Reply { id, response } => effects.reply(id, response),
                Effect::Publish(notice) => effects.publish(notice),
                Effect::SetTimer(kind) => effects.set_timer(kind),
                Effect::CancelTimer(kind) => effects.cancel_timer(kind),
            }
        }
    }

    fn persist(durable: &mut Durable<u8>, write: &Write<u8>) {
        D::persist(durable, write);
    }
}
