//! Replicas that execute the log, and their snapshots.

use super::{Acceptor, Ballot, Replica, Slot, State, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// That a slot is decided: what a leader tells the replicas.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// The first ballot whose leader counted a quorum of votes.
    pub ballot: Ballot,
    /// The value.
    pub value: Value,
}

/// The replicated state: the most telling object there is, which remembers every command that took effect. Where a
/// command took effect is its reply, so it is a counter with fetch-and-add; a read returns the count.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Object {
    /// The commands that took effect, in order.
    pub applied: Vec<u8>,
    /// The client table: the reply to every command executed, by which a second execution is recognised.
    pub table: BTreeMap<u8, u64>,
}

/// The state after some slots, to be sent to who lacks them and to be restarted from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// The first slot that is not executed in it.
    pub upto: Slot,
    /// The state.
    pub object: Object,
}

/// One replica as executor of the log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Execution {
    /// The first slot that it has not executed. In memory.
    pub executed: Slot,
    /// The state that it has reached. In memory.
    pub object: Object,
    /// Its newest snapshot. Durable.
    pub snapshot: Option<Snapshot>,
    /// Up to which slot it last installed another's snapshot; 0 for never. History; it decides nothing.
    pub installed: Slot,
    /// Every compaction: below which slot its acceptor forgot its votes, and what it had promised by then. Promises up to
    /// that ballot had reported them; those above it report nothing there, which is not the same as "no vote". Durable.
    pub compacted: BTreeMap<Slot, Ballot>,
}

impl Default for Execution {
    /// Nothing is executed.
    fn default() -> Self {
        Execution {
            executed: Slot(0),
            object: Object::default(),
            snapshot: None,
            installed: Slot(0),
            compacted: BTreeMap::new(),
        }
    }
}

impl State {
    /// These replicas execute, from the first slot on.
    pub fn with_replicas(mut self, replicas: impl IntoIterator<Item = Replica>) -> Self {
        self.replicas = replicas.into_iter().map(|replica| (replica, Execution::default())).collect();
        self
    }

    /// Below which slot a promise of `ballot` by `acceptor` reports nothing, because the votes there had been compacted
    /// away before it was made.
    pub fn reports_from(&self, acceptor: Acceptor, ballot: Ballot) -> Slot {
        let Some(execution) = self.replicas.get(&Replica(acceptor.0)) else { return Slot(0) };
        let earlier = execution.compacted.iter().rev().find(|(_, promised)| **promised < ballot);
        earlier.map_or(Slot(0), |(upto, _)| *upto)
    }
}
