//! Disks that are slower than memory.

use super::{Acceptor, Ballot, Slot, State, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What one acceptor has in memory beyond its disk, and what it has told.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Disk {
    /// The highest ballot that it has promised, synced or not: what it goes by.
    pub promised: Ballot,
    /// The votes that it has written and not synced.
    pub unsynced: BTreeMap<(Slot, Ballot), Value>,
    /// What it has told others.
    pub told: Told,
    /// What its disk had promised when it last restarted, unless it had voted at that ballot. History; it decides
    /// nothing.
    pub promised_at_restart: Ballot,
}

/// All that the messages of one acceptor reveal: its promises (1b) and its votes (2b).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Told {
    /// The highest ballot that it told of having promised.
    pub promised: Ballot,
    /// The votes that it told of.
    #[serde(with = "quorate_spec::set")]
    pub votes: BTreeSet<(Slot, Ballot)>,
}

impl State {
    /// Every acceptor has a disk that must be synced, with nothing on it yet.
    pub fn with_disks(mut self) -> Self {
        self.disks = vec![Disk::default(); self.promised.len()];
        self
    }

    /// The disk of `acceptor`, where disks are slower than memory.
    pub fn disk(&self, acceptor: Acceptor) -> Option<&Disk> {
        self.disks.get(acceptor.0 as usize)
    }

    /// The ballot that `acceptor` goes by when it decides: the highest that it has promised, synced or not.
    ///
    /// # Panics
    /// If there is no such acceptor.
    pub fn believed(&self, acceptor: Acceptor) -> Ballot {
        self.disk(acceptor).map_or(self.promised(acceptor), |disk| disk.promised)
    }

    /// Has `acceptor` voted in `slot` at `ballot`, as far as it knows: synced or not?
    ///
    /// # Panics
    /// If there is no such acceptor.
    pub fn has_voted(&self, acceptor: Acceptor, slot: Slot, ballot: Ballot) -> bool {
        let unsynced = self.disk(acceptor).is_some_and(|disk| disk.unsynced.contains_key(&(slot, ballot)));
        unsynced || self.vote(acceptor, slot, ballot).is_some()
    }

    /// The highest ballot that `acceptor` told of having promised.
    ///
    /// # Panics
    /// If there is no such acceptor.
    pub fn told_promise(&self, acceptor: Acceptor) -> Ballot {
        self.disk(acceptor).map_or(self.promised(acceptor), |disk| disk.told.promised)
    }

    /// Has `acceptor` told of a vote in `slot` at `ballot`?
    ///
    /// # Panics
    /// If there is no such acceptor.
    pub fn told_vote(&self, acceptor: Acceptor, slot: Slot, ballot: Ballot) -> bool {
        match self.disk(acceptor) {
            Some(disk) => disk.told.votes.contains(&(slot, ballot)),
            None => self.vote(acceptor, slot, ballot).is_some(),
        }
    }
}
