//! A cluster in one thread whose network and disks do what the test says. Every replica runs under the driver, with
//! its invariants checked after each input, and agreement is asserted at each announcement.

use quorate_core::batch::Batch;
use quorate_core::paxos::{
    Ballot, Chunk, Config, Durable, Entry, Message, Notice, Replica, Request, Response, Slot, Standing,
    TimerKind, Value, Write,
};
use quorate_machine::{Driver, Machine, NodeId, Output, RequestId};
use std::collections::{BTreeMap, VecDeque};

/// A message on its way.
pub(crate) type Letter<S = ()> = (NodeId, NodeId, Message<u32, S>);

/// What a cluster consists of: replicas, alone or with a layer above that captures snapshots in chunks of type `S`.
pub(crate) trait Member<S: Chunk>:
    Machine<
        Config = Config,
        Message = Message<u32, S>,
        Write = Write<u32, S>,
        Durable = Durable<u32, S>,
        Request = Request<u32>,
        Response = Response,
        Notice = Notice<u32>,
        TimerKind = TimerKind,
    >
{
    /// The replica inside.
    fn replica(&self) -> &Replica<u32, S>;

    /// The slots that a snapshot stands for.
    fn restored(chunks: &[S]) -> Vec<Value<u32>>;
}

impl Member<()> for Replica<u32> {
    fn replica(&self) -> &Replica<u32> {
        self
    }

    fn restored(_: &[()]) -> Vec<Value<u32>> {
        unreachable!("nobody captures a snapshot")
    }
}

/// Replicas, what is on their disks, and what is on its way between them.
pub(crate) struct Cluster<S: Chunk = (), M: Member<S> = Replica<u32, S>> {
    pub(crate) config: Config,
    /// Whether writes become durable at once. Otherwise the test calls [`Cluster::sync`].
    pub(crate) sync_at_once: bool,
    /// In the order in which they were sent.
    pub(crate) network: VecDeque<Letter<S>>,
    /// Everything that was ever sent, in order.
    pub(crate) sent: Vec<Letter<S>>,
    /// Every write that became durable, in order, and on whose disk.
    pub(crate) written: Vec<(u16, Write<u32, S>)>,
    /// What every replica announced in this life, slot by slot.
    pub(crate) learned: Vec<Vec<Value<u32>>>,
    drivers: Vec<Option<Driver<M>>>,
    pub(crate) disks: Vec<Durable<u32, S>>,
    unsynced: Vec<VecDeque<Write<u32, S>>>,
    chosen: BTreeMap<u64, Value<u32>>,
    pub(crate) replies: BTreeMap<RequestId, Response>,
    /// Who announced that it gave up a snapshot for another, and for which.
    pub(crate) anew: Vec<(u16, Slot)>,
    /// Who announced that it has stopped.
    pub(crate) stopped: Vec<u16>,
    /// Who announced that it was admitted.
    pub(crate) admitted: Vec<u16>,
    /// Who announced that it was refused, by whom, and the epoch of the disk that is known there.
    pub(crate) refused: Vec<(u16, u16, u64)>,
    requests: u64,
}

impl Cluster {
    pub(crate) fn new(config: Config) -> Self {
        Cluster::of(config)
    }
}

impl<S: Chunk, M: Member<S>> Cluster<S, M> {
    /// A cluster of any kind of members.
    pub(crate) fn of(config: Config) -> Self {
        Self::on(config, Vec::new())
    }

    /// A cluster whose first members find this on their disks.
    pub(crate) fn on(config: Config, mut disks: Vec<Durable<u32, S>>) -> Self {
        let replicas = usize::from(config.replicas + config.observers);
        disks.resize(replicas, Durable::default());
        let mut cluster = Cluster {
            config,
            sync_at_once: true,
            network: VecDeque::new(),
            sent: Vec::new(),
            written: Vec::new(),
            learned: vec![Vec::new(); replicas],
            drivers: (0..replicas).map(|_| None).collect(),
            disks,
            unsynced: vec![VecDeque::new(); replicas],
            chosen: BTreeMap::new(),
            replies: BTreeMap::new(),
            anew: Vec::new(),
            stopped: Vec::new(),
            admitted: Vec::new(),
            refused: Vec::new(),
            requests: 0,
        };
        (0..config.replicas + config.observers).for_each(|node| cluster.restart(node));
        cluster
    }

