//! Known-wrong servers: a right one, behind a door that is not.

use super::{
    ledger::Ledger,
    machine::{Answer, Asked, Chunk, Disk, Message, Serves, Write},
};
use quorate_core::{
    paxos::{
        Standing, TimerKind,
        server::{Config, Notice, Request, Response, Server},
    },
    session::{Sequence, Stamp},
};
use quorate_machine::{Effect, Effects, Input, Machine, NodeId, Replicated};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt::Debug, hash::Hash};

/// What is wrong. Every method does nothing unless overridden.
pub trait Defect:
    Clone + Eq + Hash + Debug + Default + Serialize + for<'de> Deserialize<'de> + Send + Sync + 'static
{
    /// What it is, in a few words.
    const WHAT: &'static str;

    /// What becomes of a request. `Err` is an answer of its own.
    fn request(&mut self, _server: &Server<Ledger>, request: Asked) -> Result<Asked, Answer> {
        Ok(request)
    }

    /// What becomes of a chunk of a snapshot on its way to a disk or another server.
    fn chunk(chunk: Chunk) -> Chunk {
        chunk
    }

    /// What a client meant by a stamp that is in the log.
    fn meant(stamp: &Stamp) -> Stamp {
        *stamp
    }
}

/// A server with a defect.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Wrong<D: Defect> {
    server: Server<Ledger>,
    defect: D,
}

impl<D: Defect> Serves for Wrong<D> {
    fn server(&self) -> &Server<Ledger> {
        &self.server
    }

    fn meant(stamp: &Stamp) -> Stamp {
        D::meant(stamp)
    }
}

impl<D: Defect> Machine for Wrong<D> {
    type Config = Config;
    type Message = Message;
    type Write = Write;
    type Durable = Disk;
    type Request = Asked;
    type Response = Answer;
    type Notice = Notice<u32>;
    type TimerKind = TimerKind;

    fn recover(config: &Config, id: NodeId, durable: &Disk) -> Self {
        Wrong { server: Server::recover(config, id, durable), defect: D::default() }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        let input = match input {
            Input::Start => Input::Start,
            Input::Message { from, message } => Input::Message { from, message },
            Input::Timer(kind) => Input::Timer(kind),
            Input::Request { id, request } => match self.defect.request(&self.server, request) {
                Ok(request) => Input::Request { id, request },
                Err(response) => return effects.reply(id, response),
            },
        };
        let mut right = Effects::default();
        self.server.handle(input, &mut right);
        for effect in right.drain() {
            match effect {
                Effect::Send { to, message } => effects.send(to, spoil_message::<D>(message)),
                Effect::Persist(write) => effects.persist(spoil_write::<D>(write)),
                Effect::Barrier => effects.barrier(),
                Effect::Reply { id, response } => effects.reply(id, response),
                Effect::Publish(notice) => effects.publish(notice),
                Effect::SetTimer(kind) => effects.set_timer(kind),
                Effect::CancelTimer(kind) => effects.cancel_timer(kind),
            }
        }
    }

    fn persist(durable: &mut Disk, write: &Write) {
        durable.apply(write);
    }
}

fn spoil_message<D: Defect>(message: Message) -> Message {
    match message {
        Message::Snapshot { upto, at, of, chunk } => {
            Message::Snapshot { upto, at, of, chunk: D::chunk(chunk) }
        }
        message => message,
    }
}

fn spoil_write<D: Defect>(write: Write) -> Write {
    match write {
        Write::Chunk { upto, at, of, chunk } => Write::Chunk { upto, at, of, chunk: D::chunk(chunk) },
        write => write,
    }
}

/// The right door, to see that it is not the door that is noticed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Right;

impl Defect for Right {
    const WHAT: &'static str = "nothing is wrong";
}

/// P19, the half of a fix: a command is recognised when it is proposed, by each leader for itself, and not when it is
/// executed, because every attempt has a number of its own.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct AtProposalOnly {
    seen: BTreeSet<(u64, Sequence)>,
}

/// Numbers of attempts begin above those of commands.
const ATTEMPTS: u64 = 1 << 20;

impl Defect for AtProposalOnly {
    const WHAT: &'static str = "a command is recognised when it is proposed, not when it is executed";

    fn request(&mut self, server: &Server<Ledger>, request: Asked) -> Result<Asked, Answer> {
        let Request::Execute { stamp, command } = request else { return Ok(request) };
        if server.replica().standing() != Standing::Leader {
            return Err(Response::NotLeader { leader: None });
        }
        if !self.seen.insert((stamp.client.0, stamp.sequence)) {
            return Err(Response::Full);
        }
        let ballot = server.replica().promised();
        // By ballot, so that the attempts of later leaders have higher numbers; then by command.
        let attempt = (ballot.round << 16 | u64::from(ballot.node.0) << 12) + self.seen.len() as u64;
        let attempt = Sequence(attempt * ATTEMPTS + stamp.sequence.0);
        Ok(Request::Execute { stamp: Stamp { sequence: attempt, acknowledged: attempt, ..stamp }, command })
    }

    fn meant(stamp: &Stamp) -> Stamp {
        let sequence = Sequence(stamp.sequence.0 % ATTEMPTS);
        Stamp { sequence, acknowledged: stamp.acknowledged.min(sequence), ..*stamp }
    }
}

/// A snapshot without the client table: who restores it takes every retry for a new command.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct WithoutTable;

impl Defect for WithoutTable {
    const WHAT: &'static str = "the client table is left out of snapshots";

    fn chunk(chunk: Chunk) -> Chunk {
        match chunk {
            Chunk::Sessions(_) => Chunk::Sessions(Vec::new().into()),
            chunk => chunk,
        }
    }
}

/// P23: who believes to lead answers a read from its own state.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct LocalRead;

impl Defect for LocalRead {
    const WHAT: &'static str = "a leader answers reads from its own state";

    fn request(&mut self, server: &Server<Ledger>, request: Asked) -> Result<Asked, Answer> {
        match request {
            Request::Read { query: () } if server.replica().standing() == Standing::Leader => {
                Err(Response::Answer { answer: server.state().query(&()), index: server.applied() })
            }
            request => Ok(request),
        }
    }
}
