//! One replica in a world: its driver, its disk, and what one event does to both.

use super::{Codec, Observation, Persistence, Scope, Shared, network::Envelope, scope::Comeback};
use quorate_machine::{Driver, Machine, NodeId, Output, RequestId};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::{collections::VecDeque, fmt::Debug, hash::Hash, sync::atomic::AtomicBool};

/// What a world asks of a machine beyond [`Machine`]: to be a value that can be kept and compared.
pub trait Checkable: Machine + Clone + Eq + Hash + Debug + Send + Sync + 'static {}
impl<M: Machine + Clone + Eq + Hash + Debug + Send + Sync + 'static> Checkable for M {}

/// One replica.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Node<M: Machine> {
    /// `None` while it is down.
    driver: Option<Driver<M>>,
    /// What is on its disk.
    durable: Shared<M::Durable>,
    /// What was written and not synced, oldest first.
    unsynced: VecDeque<M::Write>,
    /// The synced bytes of the log, where the scope has a codec.
    log: Vec<u8>,
    /// How many disks it has lost.
    lost: u8,
}

impl<M: Machine> Node<M> {
    /// The driver, unless the replica is down.
    pub fn driver(&self) -> Option<&Driver<M>> {
        self.driver.as_ref()
    }

    /// What is on its disk: all that a mapping may read of a replica.
    pub fn durable(&self) -> &Shared<M::Durable> {
        &self.durable
    }

    /// How many disks it has lost.
    pub fn disks_lost(&self) -> u8 {
        self.lost
    }

    /// What was written and not synced, oldest first.
    pub fn unsynced(&self) -> &VecDeque<M::Write> {
        &self.unsynced
    }
}

impl<M: Machine + Serialize> Serialize for Node<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut node = serializer.serialize_struct("Node", 4 + usize::from(self.lost > 0))?;
        node.serialize_field("memory", &self.driver.as_ref().map(Driver::machine))?;
        node.serialize_field("armed", &self.driver.as_ref().map(Driver::armed))?;
        node.serialize_field("disk", &*self.durable)?;
        node.serialize_field("unsynced", &self.unsynced)?;
        if self.lost > 0 {
            node.serialize_field("disks lost", &self.lost)?;
        }
        node.end()
    }
}

/// What an event asks of one replica.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Step<M: Machine> {
    Message(Shared<Envelope<M::Message>>),
    Timer(M::TimerKind),
    Request { id: RequestId, request: M::Request },
    Sync,
    Crash { keep: usize },
    Wipe,
    Restart,
}

/// When writes reach a replica's disk: until its next crash, and after it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Writes {
    pub(crate) now: Persistence,
    pub(crate) after_crash: Persistence,
}

/// Where a crash cuts a step: after so many outputs, with so many unsynced writes surviving.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Cut {
    pub(crate) outputs: usize,
    pub(crate) keep: usize,
}

/// What a step does: the replica after it, and what it showed.
#[derive(Debug)]
pub(crate) struct Transition<M: Machine> {
    pub(crate) node: Shared<Node<M>>,
    pub(crate) seen: Vec<Observation<M>>,
    pub(crate) sends: Vec<Shared<Envelope<M::Message>>>,
    /// Neither the replica changed nor was anything observed, a reply included.
    pub(crate) idle: bool,
    /// Does the local graph of the search that is running have this step?
    pub(crate) known: AtomicBool,
    /// For each cut after 0, 1, … outputs: how many writes are then unsynced.
    pub(crate) unsynced_at: Vec<usize>,
}

/// The replica at its very first start. Its first writes are synced: a scope begins with replicas that are up.
pub(crate) fn boot<M: Checkable, G>(scope: &Scope<M, G>, id: NodeId) -> Transition<M> {
    let down = Node {
        driver: None,
        durable: Shared::new((scope.disk)(id, 0)),
        unsynced: VecDeque::new(),
        log: Vec::new(),
        lost: 0,
    };
    let writes = Writes { now: Persistence::Atomic, after_crash: Persistence::Atomic };
    let mut stage = Stage::new(scope, id, &down, writes, None);
    stage.restart();
    stage.finish(&Shared::new(down))
}

