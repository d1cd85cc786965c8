//! A scope: everything that bounds a world, in one place, so that every result can print it.

use super::left::{Crashes, FORETOLD, Left, TIMER_KINDS};
use super::{Codec, Dead, Links, World, network::NetworkKind};
use quorate_machine::{Machine, NodeId};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// When a write reaches the disk.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Persistence {
    /// Every write is durable before anything else happens.
    Atomic,
    /// Writes wait for a sync, which is an event of its own; a crash loses any suffix of the unsynced ones.
    Asynchronous,
}

/// When a crashed replica comes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Comeback {
    /// In the same event. Sound for safety: a replica that is down does nothing, so any run in which it restarts
    /// later is also a run in which it idles until then, crashes and restarts at once; one that never restarts
    /// is one that idles for ever.
    AtOnce,
    /// By an event of its own.
    Later,
}

/// What a crash takes away.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Takes {
    /// A replica's memory, and what was not synced.
    Memory,
    /// Its memory and its disk: it goes on, under its name, with an empty one.
    Disk,
    /// Either of these.
    Either,
}

/// What is on the disk of a replica that has lost so many of them.
pub type Disk<M> = fn(NodeId, u8) -> <M as Machine>::Durable;

/// Adds what clients may ask now, by what the history says that they were told: a new command, one again, a read. Each
/// may go to any replica that is up.
pub type Ask<M, G> = fn(&World<M, G>, &mut Vec<<M as Machine>::Request>);

/// A bound that a scope sets by looking: does this world lie within it? Events that lead outside do not happen.
pub type Within<M, G> = fn(&World<M, G>) -> bool;

/// What bounds a world.
pub struct Scope<M: Machine, G> {
    /// Its name in reports.
    pub name: &'static str,
    /// The number of replicas.
    pub replicas: u16,
    /// The machines' configuration.
    pub config: M::Config,
    /// What clients ask, in this order, each once, of any replica. One that is never asked, because the bound forbids it
    /// for one, fails a complete search and random runs.
    pub requests: Vec<M::Request>,
    /// How often timers of a kind may fire, over all replicas together. A kind that is absent never fires.
    pub timers: BTreeMap<M::TimerKind, u8>,
    /// How many crashes may happen.
    pub crashes: u8,
    /// Is it settled at the start which replicas crash, and how often? Every way to settle it is an initial state. Then
    /// a disk whose replica crashes no more is atomic: a delayed write differs from one at once by what a crash takes
    /// away, and by the order in which a replica's own vote and those of others are counted. The second is explored
    /// only for replicas that may yet crash, so this is a bound, not an equivalence. Where both were searched, on
    /// the Paxos core, no abstract state at rest was missed: `foretold_crashes_reach_every_state_that_is_at_rest`.
    pub foretold: bool,
    /// May a crash also fall between two outputs of one input?
    pub crash_within: bool,
    /// What a crash takes away. One that falls between two outputs takes the memory alone.
    pub crash_takes: Takes,
    /// What is on the disk of a replica that has lost so many: at its first start, where it has lost none, and when it
    /// comes back from one that took its disk.
    pub disk: Disk<M>,
    /// When a crashed replica comes back.
    pub comeback: Comeback,
    /// When a write reaches the disk.
    pub persistence: Persistence,
    /// How messages travel.
    pub network: NetworkKind,
    /// How often the network may fall apart, if it is a lossy one: on a monotone one, where any message may never
    /// arrive, that is nothing new.
    pub partitions: u8,
    /// How many one-way links may fail, of at most [`Links::REPLICAS`] replicas.
    pub links: u8,
    /// What clients may ask once the script is over, and how often in all.
    pub clients: Option<(u16, Ask<M, G>)>,
    /// Passes every message and every log record through bytes.
    pub codec: Option<Arc<dyn Codec<M>>>,
    /// How a message is called: its kind and the one field that varies. Its shortened Debug text if absent.
    pub call: Option<fn(&M::Message) -> String>,
    /// A further bound: in words, and as a predicate.
    pub bound: Option<(&'static str, Within<M, G>)>,
    /// Drops messages on a monotone network from the state once nothing can come of their delivery any more. Which
    /// messages these are is derived from the machine that is searched, see the module `local`. On unless switched off:
    /// it leaves out stutters alone. Claims, bounds and [`Scope::clients`] may then not depend on messages that are dead;
    /// a search tries that on a sample and says so.
    pub reduced: bool,
    /// States which messages are dead, for a scope whose local graph is too large to be closed. Nothing rests on the
    /// statement: each drop is tried in the local state at hand and in all that the search reaches from there, and a
    /// statement that is refuted is not used.
    pub dead: Option<Dead<M>>,
}

impl<M: Machine, G> Clone for Scope<M, G> {
    fn clone(&self) -> Self {
        Scope {
            config: self.config.clone(),
            requests: self.requests.clone(),
            timers: self.timers.clone(),
            codec: self.codec.clone(),
            ..*self
        }
    }
}

impl<M: Machine, G> Scope<M, G> {
    /// A scope with no faults, no requests and no timers: `name`, so many replicas, this configuration.
    pub fn new(name: &'static str, replicas: u16, config: M::Config) -> Self {
        Scope {
            name,
            replicas,
            config,
            requests: Vec::new(),
            timers: BTreeMap::new(),
            crashes: 0,
            foretold: false,
            crash_within: false,
            crash_takes: Takes::Memory,
            disk: |_, _| M::Durable::default(),
            comeback: Comeback::AtOnce,
            persistence: Persistence::Atomic,
            network: NetworkKind::Monotone,
            partitions: 0,
            links: 0,
            clients: None,
            codec: None,
            call: None,
            bound: None,
            reduced: true,
            dead: None,
        }
    }
}

impl<M: Machine, G> fmt::Display for Scope<M, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} replicas, {} requests", self.replicas, self.requests.len())?;
        if let Some((words, _)) = self.bound {
            write!(f, ", {words}")?;
        }
        for (kind, budget) in &self.timers {
            write!(f, ", {kind:?} fires {budget}x")?;
        }
        let comeback = if self.comeback == Comeback::AtOnce { "" } else { " (restart later)" };
        let within = if self.crash_within { " (also between outputs)" } else { "" };
        let foretold = if self.foretold { " foretold (a bound)" } else { "" };
        let takes = match self.crash_takes {
            Takes::Memory => "",
            Takes::Disk => " that take the disk",
            Takes::Either => " that may take the disk",
        };
        write!(f, ", {} crashes{takes}{foretold}{within}{comeback}", self.crashes)?;
        match self.persistence {
            Persistence::Atomic => write!(f, ", atomic writes")?,
            Persistence::Asynchronous => write!(f, ", unsynced suffix lost")?,
        }
        match self.network {
            NetworkKind::Monotone => write!(f, ", reorder+duplicate+delay")?,
            NetworkKind::Lossy { drops, duplicates } => {
                write!(f, ", reorder, {drops} lost, {duplicates} duplicated")?;
            }
        }
        if self.partitions > 0 {
            write!(f, ", {} partitions", self.partitions)?;
        }
        if self.links > 0 {
            write!(f, ", {} one-way links fail", self.links)?;
        }
        if let Some((asks, _)) = self.clients {
            write!(f, ", clients ask {asks}x by what they know")?;
        }
        let modes = [
            (self.codec.is_some(), "through bytes"),
            (self.reduced && self.network == NetworkKind::Monotone, "dead messages dropped"),
        ];
        modes.iter().filter(|(on, _)| *on).try_for_each(|(_, mode)| write!(f, ", {mode}"))
    }
}

