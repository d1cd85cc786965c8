//! Three nodes of `omnipaxos` (0.2.4, no line patched) as one system driven by replay.
//!
//! An event is something that happens to one node; what it sends is on the links before the next event. Links are
//! first in, first out, as omnipaxos asks for, and may lose within a budget; not to deliver is free. The storage
//! writes at once, so a crash (`Restart`) comes between two events. Leaders are made by `try_become_leader`, within
//! budgets; the heartbeats that would do so in production are left out, and no tick happens: nothing is sent again.
//!
//! *The projection*: omnipaxos shows little of its state, so what counts of a node is what it was told since it last
//! started, in order, and what was on its disk then. A deterministic node that started alike and was told the same is
//! in the same state, whatever that is: nothing is left out. It tells apart more than it must, which costs states; it
//! still unites the orders of events at different nodes.

use omnipaxos::ballot_leader_election::Ballot;
use omnipaxos::messages::{Message, sequence_paxos::PaxosMsg};
use omnipaxos::storage::{Entry, NoSnapshot, StopSign, Storage, StorageOp, StorageResult};
use omnipaxos::util::LogEntry;
use omnipaxos::{ClusterConfig, OmniPaxos, OmniPaxosConfig, ServerConfig};
use omnipaxos_storage::memory_storage::MemoryStorage;
use quorate::foreign::{Foreign, Past, Replayed};
use quorate_spec::{Claims, Kind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

/// A command: who appended it, and the how-manieth of its it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub(crate) struct Command(u64, u8);

impl Entry for Command {
    type Snapshot = NoSnapshot;
}

/// Storage in memory that outlives the node that writes it.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<MemoryStorage<Command>>>);

impl Disk {
    fn open(&self) -> MutexGuard<'_, MemoryStorage<Command>> {
        self.0.lock().expect("nobody panics holding it")
    }
}

/// Hands every method on to the storage inside.
macro_rules! handed_on {
    ($(fn $name:ident(&mut self $(, $argument:ident: $type:ty)?) -> $result:ty;)* --- $(fn $get:ident(&self $(, $from:ident: usize)*) -> $got:ty;)*) => {
        impl Storage<Command> for Disk {
            $(fn $name(&mut self $(, $argument: $type)?) -> StorageResult<$result> { self.open().$name($($argument)?) })*
            $(fn $get(&self $(, $from: usize)*) -> StorageResult<$got> { self.open().$get($($from),*) })*
            fn append_on_prefix(&mut self, from: usize, entries: Vec<Command>) -> StorageResult<()> {
                self.open().append_on_prefix(from, entries)
            }
        }
    };
}

handed_on! {
    fn write_atomically(&mut self, operations: Vec<StorageOp<Command>>) -> ();
    fn append_entry(&mut self, entry: Command) -> ();
    fn append_entries(&mut self, entries: Vec<Command>) -> ();
    fn set_promise(&mut self, ballot: Ballot) -> ();
    fn set_decided_idx(&mut self, index: usize) -> ();
    fn set_accepted_round(&mut self, ballot: Ballot) -> ();
    fn set_stopsign(&mut self, sign: Option<StopSign>) -> ();
    fn trim(&mut self, index: usize) -> ();
    fn set_compacted_idx(&mut self, index: usize) -> ();
    fn set_snapshot(&mut self, snapshot: Option<NoSnapshot>) -> ();
    ---
    fn get_decided_idx(&self) -> usize;
    fn get_accepted_round(&self) -> Option<Ballot>;
    fn get_entries(&self, from: usize, to: usize) -> Vec<Command>;
    fn get_log_len(&self) -> usize;
    fn get_suffix(&self, from: usize) -> Vec<Command>;
    fn get_promise(&self) -> Option<Ballot>;
    fn get_stopsign(&self) -> Option<StopSign>;
    fn get_compacted_idx(&self) -> usize;
    fn get_snapshot(&self) -> Option<NoSnapshot>;
}

