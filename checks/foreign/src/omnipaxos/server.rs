//! One node: an unmodified `OmniPaxos` on its disk, told one thing after another.

use super::disk::{All, Command, Disk, Round, round, words};
use omnipaxos::messages::{Message, sequence_paxos::PaxosMsg};
use omnipaxos::util::LogEntry;
use omnipaxos::{ClusterConfig, OmniPaxos, OmniPaxosConfig, ServerConfig};
use omnipaxos_storage::memory_storage::MemoryStorage;
use quorate::foreign::{Part, caught};
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// What a node starts from.
pub struct Start<const S: bool> {
    /// Its id.
    pub pid: u64,
    /// All nodes.
    pub nodes: u64,
    /// Entries that it batches.
    pub batch: usize,
    /// What is on its disk.
    pub disk: MemoryStorage<Command<S>>,
}

impl<const S: bool> fmt::Debug for Start<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} batches {} {}", self.pid, self.nodes, self.batch, words(&self.disk))
    }
}

/// What a node is told.
#[derive(Debug)]
pub enum Input<const S: bool> {
    /// A message arrives.
    Deliver(Arc<Message<Command<S>>>),
    /// It shall try to lead.
    Lead,
    /// A client appends a command.
    Append(Command<S>),
    /// The log is to be trimmed, everywhere.
    Trim(Option<usize>),
    /// A snapshot is to be made: here, or everywhere.
    Snapshot {
        /// Here alone?
        local: bool,
    },
    /// A session with that node has begun.
    Reconnected(u64),
    /// Time passes.
    Tick,
}

/// A node as it is to be seen through its public functions.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct NodeView<const S: bool> {
    /// What it promised.
    pub promise: Round,
    /// Its decided index.
    pub decided: usize,
    /// Its accepted index.
    pub accepted: usize,
    /// Its compacted index.
    pub compacted: usize,
    /// Does it take itself for the leader?
    pub leads: bool,
    /// What it reads as decided, by index; `None` where it is trimmed.
    pub reads: Vec<Option<Command<S>>>,
    /// What is odd about what it reads.
    pub misread: Option<String>,
    /// Where it panicked. It does nothing any more.
    pub panic: Option<String>,
}

/// One node.
pub struct Server<const S: bool> {
    core: OmniPaxos<Command<S>, Disk<S>>,
    disk: Disk<S>,
    panic: Option<String>,
    hello: Vec<Message<Command<S>>>,
}

impl<const S: bool> Server<S> {
    /// What is on its disk.
    pub fn disk(&self) -> MemoryStorage<Command<S>> {
        self.disk.content()
    }

    /// What it sends as it starts.
    pub fn hello(&mut self) -> Vec<Message<Command<S>>> {
        std::mem::take(&mut self.hello)
    }

    fn outgoing(&mut self) -> Vec<Message<Command<S>>> {
        let mut messages = Vec::new();
        self.core.take_outgoing_messages(&mut messages);
        messages
    }

    fn handle(&mut self, input: &Input<S>) -> Vec<Message<Command<S>>> {
        match input {
            Input::Deliver(message) => self.core.handle_incoming(Message::clone(message)),
            Input::Lead => self.core.try_become_leader(),
            // An error says why not; it is an answer like any other, and nothing has happened.
            Input::Append(command) => drop(self.core.append(*command)),
            Input::Trim(index) => drop(self.core.trim(*index)),
            Input::Snapshot { local } => drop(self.core.snapshot(None, *local)),
            Input::Reconnected(pid) => self.core.reconnected(*pid),
            Input::Tick => self.core.tick(),
        }
        self.outgoing()
    }

