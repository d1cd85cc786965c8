//! Three nodes of the `raft` crate (0.7.0, no line patched) as one system driven by replay.
//!
//! An event is something that happens to one node; what the node then wants written is written, and what it wants
//! sent is in the network, before the next event, in the order that the crate's documentation asks for. So a crash
//! (`Restart`) comes between two such rounds. The network delivers in any order; to lose a message is to leave it
//! there; to duplicate is in a budget.
//!
//! *The projection* holds, of every node: term, vote, role, known leader, log, the indexes committed, applied and
//! persisted, what is on its disk, the votes of a candidate, and the progress of the followers of a leader; of the
//! rest: the network, the budgets, and two ghosts: who ever led in which term, and what was ever applied at which
//! index. It leaves out:
//! * the votes and the progress of whoever is not in that role: `Raft::reset` rebuilds them on the way to it;
//! * counters of ticks and the randomised election timeout: no tick ever happens, nodes are told to campaign;
//! * reads, leader transfer, configuration changes, snapshots: none are asked for (a snapshot would panic here);
//! * the numbers of `Ready`s: none is outstanding between two events.
//!
//! `sample_projection` looks for what this list may have wrong. The systems of `quorate_foreign` avoid such lists.

use quorate::foreign::{Foreign, Past, Replayed};
use quorate_spec::{Claims, Kind};
use raft::eraftpb::{Entry, HardState, Message, MessageType};
use raft::storage::MemStorage;
use raft::{Config, RawNode, StateRole};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What is wrong with the storage that the cluster runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Defect {
    /// Nothing.
    None,
    /// A restarted node does not remember for whom it voted.
    ForgetsVote,
    /// A restarted node has lost its last entry, which it had acknowledged.
    LosesLastEntry,
}

/// How much happens, and on what.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    /// How often each node may campaign.
    pub(crate) campaigns: [u8; 3],
    /// How many commands are proposed, each to a node that leads.
    pub(crate) proposals: u8,
    /// How many messages are delivered and yet stay.
    pub(crate) duplicates: u8,
    /// How often each node may crash and start again.
    pub(crate) restarts: [u8; 3],
    pub(crate) defect: Defect,
    /// What the projection leaves out, as a test of the test; nothing if empty.
    pub(crate) leaving_out: &'static str,
}

impl Cluster {
    pub(crate) fn new(campaigns: [u8; 3]) -> Self {
        let (proposals, duplicates, restarts) = (0, 0, [0; 3]);
        Cluster { campaigns, proposals, duplicates, restarts, defect: Defect::None, leaving_out: "" }
    }
}

/// An entry of a log: its term, its index, its command.
type Item = (u64, u64, Vec<u8>);

fn item(entry: &Entry) -> Item {
    (entry.term, entry.index, entry.data.to_vec())
}

/// A message, as far as messages of these scopes differ. That this is all is checked where one is sent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) struct Letter {
    kind: i32,
    from: u64,
    to: u64,
    term: u64,
    log: (u64, u64),
    entries: Vec<Item>,
    commit: (u64, u64),
    reject: Option<u64>,
}

impl Letter {
    fn new(message: &Message) -> Self {
        Letter {
            kind: message.get_msg_type() as i32,
            from: message.from,
            to: message.to,
            term: message.term,
            log: (message.log_term, message.index),
            entries: message.entries.iter().map(item).collect(),
            commit: (message.commit, message.commit_term),
            reject: message.reject.then_some(message.reject_hint),
        }
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = protobuf_name(self.kind);
        write!(f, "{kind} {}→{} term {}", self.from, self.to, self.term)?;
        if !self.entries.is_empty() || self.log.1 > 0 {
            write!(f, " after {}.{} {:?}", self.log.0, self.log.1, self.entries)?;
        }
        if self.reject.is_some() { f.write_str(" rejected") } else { Ok(()) }
    }
}

fn protobuf_name(kind: i32) -> String {
    let kinds = [
        MessageType::MsgAppend,
        MessageType::MsgAppendResponse,
        MessageType::MsgRequestVote,
        MessageType::MsgRequestVoteResponse,
    ];
    let known = kinds.into_iter().find(|known| *known as i32 == kind);
    known.map_or_else(|| format!("message {kind}"), |known| format!("{known:?}"))
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Event {
    Campaign(u64),
    Propose(u64),
    Deliver(Letter),
    Duplicate(Letter),
    Restart(u64),
}

/// A node, as far as it counts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub(crate) struct NodeView {
    role: &'static str,
    term: u64,
    vote: u64,
    leader: u64,
    log: Vec<Item>,
    /// Committed, applied, persisted.
    indexes: [u64; 3],
    /// Term, vote and commit on disk.
    disk: [u64; 3],
    votes: BTreeMap<u64, bool>,
    progress: BTreeMap<u64, String>,
}

