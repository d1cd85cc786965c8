//! A state machine on which doing a thing twice shows: it remembers every command, and answers with the sum before it.

use quorate_machine::Replicated;
use serde::{Deserialize, Serialize};

/// Adds, and remembers what was added.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// Every command, in the order of execution.
    pub(crate) entries: Vec<u8>,
}

/// Commands in one chunk of a snapshot.
const CHUNK: usize = 4;

impl Ledger {
    pub(crate) fn sum(&self) -> u64 {
        self.entries.iter().map(|entry| u64::from(*entry)).sum()
    }
}

impl Replicated for Ledger {
    type Command = u8;
    /// The sum before.
    type Output = u64;
    type Query = ();
    /// The sum.
    type Answer = u64;
    type View = Ledger;
    type Chunk = Vec<u8>;

    fn apply(&mut self, _: u64, command: &u8) -> u64 {
        let before = self.sum();
        self.entries.push(*command);
        before
    }

    fn query(&self, (): &()) -> u64 {
        self.sum()
    }

    fn view(&self) -> Ledger {
        self.clone()
    }

    fn chunks(view: &Ledger) -> u32 {
        view.entries.len().div_ceil(CHUNK).max(1) as u32
    }

    fn chunk(view: &Ledger, at: u32) -> Vec<u8> {
        view.entries.chunks(CHUNK).nth(at as usize).unwrap_or_default().to_vec()
    }

    /// No ledger has a chunk that begins with 255.
    fn restore(chunks: &[Vec<u8>]) -> Option<Ledger> {
        let is_readable = chunks.iter().all(|chunk| chunk.first() != Some(&255));
        is_readable.then(|| Ledger { entries: chunks.concat() })
    }
}
