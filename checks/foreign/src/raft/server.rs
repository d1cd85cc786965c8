//! One node: an unmodified `RawNode`, its storage and its disk, told one thing after another.

use super::store::{Kept, Store};
use super::words::{Change, Item, conf, item};
use protobuf::Message as _;
use quorate::foreign::{Part, caught};
use raft::eraftpb::{ConfChange, ConfChangeV2, ConfState, Entry, EntryType, HardState, Message};
use raft::{Config, LightReady, RawNode, ReadOnlyOption, SnapshotStatus, StateRole};
use serde::Serialize;
use std::sync::Arc;

/// How the nodes are configured.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `Config::pre_vote`.
    pub pre_vote: bool,
    /// `Config::check_quorum`.
    pub check_quorum: bool,
    /// `Config::batch_append`.
    pub batch: bool,
    /// `ReadOnlyOption::LeaseBased` rather than `Safe`.
    pub lease: bool,
    /// Is the disk written later (`advance_append_async`)? A crash then loses what was not written.
    pub asynchronous: bool,
    /// One entry a message, two messages in flight, eight bytes committed a ready.
    pub small: bool,
}

/// What a node starts from.
#[derive(Debug)]
pub struct Start {
    /// Its id.
    pub id: u64,
    /// What is on its disk.
    pub disk: Kept,
    /// How it is configured.
    pub options: Options,
}

/// What a node is told.
#[derive(Debug)]
pub enum Input {
    /// A message arrives.
    Deliver(Arc<Message>),
    /// It shall campaign.
    Campaign,
    /// A client proposes a command.
    Propose(String),
    /// A client asks for a read index, with this context.
    Read(u64),
    /// Leadership is to go to that node.
    Transfer(u64),
    /// An operator proposes a change of the configuration.
    Change(Change),
    /// It shall send heartbeats.
    Ping,
    /// Time passes.
    Tick,
    /// The oldest of what waits for the disk is written.
    Persist,
    /// The log is compacted up to what is applied and on disk.
    Compact,
    /// A snapshot that it sent arrived, or did not.
    Reported(u64, bool),
}

/// What comes of it.
#[derive(Default)]
pub struct Output {
    /// Messages to send.
    pub sends: Vec<Message>,
    /// Entries applied, with their index.
    pub applied: Vec<(u64, Item)>,
    /// Read indexes given, with their context.
    pub reads: Vec<(u64, u64)>,
}

/// A node as it is to be seen through the crate's public fields.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct NodeView {
    /// `leader`, `follower`, `candidate` or `pre-candidate`.
    pub role: &'static str,
    /// Its term.
    pub term: u64,
    /// For whom it voted.
    pub vote: u64,
    /// The index before its first entry.
    pub first: u64,
    /// Its log behind that.
    pub log: Vec<Item>,
    /// Its commit index.
    pub committed: u64,
    /// Its applied index.
    pub applied: u64,
    /// What it believes to be on disk.
    pub persisted: u64,
    /// How many rounds wait for its disk.
    pub unwritten: usize,
    /// Its configuration.
    pub conf: String,
    /// Is it a voter of its own configuration?
    pub voter: bool,
    /// Where it panicked. It does nothing any more.
    pub panic: Option<String>,
}

struct Round {
    number: u64,
    entries: Vec<Entry>,
    hard: Option<HardState>,
    messages: Vec<Message>,
}

/// One node.
pub struct Server {
    raw: RawNode<Store>,
    store: Store,
    disk: Kept,
    unwritten: Vec<Round>,
    asynchronous: bool,
    panic: Option<(String, NodeView)>,
}

impl Server {
    /// What is on its disk: what it starts from after a crash.
    pub fn disk(&self) -> Kept {
        let mut disk = self.disk.clone();
        disk.applied = (disk.first.0, disk.first.2.clone());
        disk
    }

    /// Writes all that waits for the disk, as an orderly stop does.
    pub fn disk_after_stop(&self) -> Kept {
        let mut disk = self.disk();
        for round in &self.unwritten {
            write(&mut disk, &round.entries, round.hard.as_ref());
        }
        disk
    }

