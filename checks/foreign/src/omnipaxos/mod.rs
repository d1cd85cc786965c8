//! `omnipaxos` 0.2.4, no line patched: nodes, sessions that break, crashes, trims and snapshots, on good disks.
//!
//! An event is something that happens to one node; what it sends is on the links before the next event. Links are
//! first in, first out, as omnipaxos asks for. Not to deliver is free; losses, broken sessions and crashes have
//! budgets. The storage writes at once, so a crash comes between two events. Leaders are made by
//! `try_become_leader`; where ticks have a budget, heartbeats and resends are there as well.
//!
//! *The projection*: omnipaxos shows little of its state, so what counts of a node is how it last started, with what
//! on its disk, and what it was told since, in order. A deterministic node that started alike and was told the same is
//! in the same state, whatever that is: nothing is left out. It tells apart more than it must, which costs states; it
//! still unites the orders of events at different nodes.
//!
//! *What is not here*: reconfiguration by stop signs, flexible quorums, priorities, the unicache.

pub mod claims;
pub mod disk;
pub mod events;
pub mod scopes;
pub mod server;
pub mod system;

pub use disk::{Command, Defect};
pub use events::Event;
pub use scopes::register;
pub use system::{Budgets, Cluster};