impl Left {
    /// The full budgets of `scope`: one value, or one for each way to foretell its crashes.
    ///
    /// # Panics
    /// If the scope has more timer kinds than [`TIMER_KINDS`], more than 255 requests, foretold crashes of more than
    /// [`FORETOLD`] replicas, or failing links of more than [`Links::REPLICAS`].
    pub fn of<M: Machine, G>(scope: &Scope<M, G>) -> Vec<Left> {
        assert!(scope.timers.len() <= TIMER_KINDS, "{}: over {TIMER_KINDS} timer kinds", scope.name);
        assert!(scope.requests.len() <= 255, "{}: over 255 requests", scope.name);
        let mut timers = [0; TIMER_KINDS];
        for (slot, budget) in timers.iter_mut().zip(scope.timers.values()) {
            *slot = *budget;
        }
        let (drops, duplicates) = match scope.network {
            NetworkKind::Monotone => (0, 0),
            NetworkKind::Lossy { drops, duplicates } => (drops, duplicates),
        };
        let many = Links::REPLICAS;
        assert!(scope.links == 0 || scope.replicas <= many, "{}: links of over {many} replicas", scope.name);
        let (partitions, links) = (scope.partitions, scope.links);
        let left = |crashes| Left { timers, crashes, drops, duplicates, partitions, links, next_request: 0 };
        if !scope.foretold {
            return vec![left(Crashes::Any(scope.crashes))];
        }
        let replicas = usize::from(scope.replicas);
        assert!(replicas <= FORETOLD, "{}: over {FORETOLD} replicas with foretold crashes", scope.name);
        let mut ways = vec![[0; FORETOLD]];
        for _ in 0..scope.crashes {
            ways = ways.into_iter().flat_map(|way| (0..replicas).map(move |id| one_more(way, id))).collect();
        }
        ways.sort_unstable();
        ways.dedup();
        ways.into_iter().map(|way| left(Crashes::Foretold(way))).collect()
    }
}

fn one_more(mut way: [u8; FORETOLD], id: usize) -> [u8; FORETOLD] {
    way[id] += 1;
    way
}
