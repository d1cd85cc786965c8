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
    /// How many messages were handed over.
    messages: u64,
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
    /// Three replicas, of which the first leads, and steps down if nobody answers it, if it `checks`.
    pub fn led(window: usize, checks: bool) -> Self {
        let window = u32::try_from(window).expect("a small window");
        let config = Config {
            window,
            queue: window,
            batch: window.min(256),
            commit_messages: TELLS,
            pre_vote: false,
            quorum_check: checks,
            ..Config::new(3)
        };
        let start = |node| Driver::start(&config, NodeId(node), &Durable::default(), &mut Vec::new());
        let host =
            Host { node: NodeId(0), inboxes: Default::default(), unsynced: 0, decided: 0, messages: 0 };
        let drivers = (0..3).map(start).collect();
        let mut trio = Ours { drivers, host, requests: 0, reading: Vec::new() };
        trio.drivers[0].timer(TimerKind::Election, &mut trio.host);
        (0..4).for_each(|_| trio.exchange());
        trio
    }

    /// A period in which nobody asks for anything: so many heartbeats of the leader, each of which is heard and answered,
    /// and its election timer, if that runs. The number of messages.
    ///
    /// # Panics
    /// If it does not lead.
    pub fn idle_period(&mut self, heartbeats: usize) -> u64 {
        let before = self.host.messages;
        for _ in 0..heartbeats {
            assert!(self.drivers[0].armed().contains(&TimerKind::Heartbeat), "the first replica leads");
            self.drivers[0].timer(TimerKind::Heartbeat, &mut self.host);
            (0..2).for_each(|_| self.exchange());
        }
        if self.drivers[0].armed().contains(&TimerKind::Election) {
            self.drivers[0].timer(TimerKind::Election, &mut self.host);
        }
        self.host.messages - before
    }

    /// All writes of this turn become durable: one sync for them, and for the writes that this brings about.
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
        Ours::led(window, true)
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
            self.host.messages += reading.len() as u64;
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
