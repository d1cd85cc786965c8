//! The core as the checks see it, and planted variants of it: one set of types.

use quorate::world::Checkable;
use quorate_core::paxos::{Config, Durable, Message, Notice, Replica, Request, Response, TimerKind, Write};
use quorate_machine::Machine;

/// A machine that speaks the core's types, with one-byte commands, and has the core inside.
pub trait Paxos:
    Checkable
    + Machine<
        Config = Config,
        Message = Message<u8>,
        Write = Write<u8>,
        Durable = Durable<u8>,
        Request = Request<u8>,
        Response = Response,
        Notice = Notice<u8>,
        TimerKind = TimerKind,
    >
{
    /// The core inside.
    fn replica(&self) -> &Replica<u8>;
}

impl Paxos for Replica<u8> {
    fn replica(&self) -> &Replica<u8> {
        self
    }
}
