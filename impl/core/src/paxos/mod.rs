//! Multi-Paxos: one replicated log.
//!
//! Sources: Lamport, *Paxos Made Simple* (2001); van Renesse & Altinbuken, *Paxos Made Moderately Complex* (2015).
//!
//! | file | what it holds |
//! |---|---|
//! | `message.rs` | ballots, slots, values, and what replicas say to each other |
//! | `message/client.rs` | what clients and the own process say and hear |
//! | `message/plausible.rs` | which messages could have been sent; the others are ignored |
//! | `state.rs` | what is in memory |
//! | `state/config.rs` | configuration: what is optional is a value |
//! | `state/durable.rs` | what is on disk, and what each record of the log does to it |
//! | `state/invariants.rs` | what must hold between two inputs |
//! | `acceptor.rs` | promises and votes |
//! | `prevote.rs` | asking before campaigning |
//! | `proposer.rs` | phase 1: campaign, adopt the values of the highest ballots, fill holes, lead |
//! | `leader.rs` | phase 2: propose, count votes, repeat, push back |
//! | `flow.rs` | windows per peer: what a slow or absent member costs; observers |
//! | `learner.rs` | the chosen prefix, and catching up |
//! | `snapshot.rs` | compaction, and snapshots that are captured, sent and received a chunk at a time |
//! | `reader.rs` | linearizable reads by a round of probes |
//! | `transfer.rs` | handing over leadership, and stopping |
//! | `step.rs` | every input, and who deals with it |
//! | `server.rs` | clients' commands executed once, reads, and snapshots, on top of the log |
//! | `counters.rs` | what a server wants to show |
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
