//! The log under its driver. What is written is counted and durable at the end of each replica's turn: the log in
//! memory is the machine's own, as it is omnipaxos's.

use crate::trio::Trio;
use quorate_core::paxos::{
    Config, Durable, Message, Notice, Payload, Replica, Request, Response, TimerKind, Write,
};
use quorate_machine::{Driver, NodeId, RequestId, Shell};

/// Replica 0 leads, and sends commit messages if `TELLS`.
pub struct Ours<C: Payload, const TELLS: bool> {
    drivers: Vec<Driver<Replica<C>>>,
    host: Host<C>,
    requests: u64,
    /// Kept for its memory.
    reading: Vec<(NodeId, Message<C>)>,
}

/// The shell around the three.
struct Host<C: Payload> {
    /// Whose turn it is.
    node: NodeId,
    inboxes: [Vec<(NodeId, Message<C>)>; 3],
    /// Writes of this turn that are not durable yet.
    unsynced: usize,
    decided: usize,
}

impl<C: Payload> Shell<Replica<C>> for Host<C> {
    fn send(&mut self, to: NodeId, message: Message<C>) {
        self.inboxes[usize::from(to.0)].push((self.node, message));
    }

    fn write(&mut self, _: Write<C>) {
        self.unsynced += 1;
    }

    fn reply(&mut self, _: RequestId, response: Response) {
        assert!(matches!(response, Response::Queued { .. }));
    }

    fn publish(&mut self, notice: Notice<C>) {
        if let Notice::Chosen { values, .. } = notice
            && self.node == NodeId(0)
        {
            self.decided += values.len();
        }
    }

    fn set_timer(&mut self, _: TimerKind) {}

    fn cancel_timer(&mut self, _: TimerKind) {}
}

impl<C: Payload, const TELLS: bool> Ours<C, TELLS> {
    /// What was written in this turn is durable: one sync for all of it, and for what that brings about.
    fn sync(&mut self, node: usize) {
        while self.host.unsynced > 0 {
            let writes = std::mem::take(&mut self.host.unsynced);
            self.drivers[node].persisted(writes, &mut self.host);
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
        let host = Host { node: NodeId(0), inboxes: Default::default(), unsynced: 0, decided: 0 };
        let drivers = (0..3).map(start).collect();
        let mut trio = Ours { drivers, host, requests: 0, reading: Vec::new() };
        trio.drivers[0].timer(TimerKind::Election, &mut trio.host);
        (0..4).for_each(|_| trio.exchange());
        trio
    }

    fn submit(&mut self, command: C) {
        self.requests += 1;
        let id = RequestId(self.requests);
        self.drivers[0].request(id, Request::Submit(command), &mut self.host);
    }

    fn exchange(&mut self) {
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
        self.host.decided
    }
}