/// What is wrong with the storage that the cluster runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Defect {
    /// Nothing.
    None,
    /// A restarted node has lost its last entry, which it had acknowledged.
    LosesLastEntry,
    /// A restarted node does not remember what it promised.
    ForgetsPromise,
}

/// How much happens, and on what.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    /// How often each node may try to become the leader.
    pub(crate) leads: [u8; 3],
    /// How many commands each node may be given, while it leads.
    pub(crate) appends: [u8; 3],
    /// How many messages are lost for good.
    pub(crate) losses: u8,
    /// How often each node may crash and start again.
    pub(crate) restarts: [u8; 3],
    /// Do nodes 1 and 3 never hear of each other?
    pub(crate) parted: bool,
    pub(crate) defect: Defect,
}

impl Cluster {
    /// Nodes may lead and be given commands so often; nothing else happens.
    pub(crate) fn new(leads: [u8; 3], appends: [u8; 3]) -> Self {
        Cluster { leads, appends, losses: 0, restarts: [0; 3], parted: false, defect: Defect::None }
    }
}

/// Who sends to whom.
type Link = (u64, u64);

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub(crate) enum Event {
    Lead(u64),
    Append(u64),
    /// The oldest message of a link, of this kind, arrives.
    Deliver(Link, &'static str),
    Lose(Link, &'static str),
    Restart(u64),
}

/// A ballot as it is ordered, of which the node is the last part.
type Round = (u32, u64);

fn round(ballot: Option<Ballot>) -> Round {
    ballot.map_or((0, 0), |ballot| (ballot.n, ballot.pid))
}

/// A disk: promised, accepted in, decided up to, log.
type DiskView = (Round, Round, usize, Vec<Command>);

/// A node, as far as it counts: its disk when it started, and what it was told since.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub(crate) struct NodeView {
    disk_at_start: DiskView,
    told: Vec<String>,
    /// What it promised: follows from the rest, and is here for the claims.
    pub(crate) promise: Round,
}

/// The system, as far as it counts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub(crate) struct View {
    pub(crate) nodes: Vec<NodeView>,
    links: BTreeMap<Link, Vec<String>>,
    left: Left,
    /// What was ever decided at an index.
    pub(crate) decided: BTreeMap<usize, BTreeSet<Command>>,
}

/// What is left of the budgets.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
struct Left {
    leads: [u8; 3],
    appends: [u8; 3],
    losses: u8,
    restarts: [u8; 3],
}

struct Node {
    core: OmniPaxos<Command, Disk>,
    disk: Disk,
    disk_at_start: DiskView,
    told: Vec<String>,
}

pub(crate) struct Live {
    nodes: Vec<Node>,
    links: BTreeMap<Link, VecDeque<Message<Command>>>,
    left: Left,
    decided: BTreeMap<usize, BTreeSet<Command>>,
    parted: bool,
}

fn place(pid: u64) -> usize {
    usize::try_from(pid - 1).expect("a small id")
}

fn view(disk: &Disk) -> DiskView {
    let disk = disk.open();
    let read = |result: StorageResult<Option<Ballot>>| round(result.expect("memory reads"));
    let log = disk.get_suffix(0).expect("memory reads");
    (
        read(disk.get_promise()),
        read(disk.get_accepted_round()),
        disk.get_decided_idx().expect("memory reads"),
        log,
    )
}

impl Node {
    fn start(pid: u64, disk: Disk) -> Self {
        let cluster_config =
            ClusterConfig { configuration_id: 1, nodes: vec![1, 2, 3], ..Default::default() };
        let server_config = ServerConfig { pid, ..Default::default() };
        let disk_at_start = view(&disk);
        let config = OmniPaxosConfig { cluster_config, server_config };
        let core = config.build(disk.clone()).expect("a valid configuration");
        Node { core, disk, disk_at_start, told: Vec::new() }
    }

