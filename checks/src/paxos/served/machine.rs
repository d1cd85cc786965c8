//! The server as the checks see it, and planted variants of it: one set of types.

use super::ledger::Ledger;
use quorate::world::Checkable;
use quorate_core::{
    paxos::{
        self, Durable, TimerKind,
        server::{Config, Notice, Part, Request, Response, Server},
    },
    session::Stamp,
};
use quorate_machine::Machine;

/// What the log holds.
pub(super) type Command = paxos::server::Command<u32>;
/// A part of a snapshot.
pub type Chunk = Part<u64, Vec<u32>>;
/// What servers say to each other.
pub type Message = paxos::Message<Command, Chunk>;
/// One record of the write-ahead log.
pub type Write = paxos::Write<Command, Chunk>;
/// What is on a disk.
pub type Disk = Durable<Command, Chunk>;
/// What clients ask.
pub type Asked = Request<u32, ()>;
/// What they are told.
pub type Answer = Response<u64, u64>;

/// A server of a ledger, or one with something wrong around it.
pub trait Serves:
    Checkable
    + Machine<
        Config = Config,
        Message = Message,
        Write = Write,
        Durable = Disk,
        Request = Asked,
        Response = Answer,
        Notice = Notice<u32>,
        TimerKind = TimerKind,
    >
{
    /// The server inside.
    fn server(&self) -> &Server<Ledger>;

    /// What the log means by a stamp, where a defect has written another one into it.
    fn meant(stamp: &Stamp) -> Stamp {
        *stamp
    }
}

impl Serves for Server<Ledger> {
    fn server(&self) -> &Server<Ledger> {
        self
    }
}

/// A message as people say it.
pub(super) fn call(message: &Message) -> String {
    match message {
        Message::Prepare { ballot, .. } => format!("Prepare {ballot}"),
        Message::Promise { ballot, .. } => format!("Promise {ballot}"),
        Message::Reject { promised } => format!("Reject, promised {promised}"),
        Message::Accept { ballot, first, .. } => format!("Accept {ballot} slot {first}"),
        Message::Accepted { ballot, upto } => format!("Accepted {ballot} up to {upto}"),
        Message::Commit { chosen, .. } => format!("Commit up to {chosen}"),
        Message::CatchUp { from } => format!("CatchUp from {from}"),
        Message::Learn { first, .. } => format!("Learn from {first}"),
        Message::Snapshot { upto, at, of, .. } => format!("Snapshot up to {upto}, chunk {at} of {of}"),
        Message::Fetch { upto, at, .. } => format!("Fetch snapshot up to {upto} from chunk {at}"),
        Message::Probe { ballot, round } => format!("Probe {round} of {ballot}"),
        Message::Alive { ballot, round } => format!("Alive {round} of {ballot}"),
        Message::PreVote { ballot, .. } => format!("PreVote {ballot}"),
        Message::PreGrant { ballot } => format!("PreGrant {ballot}"),
        Message::Introduce { epoch } => format!("Introduce {epoch}"),
        Message::Known { epoch } => format!("Known {epoch}"),
        Message::TimeoutNow { ballot } => format!("TimeoutNow {ballot}"),
    }
}
