//! How often a command that is executed on three servers asks for memory: counted, and few.
//!
//! The counts are of everything: the three servers, their drivers, the network between them, and the client's loop.

use allocation_counter::measure;
use quorate_core::batch::Batch;
use quorate_core::paxos::server::{Config, Notice, Request, Response, Server};
use quorate_core::paxos::{self, Durable, Message, TimerKind};
use quorate_core::session::{ClientId, Limits, Sequence, Stamp};
use quorate_machine::{Driver, Machine, NodeId, Output, Replicated, RequestId};
use serde::{Deserialize, Serialize};

/// Counts bytes. It asks for no memory itself.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
struct Bytes(u64);

impl Replicated for Bytes {
    type Command = Batch<u8>;
    type Output = u64;
    type Query = ();
    type Answer = u64;
    type View = Bytes;
    type Chunk = u64;

    fn apply(&mut self, _: u64, command: &Batch<u8>) -> u64 {
        self.0 += command.len() as u64;
        self.0
    }

    fn query(&self, (): &()) -> u64 {
        self.0
    }

    fn view(&self) -> Bytes {
        self.clone()
    }

    fn chunks(_: &Bytes) -> u32 {
        1
    }

    fn chunk(view: &Bytes, _: u32) -> u64 {
        view.0
    }

    fn restore(chunks: &[u64]) -> Option<Bytes> {
        chunks.first().map(|bytes| Bytes(*bytes))
    }
}

type Letter = (NodeId, <Server<Bytes> as Machine>::Message);

/// Three servers, of which the first leads. Each client has one command under way.
struct Trio {
    drivers: Vec<Driver<Server<Bytes>>>,
    inboxes: [Vec<Letter>; 3],
    reading: Vec<Letter>,
    out: Vec<Output<Server<Bytes>>>,
    command: Batch<u8>,
    /// By client, the number of its next command.
    next: Vec<u64>,
    done: usize,
    idle: Vec<u32>,
}

impl Trio {
    fn new(clients: u32) -> Self {
        let log = paxos::Config { batch: 256.min(clients), pre_vote: false, ..paxos::Config::new(3) };
        let limits = Limits { residents: clients, sessions: 16, pipeline: 1 };
        let config = Config { log, clients: limits, compact_every: 0 };
        let start = |node| Driver::start(&config, NodeId(node), &Durable::default(), &mut Vec::new());
        let mut trio = Trio {
            drivers: (0..3).map(start).collect(),
            inboxes: Default::default(),
            reading: Vec::new(),
            out: Vec::new(),
            command: vec![7; 100].into(),
            next: vec![0; clients as usize],
            done: 0,
            idle: (0..clients).collect(),
        };
        trio.drivers[0].timer(TimerKind::Election, &mut trio.out);
        trio.perform(0);
        (0..4).for_each(|_| trio.exchange());
        trio
    }

    fn perform(&mut self, node: usize) {
        while !self.out.is_empty() {
            for output in self.out.drain(..) {
                match output {
                    Output::Send { to, message } => {
                        self.inboxes[usize::from(to.0)].push((NodeId(node as u16), message));
                    }
                    Output::Reply { id, response } => {
                        assert!(matches!(response, Response::Done { .. }), "{response:?}");
                        self.done += 1;
                        self.idle.push(id.0 as u32);
                    }
                    Output::Publish(Notice::Unreadable(_)) => unreachable!("nothing is installed"),
                    _ => {}
                }
            }
            let driver = &mut self.drivers[node];
            driver.persisted(driver.unsynced(), &mut self.out);
        }
    }

    fn exchange(&mut self) {
        for node in 0..3 {
            let mut reading = std::mem::replace(&mut self.inboxes[node], std::mem::take(&mut self.reading));
            for (from, message) in reading.drain(..) {
                self.drivers[node].message(from, message, &mut self.out);
                self.perform(node);
            }
            self.reading = reading;
        }
    }

    /// Has this many commands executed, every client's next as soon as it is idle.
    fn run(&mut self, commands: usize) {
        let target = self.done + commands;
        while self.done < target {
            while let Some(client) = self.idle.pop() {
                let sequence = Sequence(self.next[client as usize]);
                self.next[client as usize] += 1;
                let stamp = Stamp { client: ClientId(client.into()), sequence, acknowledged: sequence };
                let request = Request::Execute { stamp, command: self.command.clone() };
                self.drivers[0].request(RequestId(client.into()), request, &mut self.out);
                self.perform(0);
            }
            self.exchange();
        }
    }
}

/// Allocations for each command, with so many clients, after the buffers have grown.
fn per_command(clients: u32) -> f64 {
    let mut trio = Trio::new(clients);
    trio.run(20_000);
    let before = trio.done;
    let counted = measure(|| trio.run(20_000));
    let done = trio.done - before;
    let log = trio.drivers[0].machine().replica().durable().log.end();
    assert!(log >= 40_000, "{log} in the log");
    let count = counted.count_total as f64 / done as f64;
    println!("{count} allocations for each command, with {clients} clients");
    count
}

/// What the growth of three logs and of the buffers may add: they double, a few times in a run.
const GROWTH: f64 = 0.0002;

/// The batch in which it is proposed is the one thing that is made for it: messages, records of the log, the logs of all
/// three servers and what they announce share it.
#[test]
fn a_command_alone_asks_for_memory_once() {
    let count = per_command(1);
    assert!(count <= 1.0 + GROWTH, "{count} allocations for each command, with 1 client");
}

/// Each client has one command under way, so of each round of commands one is proposed alone, because nothing else is
/// under way or because the others wait for what is, and the others together: two batches, and nothing else.
#[test]
fn commands_that_travel_together_share_what_they_ask_for() {
    for clients in [64, 256] {
        let count = per_command(clients);
        let most = 2.0 / f64::from(clients) + GROWTH;
        assert!(count <= most, "{count} allocations for each command, with {clients} clients, of {most}");
    }
}

#[test]
fn a_message_is_no_larger_than_it_was() {
    let size = size_of::<Message<paxos::server::Command<Batch<u8>>, ()>>();
    assert!(size <= 104, "{size} bytes for a message that is moved many times");
}