/// The system, as far as it counts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub(crate) struct View {
    pub(crate) nodes: Vec<NodeView>,
    network: BTreeMap<Letter, usize>,
    left: Left,
    pub(crate) leaders: BTreeMap<u64, BTreeSet<u64>>,
    pub(crate) applied: BTreeMap<u64, BTreeSet<Item>>,
}

/// What is left of the budgets.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
struct Left {
    campaigns: [u8; 3],
    proposals: u8,
    duplicates: u8,
    restarts: [u8; 3],
}

pub(crate) struct Live {
    nodes: Vec<RawNode<MemStorage>>,
    network: BTreeMap<Letter, Vec<Message>>,
    left: Left,
    leaders: BTreeMap<u64, BTreeSet<u64>>,
    applied: BTreeMap<u64, BTreeSet<Item>>,
}

fn node(id: u64, storage: MemStorage) -> RawNode<MemStorage> {
    let config =
        Config { id, election_tick: 10, heartbeat_tick: 3, max_size_per_msg: 1 << 20, ..Config::default() };
    let logger = slog::Logger::root(slog::Discard, slog::o!());
    RawNode::new(&config, storage, &logger).expect("a valid configuration")
}

fn place(id: u64) -> usize {
    usize::try_from(id - 1).expect("a small id")
}

impl Live {
    fn send(&mut self, messages: Vec<Message>) {
        for message in messages {
            let copies = self.network.entry(Letter::new(&message)).or_default();
            if let Some(copy) = copies.first() {
                assert_eq!(*copy, message, "a letter holds what two messages may differ in");
            }
            copies.push(message);
        }
    }

    fn apply(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.applied.entry(entry.index).or_default().insert(item(entry));
        }
    }

    /// What the crate's documentation asks for, until nothing is ready.
    fn serve(&mut self, id: u64) {
        let at = place(id);
        while self.nodes[at].has_ready() {
            let mut ready = self.nodes[at].ready();
            assert!(ready.snapshot().is_empty(), "no snapshots in these scopes");
            let store = self.nodes[at].raft.raft_log.store.clone();
            self.send(ready.take_messages());
            self.apply(&ready.take_committed_entries());
            store.wl().append(ready.entries()).expect("entries fit");
            if let Some(state) = ready.hs() {
                store.wl().set_hardstate(state.clone());
            }
            self.send(ready.take_persisted_messages());
            let mut light = self.nodes[at].advance(ready);
            if let Some(commit) = light.commit_index() {
                store.wl().mut_hard_state().set_commit(commit);
            }
            self.send(light.take_messages());
            self.apply(&light.take_committed_entries());
            self.nodes[at].advance_apply();
        }
        if self.nodes[at].raft.state == StateRole::Leader {
            self.leaders.entry(self.nodes[at].raft.term).or_default().insert(id);
        }
    }

    fn deliver(&mut self, letter: &Letter, keep: bool) {
        let copies = self.network.get_mut(letter).expect("it is in the network");
        let message = copies.last().expect("a copy of it").clone();
        if !keep {
            copies.pop();
        }
        if copies.is_empty() {
            self.network.remove(letter);
        }
        self.nodes[place(letter.to)].step(message).expect("a message of a peer");
        self.serve(letter.to);
    }

    fn restart(&mut self, id: u64, defect: Defect) {
        let raft = &self.nodes[place(id)].raft;
        let mut entries = raft.raft_log.all_entries();
        let mut state: HardState = raft.raft_log.store.rl().hard_state().clone();
        match defect {
            Defect::None => {}
            Defect::ForgetsVote => state.vote = 0,
            Defect::LosesLastEntry => {
                entries.pop();
                state.commit = state.commit.min(entries.len() as u64);
            }
        }
        let storage = MemStorage::new_with_conf_state((vec![1, 2, 3], vec![]));
        storage.wl().append(&entries).expect("entries fit");
        storage.wl().set_hardstate(state);
        self.nodes[place(id)] = node(id, storage);
        self.serve(id);
    }
}

fn view(node: &RawNode<MemStorage>, leaving_out: &str) -> NodeView {
    let raft = &node.raft;
    let role = match raft.state {
        StateRole::Follower => "follower",
        StateRole::Candidate | StateRole::PreCandidate => "candidate",
        StateRole::Leader => "leader",
    };
    let disk = raft.raft_log.store.rl().hard_state().clone();
    let votes = raft.prs().votes().iter().map(|(id, vote)| (*id, *vote)).collect();
    let progress = raft.prs().iter().map(|(id, progress)| (*id, format!("{progress:?}"))).collect();
    let mut view = NodeView {
        role,
        term: raft.term,
        vote: raft.vote,
        leader: raft.leader_id,
        log: raft.raft_log.all_entries().iter().map(item).collect(),
        indexes: [raft.raft_log.committed, raft.raft_log.applied, raft.raft_log.persisted],
        disk: [disk.term, disk.vote, disk.commit],
        votes: if role == "candidate" { votes } else { BTreeMap::new() },
        progress: if role == "leader" { progress } else { BTreeMap::new() },
    };
    match leaving_out {
        "vote" => {
            view.vote = 0;
            view.disk[1] = 0;
        }
        "votes" => view.votes.clear(),
        other => assert_eq!(other, "", "what there is to leave out"),
    }
    view
}

