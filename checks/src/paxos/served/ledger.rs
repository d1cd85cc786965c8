//! What is served: an object on which doing a thing twice shows, and a client that sees it.

use quorate::linear::Sequential;
use quorate_machine::Replicated;
use serde::{Deserialize, Serialize};

/// Adds, remembers what was added, and answers with the sum before.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// Every amount, in the order of execution.
    pub entries: Vec<u32>,
    sum: u64,
}

/// Amounts in one chunk of a snapshot.
const CHUNK: usize = 12;

impl Replicated for Ledger {
    type Command = u32;
    /// The sum before.
    type Output = u64;
    type Query = ();
    /// The sum.
    type Answer = u64;
    type View = Ledger;
    type Chunk = Vec<u32>;

    fn apply(&mut self, _: u64, amount: &u32) -> u64 {
        let before = self.sum;
        self.entries.push(*amount);
        self.sum += u64::from(*amount);
        before
    }

    fn query(&self, (): &()) -> u64 {
        self.sum
    }

    fn view(&self) -> Ledger {
        self.clone()
    }

    fn chunks(view: &Ledger) -> u32 {
        u32::try_from(view.entries.len().div_ceil(CHUNK).max(1)).unwrap_or(u32::MAX)
    }

    fn chunk(view: &Ledger, at: u32) -> Vec<u32> {
        view.entries.chunks(CHUNK).nth(at as usize).unwrap_or_default().to_vec()
    }

    fn restore(chunks: &[Vec<u32>]) -> Option<Ledger> {
        let entries = chunks.concat();
        let sum = entries.iter().map(|amount| u64::from(*amount)).sum();
        Some(Ledger { entries, sum })
    }
}

/// The ledger as its clients see it, one operation at a time.
#[derive(Clone, Copy, Debug)]
pub struct Adder;

/// What a client does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operation {
    /// Adds, and is told the sum before.
    Add(u32),
    /// Is told the sum.
    Read,
}

impl Sequential for Adder {
    type State = u64;
    type Operation = Operation;
    type Response = u64;
    type Key = ();

    fn init(&self) -> u64 {
        0
    }

    fn step(&self, sum: &u64, operation: &Operation, told: Option<&u64>) -> impl IntoIterator<Item = u64> {
        let amount = match operation {
            Operation::Add(amount) => u64::from(*amount),
            Operation::Read => 0,
        };
        told.is_none_or(|told| told == sum).then_some(sum + amount)
    }
}