    fn handle(&mut self, input: &Input, output: &mut Output) {
        let raw = &mut self.raw;
        // What the crate refuses, it refuses with an error, and nothing has happened.
        match input {
            Input::Deliver(message) => drop(raw.step(Message::clone(message))),
            Input::Campaign => drop(raw.campaign()),
            Input::Propose(command) => drop(raw.propose(Vec::new(), command.clone().into_bytes())),
            Input::Read(context) => raw.read_index(context.to_le_bytes().to_vec()),
            Input::Transfer(to) => raw.transfer_leader(*to),
            Input::Change(change) => match change.proposed() {
                Ok(old) => drop(raw.propose_conf_change(Vec::new(), old)),
                Err(new) => drop(raw.propose_conf_change(Vec::new(), new)),
            },
            Input::Ping => raw.ping(),
            Input::Tick => drop(raw.tick()),
            Input::Reported(to, arrived) => {
                let status = if *arrived { SnapshotStatus::Finish } else { SnapshotStatus::Failure };
                raw.report_snapshot(*to, status);
            }
            Input::Persist => self.persist(output),
            Input::Compact => self.compact(),
        }
        self.serve(output);
    }

    /// What the crate's documentation asks for, until nothing is ready.
    fn serve(&mut self, output: &mut Output) {
        while self.raw.has_ready() {
            let mut ready = self.raw.ready();
            output.sends.extend(ready.take_messages());
            for state in ready.take_read_states() {
                let context = state.request_ctx.try_into().map_or(0, u64::from_le_bytes);
                output.reads.push((context, state.index));
            }
            let snapshot = (!ready.snapshot().is_empty()).then(|| ready.snapshot().clone());
            let at_once = !self.asynchronous || snapshot.is_some();
            if at_once {
                for round in self.unwritten.drain(..) {
                    write(&mut self.disk, &round.entries, round.hard.as_ref());
                    output.sends.extend(round.messages);
                }
            }
            if let Some(snapshot) = &snapshot {
                self.store.open().restore(snapshot);
                self.disk.restore(snapshot);
            }
            let entries = ready.take_entries();
            let hard = ready.hs().cloned();
            write(&mut self.store.open(), &entries, hard.as_ref());
            let committed = ready.take_committed_entries();
            let messages = ready.take_persisted_messages();
            if at_once {
                write(&mut self.disk, &entries, hard.as_ref());
                self.apply(committed, output);
                output.sends.extend(messages);
                let light = self.raw.advance_append(ready);
                self.finish(light, output);
            } else {
                self.apply(committed, output);
                self.unwritten.push(Round { number: ready.number(), entries, hard, messages });
                self.raw.advance_append_async(ready);
                self.raw.advance_apply();
            }
        }
    }

    fn finish(&mut self, mut light: LightReady, output: &mut Output) {
        if let Some(commit) = light.commit_index() {
            self.store.open().hard.commit = commit;
            self.disk.hard.commit = commit;
        }
        output.sends.extend(light.take_messages());
        let committed = light.take_committed_entries();
        self.apply(committed, output);
        self.raw.advance_apply();
    }

    fn apply(&mut self, entries: Vec<Entry>, output: &mut Output) {
        for entry in entries {
            output.applied.push((entry.index, item(&entry)));
            self.store.open().applied.0 = entry.index;
            if let Some(state) = self.changed(&entry) {
                self.store.open().applied.1 = state;
            }
        }
    }

    fn changed(&mut self, entry: &Entry) -> Option<ConfState> {
        match entry.get_entry_type() {
            EntryType::EntryNormal => None,
            EntryType::EntryConfChange => {
                let mut change = ConfChange::default();
                change.merge_from_bytes(&entry.data).ok()?;
                self.raw.apply_conf_change(&change).ok()
            }
            EntryType::EntryConfChangeV2 => {
                let mut change = ConfChangeV2::default();
                change.merge_from_bytes(&entry.data).ok()?;
                self.raw.apply_conf_change(&change).ok()
            }
        }
    }

