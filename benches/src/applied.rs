//! The server on top of the log, under the same yoke: every command carries its client and its number, is looked up
//! in the client table, executed on all three replicas, and answered. As many clients as the window, each with one
//! command under way.

use crate::trio::Trio;
use quorate_core::paxos::server::{Config, Request, Response, Server};
use quorate_core::paxos::{self, Durable, Payload, TimerKind};
use quorate_core::session::{ClientId, Limits, Sequence, Stamp};
use quorate_machine::{Driver, Machine, NodeId, Replicated, RequestId, Shell};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// Adds up what its commands weigh: as little as a state machine can do, so that what is measured is the layer.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Weighing<C> {
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
pub struct Applied<C: Payload> {
    drivers: Vec<Driver<Served<C>>>,
    /// Its network, disks and clients.
    pub host: Host<C>,
    /// By client, the number of its next command.
    next: Vec<u64>,
    /// Kept for its memory.
    reading: Vec<Letter<C>>,
}

/// The shell around the three.
pub struct Host<C: Payload> {
    /// Whose turn it is.
    node: NodeId,
    inboxes: [Vec<Letter<C>>; 3],
    /// Writes of this turn that are not durable yet.
    unsynced: usize,
    /// Messages handed over, own ones apart.
    pub messages: u64,
    done: usize,
    idle: Vec<u32>,
    /// Clients answered since it was last emptied.
    pub answered: Vec<u32>,
}

impl<C: Payload> Shell<Served<C>> for Host<C> {
    fn send(&mut self, to: NodeId, message: <Served<C> as Machine>::Message) {
        self.messages += 1;
        self.inboxes[usize::from(to.0)].push((self.node, message));
    }

    fn write(&mut self, _: <Served<C> as Machine>::Write) {
        self.unsynced += 1;
    }

    fn reply(&mut self, id: RequestId, response: <Served<C> as Machine>::Response) {
        assert!(matches!(response, Response::Done { .. }), "{response:?}");
        self.done += 1;
        self.idle.push(id.0 as u32);
        self.answered.push(id.0 as u32);
    }

    fn publish(&mut self, _: <Served<C> as Machine>::Notice) {}

    fn set_timer(&mut self, _: TimerKind) {}

    fn cancel_timer(&mut self, _: TimerKind) {}
}

impl<C: Payload> Applied<C> {
    fn sync(&mut self, node: usize) {
        while self.host.unsynced > 0 {
            let writes = std::mem::take(&mut self.host.unsynced);
            self.drivers[node].persisted(writes, &mut self.host);
        }
    }

    /// Has an idle client send its next command; says which, if there is one.
    pub fn send(&mut self, command: C) -> Option<u32> {
        let client = self.host.idle.pop()?;
        let sequence = Sequence(self.next[client as usize]);
        self.next[client as usize] += 1;
        let stamp = Stamp { client: ClientId(client.into()), sequence, acknowledged: sequence };
        let id = RequestId(client.into());
        self.drivers[0].request(id, Request::Execute { stamp, command }, &mut self.host);
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
        let host = Host {
            node: NodeId(0),
            inboxes: Default::default(),
            unsynced: 0,
            messages: 0,
            done: 0,
            idle: (0..clients).collect(),
            answered: Vec::new(),
        };
        let drivers = (0..3).map(start).collect();
        let mut trio = Applied { drivers, host, next: vec![0; window], reading: Vec::new() };
        trio.drivers[0].timer(TimerKind::Election, &mut trio.host);
        (0..4).for_each(|_| trio.exchange());
        trio
    }

    fn submit(&mut self, command: C) {
        self.send(command).expect("a client is idle");
    }

    fn exchange(&mut self) {
        self.host.answered.clear();
        for node in 0..3 {
            self.host.node = NodeId(node as u16);
            let reading = std::mem::take(&mut self.reading);
            let mut reading = std::mem::replace(&mut self.host.inboxes[node], reading);
            for (from, message) in reading.drain(..) {
                self.drivers[node].message(from, message, &mut self.host);
            }
            self.reading = reading;
            self.sync(node);
        }
        self.host.node = NodeId(0);
    }

    fn decided(&self) -> usize {
        self.host.done
    }
}