    pub(crate) fn replica(&self, node: u16) -> &Replica<u32, S> {
        self.driver(node).machine().replica()
    }

    pub(crate) fn driver(&self, node: u16) -> &Driver<M> {
        self.drivers[usize::from(node)].as_ref().expect("this replica is up")
    }

    /// What would be found after a crash that loses all that is not synced.
    pub(crate) fn disk(&self, node: u16) -> &Durable<u32, S> {
        &self.disks[usize::from(node)]
    }

    pub(crate) fn unsynced(&self, node: u16) -> usize {
        self.unsynced[usize::from(node)].len()
    }

    /// The replica's memory is gone, and the newest writes that were not synced, all but `kept` of them.
    pub(crate) fn crash(&mut self, node: u16, kept: usize) {
        let at = usize::from(node);
        self.make_durable(node, kept.min(self.unsynced[at].len()));
        self.unsynced[at].clear();
        self.drivers[at] = None;
        self.learned[at].clear();
    }

    pub(crate) fn is_up(&self, node: u16) -> bool {
        self.drivers[usize::from(node)].is_some()
    }

    pub(crate) fn restart(&mut self, node: u16) {
        let mut out = Vec::new();
        let disk = &self.disks[usize::from(node)];
        if let Some(snapshot) = &disk.snapshot {
            self.learned[usize::from(node)] = M::restored(&snapshot.chunks);
        }
        let driver = Driver::start_checked(&self.config, NodeId(node), disk, &mut out);
        self.drivers[usize::from(node)] = Some(driver);
        self.perform(node, out);
    }

    pub(crate) fn timer(&mut self, node: u16, kind: TimerKind) {
        self.with(node, |driver, out| driver.timer(kind, out));
    }

    pub(crate) fn submit(&mut self, node: u16, command: u32) -> Response {
        let id = self.ask(node, Request::Submit(command));
        self.replies[&id].clone()
    }

    /// Asks for anything. The answer may come later.
    pub(crate) fn ask(&mut self, node: u16, request: Request<u32>) -> RequestId {
        let id = RequestId(self.requests);
        self.requests += 1;
        self.with(node, |driver, out| driver.request(id, request, out));
        id
    }

    /// Submits these commands and does not look at the answers.
    pub(crate) fn submit_all(&mut self, node: u16, commands: impl IntoIterator<Item = u32>) {
        for command in commands {
            self.submit(node, command);
        }
    }

    /// The oldest `writes` writes are durable now.
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
    pub(crate) fn deliver(&mut self, (from, to, message): Letter<S>) {
        self.with(to.0, |driver, out| driver.message(from, message, out));
    }