/// What `step` does to `node`, cut by a crash if `cut` says so.
pub(crate) fn perform<M: Checkable, G>(
    scope: &Scope<M, G>,
    id: NodeId,
    node: &Shared<Node<M>>,
    step: &Step<M>,
    writes: Writes,
    cut: Option<Cut>,
) -> Transition<M> {
    let mut stage = Stage::new(scope, id, node, writes, cut);
    match step {
        Step::Crash { keep } => stage.crash(*keep),
        Step::Wipe => stage.wipe(),
        Step::Restart => stage.restart(),
        Step::Sync => stage.sync(),
        Step::Message(envelope) => {
            stage.drive(|driver, out| driver.message(envelope.from, envelope.message.clone(), out));
        }
        Step::Timer(kind) => stage.drive(|driver, out| driver.timer(*kind, out)),
        Step::Request { id, request } => {
            stage.seen.push(Observation::Requested { id: *id, request: request.clone() });
            stage.drive(|driver, out| driver.request(*id, request.clone(), out));
        }
    }
    if let Some(cut) = cut {
        stage.crash(cut.keep);
    }
    stage.finish(node)
}

/// A replica while a step is performed on it.
struct Stage<'s, M: Machine, G> {
    scope: &'s Scope<M, G>,
    id: NodeId,
    node: Node<M>,
    writes: Writes,
    seen: Vec<Observation<M>>,
    unsynced_at: Vec<usize>,
    /// Outputs that may still be performed before the crash.
    outputs_left: Option<usize>,
}

impl<'s, M: Checkable, G> Stage<'s, M, G> {
    fn new(scope: &'s Scope<M, G>, id: NodeId, node: &Node<M>, writes: Writes, cut: Option<Cut>) -> Self {
        let outputs_left = cut.map(|cut| cut.outputs);
        let unsynced_at = vec![node.unsynced.len()];
        Stage { scope, id, node: node.clone(), writes, seen: Vec::new(), unsynced_at, outputs_left }
    }

    fn drive(&mut self, input: impl FnOnce(&mut Driver<M>, &mut Vec<Output<M>>)) {
        let mut out = Vec::new();
        let Some(driver) = &mut self.node.driver else { return };
        input(driver, &mut out);
        self.perform_outputs(out);
        while self.writes.now == Persistence::Atomic && !self.node.unsynced.is_empty() && !self.cut_off() {
            self.sync_writes(self.node.unsynced.len());
        }
    }

    /// The disk completes what the next held effect waits for.
    fn sync(&mut self) {
        let next = self.node.driver.as_ref().and_then(Driver::writes_to_next_release);
        if let Some(writes) = next {
            self.sync_writes(writes);
        }
    }

    fn sync_writes(&mut self, writes: usize) {
        self.make_durable(writes);
        let mut out = Vec::new();
        if let Some(driver) = &mut self.node.driver {
            driver.persisted(writes, &mut out);
        }
        self.perform_outputs(out);
    }

    fn make_durable(&mut self, writes: usize) {
        let mut durable = M::Durable::clone(&self.node.durable);
        for write in self.node.unsynced.drain(..writes) {
            M::persist(&mut durable, &write);
            if let Some(codec) = &self.scope.codec {
                codec.append(&mut self.node.log, &write);
            }
            self.seen.push(Observation::Durable(write));
        }
        self.node.durable = Shared::new(durable);
    }

    fn cut_off(&self) -> bool {
        self.outputs_left == Some(0)
    }

