//! The stable storage of a node: a log behind a snapshot, and the hard state.

use raft::eraftpb::{ConfState, Entry, HardState, Snapshot};
use raft::storage::{GetEntriesContext, RaftState, Storage};
use raft::{Error, StorageError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a node keeps, in memory or on its disk.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The index, the term and the configuration of the snapshot that the log lies behind.
    pub first: (u64, u64, ConfState),
    /// The entries behind it.
    pub entries: Vec<Entry>,
    /// Term, vote and commit index.
    pub hard: HardState,
    /// What is applied, and the configuration then. A disk does not keep it.
    pub applied: (u64, ConfState),
}

impl Kept {
    /// A node of this configuration from the start: its log begins behind index 5, which is in term 1.
    pub fn member(conf: &ConfState) -> Self {
        let hard = HardState { term: 1, commit: 5, ..HardState::default() };
        let (first, applied) = ((5, 1, conf.clone()), (5, conf.clone()));
        Kept { first, entries: Vec::new(), hard, applied }
    }

    /// The index of the last entry.
    pub fn last(&self) -> u64 {
        self.first.0 + self.entries.len() as u64
    }

    fn place(&self, index: u64) -> usize {
        usize::try_from(index.saturating_sub(self.first.0 + 1)).unwrap_or(usize::MAX)
    }

    /// The term of an entry.
    ///
    /// # Errors
    /// If it is compacted, or not there.
    pub fn term(&self, index: u64) -> raft::Result<u64> {
        if index == self.first.0 {
            return Ok(self.first.1);
        }
        if index < self.first.0 {
            return Err(Error::Store(StorageError::Compacted));
        }
        let entry = self.entries.get(self.place(index));
        entry.map(|entry| entry.term).ok_or(Error::Store(StorageError::Unavailable))
    }

    /// Writes entries over what stands at their indexes and behind.
    ///
    /// # Panics
    /// If there would be a gap.
    pub fn append(&mut self, entries: &[Entry]) {
        let Some(first) = entries.first() else { return };
        assert!(first.index > self.first.0 && first.index <= self.last() + 1, "entries without a gap");
        let place = self.place(first.index);
        self.entries.truncate(place);
        self.entries.extend_from_slice(entries);
    }

    /// Becomes what a snapshot says.
    pub fn restore(&mut self, snapshot: &Snapshot) {
        let metadata = snapshot.get_metadata();
        let conf = metadata.get_conf_state().clone();
        self.applied = (metadata.index, conf.clone());
        self.first = (metadata.index, metadata.term, conf);
        self.entries.clear();
        self.hard.commit = self.hard.commit.max(metadata.index);
        self.hard.term = self.hard.term.max(metadata.term);
    }

    /// Throws away the entries up to `index`, at which the configuration was `conf`.
    pub fn compact(&mut self, index: u64, conf: &ConfState) {
        let Ok(term) = self.term(index) else { return };
        self.entries.drain(..self.place(index + 1));
        self.first = (index, term, conf.clone());
    }
}

/// What the crate reads.
#[derive(Clone)]
pub struct Store(Arc<Mutex<Kept>>);

impl Store {
    /// A store with this in it.
    pub fn new(kept: Kept) -> Self {
        Store(Arc::new(Mutex::new(kept)))
    }

    /// All of it.
    pub fn open(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for Store {
    fn initial_state(&self) -> raft::Result<RaftState> {
        let kept = self.open();
        Ok(RaftState::new(kept.hard.clone(), kept.first.2.clone()))
    }

    fn entries(
        &self,
        low: u64,
        high: u64,
        max_size: impl Into<Option<u64>>,
        _: GetEntriesContext,
    ) -> raft::Result<Vec<Entry>> {
        let kept = self.open();
        if low <= kept.first.0 {
            return Err(Error::Store(StorageError::Compacted));
        }
        assert!(high <= kept.last() + 1, "entries up to {high} are asked for, {} is the last", kept.last());
        let mut entries = kept.entries[kept.place(low)..kept.place(high)].to_vec();
        raft::util::limit_size(&mut entries, max_size.into());
        Ok(entries)
    }

    fn term(&self, index: u64) -> raft::Result<u64> {
        self.open().term(index)
    }

    fn first_index(&self) -> raft::Result<u64> {
        Ok(self.open().first.0 + 1)
    }

    fn last_index(&self) -> raft::Result<u64> {
        Ok(self.open().last())
    }

    fn snapshot(&self, request_index: u64, _to: u64) -> raft::Result<Snapshot> {
        let kept = self.open();
        let (index, conf) = &kept.applied;
        if *index < request_index || *index == 0 {
            return Err(Error::Store(StorageError::SnapshotTemporarilyUnavailable));
        }
        let mut snapshot = Snapshot::default();
        let metadata = snapshot.mut_metadata();
        metadata.index = *index;
        metadata.term = kept.term(*index)?;
        metadata.set_conf_state(conf.clone());
        Ok(snapshot)
    }
}
