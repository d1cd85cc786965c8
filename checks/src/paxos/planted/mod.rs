//! Known defects, planted in the production core from outside.
//!
//! A [`Planted`] machine holds the real replica and spoils what goes in, what comes out, or what a write does to the
//! disk. The core itself carries no trace of it. What a wrapper cannot say is planted in the source: `checks/kills` has the
//! patches, and the scope that kills each. Ids here are those of the literature's defects that each one reproduces.

mod defects;
mod mechanisms;

pub use defects::{P01, P03, P05, P07, P09, P13, P15, P27};
pub use mechanisms::{P09Observer, P11, P17, P21, P23};

use super::machine::{Core, Part, Paxos, inward, outward};
use quorate_core::paxos::{Config, Durable, Message, Notice, Request, Response, TimerKind, Write};
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

    /// The defect of replica `id`, when it starts.
    fn at(_id: NodeId) -> Self {
        Self::default()
    }

    /// Spoils who replica `id` takes itself for.
    fn name(id: NodeId) -> NodeId {
        id
    }

    /// Spoils the configuration.
    fn config(config: &Config) -> Config {
        *config
    }

    /// Spoils an input, with the replica at hand.
    fn input(&mut self, _replica: &mut Core, input: Input<Core>) -> Input<Core> {
        input
    }

    /// Answers a request in the replica's stead.
    fn answers(&self, _replica: &Core, _request: &Request<u8>) -> Option<Response> {
        None
    }

    /// Spoils a message on its way out, or to whom it goes; `None` to keep it back.
    fn sends(&self, _replica: &Core, to: NodeId, message: Message<u8, Part>) -> Option<Sent> {
        Some((to, message))
    }

    /// Spoils what a write does to the disk.
    fn persist(durable: &mut Durable<u8, Part>, write: &Write<u8, Part>) {
        durable.apply(write);
    }
}

/// A message, and to whom it goes.
pub type Sent = (NodeId, Message<u8, Part>);

/// A replica with a defect.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Planted<D: Defect> {
    replica: Core,
    defect: D,
}

impl<D: Defect> Paxos for Planted<D> {
    fn replica(&self) -> &Core {
        &self.replica
    }

    fn replica_mut(&mut self) -> &mut Core {
        &mut self.replica
    }
}

impl<D: Defect> Machine for Planted<D> {
    type Config = Config;
    type Message = Message<u8, Part>;
    type Write = Write<u8, Part>;
    type Durable = Durable<u8, Part>;
    type Request = Request<u8>;
    type Response = Response;
    type Notice = Notice<u8>;
    type TimerKind = TimerKind;

    fn recover(config: &Config, id: NodeId, durable: &Durable<u8, Part>) -> Self {
        let replica = Core::recover(&D::config(config), D::name(id), durable);
        Planted { replica, defect: D::at(id) }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        if let Input::Request { id, request } = &input
            && let Some(response) = self.defect.answers(&self.replica, request)
        {
            return effects.reply(*id, response);
        }
        let input = self.defect.input(&mut self.replica, inward(input));
        let mut real = Effects::default();
        self.replica.handle(input, &mut real);
        for effect in real.drain() {
            match effect {
                Effect::Send { to, message } => {
                    if let Some((to, message)) = self.defect.sends(&self.replica, to, message) {
                        effects.send(to, message);
                    }
                }
                effect => outward(effect, effects),
            }
        }
    }

    fn persist(durable: &mut Durable<u8, Part>, write: &Write<u8, Part>) {
        D::persist(durable, write);
    }
}
