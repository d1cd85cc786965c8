//! What runs *on* a replicated log.

use crate::{Plain, Weigh};

/// A deterministic state machine whose commands arrive in log order, the same on every replica.
///
/// Everything here must be a function of its arguments alone: no clock, no randomness, no iteration over an unordered
/// map. Two replicas that applied the same commands are then equal, answer alike, and cut the same [`View`] into the
/// same chunks, so that a snapshot begun by one replica can be told apart from no other of the same index.
///
/// A state that is large and shared by reference (pages behind an `Arc`) makes [`view`] cheap; a small one may be its
/// own view.
///
/// [`View`]: Replicated::View
/// [`view`]: Replicated::view
pub trait Replicated: Plain + Default {
    /// What is agreed upon.
    type Command: Plain + Ord + Weigh;
    /// What the submitter is told. Computed on every replica, sent by one, and kept in the client table for as long
    /// as the client may ask again.
    type Output: Plain + Ord;
    /// What can be asked without changing anything.
    type Query: Plain;
    /// What is answered to it.
    type Answer: Plain;
    /// The whole state at some index, as a value that later commands do not change.
    type View: Plain;
    /// A part of a snapshot, of a size that is cut, written and sent in one step: 64 KiB to 1 MiB serves well. It is
    /// copied between a message, a write and the memory of the disk, so it should be cheap to clone.
    type Chunk: Plain + Ord;

    /// Applies the command chosen at `index`, and says what it answered. Indices grow, and not by one: the log also
    /// holds what is not for this machine.
    fn apply(&mut self, index: u64, command: &Self::Command) -> Self::Output;

    /// Answers from the state after every command applied so far.
    fn query(&self, query: &Self::Query) -> Self::Answer;

    /// The state after every command applied so far. Called between two commands and never in the background: it
    /// must not copy the state.
    fn view(&self) -> Self::View;

    /// How many chunks a snapshot of `view` has: at least 1.
    fn chunks(view: &Self::View) -> u32;

    /// One of them. `at` is below [`Replicated::chunks`]. A later chunk may be asked for first, and one twice.
    fn chunk(view: &Self::View, at: u32) -> Self::Chunk;

    /// The state that these chunks, all of them and in order, were cut from. `None` if they are no snapshot of this
    /// machine: they may come from a disk or a peer, and whatever they hold must not panic.
    fn restore(chunks: &[Self::Chunk]) -> Option<Self>;
}
