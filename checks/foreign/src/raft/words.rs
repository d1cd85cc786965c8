//! Entries, configurations and messages in words.

use protobuf::Message as _;
use raft::eraftpb::{
    ConfChange, ConfChangeSingle, ConfChangeType, ConfChangeV2, ConfState, Entry, EntryType, Message,
    MessageType,
};
use serde::{Deserialize, Serialize};

/// A change of the configuration, as an operator asks for it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Change {
    /// A voter joins, or a learner becomes one.
    Add(u64),
    /// A node leaves.
    Remove(u64),
    /// A learner joins, or a voter becomes one.
    Learn(u64),
    /// One voter joins and another leaves, by joint consensus.
    Replace(u64, u64),
    /// The joint configuration is left.
    Leave,
}

impl Change {
    /// As the crate wants it: in the old form where there is one.
    pub fn proposed(&self) -> Result<ConfChange, ConfChangeV2> {
        let old = |kind, node_id| {
            let mut change = ConfChange { node_id, ..ConfChange::default() };
            change.set_change_type(kind);
            Ok(change)
        };
        let single = |kind, node_id| {
            let mut change = ConfChangeSingle { node_id, ..ConfChangeSingle::default() };
            change.set_change_type(kind);
            change
        };
        match self {
            Change::Add(id) => old(ConfChangeType::AddNode, *id),
            Change::Remove(id) => old(ConfChangeType::RemoveNode, *id),
            Change::Learn(id) => old(ConfChangeType::AddLearnerNode, *id),
            Change::Replace(joins, leaves) => {
                let mut change = ConfChangeV2::default();
                let changes =
                    [single(ConfChangeType::AddNode, *joins), single(ConfChangeType::RemoveNode, *leaves)];
                change.set_changes(changes.to_vec().into());
                Err(change)
            }
            Change::Leave => Err(ConfChangeV2::default()),
        }
    }
}

/// An entry: its term, and what it says.
pub type Item = (u64, String);

/// What an entry says.
pub fn item(entry: &Entry) -> Item {
    let name = |kind: ConfChangeType, id: u64| match kind {
        ConfChangeType::AddNode => format!("add {id}"),
        ConfChangeType::RemoveNode => format!("remove {id}"),
        ConfChangeType::AddLearnerNode => format!("add learner {id}"),
    };
    let words = match entry.get_entry_type() {
        EntryType::EntryNormal => String::from_utf8_lossy(&entry.data).into_owned(),
        EntryType::EntryConfChange => {
            let mut change = ConfChange::default();
            match change.merge_from_bytes(&entry.data) {
                Ok(()) => name(change.get_change_type(), change.node_id),
                Err(error) => error.to_string(),
            }
        }
        EntryType::EntryConfChangeV2 => {
            let mut change = ConfChangeV2::default();
            match change.merge_from_bytes(&entry.data) {
                Ok(()) if change.get_changes().is_empty() => "leave joint".to_owned(),
                Ok(()) => {
                    let changes = change.get_changes().iter();
                    changes.map(|c| name(c.get_change_type(), c.node_id)).collect::<Vec<_>>().join(" and ")
                }
                Err(error) => error.to_string(),
            }
        }
    };
    (entry.term, words)
}

/// A configuration, in words: `voters 1 2, learners 3`.
pub fn conf(state: &ConfState) -> String {
    let list = |name: &str, ids: &[u64]| {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
        if ids.is_empty() { String::new() } else { format!(" {name} {}", ids.join(" ")) }
    };
    let parts = [
        list("voters", state.get_voters()),
        list("outgoing", state.get_voters_outgoing()),
        list("learners", state.get_learners()),
        list("next learners", state.get_learners_next()),
    ];
    parts.concat().trim_start().to_owned()
}

/// The name of a message, as the crate has it.
pub fn name(kind: MessageType) -> &'static str {
    match kind {
        MessageType::MsgAppend => "MsgAppend",
        MessageType::MsgAppendResponse => "MsgAppendResponse",
        MessageType::MsgRequestVote => "MsgRequestVote",
        MessageType::MsgRequestVoteResponse => "MsgRequestVoteResponse",
        MessageType::MsgSnapshot => "MsgSnapshot",
        MessageType::MsgHeartbeat => "MsgHeartbeat",
        MessageType::MsgHeartbeatResponse => "MsgHeartbeatResponse",
        MessageType::MsgTransferLeader => "MsgTransferLeader",
        MessageType::MsgTimeoutNow => "MsgTimeoutNow",
        MessageType::MsgReadIndex => "MsgReadIndex",
        MessageType::MsgReadIndexResp => "MsgReadIndexResp",
        MessageType::MsgRequestPreVote => "MsgRequestPreVote",
        MessageType::MsgRequestPreVoteResponse => "MsgRequestPreVoteResponse",
        MessageType::MsgPropose => "MsgPropose",
        MessageType::MsgUnreachable => "MsgUnreachable",
        MessageType::MsgHup => "MsgHup",
        MessageType::MsgBeat => "MsgBeat",
        MessageType::MsgSnapStatus => "MsgSnapStatus",
        MessageType::MsgCheckQuorum => "MsgCheckQuorum",
    }
}

/// What of a message a reader wants.
pub fn detail(message: &Message) -> String {
    let mut words = format!(" term {}", message.term);
    let entries: Vec<String> = message
        .entries
        .iter()
        .map(|entry| {
            let (term, what) = item(entry);
            format!("{term}.{} \"{what}\"", entry.index)
        })
        .collect();
    match message.get_msg_type() {
        MessageType::MsgAppend => {
            words.push_str(&format!(", commit {}: {}", message.commit, entries.join(", ")));
        }
        MessageType::MsgAppendResponse => words.push_str(&format!(", up to {}", message.index)),
        MessageType::MsgHeartbeat => words.push_str(&format!(", commit {}", message.commit)),
        MessageType::MsgReadIndexResp => words.push_str(&format!(", index {}", message.index)),
        MessageType::MsgSnapshot => {
            words.push_str(&format!(", up to {}", message.get_snapshot().get_metadata().index));
        }
        _ => {}
    }
    if message.reject { words + ", rejected" } else { words }
}
