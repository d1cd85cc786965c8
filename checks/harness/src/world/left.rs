//! The budgets of a scope, as they are left in a state.

use quorate_machine::NodeId;

/// Timer kinds that one scope may let fire.
pub const TIMER_KINDS: usize = 8;

/// Replicas that a scope with foretold crashes may have.
pub const FORETOLD: usize = 8;

/// The crashes that may still happen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum Crashes {
    /// So many, of any replicas.
    Any(u8),
    /// So many of each replica, by id.
    Foretold([u8; FORETOLD]),
}

impl Crashes {
    /// How many crashes of replica `id` may still happen.
    pub fn of(&self, id: NodeId) -> u8 {
        match self {
            Crashes::Any(left) => *left,
            Crashes::Foretold(left) => left[usize::from(id.0)],
        }
    }

    /// One crash of replica `id` fewer; `None` if it may not crash.
    pub(crate) fn without_one(mut self, id: NodeId) -> Option<Crashes> {
        let left = match &mut self {
            Crashes::Any(left) => left,
            Crashes::Foretold(left) => &mut left[usize::from(id.0)],
        };
        *left = left.checked_sub(1)?;
        Some(self)
    }
}

/// What is left of a scope's budgets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub struct Left {
    /// For each kind of the scope's table, in order.
    pub timers: [u8; TIMER_KINDS],
    /// Crashes.
    pub crashes: Crashes,
    /// Messages that may be lost.
    pub drops: u8,
    /// Messages that may be duplicated.
    pub duplicates: u8,
    /// Partitions of the network.
    #[serde(skip_serializing_if = "is_zero")]
    pub partitions: u8,
    /// One-way links that may fail.
    #[serde(skip_serializing_if = "is_zero")]
    pub links: u8,
    /// The next request of the script, and after it how many requests there were.
    pub next_request: u16,
}

fn is_zero(count: &u8) -> bool {
    *count == 0
}
