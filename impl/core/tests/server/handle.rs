//! The handle that many threads share, with a server behind the desk.

use crate::cluster::{Answer, Ask, add, done, small, stamp};
use crate::ledger::Ledger;
use quorate_core::paxos::server::{Config, Request, Response, Server};
use quorate_core::paxos::shared::{Desk, Handle, Outcome, Sound, Status, SubmitError, Ticket, open};
use quorate_core::paxos::{self, Durable, TimerKind};
use quorate_machine::{Driver, NodeId, Output};
use std::collections::BTreeSet;
use std::thread;

type Reception = Desk<Ask, Answer, Sound>;

/// The only server of its cluster, elected.
fn alone() -> Driver<Server<Ledger>> {
    elected(&Config { log: paxos::Config::bare(1, 64), ..small() })
}

fn elected(config: &Config) -> Driver<Server<Ledger>> {
    let mut driver = Driver::start(config, NodeId(0), &Durable::default(), &mut Vec::new());
    let mut out = Vec::new();
    driver.timer(TimerKind::Election, &mut out);
    settle(&mut driver, &mut out, None);
    driver
}

/// Makes durable what was written, until nothing waits, and passes on the answers.
fn settle(
    driver: &mut Driver<Server<Ledger>>,
    out: &mut Vec<Output<Server<Ledger>>>,
    mut desk: Option<&mut Reception>,
) {
    while !out.is_empty() {
        if let Some(desk) = desk.as_deref_mut() {
            desk.publish(Status::of(driver.machine().replica()));
        }
        for output in out.drain(..) {
            if let (Output::Reply { id, response }, Some(desk)) = (output, desk.as_deref_mut()) {
                desk.settle(id, response);
            }
        }
        driver.persisted(driver.unsynced(), out);
    }
}

/// Serves until the handle is closed and everything is answered.
fn serve(mut driver: Driver<Server<Ledger>>, mut desk: Reception) -> Server<Ledger> {
    let mut out = Vec::new();
    while let Some(requests) = desk.take_some() {
        for (id, request) in requests {
            driver.request(id, request, &mut out);
        }
        settle(&mut driver, &mut out, Some(&mut desk));
    }
    driver.machine().clone()
}

/// Closes its handle, so that a desk that serves ends, and a test that fails does too.
struct Closes(Handle<Ask, Answer, Sound>);