fn one_leader(_: &Replayed<Cluster>, past: &Past<Cluster>) -> bool {
    past.projection().leaders.values().all(|leaders| leaders.len() == 1)
}

fn somebody_led(_: &Replayed<Cluster>, past: &Past<Cluster>) -> bool {
    !past.projection().leaders.is_empty()
}

fn two_terms_led(_: &Replayed<Cluster>, past: &Past<Cluster>) -> bool {
    past.projection().leaders.len() > 1
}

fn agreement(_: &Replayed<Cluster>, past: &Past<Cluster>) -> bool {
    past.projection().applied.values().all(|items| items.len() == 1)
}

fn something_is_applied(_: &Replayed<Cluster>, past: &Past<Cluster>) -> bool {
    !past.projection().applied.is_empty()
}

impl Foreign for Cluster {
    type Live = Live;
    type Event = Event;
    type Projection = View;

    fn start(&self) -> Live {
        let fresh = |id| node(id, MemStorage::new_with_conf_state((vec![1, 2, 3], vec![])));
        let (campaigns, restarts) = (self.campaigns, self.restarts);
        let left = Left { campaigns, proposals: self.proposals, duplicates: self.duplicates, restarts };
        let (leaders, applied) = (BTreeMap::new(), BTreeMap::new());
        Live { nodes: (1..=3).map(fresh).collect(), network: BTreeMap::new(), left, leaders, applied }
    }

    fn events(&self, live: &Live) -> Vec<Event> {
        let mut events: Vec<Event> = live.network.keys().cloned().map(Event::Deliver).collect();
        for (id, node) in (1..).zip(&live.nodes) {
            let leads = node.raft.state == StateRole::Leader;
            if live.left.campaigns[place(id)] > 0 && !leads {
                events.push(Event::Campaign(id));
            }
            if live.left.proposals > 0 && leads {
                events.push(Event::Propose(id));
            }
            if live.left.restarts[place(id)] > 0 {
                events.push(Event::Restart(id));
            }
        }
        if live.left.duplicates > 0 {
            events.extend(live.network.keys().cloned().map(Event::Duplicate));
        }
        events
    }

    fn apply(&self, live: &mut Live, event: &Event) {
        match event {
            Event::Campaign(id) => {
                live.left.campaigns[place(*id)] -= 1;
                live.nodes[place(*id)].campaign().expect("a voter may campaign");
                live.serve(*id);
            }
            Event::Propose(id) => {
                let command = vec![live.left.proposals];
                live.left.proposals -= 1;
                live.nodes[place(*id)].propose(Vec::new(), command).expect("a leader takes proposals");
                live.serve(*id);
            }
            Event::Deliver(letter) => live.deliver(letter, false),
            Event::Duplicate(letter) => {
                live.left.duplicates -= 1;
                live.deliver(letter, true);
            }
            Event::Restart(id) => {
                live.left.restarts[place(*id)] -= 1;
                live.restart(*id, self.defect);
            }
        }
    }

    fn project(&self, live: &Live) -> View {
        View {
            nodes: live.nodes.iter().map(|node| view(node, self.leaving_out)).collect(),
            network: live.network.iter().map(|(letter, copies)| (letter.clone(), copies.len())).collect(),
            left: live.left.clone(),
            leaders: live.leaders.clone(),
            applied: live.applied.clone(),
        }
    }

    fn kinds(&self) -> Vec<Kind> {
        let mut kinds = vec![Kind("campaign"), Kind("deliver")];
        kinds.extend((self.proposals > 0).then_some(Kind("propose")));
        kinds.extend((self.duplicates > 0).then_some(Kind("duplicate")));
        kinds.extend((self.restarts != [0; 3]).then_some(Kind("restart")));
        kinds
    }

    fn kind(&self, event: &Event) -> Kind {
        Kind(match event {
            Event::Campaign(_) => "campaign",
            Event::Propose(_) => "propose",
            Event::Deliver(_) => "deliver",
            Event::Duplicate(_) => "duplicate",
            Event::Restart(_) => "restart",
        })
    }

    fn claims(&self, claims: &mut Claims<Replayed<Self>>) {
        claims
            .always("election safety", "a term has at most one leader, ever", one_leader)
            .when(somebody_led)
            .always("agreement", "what was ever applied at an index is one entry", agreement)
            .when(something_is_applied);
        claims.sometimes("applied", "an entry is applied", something_is_applied);
        if self.campaigns.iter().sum::<u8>() > 1 {
            claims.sometimes("change", "two terms have leaders", two_terms_led);
        }
    }
}