    /// The disk as the node finds it after a crash.
    fn disk_after_crash(&self, defect: Defect) -> Disk {
        let old = self.disk.open();
        let mut log = old.get_suffix(0).expect("memory reads");
        if defect == Defect::LosesLastEntry {
            log.pop();
        }
        let mut new = MemoryStorage::default();
        let decided = old.get_decided_idx().expect("memory reads").min(log.len());
        new.append_entries(log).expect("memory writes");
        new.set_decided_idx(decided).expect("memory writes");
        let promise = old.get_promise().expect("memory reads");
        if let Some(ballot) = promise.filter(|_| defect != Defect::ForgetsPromise) {
            new.set_promise(ballot).expect("memory writes");
        }
        if let Some(ballot) = old.get_accepted_round().expect("memory reads") {
            new.set_accepted_round(ballot).expect("memory writes");
        }
        Disk(Arc::new(Mutex::new(new)))
    }
}

fn kind_of(message: &Message<Command>) -> &'static str {
    let Message::SequencePaxos(message) = message else { return "heartbeat" };
    match message.msg {
        PaxosMsg::PrepareReq(_) => "PrepareReq",
        PaxosMsg::Prepare(_) => "Prepare",
        PaxosMsg::Promise(_) => "Promise",
        PaxosMsg::AcceptSync(_) => "AcceptSync",
        PaxosMsg::AcceptDecide(_) => "AcceptDecide",
        PaxosMsg::Accepted(_) => "Accepted",
        PaxosMsg::NotAccepted(_) => "NotAccepted",
        PaxosMsg::Decide(_) => "Decide",
        PaxosMsg::ProposalForward(_) => "ProposalForward",
        PaxosMsg::Compaction(_) | PaxosMsg::AcceptStopSign(_) | PaxosMsg::ForwardStopSign(_) => "other",
    }
}

impl Live {
    /// Takes what a node sends, and notes what it decided.
    fn serve(&mut self, pid: u64) {
        let core = &mut self.nodes[place(pid)].core;
        let mut messages = Vec::new();
        core.take_outgoing_messages(&mut messages);
        for (index, entry) in core.read_decided_suffix(0).into_iter().flatten().enumerate() {
            let LogEntry::Decided(command) = entry else { panic!("decided, and not a snapshot: {entry:?}") };
            self.decided.entry(index).or_default().insert(command);
        }
        for message in messages.into_iter().filter(|message| kind_of(message) != "heartbeat") {
            let link = (message.get_sender(), message.get_receiver());
            if self.parted && link.0 + link.1 == 1 + 3 {
                continue;
            }
            self.links.entry(link).or_default().push_back(message);
        }
    }

    fn take(&mut self, link: Link) -> Message<Command> {
        let queue = self.links.get_mut(&link).expect("a message is on the link");
        let message = queue.pop_front().expect("a message is on the link");
        if queue.is_empty() {
            self.links.remove(&link);
        }
        message
    }

    fn tell(&mut self, pid: u64, what: String, how: impl FnOnce(&mut OmniPaxos<Command, Disk>)) {
        let node = &mut self.nodes[place(pid)];
        node.told.push(what);
        how(&mut node.core);
        self.serve(pid);
    }
}

fn agreement(_: &Replayed<Cluster>, past: &Past<Cluster>) -> bool {
    past.projection().decided.values().all(|commands| commands.len() == 1)
}

fn something_is_decided(_: &Replayed<Cluster>, past: &Past<Cluster>) -> bool {
    !past.projection().decided.is_empty()
}

fn two_are_decided(_: &Replayed<Cluster>, past: &Past<Cluster>) -> bool {
    past.projection().decided.len() > 1
}

fn promises_grow(_: &Replayed<Cluster>, before: &Past<Cluster>, _: &Event, after: &Past<Cluster>) -> bool {
    let (before, after) = (&before.projection().nodes, &after.projection().nodes);
    before.iter().zip(after).all(|(before, after)| before.promise <= after.promise)
}

impl Foreign for Cluster {
    type Live = Live;
    type Event = Event;
    type Projection = View;

