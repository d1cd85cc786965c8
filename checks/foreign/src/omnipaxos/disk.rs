//! What the cluster stores: commands, their snapshot, and a disk that outlives the node that writes it.

use omnipaxos::ballot_leader_election::Ballot;
use omnipaxos::storage::{Entry, Snapshot, StopSign, Storage, StorageOp, StorageResult};
use omnipaxos_storage::memory_storage::MemoryStorage;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A command: the node at which it was appended, and which of that node's it is. `SNAPSHOTS`: does its type have
/// snapshots?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Command<const SNAPSHOTS: bool>(pub u64, pub u16);

/// A snapshot: the commands that it stands for, in order, so that nothing about it is left to be believed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct All<const SNAPSHOTS: bool>(pub Vec<Command<SNAPSHOTS>>);

impl<const SNAPSHOTS: bool> Snapshot<Command<SNAPSHOTS>> for All<SNAPSHOTS> {
    fn create(entries: &[Command<SNAPSHOTS>]) -> Self {
        All(entries.to_vec())
    }

    fn merge(&mut self, delta: Self) {
        self.0.extend(delta.0);
    }

    fn use_snapshots() -> bool {
        SNAPSHOTS
    }
}

impl<const SNAPSHOTS: bool> Entry for Command<SNAPSHOTS> {
    type Snapshot = All<SNAPSHOTS>;
}

/// A ballot as it is ordered, of which the node is the last part.
pub type Round = (u32, u64);

/// The ballot, or the one before all ballots.
pub fn round(ballot: Option<Ballot>) -> Round {
    ballot.map_or((0, 0), |ballot| (ballot.n, ballot.pid))
}

/// What is wrong with the disks that the cluster runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Defect {
    /// Nothing.
    None,
    /// A restarted node has lost its last entry, which it had acknowledged.
    LosesLastEntry,
    /// A restarted node does not remember what it promised.
    ForgetsPromise,
}

/// A disk in memory. It writes at once.
#[derive(Clone, Default)]
pub struct Disk<const S: bool>(Arc<Mutex<MemoryStorage<Command<S>>>>);

impl<const S: bool> Disk<S> {
    /// A disk with this on it.
    pub fn new(storage: MemoryStorage<Command<S>>) -> Self {
        Disk(Arc::new(Mutex::new(storage)))
    }

    fn open(&self) -> MutexGuard<'_, MemoryStorage<Command<S>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is on the disk.
    pub fn content(&self) -> MemoryStorage<Command<S>> {
        self.open().clone()
    }
}

/// What is on a disk, for the identity of whatever starts from it.
pub fn words<const S: bool>(disk: &MemoryStorage<Command<S>>) -> String {
    let promise = round(disk.get_promise().ok().flatten());
    let accepted = round(disk.get_accepted_round().ok().flatten());
    let [decided, compacted] =
        [disk.get_decided_idx(), disk.get_compacted_idx()].map(Result::unwrap_or_default);
    let log = disk.get_suffix(compacted).unwrap_or_default();
    let snapshot = disk.get_snapshot().ok().flatten();
    format!(
        "promised {promise:?} accepted {accepted:?} decided {decided} from {compacted} {log:?} {snapshot:?}"
    )
}

/// The disk after a crash.
pub fn after_crash<const S: bool>(
    old: &MemoryStorage<Command<S>>,
    defect: Defect,
) -> StorageResult<MemoryStorage<Command<S>>> {
    if defect == Defect::None {
        return Ok(old.clone());
    }
    let mut log = old.get_suffix(0)?;
    if defect == Defect::LosesLastEntry {
        log.pop();
    }
    let mut new = MemoryStorage::default();
    let decided = old.get_decided_idx()?.min(log.len());
    new.append_entries(log)?;
    new.set_decided_idx(decided)?;
    if let Some(ballot) = old.get_promise()?.filter(|_| defect != Defect::ForgetsPromise) {
        new.set_promise(ballot)?;
    }
    if let Some(ballot) = old.get_accepted_round()? {
        new.set_accepted_round(ballot)?;
    }
    Ok(new)
}

/// Hands every method on to the storage inside.
macro_rules! handed_on {
    ($(fn $name:ident(&mut self $(, $argument:ident: $type:ty)*) -> $result:ty;)* --- $(fn $get:ident(&self $(, $from:ident: usize)*) -> $got:ty;)*) => {
        impl<const S: bool> Storage<Command<S>> for Disk<S> {
            $(fn $name(&mut self $(, $argument: $type)*) -> StorageResult<$result> { self.open().$name($($argument),*) })*
            $(fn $get(&self $(, $from: usize)*) -> StorageResult<$got> { self.open().$get($($from),*) })*
        }
    };
}

handed_on! {
    fn write_atomically(&mut self, operations: Vec<StorageOp<Command<S>>>) -> ();
    fn append_entry(&mut self, entry: Command<S>) -> ();
    fn append_entries(&mut self, entries: Vec<Command<S>>) -> ();
    fn append_on_prefix(&mut self, from: usize, entries: Vec<Command<S>>) -> ();
    fn set_promise(&mut self, ballot: Ballot) -> ();
    fn set_decided_idx(&mut self, index: usize) -> ();
    fn set_accepted_round(&mut self, ballot: Ballot) -> ();
    fn set_stopsign(&mut self, sign: Option<StopSign>) -> ();
    fn trim(&mut self, index: usize) -> ();
    fn set_compacted_idx(&mut self, index: usize) -> ();
    fn set_snapshot(&mut self, snapshot: Option<All<S>>) -> ();
    ---
    fn get_decided_idx(&self) -> usize;
    fn get_accepted_round(&self) -> Option<Ballot>;
    fn get_entries(&self, from: usize, to: usize) -> Vec<Command<S>>;
    fn get_log_len(&self) -> usize;
    fn get_suffix(&self, from: usize) -> Vec<Command<S>>;
    fn get_promise(&self) -> Option<Ballot>;
    fn get_stopsign(&self) -> Option<StopSign>;
    fn get_compacted_idx(&self) -> usize;
    fn get_snapshot(&self) -> Option<All<S>>;
}
