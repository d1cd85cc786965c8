//! What runs *on* a replicated log.

use crate::Plain;

/// A deterministic state machine whose commands arrive in log order, the same on every replica.
///
/// `apply` must be a function of the state, the index and the command alone: no clock, no randomness, no iteration
/// over an unordered map.
pub trait Replicated: Default {
    /// What is agreed upon.
    type Command: Plain;
    /// What the submitter is told. Computed on every replica, sent by one.
    type Output: Plain;
    /// The whole state as a value, taken at some index.
    type Snapshot: Plain;

    /// Applies the command chosen at `index`, and says what it answered.
    fn apply(&mut self, index: u64, command: &Self::Command) -> Self::Output;

    /// The state after every command applied so far.
    fn snapshot(&self) -> Self::Snapshot;

    /// The state that `snapshot` was taken of.
    fn restore(snapshot: &Self::Snapshot) -> Self;
}
