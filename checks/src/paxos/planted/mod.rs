//! Known defects, planted in the production core from outside.
//!
//! A [`Planted`] machine holds the real replica and spoils what goes in, what comes out, or what a write does to the
//! disk. The core itself carries no trace of it. What a wrapper cannot say is planted in the source: `checks/kills` has the
//! patches, and the scope that kills each. Ids here are those of the literature's defects that each one reproduces.

mod defects;
mod mechanisms;

pub use defects::{Forgetful, Lowering, P01, P03, P05, P07, P09, P13, P15, P27};
pub use mechanisms::{P09Observer, P11, P17, P21, P23};

use super::{
    history::History,
    machine::{Configures, Core, Part, Paxos, inward, outward},
};
use quorate::world::Scope;
use quorate_core::paxos::{
    Ballot, Config, Durable, Message, Notice, Request, Response, Slot, TimerKind, Write,
};
use quorate_machine::{Effect, Effects, Input, Machine, NodeId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{
    collections::BTreeSet,
    fmt::{self, Debug},
    hash::{Hash, Hasher},
    marker::PhantomData,
};

/// A way to spoil a replica. Every method but the first two does nothing unless overridden.
///
/// Which defect a machine has is a value and no type, so that all of them share one instance of the world and of the
/// engine; what a write does to the disk has no machine at hand, and is a type, [`Disk`].
pub trait Defect: Send + Sync + 'static {
    /// Its id in the corpus.
    fn id(&self) -> &'static str;

    /// What is wrong, in a few words.
    fn what(&self) -> &'static str;

    /// The notes of replica `id` when it starts.
    fn at(&self, _id: NodeId) -> Notes {
        Notes::default()
    }

    /// Spoils who replica `id` takes itself for.
    fn name(&self, id: NodeId) -> NodeId {
        id
    }

    /// Spoils the configuration.
    fn config(&self, config: &Config) -> Config {
        *config
    }

    /// Spoils an input, with the replica at hand.
    fn input(&self, _notes: &mut Notes, _replica: &mut Core, input: Input<Core>) -> Input<Core> {
        input
    }

    /// Answers a request in the replica's stead.
    fn answers(&self, _replica: &Core, _request: &Request<u8>) -> Option<Response> {
        None
    }

    /// Spoils a message on its way out, or to whom it goes; `None` to keep it back.
    fn sends(&self, _notes: &Notes, _replica: &Core, to: NodeId, message: Message<u8, Part>) -> Option<Sent> {
        Some((to, message))
    }
}

/// The effect of a write on the disk.
pub trait Disk: Clone + Eq + Hash + Debug + Default + Send + Sync + 'static {
    /// Performs the write, or something else.
    fn persist(durable: &mut Durable<u8, Part>, write: &Write<u8, Part>) {
        durable.apply(write);
    }
}

/// A disk as it should be.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Sound;

impl Disk for Sound {}

/// The memory of a defect from one input to the next.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Notes {
    /// This replica.
    pub me: NodeId,
    /// Whom an answer goes to.
    pub asker: NodeId,
    /// The slot that was asked from.
    pub from: Option<Slot>,
    /// The ballot for which promises are counted.
    pub ballot: Ballot,
    /// Whose promises were counted.
    pub counted: BTreeSet<NodeId>,
}

/// A message, and to whom it goes.
pub type Sent = (NodeId, Message<u8, Part>);

/// A defect, known by its id.
#[derive(Clone, Copy)]
struct Known(&'static dyn Defect);

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.0.id() == other.0.id() && self.0.what() == other.0.what()
    }
}

impl Eq for Known {}

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id().hash(state);
    }
}

impl Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id())
    }
}

impl Serialize for Known {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.what().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Known {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let what = String::deserialize(deserializer)?;
        let known = ALL.iter().find(|defect| defect.what() == what);
        known.map(|defect| Known(*defect)).ok_or_else(|| D::Error::custom(format!("no defect is: {what}")))
    }
}

/// Every defect of the corpus that is planted here.
const ALL: [&dyn Defect; 14] =
    [&Nothing, &P01, &P03, &P05, &P07, &P09, &P09Observer, &P11, &P13, &P15, &P17, &P21, &P23, &P27];

/// Nothing is wrong.
#[derive(Debug)]
pub struct Nothing;

impl Defect for Nothing {
    fn id(&self) -> &'static str {
        "P00"
    }

    fn what(&self) -> &'static str {
        "nothing is wrong"
    }
}

/// The configuration of a replica with a defect.
#[derive(Clone, Debug)]
pub struct Faulty {
    config: Config,
    defect: Known,
}

impl Configures for Faulty {
    fn of(config: Config) -> Self {
        Faulty { config, defect: Known(&Nothing) }
    }

    fn core(&self) -> &Config {
        &self.config
    }

    fn core_mut(&mut self) -> &mut Config {
        &mut self.config
    }
}

/// The scope, its replicas with this defect.
pub fn planted<M: Paxos + Machine<Config = Faulty>, D>(
    defect: &'static dyn Defect,
    mut scope: Scope<M, History<D>>,
) -> Scope<M, History<D>> {
    scope.config.defect = Known(defect);
    scope
}

/// A replica with a defect, which its configuration names, on disks `K`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Planted<K: Disk = Sound> {
    replica: Core,
    defect: Known,
    notes: Notes,
    #[serde(skip)]
    disk: PhantomData<K>,
}

impl<K: Disk> Paxos for Planted<K> {
    fn replica(&self) -> &Core {
        &self.replica
    }

    fn replica_mut(&mut self) -> &mut Core {
        &mut self.replica
    }
}

impl<K: Disk> Machine for Planted<K> {
    type Config = Faulty;
    type Message = Message<u8, Part>;
    type Write = Write<u8, Part>;
    type Durable = Durable<u8, Part>;
    type Request = Request<u8>;
    type Response = Response;
    type Notice = Notice<u8>;
    type TimerKind = TimerKind;

    fn recover(config: &Faulty, id: NodeId, durable: &Durable<u8, Part>) -> Self {
        let Faulty { config, defect } = config;
        let replica = Core::recover(&defect.0.config(config), defect.0.name(id), durable);
        Planted { replica, defect: *defect, notes: defect.0.at(id), disk: PhantomData }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        let Planted { replica, defect: Known(defect), notes, .. } = self;
        if let Input::Request { id, request } = &input
            && let Some(response) = defect.answers(replica, request)
        {
            return effects.reply(*id, response);
        }
        let input = defect.input(notes, replica, inward(input));
        let mut real = Effects::default();
        replica.handle(input, &mut real);
        for effect in real.drain() {
            match effect {
                Effect::Send { to, message } => {
                    if let Some((to, message)) = defect.sends(notes, replica, to, message) {
                        effects.send(to, message);
                    }
                }
                effect => outward(effect, effects),
            }
        }
    }

    fn persist(durable: &mut Durable<u8, Part>, write: &Write<u8, Part>) {
        K::persist(durable, write);
    }
}