    fn persist(&mut self, output: &mut Output) {
        if self.unwritten.is_empty() {
            return;
        }
        let round = self.unwritten.remove(0);
        write(&mut self.disk, &round.entries, round.hard.as_ref());
        output.sends.extend(round.messages);
        self.raw.on_persist_ready(round.number);
    }

    fn compact(&mut self) {
        let mut kept = self.store.open();
        let (index, conf) = kept.applied.clone();
        if self.can_compact(&kept) {
            kept.compact(index, &conf);
            self.disk.compact(index, &conf);
        }
    }

    /// Is all that is applied on disk as well, and known there to be committed?
    fn can_compact(&self, kept: &Kept) -> bool {
        let index = kept.applied.0;
        let is_written = self.disk.hard.commit >= index && self.disk.last() >= index;
        index > kept.first.0 && is_written && self.disk.term(index).ok() == kept.term(index).ok()
    }

    fn look(&self) -> NodeView {
        let raft = &self.raw.raft;
        let state = raft.prs().conf().to_conf_state();
        let log = raft.raft_log.all_entries();
        NodeView {
            role: match raft.state {
                StateRole::Follower => "follower",
                StateRole::Candidate => "candidate",
                StateRole::PreCandidate => "pre-candidate",
                StateRole::Leader => "leader",
            },
            term: raft.term,
            vote: raft.vote,
            first: raft.raft_log.first_index() - 1,
            log: log.iter().map(item).collect(),
            committed: raft.raft_log.committed,
            applied: raft.raft_log.applied,
            persisted: raft.raft_log.persisted,
            unwritten: self.unwritten.len(),
            conf: conf(&state),
            voter: state.get_voters().contains(&raft.id) || state.get_voters_outgoing().contains(&raft.id),
            panic: None,
        }
    }
}

fn write(kept: &mut Kept, entries: &[Entry], hard: Option<&HardState>) {
    kept.append(entries);
    if let Some(hard) = hard {
        kept.hard = hard.clone();
    }
}

fn config(start: &Start) -> Config {
    let Start { id, disk, options } = start;
    let timeout = 10 + usize::try_from(*id).unwrap_or(0);
    let lease = if options.lease { ReadOnlyOption::LeaseBased } else { ReadOnlyOption::Safe };
    let (small, or) = (options.small, |small: u64, usual: u64| if options.small { small } else { usual });
    Config {
        id: *id,
        election_tick: 10,
        heartbeat_tick: 2,
        // One possible timeout: the crate draws it at random, and a run must be repeatable.
        min_election_tick: timeout,
        max_election_tick: timeout + 1,
        applied: disk.first.0,
        pre_vote: options.pre_vote,
        check_quorum: options.check_quorum,
        batch_append: options.batch,
        read_only_option: lease,
        max_size_per_msg: or(0, 1 << 20),
        max_inflight_msgs: if small { 2 } else { 256 },
        max_committed_size_per_ready: or(8, u64::MAX),
        ..Config::default()
    }
}

impl Part for Server {
    type Start = Start;
    type Input = Input;
    type Output = Output;
    type View = NodeView;

    fn start(start: &Start) -> Self {
        let store = Store::new(start.disk.clone());
        let logger = slog::Logger::root(slog::Discard, slog::o!());
        let raw = RawNode::new(&config(start), store.clone(), &logger).expect("a valid configuration");
        let (disk, asynchronous) = (start.disk.clone(), start.options.asynchronous);
        Server { raw, store, disk, unwritten: Vec::new(), asynchronous, panic: None }
    }

    fn tell(&mut self, input: &Input) -> Output {
        let mut output = Output::default();
        if self.panic.is_some() {
            return output;
        }
        let before = self.look();
        if let Err(panic) = caught(|| self.handle(input, &mut output)) {
            self.panic = Some((panic, before));
        }
        output
    }

    fn view(&self) -> NodeView {
        match &self.panic {
            Some((panic, before)) => NodeView { panic: Some(panic.clone()), ..before.clone() },
            None => self.look(),
        }
    }
}