    /// Delivers in order what is on its way and what that brings about, as long as `wanted` says so; keeps the rest.
    pub(crate) fn deliver_where(&mut self, wanted: impl Fn(&Letter<S>) -> bool) {
        let mut kept = VecDeque::new();
        while let Some(letter) = self.network.pop_front() {
            let up = self.drivers[usize::from(letter.1.0)].is_some();
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

    /// Delivers only what is said between these replicas.
    pub(crate) fn deliver_among(&mut self, nodes: &[u16]) {
        self.deliver_where(|(from, to, _)| nodes.contains(&from.0) && nodes.contains(&to.0));
    }

    /// Loses everything that is on its way.
    pub(crate) fn lose_all(&mut self) {
        self.network.clear();
    }

    /// Campaigns with the whole network at work.
    pub(crate) fn elect(&mut self, node: u16) {
        self.elect_among(node, &(0..self.config.replicas + self.config.observers).collect::<Vec<_>>());
    }

    /// Campaigns while only these replicas hear each other.
    pub(crate) fn elect_among(&mut self, node: u16, nodes: &[u16]) {
        if self.config.pre_vote {
            let others = nodes.iter().copied().filter(|other| *other != node && self.is_up(*other));
            for other in others.collect::<Vec<_>>() {
                self.timer(other, TimerKind::Election);
            }
            // They miss a leader too, but nobody hears of that.
            self.network.retain(|(.., message)| !matches!(message, Message::PreVote { .. }));
        }
        self.timer(node, TimerKind::Election);
        self.deliver_among(nodes);
        assert_eq!(self.replica(node).standing(), Standing::Leader, "replica {node} was elected");
    }

    fn with(&mut self, node: u16, act: impl FnOnce(&mut Driver<M>, &mut Vec<Output<M>>)) {
        let mut out = Vec::new();
        act(self.drivers[usize::from(node)].as_mut().expect("this replica is up"), &mut out);
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
                Output::Reply { id, response } => assert_eq!(self.replies.insert(id, response), None),
                Output::Publish(Notice::Chosen { first, values }) => self.announce(node, first, values),
                Output::Publish(Notice::Installed { upto }) => self.install(node, upto),
                Output::Publish(Notice::StartedAnew { upto }) => self.anew.push((node, upto)),
                Output::Publish(Notice::Stopped) => self.stopped.push(node),
                Output::Publish(Notice::Admitted) => self.admitted.push(node),
                Output::Publish(Notice::Refused { by, epoch }) => self.refused.push((node, by.0, epoch)),
                Output::Publish(Notice::Role(_)) | Output::SetTimer(_) | Output::CancelTimer(_) => {}
            }
        }
        let writes = self.unsynced[usize::from(node)].len();
        if self.sync_at_once && writes > 0 {
            self.sync(node, writes);
        }
    }

    /// A snapshot stands for the slots before `upto`.
    fn install(&mut self, node: u16, upto: Slot) {
        let snapshot = self.replica(node).durable().snapshot.as_ref().expect("it was installed");
        let restored = M::restored(&snapshot.chunks);
        assert_eq!(upto.0, restored.len() as u64, "replica {node} installed what it says");
        for (slot, value) in (0..).zip(&restored) {
            let chosen = self.chosen.entry(slot).or_insert_with(|| value.clone());
            assert_eq!(chosen, value, "replica {node} installed another slot {slot}");
        }
        assert!(self.learned[usize::from(node)].len() < restored.len(), "replica {node} goes ahead");
        self.learned[usize::from(node)] = restored;
    }

    fn announce(&mut self, node: u16, first: Slot, values: Batch<Value<u32>>) {
        let learned = &mut self.learned[usize::from(node)];
        assert_eq!(first.0, learned.len() as u64, "replica {node} announces every slot once and in order");
        for (slot, value) in (first.0..).zip(&values) {
            let chosen = self.chosen.entry(slot).or_insert_with(|| value.clone());
            assert_eq!(chosen, value, "replica {node} differs at slot {slot}");
        }
        learned.extend(values.iter().cloned());
    }
}

pub(crate) fn command(command: u32) -> Value<u32> {
    Value::Command(command)
}

pub(crate) fn commands(commands: impl IntoIterator<Item = u32>) -> Vec<Value<u32>> {
    commands.into_iter().map(Value::Command).collect()
}

/// A ballot of a replica's first life.
pub(crate) fn ballot(round: u64, node: u16) -> Ballot {
    Ballot { round, node: NodeId(node), incarnation: 1 }
}

pub(crate) fn entry(ballot: Ballot, value: Value<u32>) -> Entry<u32> {
    Entry { ballot, value }
}

/// The protocol without what production adds to it, and a window of 8 slots.
pub(crate) fn bare() -> Config {
    Config::bare(3, 8)
}

/// Like [`bare`], and followers are told at once what is chosen.
pub(crate) fn telling() -> Config {
    Config { commit_messages: true, ..bare() }
}