    fn start(&self) -> Live {
        let (leads, appends, losses, restarts) = (self.leads, self.appends, self.losses, self.restarts);
        let mut live = Live {
            nodes: (1..=3).map(|pid| Node::start(pid, Disk::default())).collect(),
            links: BTreeMap::new(),
            left: Left { leads, appends, losses, restarts },
            decided: BTreeMap::new(),
            parted: self.parted,
        };
        (1..=3).for_each(|pid| live.serve(pid));
        live
    }

    fn events(&self, live: &Live) -> Vec<Event> {
        let heads = || live.links.iter().map(|(link, queue)| (*link, kind_of(&queue[0])));
        let mut events: Vec<Event> = heads().map(|(link, kind)| Event::Deliver(link, kind)).collect();
        for (pid, node) in (1..).zip(&live.nodes) {
            let leads = node.core.get_current_leader().is_some_and(|(leader, _)| leader == pid);
            if live.left.leads[place(pid)] > 0 && !leads {
                events.push(Event::Lead(pid));
            }
            if live.left.appends[place(pid)] > 0 && leads {
                events.push(Event::Append(pid));
            }
            if live.left.restarts[place(pid)] > 0 {
                events.push(Event::Restart(pid));
            }
        }
        if live.left.losses > 0 {
            events.extend(heads().map(|(link, kind)| Event::Lose(link, kind)));
        }
        events
    }

    fn apply(&self, live: &mut Live, event: &Event) {
        match *event {
            Event::Lead(pid) => {
                live.left.leads[place(pid)] -= 1;
                live.tell(pid, "lead".to_owned(), OmniPaxos::try_become_leader);
            }
            Event::Append(pid) => {
                let command = Command(pid, live.left.appends[place(pid)]);
                live.left.appends[place(pid)] -= 1;
                live.tell(pid, format!("append {command:?}"), |core| {
                    core.append(command).expect("nothing is reconfigured");
                });
            }
            Event::Deliver(link, _) => {
                let message = live.take(link);
                live.tell(link.1, format!("{message:?}"), |core| core.handle_incoming(message));
            }
            Event::Lose(link, _) => {
                live.left.losses -= 1;
                live.take(link);
            }
            Event::Restart(pid) => {
                live.left.restarts[place(pid)] -= 1;
                let disk = live.nodes[place(pid)].disk_after_crash(self.defect);
                live.nodes[place(pid)] = Node::start(pid, disk);
                live.serve(pid);
            }
        }
    }

    fn project(&self, live: &Live) -> View {
        let nodes = live.nodes.iter().map(|node| NodeView {
            disk_at_start: node.disk_at_start.clone(),
            told: node.told.clone(),
            promise: round(Some(node.core.get_promise())),
        });
        let texts = |queue: &VecDeque<_>| queue.iter().map(|message| format!("{message:?}")).collect();
        View {
            nodes: nodes.collect(),
            links: live.links.iter().map(|(link, queue)| (*link, texts(queue))).collect(),
            left: live.left.clone(),
            decided: live.decided.clone(),
        }
    }

    fn kinds(&self) -> Vec<Kind> {
        let mut kinds = vec![Kind("lead"), Kind("append"), Kind("deliver")];
        kinds.extend((self.losses > 0).then_some(Kind("lose")));
        kinds.extend((self.restarts != [0; 3]).then_some(Kind("restart")));
        kinds
    }

    fn kind(&self, event: &Event) -> Kind {
        Kind(match event {
            Event::Lead(_) => "lead",
            Event::Append(_) => "append",
            Event::Deliver(..) => "deliver",
            Event::Lose(..) => "lose",
            Event::Restart(_) => "restart",
        })
    }

    fn claims(&self, claims: &mut Claims<Replayed<Self>>) {
        claims
            .always("agreement", "what was ever decided at an index is one command", agreement)
            .when(something_is_decided);
        claims.always_step("promises", "no node takes a promise back", promises_grow);
        claims.sometimes("decided", "a command is decided", something_is_decided);
        if self.appends.iter().sum::<u8>() > 1 {
            claims.sometimes("both", "two commands are decided", two_are_decided);
        }
    }
}
