//! The core under its driver. What is written is counted and durable at the end of each replica's turn: the log in
//! memory is the machine's own, as it is omnipaxos's.

use super::Trio;
use quorate_core::paxos::{Config, Durable, Message, Notice, Payload, Replica, Request, Response, TimerKind};
use quorate_machine::{Driver, NodeId, Output, RequestId};

/// Replica 0 leads, and sends commit messages if `TELLS`.
pub(crate) struct Ours<C: Payload, const TELLS: bool> {
    drivers: Vec<Driver<Replica<C>>>,
    inboxes: Vec<Vec<(NodeId, Message<C>)>>,
    /// By replica, writes that are not durable yet.
    unsynced: Vec<usize>,
    decided: usize,
    requests: u64,
    /// Kept for their memory.
    out: Vec<Output<Replica<C>>>,
    reading: Vec<(NodeId, Message<C>)>,
}

impl<C: Payload, const TELLS: bool> Ours<C, TELLS> {
    /// Does what the driver of `node` asked for. Writes wait for [`Ours::sync`].
    fn perform(&mut self, node: usize) {
        for output in self.out.drain(..) {
            match output {
                Output::Send { to, message } => {
                    self.inboxes[usize::from(to.0)].push((NodeId(node as u16), message));
                }
                Output::Write(_) => self.unsynced[node] += 1,
                Output::Reply { response, .. } => assert!(matches!(response, Response::Queued { .. })),
                Output::Publish(Notice::Chosen { values, .. }) if node == 0 => self.decided += values.len(),
                _ => {}
            }
        }
    }

    /// What was written in this turn is durable: one sync for all of it, and for what that brings about.
    fn sync(&mut self, node: usize) {
        while self.unsynced[node] > 0 {
            let writes = std::mem::take(&mut self.unsynced[node]);
            self.drivers[node].persisted(writes, &mut self.out);
            self.perform(node);
        }
    }
}

impl<C: Payload, const TELLS: bool> Trio for Ours<C, TELLS> {
    type Command = C;

    fn start(window: usize) -> Self {
        let window = u32::try_from(window).expect("a small window");
        let config = Config {
            window,
            queue: window,
            batch: window.min(256),
            commit_messages: TELLS,
            pre_vote: false,
            ..Config::new(3)
        };
        let start = |node| Driver::start(&config, NodeId(node), &Durable::default(), &mut Vec::new());
        let mut trio = Ours {
            drivers: (0..3).map(start).collect(),
            inboxes: vec![Vec::new(); 3],
            unsynced: vec![0; 3],
            decided: 0,
            requests: 0,
            out: Vec::new(),
            reading: Vec::new(),
        };
        trio.drivers[0].timer(TimerKind::Election, &mut trio.out);
        trio.perform(0);
        (0..4).for_each(|_| trio.exchange());
        trio
    }

    fn submit(&mut self, command: C) {
        self.requests += 1;
        let id = RequestId(self.requests);
        self.drivers[0].request(id, Request::Submit(command), &mut self.out);
        self.perform(0);
    }

    fn exchange(&mut self) {
        for node in 0..3 {
            let mut reading = std::mem::replace(&mut self.inboxes[node], std::mem::take(&mut self.reading));
            for (from, message) in reading.drain(..) {
                self.drivers[node].message(from, message, &mut self.out);
                self.perform(node);
            }
            self.reading = reading;
            self.sync(node);
        }
    }

    fn decided(&self) -> usize {
        self.decided
    }
}
