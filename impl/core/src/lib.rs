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
//!
//! # A server and its clients
//!
//! [`paxos::server::Server`] executes the commands of a log on whatever is [`quorate_machine::Replicated`]. Clients
//! share a [`paxos::shared::Handle`]; the thread that drives the server has the [`paxos::shared::Desk`]. Here is a
//! counter on a cluster of one, so that there is no network to show:
//!
//! ```
//! use quorate_core::paxos::server::{Config, Request, Response, Server};
//! use quorate_core::paxos::shared::{Desk, Outcome, Sound, Status, open};
//! use quorate_core::paxos::{Durable, TimerKind};
//! use quorate_core::session::{ClientId, Sequence, Stamp};
//! use quorate_machine::{Driver, NodeId, Output, Replicated};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
//! struct Counter(u64);
//!
//! impl Replicated for Counter {
//!     type Command = u64;
//!     type Output = u64;
//!     type Query = ();
//!     type Answer = u64;
//!     type View = u64;
//!     type Chunk = u64;
//!
//!     fn apply(&mut self, _index: u64, add: &u64) -> u64 {
//!         self.0 += add;
//!         self.0
//!     }
//!     fn query(&self, (): &()) -> u64 {
//!         self.0
//!     }
//!     fn view(&self) -> u64 {
//!         self.0
//!     }
//!     fn chunks(_: &u64) -> u32 {
//!         1
//!     }
//!     fn chunk(view: &u64, _: u32) -> u64 {
//!         *view
//!     }
//!     fn restore(chunks: &[u64]) -> Option<Counter> {
//!         chunks.first().copied().map(Counter)
//!     }
//! }
//!
//! type Counters = Server<Counter>;
//! type Front = Desk<Request<u64, ()>, Response<u64, u64>>;
//!
//! /// What a program does around a server, until nothing is left to do.
//! fn work(driver: &mut Driver<Counters>, desk: &mut Front, out: &mut Vec<Output<Counters>>) {
//!     while !out.is_empty() {
//!         desk.publish(Status::of(driver.machine().replica())); // before anybody is answered
//!         for output in out.drain(..) {
//!             match output {
//!                 Output::Write(_) => {}   // append it to a file
//!                 Output::Send { .. } => {} // hand it to the network
//!                 Output::Reply { id, response } => desk.settle(id, response),
//!                 Output::SetTimer(_) | Output::CancelTimer(_) => {} // start or stop a clock
//!                 Output::Publish(_) => {}
//!             }
//!         }
//!         driver.persisted(driver.unsynced(), out); // once the file is synced
//!     }
//!     desk.publish(Status::of(driver.machine().replica()));
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut config = Config::new(1);
//! config.clients.residents = 1; // Client 0 needs no `Request::Open`.
//! config.validate()?;
//!
//! let mut out = Vec::new();
//! let mut driver = Driver::<Counters>::start(&config, NodeId(0), &Durable::default(), &mut out);
//! let (mut desk, handle) = open::<_, _, Sound>(Status::of(driver.machine().replica()), 64);
//! driver.timer(TimerKind::Election, &mut out); // Its clock ran out: nobody leads.
//! work(&mut driver, &mut desk, &mut out);
//!
//! // Any number of client threads do this. The same stamp twice is one command.
//! let stamp = Stamp { client: ClientId(0), sequence: Sequence(0), acknowledged: Sequence(0) };
//! let add = || Request::Execute { stamp, command: 5 };
//! let tickets = [handle.submit(add())?, handle.submit(add())?];
//!
//! // And one thread this.
//! for (id, request) in desk.take() {
//!     driver.request(id, request, &mut out);
//! }
//! work(&mut driver, &mut desk, &mut out);
//!
//! for ticket in tickets {
//!     assert_eq!(ticket.wait(), Outcome::Told(Response::Done { output: 5 }));
//! }
//! assert_eq!(driver.machine().state(), &Counter(5));
//! # Ok(())
//! # }
//! ```
//!
//! What happens to a command between `submit` and `wait` is told step by step in the documentation of [`paxos`].

pub mod batch;
pub mod log;
pub mod paxos;
pub mod quorum;
pub mod session;
mod shard;
mod sync;
