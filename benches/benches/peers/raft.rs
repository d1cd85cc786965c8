//! raft-rs, with its own storage in memory and appends batched.

use quorate_benches::trio::Trio;
use raft::eraftpb::{Entry, Message};
use raft::storage::MemStorage;
use raft::{Config, RawNode, StateRole};

/// Replica 1 leads.
pub(crate) struct Raft {
    nodes: Vec<RawNode<MemStorage>>,
    inboxes: Vec<Vec<Message>>,
    decided: usize,
}

impl Raft {
    fn send(&mut self, messages: Vec<Message>) {
        for message in messages {
            let to = usize::try_from(message.to).expect("a small id") - 1;
            self.inboxes[to].push(message);
        }
    }

    fn count(&mut self, node: usize, committed: &[Entry]) {
        if node == 0 {
            self.decided += committed.iter().filter(|entry| !entry.data.is_empty()).count();
        }
    }

    /// What the project's own example does with a `Ready`.
    fn ready(&mut self, node: usize) {
        if !self.nodes[node].has_ready() {
            return;
        }
        let mut ready = self.nodes[node].ready();
        let store = self.nodes[node].raft.raft_log.store.clone();
        self.send(ready.take_messages());
        self.count(node, &ready.take_committed_entries());
        if !ready.entries().is_empty() {
            store.wl().append(ready.entries()).expect("entries fit");
        }
        if let Some(state) = ready.hs() {
            store.wl().set_hardstate(state.clone());
        }
        self.send(ready.take_persisted_messages());
        let mut light = self.nodes[node].advance(ready);
        if let Some(commit) = light.commit_index() {
            store.wl().mut_hard_state().set_commit(commit);
        }
        self.send(light.take_messages());
        self.count(node, &light.take_committed_entries());
        self.nodes[node].advance_apply();
    }
}

impl Trio for Raft {
    type Command = Vec<u8>;

    fn start(window: usize) -> Self {
        let logger = slog::Logger::root(slog::Discard, slog::o!());
        let build = |id| {
            let config = Config {
                id,
                election_tick: 10,
                heartbeat_tick: 3,
                max_size_per_msg: 1 << 20,
                max_inflight_msgs: window.max(256),
                batch_append: true,
                skip_bcast_commit: true,
                ..Default::default()
            };
            let storage = MemStorage::new_with_conf_state((vec![1, 2, 3], vec![]));
            RawNode::new(&config, storage, &logger).expect("a valid configuration")
        };
        let mut trio = Raft { nodes: (1..=3).map(build).collect(), inboxes: vec![Vec::new(); 3], decided: 0 };
        trio.nodes[0].campaign().expect("a voter may campaign");
        (0..20).for_each(|_| trio.exchange());
        assert_eq!(trio.nodes[0].raft.state, StateRole::Leader);
        trio
    }

    fn submit(&mut self, command: Vec<u8>) {
        self.nodes[0].propose(Vec::new(), command).expect("the leader proposes");
    }

    fn exchange(&mut self) {
        for node in 0..3 {
            for message in std::mem::take(&mut self.inboxes[node]) {
                self.nodes[node].step(message).expect("a peer's message");
            }
            self.ready(node);
        }
    }

    fn decided(&self) -> usize {
        self.decided
    }
}