    fn reads(&self) -> (Vec<Option<Command<S>>>, Option<String>) {
        let (mut reads, mut misread) = (Vec::new(), None);
        for entry in self.core.read_decided_suffix(0).into_iter().flatten() {
            match entry {
                LogEntry::Decided(command) => reads.push(Some(command)),
                LogEntry::Trimmed(upto) => reads.resize(upto, None),
                LogEntry::Snapshotted(snapshot) => {
                    let All(commands) = snapshot.snapshot;
                    let (has, upto) = (commands.len(), snapshot.trimmed_idx);
                    if has != upto {
                        misread = Some(format!("a snapshot of {has} commands stands for {upto}"));
                    }
                    reads.extend(commands.into_iter().map(Some));
                }
                other => misread = Some(format!("{other:?}, and not decided")),
            }
        }
        let decided = self.core.get_decided_idx();
        if misread.is_none() && reads.len() != decided {
            misread = Some(format!("{} decided commands can be read of {decided}", reads.len()));
        }
        (reads, misread)
    }
}

impl<const S: bool> Part for Server<S> {
    type Start = Start<S>;
    type Input = Input<S>;
    type Output = Vec<Message<Command<S>>>;
    type View = NodeView<S>;

    fn start(start: &Start<S>) -> Self {
        let nodes = (1..=start.nodes).collect();
        let cluster_config = ClusterConfig { configuration_id: 1, nodes, ..Default::default() };
        let server_config = ServerConfig {
            pid: start.pid,
            batch_size: start.batch,
            election_tick_timeout: 3,
            resend_message_tick_timeout: 7,
            // How much memory is asked for at once: 100,000 messages unless told otherwise.
            buffer_size: 16,
            ..Default::default()
        };
        let disk = Disk::new(start.disk.clone());
        let config = OmniPaxosConfig { cluster_config, server_config };
        let core = config.build(disk.clone()).expect("a valid configuration");
        let mut server = Server { core, disk, panic: None, hello: Vec::new() };
        server.hello = server.outgoing();
        server
    }

    fn tell(&mut self, input: &Input<S>) -> Vec<Message<Command<S>>> {
        if self.panic.is_some() {
            return Vec::new();
        }
        match caught(|| self.handle(input)) {
            Ok(messages) => messages,
            Err(panic) => {
                self.panic = Some(panic);
                Vec::new()
            }
        }
    }

    fn view(&self) -> NodeView<S> {
        let look = || NodeView {
            promise: round(Some(self.core.get_promise())),
            decided: self.core.get_decided_idx(),
            accepted: self.core.get_accepted_idx(),
            compacted: self.core.get_compacted_idx(),
            leads: self.core.get_current_leader().is_some_and(|(pid, _)| pid == self.core.get_pid()),
            reads: Vec::new(),
            misread: None,
            panic: self.panic.clone(),
        };
        let mut view = look();
        match caught(|| self.reads()) {
            Ok((reads, misread)) => (view.reads, view.misread) = (reads, misread),
            Err(panic) => view.panic = view.panic.or(Some(panic)),
        }
        view
    }
}

/// The name of a message, as in the paper and the crate.
pub fn name<const S: bool>(message: &Message<Command<S>>) -> &'static str {
    let Message::SequencePaxos(message) = message else { return "Heartbeat" };
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
        PaxosMsg::Compaction(_) => "Compaction",
        PaxosMsg::AcceptStopSign(_) => "AcceptStopSign",
        PaxosMsg::ForwardStopSign(_) => "ForwardStopSign",
    }
}

/// The one number of a message that a reader wants.
pub fn detail<const S: bool>(message: &Message<Command<S>>) -> String {
    let Message::SequencePaxos(message) = message else { return String::new() };
    match &message.msg {
        PaxosMsg::Promise(m) => format!(" decided {}, accepted {}", m.decided_idx, m.accepted_idx),
        PaxosMsg::AcceptSync(m) => format!(" decided {}", m.decided_idx),
        PaxosMsg::AcceptDecide(m) => format!(" {:?}", m.entries),
        PaxosMsg::Accepted(m) => format!(" up to {}", m.accepted_idx),
        PaxosMsg::Decide(m) => format!(" up to {}", m.decided_idx),
        PaxosMsg::Compaction(m) => format!(" {m:?}"),
        _ => String::new(),
    }
}