impl Drop for Closes {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// A client that is answered sees a status in which its command is chosen.
#[test]
fn client_threads_submit_wait_and_close() {
    let driver = alone();
    let (desk, handle) = open(Status::of(driver.machine().replica()), 4);
    thread::scope(|threads| {
        let closes = Closes(handle.clone());
        let desk = threads.spawn(move || serve(driver, desk));
        let client = |client: u64| {
            let handle = handle.clone();
            threads.spawn(move || {
                let answer = |sequence| match handle.submit(add(client, sequence, 1)).map(Ticket::wait) {
                    Ok(Outcome::Told(Response::Done { output })) => {
                        assert!(handle.status().chosen > paxos::Slot(output), "{output} is chosen");
                        output
                    }
                    other => panic!("client {client}, {sequence}: {other:?}"),
                };
                (0..50).map(answer).collect::<Vec<u64>>()
            })
        };
        let clients = [client(0), client(1)];
        let sums: BTreeSet<u64> =
            clients.into_iter().flat_map(|client| client.join().expect("answered")).collect();
        assert_eq!(sums, (0..100).collect(), "a fetch-and-add that each answer saw alone");
        assert_eq!(handle.status().chosen, paxos::Slot(100));
        drop(closes);
        assert_eq!(handle.submit(add(0, 50, 1)).map(drop), Err(SubmitError::Closed));
        assert_eq!(desk.join().expect("it ends").state().entries, [1; 100]);
    });
}

/// The permits are more than the leader takes: what it has no room for is told to whoever asked, who asks again.
#[test]
fn a_full_queue_is_told_to_the_client_who_asks_again() {
    let config = Config { log: paxos::Config { window: 2, ..paxos::Config::bare(1, 2) }, ..small() };
    let mut driver = elected(&config);
    let (mut desk, handle) = open(Status::of(driver.machine().replica()), 8);
    let send = |sequence| {
        let request = Request::Execute { stamp: stamp(0, sequence, 0), command: 1 };
        handle.submit(request).expect("it is open")
    };
    let mut tickets: Vec<_> = (0..4).map(send).collect();
    let mut out = Vec::new();
    desk.take().into_iter().for_each(|(id, request)| driver.request(id, request, &mut out));
    settle(&mut driver, &mut out, Some(&mut desk));
    let told: Vec<_> = tickets.drain(..).map(|ticket| ticket.try_wait().ok()).collect();
    let told_done = |sum| Some(Outcome::Told(done(sum)));
    let full = || Some(Outcome::Told(Response::Full));
    assert_eq!(told, [told_done(0), told_done(1), full(), full()], "nobody is kept waiting");
    tickets.extend((2..4).map(send));
    desk.take().into_iter().for_each(|(id, request)| driver.request(id, request, &mut out));
    settle(&mut driver, &mut out, Some(&mut desk));
    let told: Vec<_> = tickets.into_iter().map(|ticket| ticket.try_wait().ok()).collect();
    assert_eq!(told, [told_done(2), told_done(3)]);
}

/// The disk stalls while clients wait at the handle: nobody is told anything, and everybody when it is well again.
#[test]
fn clients_at_the_handle_wait_while_the_disk_stalls() {
    let mut driver = alone();
    let (mut desk, handle) = open(Status::of(driver.machine().replica()), 4);
    let tickets = [0, 1].map(|client| handle.submit(add(client, 0, 1)).expect("it is open"));
    let mut out = Vec::new();
    desk.take().into_iter().for_each(|(id, request)| driver.request(id, request, &mut out));
    assert!(!out.iter().any(|output| matches!(output, Output::Reply { .. })));
    let tickets = tickets.map(|ticket| ticket.try_wait().expect_err("nothing is on disk"));
    drop(handle.try_submit(add(0, 1, 1)).expect("there is room for more"));
    assert_eq!(desk.waiting(), 2);
    settle(&mut driver, &mut out, Some(&mut desk));
    assert_eq!(tickets.map(Ticket::wait), [0, 1].map(|sum| Outcome::Told(done(sum))));
}

#[test]
fn an_answer_that_is_there_needs_no_waiting() {
    let mut driver = alone();
    let (mut desk, handle) = open(Status::of(driver.machine().replica()), 1);
    let ticket = handle.submit(add(0, 0, 5)).expect("it is open");
    let ticket = ticket.try_wait().expect_err("nobody has answered");
    assert_eq!(handle.try_submit(add(1, 0, 5)).map(drop), Err(SubmitError::Full));
    let mut out = Vec::new();
    desk.take().into_iter().for_each(|(id, request)| driver.request(id, request, &mut out));
    settle(&mut driver, &mut out, Some(&mut desk));
    assert_eq!(ticket.try_wait().ok(), Some(Outcome::Told(done(0))));
    assert!(handle.try_submit(add(1, 0, 5)).is_ok(), "the permit is back");
}

#[test]
fn cancelled_requests_fill_nothing() {
    let driver = alone();
    let (mut desk, handle) = open::<Ask, Answer, Sound>(Status::of(driver.machine().replica()), 1);
    for sequence in 0..1000 {
        drop(handle.submit(add(0, sequence, 1)).expect("the permit is back"));
    }
    assert_eq!((desk.take().len(), desk.waiting()), (0, 0));
    let ticket = handle.submit(add(0, 0, 1)).expect("it is open");
    drop(desk);
    assert_eq!(ticket.wait(), Outcome::Closed);
}
