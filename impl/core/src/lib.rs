//! The sans-IO protocol cores that serve traffic.
//!
//! Every core is a [`quorate_machine::Machine`]: a plain value that is told everything and answers with effects.
//! There is no runtime here, no clock, no generator of random numbers, no socket and no file, and `clippy.toml`
//! keeps it so. What many threads share is in each protocol's `shared.rs`, built on `sync.rs`, so that the very
//! same files can be compiled against loom.
//!
//! | module | what it is |
//! |---|---|
//! | [`paxos`] | Multi-Paxos: one replicated log |
//! | [`quorum`] | how many is enough, as data |
//! | [`log`] | a growing, offset sequence of slots with holes |
//! | [`batch`] | a shared, immutable run of values |
//! | [`session`] | the client table: every command takes effect once |

pub mod batch;
pub mod log;
pub mod paxos;
pub mod quorum;
pub mod session;
mod shard;
mod sync;
