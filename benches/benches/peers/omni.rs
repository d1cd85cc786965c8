//! omnipaxos, with its own storage in memory.

use omnipaxos::messages::Message;
use omnipaxos::storage::{Entry, NoSnapshot};
use omnipaxos::{ClusterConfig, OmniPaxos, OmniPaxosConfig, ServerConfig};
use omnipaxos_storage::memory_storage::MemoryStorage;
use quorate_benches::trio::Trio;
use std::fmt::Debug;

/// A command as an entry.
#[derive(Clone, Debug)]
pub(crate) struct Item<C>(C);

impl<C: Clone + Debug> Entry for Item<C> {
    type Snapshot = NoSnapshot;
}

/// Some replica leads.
pub(crate) struct Omni<C: Clone + Debug> {
    nodes: Vec<OmniPaxos<Item<C>, MemoryStorage<Item<C>>>>,
    leader: usize,
    inboxes: Vec<Vec<Message<Item<C>>>>,
    outgoing: Vec<Message<Item<C>>>,
}

impl<C: Clone + Debug> Trio for Omni<C> {
    type Command = C;

    fn start(_window: usize) -> Self {
        let build = |pid| {
            let cluster_config =
                ClusterConfig { configuration_id: 1, nodes: vec![1, 2, 3], ..Default::default() };
            let server_config = ServerConfig { pid, election_tick_timeout: 1, ..Default::default() };
            let config = OmniPaxosConfig { cluster_config, server_config };
            config.build(MemoryStorage::default()).expect("a valid configuration")
        };
        let nodes = (1..=3).map(build).collect();
        let mut trio = Omni { nodes, leader: 0, inboxes: vec![Vec::new(); 3], outgoing: Vec::new() };
        for _ in 0..20 {
            trio.nodes.iter_mut().for_each(OmniPaxos::tick);
            (0..6).for_each(|_| trio.exchange());
        }
        let (leader, serves) = trio.nodes[0].get_current_leader().expect("somebody leads");
        assert!(serves, "and has prepared");
        trio.leader = usize::try_from(leader).expect("a small id") - 1;
        trio
    }

    fn submit(&mut self, command: C) {
        self.nodes[self.leader].append(Item(command)).expect("the leader appends");
    }

    fn exchange(&mut self) {
        for node in 0..3 {
            for message in self.inboxes[node].drain(..) {
                self.nodes[node].handle_incoming(message);
            }
            self.nodes[node].take_outgoing_messages(&mut self.outgoing);
            for message in self.outgoing.drain(..) {
                let to = usize::try_from(message.get_receiver()).expect("a small id") - 1;
                self.inboxes[to].push(message);
            }
        }
    }

    fn decided(&self) -> usize {
        self.nodes[self.leader].get_decided_idx()
    }
}
