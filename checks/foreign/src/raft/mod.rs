//! tikv's `raft` 0.7.0, no line patched: elections, membership changes, reads, transfers, snapshots, disks that are
//! written late.
//!
//! An event is something that happens to one node; what it sends is on the links before the next event. A link hands
//! over its oldest message; that messages overtake each other, are lost or arrive twice has budgets, and not to deliver
//! is free. The storage follows the crate's documentation: what is ready is written before what must be sent after it.
//! With `Options::asynchronous` it is written later, and a crash loses what was not written.
//!
//! *The projection* holds of each node how it last started and all that it was told since, in order, so nothing is left
//! out; what its public fields say is there for the claims and for the reader.
//!
//! *Use*: a scope says whether the application stops a leader that has applied its own removal, and whether it asks
//! nodes to campaign that are no voters. Nodes with unwritten rounds neither tick nor campaign.
//!
//! *What is not here*: `Storage` that answers later (`on_entries_fetched`), priorities, group commit,
//! `request_snapshot`, and the election timeout drawn at random, which is one number here so that runs repeat.

pub mod claims;
pub mod events;
pub mod scopes;
pub mod server;
pub mod store;
pub mod system;
pub mod words;

pub use events::Event;
pub use scopes::register;
pub use server::Options;
pub use system::{Budgets, Cluster};
pub use words::Change;
