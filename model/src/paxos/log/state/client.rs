//! What clients call and see.

use super::{Acceptor, Ballot, Slot, State};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a client may call. Each is called once, by a client of its own; a retry is the same call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Operation {
    /// A command: fetch-and-add.
    Command(u8),
    /// A read of the count, that takes no slot.
    Read(u8),
}

/// One call, as its client sees it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Call {
    /// The calls that had been answered before this one began: the order of real time.
    #[serde(with = "quorate_spec::set")]
    pub after: BTreeSet<Operation>,
    /// Every answer, by the slot from which it was given: for a command, the slot that holds it, so that a command in two
    /// slots may be answered twice; for a read, its index. None yet: the call is pending.
    pub answers: BTreeMap<Slot, u64>,
}

/// A read that a leader has begun.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Read {
    /// The ballot of the leader.
    pub ballot: Ballot,
    /// The read index: whoever answers must have executed every slot below.
    pub index: Slot,
    /// The acceptors that said, after the read had begun, that they have promised nothing above the ballot.
    #[serde(with = "quorate_spec::set")]
    pub confirmed: BTreeSet<Acceptor>,
}

impl State {
    /// The calls that have been answered.
    pub fn answered(&self) -> impl Iterator<Item = Operation> + '_ {
        let answered = self.calls.iter().filter(|(_, call)| !call.answers.is_empty());
        answered.map(|(operation, _)| *operation)
    }
}
