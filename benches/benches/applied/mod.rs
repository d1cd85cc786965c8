//! The server on top of the log, under the same yoke: every command carries its client and its number, is looked up
//! in the client table, executed on all three replicas, and answered. As many clients as the window, each with one
//! command under way.

pub(crate) mod figures;
pub(crate) mod pages;

use crate::peers::Trio;
use quorate_core::paxos::server::{Config, Request, Response, Server};
use quorate_core::paxos::{self, Durable, Payload, TimerKind};
use quorate_core::session::{ClientId, Limits, Sequence, Stamp};
use quorate_machine::{Driver, Machine, NodeId, Output, Replicated, RequestId};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// Adds up what its commands weigh: as little as a state machine can do, so that what is measured is the layer.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Weighing<C> {
    sum: u64,
    commands: PhantomData<fn() -> C>,
}

impl<C> Default for Weighing<C> {
    fn default() -> Self {
        Weighing { sum: 0, commands: PhantomData }
    }
}

impl<C: Payload> Replicated for Weighing<C> {
    type Command = C;
    type Output = u64;
    type Query = ();
    type Answer = u64;
    type View = u64;
    type Chunk = u64;

    fn apply(&mut self, _: u64, command: &C) -> u64 {
        self.sum += command.weight();
        self.sum
    }

    fn query(&self, (): &()) -> u64 {
        self.sum
    }

    fn view(&self) -> u64 {
        self.sum
    }

    fn chunks(_: &u64) -> u32 {
        1
    }

    fn chunk(view: &u64, _: u32) -> u64 {
        *view
    }

    fn restore(chunks: &[u64]) -> Option<Self> {
        Some(Weighing { sum: *chunks.first()?, commands: PhantomData })
    }
}

type Served<C> = Server<Weighing<C>>;
type Letter<C> = (NodeId, <Served<C> as Machine>::Message);

/// Server 0 leads.
pub(crate) struct Applied<C: Payload> {
    drivers: Vec<Driver<Served<C>>>,
    inboxes: Vec<Vec<Letter<C>>>,
    /// By server, writes that are not durable yet.
    unsynced: Vec<usize>,
    /// By client, the number of its next command.
    next: Vec<u64>,
    idle: Vec<u32>,
    done: usize,
    /// Messages handed over, own ones apart.
    pub(crate) messages: u64,
    /// Clients answered since it was last emptied.
    pub(crate) answered: Vec<u32>,
    /// Kept for their memory.
    out: Vec<Output<Served<C>>>,
    reading: Vec<Letter<C>>,
}

impl<C: Payload> Applied<C> {
    fn perform(&mut self, node: usize) {
        for output in self.out.drain(..) {
            match output {
                Output::Send { to, message } => {
                    self.inboxes[usize::from(to.0)].push((NodeId(node as u16), message));
                }
                Output::Write(_) => self.unsynced[node] += 1,
                Output::Reply { id, response } => {
                    assert!(matches!(response, Response::Done { .. }), "{response:?}");
                    self.done += 1;
                    self.idle.push(id.0 as u32);
                    self.answered.push(id.0 as u32);
                }
                _ => {}
            }
        }
    }

    fn sync(&mut self, node: usize) {
        while self.unsynced[node] > 0 {
            let writes = std::mem::take(&mut self.unsynced[node]);
            self.drivers[node].persisted(writes, &mut self.out);
            self.perform(node);
        }
    }

    /// Has an idle client send its next command; says which, if there is one.
    pub(crate) fn send(&mut self, command: C) -> Option<u32> {
        let client = self.idle.pop()?;
        let sequence = Sequence(self.next[client as usize]);
        self.next[client as usize] += 1;
        let stamp = Stamp { client: ClientId(client.into()), sequence, acknowledged: sequence };
        let id = RequestId(client.into());
        self.drivers[0].request(id, Request::Execute { stamp, command }, &mut self.out);
        self.perform(0);
        Some(client)
    }
}

impl<C: Payload> Trio for Applied<C> {
    type Command = C;

    fn start(window: usize) -> Self {
        let clients = u32::try_from(window).expect("a small window");
        let log = paxos::Config {
            window: clients,
            queue: clients,
            batch: clients.min(256),
            commit_messages: false,
            pre_vote: false,
            ..paxos::Config::new(3)
        };
        let limits = Limits { residents: clients, ..Limits::default() };
        let config = Config { log, clients: limits, compact_every: 0 };
        let start = |node| Driver::start(&config, NodeId(node), &Durable::default(), &mut Vec::new());
        let mut trio = Applied {
            drivers: (0..3).map(start).collect(),
            inboxes: vec![Vec::new(); 3],
            unsynced: vec![0; 3],
            next: vec![0; window],
            idle: (0..clients).collect(),
            done: 0,
            messages: 0,
            answered: Vec::new(),
            out: Vec::new(),
            reading: Vec::new(),
        };
        trio.drivers[0].timer(TimerKind::Election, &mut trio.out);
        trio.perform(0);
        (0..4).for_each(|_| trio.exchange());
        trio
    }

    fn submit(&mut self, command: C) {
        self.send(command).expect("a client is idle");
    }

    fn exchange(&mut self) {
        self.answered.clear();
        for node in 0..3 {
            let mut reading = std::mem::replace(&mut self.inboxes[node], std::mem::take(&mut self.reading));
            self.messages += reading.len() as u64;
            for (from, message) in reading.drain(..) {
                self.drivers[node].message(from, message, &mut self.out);
                self.perform(node);
            }
            self.reading = reading;
            self.sync(node);
        }
    }

    fn decided(&self) -> usize {
        self.done
    }
}
