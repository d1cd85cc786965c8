//! The contract between a protocol core and whoever drives it.
//!
//! A core is a [`Machine`]: a plain value with one entry, [`Machine::handle`]. It has no clock, no generator of
//! random numbers, no sockets, no files. It is *told* everything as an [`Input`] and *answers* with [`Effects`],
//! which are data. Because nothing else exists, the value that serves traffic is the value that is searched.
//!
//! # The contract in prose
//!
//! 1. **One way in.** Only a [`Driver`] calls `handle`. Production, exhaustive search, simulation and trace replay
//!    all hold a `Driver`, so that its obligations are checked where they live.
//! 2. **Order is the contract.** Effects are performed in the order in which they were emitted. What a core emits
//!    after [`Effects::barrier`] is released only when every write emitted before the barrier is on disk; the
//!    driver holds it until the shell says so with [`Driver::persisted`]; of equal messages that wait for the same
//!    writes it keeps one. What is emitted before the barrier goes out at once. So `persist(promise); barrier(); send(promise_reply)` never reveals an unsynced promise.
//! 3. **Timers are named, not timed.** The core arms and cancels kinds; the shell chooses durations and jitter. In
//!    search an armed timer may fire at any moment, which over-approximates every clock. Timer effects are never
//!    held by a barrier: they concern only this replica's own memory.
//! 4. **Own messages first.** What a replica sends to itself is delivered to it before any other input, after the
//!    effects of the call that sent it were all performed. An own message behind a barrier waits like any other.
//! 5. **Crash means: memory gone.** After a crash the machine is rebuilt by [`Machine::recover`] from the writes
//!    that were durable, any number of the unsynced ones in order, and nothing else; then it gets
//!    [`Input::Start`]. A crash can fall between any two outputs.
//! 6. **Durable state is a fold.** [`Machine::persist`] says what one write does to the durable state. Storage
//!    recovery replays writes through it, and refinement reads the disk with it.
//! 7. **Broken invariants panic** in [`Machine::check_invariants`], with the numbers in the message. Errors that
//!    a caller can act on are responses.

mod driver;
mod effects;
mod replicated;
mod shell;

pub use driver::Driver;
pub use effects::{Effect, Effects};
pub use replicated::Replicated;
pub use shell::{Output, Shell};

use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Debug, hash::Hash};

/// What every value that crosses a machine's border can do: be copied, compared, hashed, shown and stored.
pub trait Plain: Clone + Eq + Hash + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {}
impl<T: Clone + Eq + Hash + Debug + Serialize + DeserializeOwned + Send + Sync + 'static> Plain for T {}

/// What a command weighs, so that batches and queues can be bounded by more than a count.
pub trait Weigh {
    /// Bytes, roughly; 1 where nobody minds. Cheap, and always the same for the same value.
    fn weight(&self) -> u64 {
        1
    }
}

impl Weigh for () {}
impl Weigh for u8 {}
impl Weigh for u16 {}
impl Weigh for u32 {}
impl Weigh for u64 {}

impl Weigh for Vec<u8> {
    fn weight(&self) -> u64 {
        self.len() as u64
    }
}

impl Weigh for String {
    fn weight(&self) -> u64 {
        self.len() as u64
    }
}

impl<T: Weigh + ?Sized> Weigh for std::sync::Arc<T> {
    fn weight(&self) -> u64 {
        (**self).weight()
    }
}

impl Weigh for [u8] {
    fn weight(&self) -> u64 {
        self.len() as u64
    }
}

/// A replica's place in the configuration, from 0.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct NodeId(pub u16);

/// Names one request to one replica, so that its reply finds the caller. Chosen by the shell, never reused by it.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct RequestId(pub u64);

impl std::fmt::Display for NodeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Everything that can happen to a machine.
///
/// Disk completions are missing on purpose: the [`Driver`] holds what waits for them, so a core never has to
/// remember what it may say once a write is durable.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Input<M: Machine> {
    /// The first input after [`Machine::recover`], once per incarnation.
    Start,
    /// A message from another replica, or from this one.
    Message {
        /// Who sent it.
        from: NodeId,
        /// What it says.
        message: M::Message,
    },
    /// An armed timer fired. It is no longer armed.
    Timer(M::TimerKind),
    /// A client asks this replica for something.
    Request {
        /// Names the reply.
        id: RequestId,
        /// What is asked.
        request: M::Request,
    },
}

/// A sans-IO protocol core. See the [crate documentation](crate) for the contract.
pub trait Machine: Sized {
    /// What is fixed for the life of a cluster: members, limits, switches. The same for every replica.
    type Config: Clone + Debug + Send + Sync + 'static;
    /// What replicas say to each other. `Ord` so that a set of messages has one canonical form.
    type Message: Plain + Ord;
    /// One record of the write-ahead log.
    type Write: Plain;
    /// What the records fold into: all that a crash leaves behind.
    type Durable: Plain + Default;
    /// What a client asks.
    type Request: Plain;
    /// What a client is told.
    type Response: Plain;
    /// What the replica announces to its own process: decided entries, its role.
    type Notice: Plain;
    /// Names a timer. Arming a kind that is armed starts it anew.
    type TimerKind: Plain + Copy + Ord;

    /// Builds the machine from what a crash left, or from `Durable::default()` on the first start.
    fn recover(config: &Self::Config, id: NodeId, durable: &Self::Durable) -> Self;

    /// Takes one input and emits its effects in order.
    ///
    /// # Panics
    /// Only on a broken invariant of the core itself. No input from outside, however wrong, may panic.
    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>);

    /// What one write does to the durable state.
    fn persist(durable: &mut Self::Durable, write: &Self::Write);

    /// Asserts what must hold between any two inputs.
    ///
    /// # Panics
    /// If it does not hold, with the numbers in the message.
    fn check_invariants(&self) {}
}
