//! What a server shows of a replica.

use crate::cluster::telling;
use quorate_core::paxos::{Config, Counters, Durable, Message, Replica, Request, Slot, TimerKind};
use quorate_machine::{Driver, Input, NodeId, Output, RequestId};

type Core = Replica<u32>;

/// A driver that counts.
struct Counted {
    driver: Driver<Core>,
    counters: Counters,
}

impl Counted {
    fn tell(&mut self, input: Input<Core>) {
        self.counters.input(&input);
        let mut out = Vec::new();
        match input {
            Input::Start => {}
            Input::Message { from, message } => self.driver.message(from, message, &mut out),
            Input::Timer(kind) => self.driver.timer(kind, &mut out),
            Input::Request { id, request } => self.driver.request(id, request, &mut out),
        }
        self.count(out);
        while self.driver.unsynced() > 0 {
            let (writes, mut out) = (self.driver.unsynced(), Vec::new());
            self.driver.persisted(writes, &mut out);
            self.counters.persisted(writes, out.len());
            self.count(out);
        }
    }

    fn count(&mut self, out: Vec<Output<Core>>) {
        out.iter().for_each(|output| self.counters.output(output));
    }
}

#[test]
fn what_a_replica_is_told_and_does_is_counted() {
    let config = Config { window: 1, reads: 1, rejects: true, ..telling() };
    let driver = Driver::start(&config, NodeId(0), &Durable::default(), &mut Vec::new());
    let mut replica = Counted { driver, counters: Counters::default() };
    let request = |request| Input::Request { id: RequestId(0), request };
    let message = |message| Input::Message { from: NodeId(1), message };
    replica.tell(request(Request::Submit(1)));
    replica.tell(Input::Timer(TimerKind::Election));
    let ballot = replica.driver.machine().promised();
    let (chosen, first, accepted) = (Slot(0), Slot(0), Vec::new());
    replica.tell(message(Message::Promise { ballot, chosen, first, accepted, more: false }));
    replica.tell(request(Request::Submit(2)));
    replica.tell(request(Request::Submit(3)));
    replica.tell(message(Message::Accepted { ballot, upto: Slot(1) }));
    replica.tell(request(Request::Confirm));
    replica.tell(message(Message::Alive { ballot, round: 1 }));
    replica.tell(message(Message::Reject { promised: crate::cluster::ballot(7, 1) }));
    let counters = replica.counters;
    assert_eq!((counters.timeouts, counters.elections, counters.won, counters.step_downs), (1, 1, 1, 1));
    assert_eq!((counters.submitted, counters.queued, counters.full, counters.not_leader), (3, 1, 1, 1));
    assert_eq!((counters.accepted, counters.chosen, counters.reads, counters.confirmed), (1, 1, 1, 1));
    assert_eq!((counters.writes, counters.synced), (3, 3), "an incarnation, a promise, a vote");
    assert!(counters.waited > 0);
    let (sent, received) = (counters.sent, counters.received);
    assert_eq!((sent.prepare, sent.accept, sent.commit, sent.probe, sent.total()), (2, 2, 2, 2, 8));
    assert_eq!((received.promise, received.accepted, received.reject, received.total()), (1, 1, 1, 4));
}
