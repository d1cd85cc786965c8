//! Single-decree Paxos behind a register, as stateright's `examples/paxos.rs` has it: three servers, and clients that
//! write once and then read.
//!
//! It stands here for its counts, 16,668 states with two clients and 1,194,428 with three, and because its states
//! are large: what a search keeps of each of them shows in the memory it needs. Types are our own; stateright's
//! hash sets without lengths (see [`eight_timers`](super::eight_timers)). Part of every state is the history that
//! linearizability is judged by.

mod model;
mod server;

pub use model::{Client, Deliver, Envelope, PaxosRegister, State};
pub use server::{Ballot, Message, Proposal, Server};