    fn perform_outputs(&mut self, outputs: Vec<Output<M>>) {
        for output in outputs {
            if self.cut_off() {
                return;
            }
            match output {
                Output::Send { to, message } => {
                    let message = self.through_bytes(message);
                    self.seen.push(Observation::Sent { to, message });
                }
                Output::Write(write) => self.node.unsynced.push_back(write),
                Output::Reply { id, response } => self.seen.push(Observation::Replied { id, response }),
                Output::Publish(notice) => self.seen.push(Observation::Published(notice)),
                // The driver keeps the table of armed timers; in a world no clock runs.
                Output::SetTimer(_) | Output::CancelTimer(_) => {}
            }
            self.unsynced_at.push(self.node.unsynced.len());
            if let Some(left) = &mut self.outputs_left {
                *left -= 1;
            }
        }
    }

    fn through_bytes(&self, message: M::Message) -> M::Message {
        let Some(codec) = &self.scope.codec else { return message };
        let bytes = codec.encode_message(&message);
        match codec.decode_message(&bytes) {
            Some(decoded) => decoded,
            None => panic!("{message:?} does not decode from its own {} bytes", bytes.len()),
        }
    }

    fn crash(&mut self, keep: usize) {
        let keep = keep.min(self.node.unsynced.len());
        self.make_durable(keep);
        if let Some(codec) = self.scope.codec.clone() {
            self.recover_from_torn_log(&*codec);
        }
        self.go_down();
        self.come_back();
    }

    fn wipe(&mut self) {
        let disk = M::Durable::clone(&self.node.durable);
        self.go_down();
        self.seen.push(Observation::DiskLost(disk));
        self.node.lost += 1;
        self.node.durable = Shared::new((self.scope.disk)(self.id, self.node.lost));
        self.node.log.clear();
        self.come_back();
    }

    fn go_down(&mut self) {
        self.node.unsynced.clear();
        self.node.driver = None;
        self.writes.now = self.writes.after_crash;
        self.seen.push(Observation::Crashed);
    }

    fn come_back(&mut self) {
        if self.scope.comeback == Comeback::AtOnce {
            self.outputs_left = None;
            self.restart();
        }
    }

    /// Appends half of the first lost record and sees recovery cut exactly that off again.
    fn recover_from_torn_log(&mut self, codec: &dyn Codec<M>) {
        let synced = self.node.log.len();
        if let Some(lost) = self.node.unsynced.front() {
            let mut torn = Vec::new();
            codec.append(&mut torn, lost);
            self.node.log.extend_from_slice(&torn[..torn.len() / 2]);
        }
        let (writes, whole) = codec.recover(&self.node.log);
        assert_eq!(whole, synced, "replica {}: recovery kept {whole} bytes of {synced} synced ones", self.id);
        let mut durable = (self.scope.disk)(self.id, self.node.lost);
        for write in &writes {
            M::persist(&mut durable, write);
        }
        assert_eq!(durable, *self.node.durable, "replica {}: recovery rebuilt another state", self.id);
        self.node.log.truncate(whole);
    }

    fn restart(&mut self) {
        let mut out = Vec::new();
        let driver = Driver::start_checked(&self.scope.config, self.id, &*self.node.durable, &mut out);
        self.node.driver = Some(driver);
        self.seen.push(Observation::Restarted);
        self.perform_outputs(out);
        while self.writes.now == Persistence::Atomic && !self.node.unsynced.is_empty() {
            self.sync_writes(self.node.unsynced.len());
        }
    }

    fn finish(self, before: &Shared<Node<M>>) -> Transition<M> {
        let node = Shared::new(self.node);
        let idle = node.digest() == before.digest() && self.seen.is_empty();
        let node = if node.digest() == before.digest() { before.clone() } else { node };
        let sends = self.seen.iter().filter_map(|seen| match seen {
            Observation::Sent { to, message } => {
                Some(Shared::new(Envelope { to: *to, from: self.id, message: message.clone() }))
            }
            _ => None,
        });
        let sends = sends.collect();
        let known = AtomicBool::new(false);
        Transition { node, seen: self.seen, sends, idle, known, unsynced_at: self.unsynced_at }
    }
}
