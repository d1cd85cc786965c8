//! Servers in one thread whose network and disks do what the test says. After every input each server's invariants are
//! checked, and any two servers that have executed the same slots are equal.

use crate::ledger::Ledger;
use quorate_core::paxos::server::{Config, Notice, Part, Request, Response, Server};
use quorate_core::paxos::{self, Durable, Message, Standing, TimerKind, Write};
use quorate_core::session::{ClientId, Sequence, Stamp, Table};
use quorate_machine::{Driver, Machine, NodeId, Output, RequestId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(crate) type Command = paxos::server::Command<u8>;
pub(crate) type Chunk = Part<u64, Vec<u8>>;
pub(crate) type Letter = (NodeId, NodeId, Message<Command, Chunk>);
pub(crate) type Disk = Durable<Command, Chunk>;
pub(crate) type Ask = Request<u8, ()>;
pub(crate) type Answer = Response<u64, u64>;

/// A server of a ledger, or one with something wrong around it.
pub(crate) trait Serves:
    Machine<
        Config = Config,
        Message = Message<Command, Chunk>,
        Write = Write<Command, Chunk>,
        Durable = Disk,
        Request = Ask,
        Response = Answer,
        Notice = Notice<u8>,
        TimerKind = TimerKind,
    >
{
    fn server(&self) -> &Server<Ledger>;
}

impl Serves for Server<Ledger> {
    fn server(&self) -> &Server<Ledger> {
        self
    }
}

pub(crate) struct Cluster<M: Serves = Server<Ledger>> {
    pub(crate) config: Config,
    /// Whether writes become durable at once. Otherwise the test calls [`Cluster::sync`].
    pub(crate) sync_at_once: bool,
    /// In the order in which they were sent.
    pub(crate) network: VecDeque<Letter>,
    /// Everything that was ever sent, in order.
    pub(crate) sent: Vec<Letter>,
    /// Every write that became durable, in order, and on whose disk.
    pub(crate) written: Vec<(u16, Write<Command, Chunk>)>,
    /// Every notice, in order, and whose.
    pub(crate) notices: Vec<(u16, Notice<u8>)>,
    drivers: Vec<Option<Driver<M>>>,
    pub(crate) disks: Vec<Disk>,
    unsynced: Vec<VecDeque<Write<Command, Chunk>>>,
    /// By slot, the state before it.
    states: BTreeMap<u64, (Ledger, Table<u64>)>,
    replies: BTreeMap<RequestId, Answer>,
    open: BTreeSet<RequestId>,
}

impl<M: Serves> Cluster<M> {
    pub(crate) fn new(config: Config) -> Self {
        let members = usize::from(config.log.replicas + config.log.observers);
        let mut cluster = Cluster {
            config,
            sync_at_once: true,
            network: VecDeque::new(),
            sent: Vec::new(),
            written: Vec::new(),
            notices: Vec::new(),
            drivers: (0..members).map(|_| None).collect(),
            disks: vec![Durable::default(); members],
            unsynced: vec![VecDeque::new(); members],
            states: BTreeMap::new(),
            replies: BTreeMap::new(),
            open: BTreeSet::new(),
        };
        (0..members as u16).for_each(|node| cluster.restart(node));
        cluster
    }

    pub(crate) fn members(&self) -> u16 {
        self.drivers.len() as u16
    }

    pub(crate) fn server(&self, node: u16) -> &Server<Ledger> {
        self.driver(node).machine().server()
    }

    pub(crate) fn driver(&self, node: u16) -> &Driver<M> {
        self.drivers[usize::from(node)].as_ref().expect("this server is up")
    }

    pub(crate) fn is_up(&self, node: u16) -> bool {
        self.drivers[usize::from(node)].is_some()
    }

    /// The memory is gone, and the newest writes that were not synced, all but `kept` of them.
    pub(crate) fn crash(&mut self, node: u16, kept: usize) {
        let at = usize::from(node);
        self.make_durable(node, kept.min(self.unsynced[at].len()));
        self.unsynced[at].clear();
        self.drivers[at] = None;
    }

    pub(crate) fn restart(&mut self, node: u16) {
        let mut out = Vec::new();
        let disk = &self.disks[usize::from(node)];
        let driver = Driver::start_checked(&self.config, NodeId(node), disk, &mut out);
        self.drivers[usize::from(node)] = Some(driver);
        self.perform(node, out);
    }

    pub(crate) fn timer(&mut self, node: u16, kind: TimerKind) {
        self.with(node, |driver, out| driver.timer(kind, out));
    }

    /// Fires the capture timer until nothing is being captured, and says how often.
    pub(crate) fn capture_all(&mut self, node: u16) -> usize {
        let mut fired = 0;
        while self.driver(node).armed().contains(&TimerKind::Capture) {
            self.timer(node, TimerKind::Capture);
            fired += 1;
        }
        fired
    }

    /// Asks, and does not wait for the answer: see [`Cluster::reply`].
    pub(crate) fn ask(&mut self, node: u16, request: Ask) -> RequestId {
        let id = RequestId((self.replies.len() + self.open.len()) as u64);
        self.open.insert(id);
        self.with(node, |driver, out| driver.request(id, request, out));
        id
    }

    pub(crate) fn reply(&self, id: RequestId) -> Option<&Answer> {
        self.replies.get(&id)
    }

    /// Requests that are not answered.
    pub(crate) fn unanswered(&self) -> usize {
        self.open.len()
    }

    /// Asks, delivers everything, and gives the answer.
    pub(crate) fn answer(&mut self, node: u16, request: Ask) -> Answer {
        let id = self.ask(node, request);
        self.deliver_all();
        self.replies.get(&id).cloned().unwrap_or_else(|| panic!("{id:?} is not answered"))
    }

    pub(crate) fn sync(&mut self, node: u16, writes: usize) {
        self.make_durable(node, writes);
        self.with(node, |driver, out| driver.persisted(writes, out));
    }

    fn make_durable(&mut self, node: u16, writes: usize) {
        for write in self.unsynced[usize::from(node)].drain(..writes) {
            M::persist(&mut self.disks[usize::from(node)], &write);
            self.written.push((node, write));
        }
    }

    /// Delivers one message that need not have been sent.
    pub(crate) fn deliver(&mut self, (from, to, message): Letter) {
        self.with(to.0, |driver, out| driver.message(from, message, out));
    }

    /// Delivers in order what is on its way and what that brings about, as long as `wanted` says so; keeps the rest.
    pub(crate) fn deliver_where(&mut self, wanted: impl Fn(&Letter) -> bool) {
        let mut kept = VecDeque::new();
        while let Some(letter) = self.network.pop_front() {
            let up = self.is_up(letter.1.0);
            if up && wanted(&letter) {
                self.deliver(letter);
            } else if up {
                kept.push_back(letter);
            }
        }
        self.network = kept;
    }

    pub(crate) fn deliver_all(&mut self) {
        self.deliver_where(|_| true);
    }

    /// Delivers what is said between these, and loses the rest.
    pub(crate) fn deliver_among(&mut self, nodes: &[u16]) {
        self.deliver_where(|(from, to, _)| nodes.contains(&from.0) && nodes.contains(&to.0));
        self.lose_all();
    }

    pub(crate) fn lose_all(&mut self) {
        self.network.clear();
    }

    /// Campaigns while only these hear each other. With pre-votes the others must have missed their leader as well.
    pub(crate) fn elect_among(&mut self, node: u16, nodes: &[u16]) {
        self.timer(node, TimerKind::Election);
        self.deliver_among(nodes);
        let standing = self.server(node).replica().standing();
        assert_eq!(standing, Standing::Leader, "server {node} was elected");
    }

    /// Has `node` promised by `other`, and keeps what it proposes again on its way.
    pub(crate) fn promise(&mut self, node: u16, other: u16) {
        self.timer(node, TimerKind::Election);
        self.deliver_where(|(from, to, message)| {
            [from.0, to.0].contains(&other)
                && matches!(message, Message::Prepare { .. } | Message::Promise { .. })
        });
        let standing = self.server(node).replica().standing();
        assert_eq!(standing, Standing::Leader, "server {node} was elected");
    }

    pub(crate) fn elect(&mut self, node: u16) {
        self.elect_among(node, &(0..self.members()).collect::<Vec<_>>());
    }

    fn with(&mut self, node: u16, act: impl FnOnce(&mut Driver<M>, &mut Vec<Output<M>>)) {
        let mut out = Vec::new();
        act(self.drivers[usize::from(node)].as_mut().expect("this server is up"), &mut out);
        self.perform(node, out);
    }

    fn perform(&mut self, node: u16, out: Vec<Output<M>>) {
        for output in out {
            match output {
                Output::Send { to, message } => {
                    self.sent.push((NodeId(node), to, message.clone()));
                    self.network.push_back((NodeId(node), to, message));
                }
                Output::Write(write) => self.unsynced[usize::from(node)].push_back(write),
                Output::Reply { id, response } => {
                    assert!(self.open.remove(&id), "{id:?} is answered once, and when it was asked");
                    self.replies.insert(id, response);
                }
                Output::Publish(notice) => self.notices.push((node, notice)),
                Output::SetTimer(_) | Output::CancelTimer(_) => {}
            }
        }
        self.compare(node);
        let writes = self.unsynced[usize::from(node)].len();
        if self.sync_at_once && writes > 0 {
            self.sync(node, writes);
        }
    }

    /// PX-S13 and PX-S15: the state at a slot is the same wherever and however it was reached.
    fn compare(&mut self, node: u16) {
        let server = self.server(node);
        let (applied, state) = (server.applied().0, (server.state().clone(), server.clients().clone()));
        let known = self.states.entry(applied).or_insert_with(|| state.clone());
        assert_eq!(*known, state, "server {node} differs before slot {applied}");
    }
}

pub(crate) fn stamp(client: u64, sequence: u64, acknowledged: u64) -> Stamp {
    Stamp { client: ClientId(client), sequence: Sequence(sequence), acknowledged: Sequence(acknowledged) }
}

/// The command `add` of a client that has every earlier answer.
pub(crate) fn add(client: u64, sequence: u64, add: u8) -> Ask {
    Request::Execute { stamp: stamp(client, sequence, sequence), command: add }
}

/// The protocol without what production adds to it, a window of 8 slots, and followers who are told at once.
pub(crate) fn small() -> Config {
    let log = paxos::Config { commit_messages: true, reads: 8, retain: 0, ..paxos::Config::bare(3, 8) };
    let clients = quorate_core::session::Limits { residents: 2, sessions: 2, pipeline: 4 };
    Config { log, clients, compact_every: 0 }
}

pub(crate) fn done(output: u64) -> Answer {
    Response::Done { output }
}
