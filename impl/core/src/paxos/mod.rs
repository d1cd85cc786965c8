//! Multi-Paxos: one replicated log.
//!
//! Sources: Lamport, *Paxos Made Simple* (2001); van Renesse & Altinbuken, *Paxos Made Moderately Complex* (2015).
//!
//! | file | what it holds |
//! |---|---|
//! | `message.rs` | ballots, slots, values, and what replicas say to each other |
//! | `state.rs` | configuration, what is on disk, what is in memory, and what must hold between two inputs |
//! | `acceptor.rs` | promises and votes |
//! | `proposer.rs` | phase 1: campaign, adopt the values of the highest ballots, fill holes, lead |
//! | `leader.rs` | phase 2: propose, count votes, repeat, push back |
//! | `learner.rs` | the chosen prefix, and catching up |
//! | `step.rs` | every input, and who deals with it |
//! | `server.rs` | clients' commands executed once, reads, and snapshots, on top of the log |
//! | `shared.rs` | what many threads hold of a replica |

mod acceptor;
pub mod counters;
mod error;
mod flow;
mod leader;
mod learner;
mod message;
mod prevote;
mod proposer;
mod reader;
pub mod server;
pub mod shared;
mod snapshot;
mod state;
mod step;
mod transfer;

pub use counters::Counters;
pub use error::ConfigError;
pub use message::{
    Ballot, Chunk, Entry, Message, Notice, Payload, Request, Response, Slot, Standing, TimerKind, Value,
};
pub use state::{Config, Durable, Partial, Replica, Snapshot, Write};
