//! The handle that many threads share, with a server behind the desk.

use crate::cluster::{Answer, Ask, add, done, small};
use crate::ledger::Ledger;
use quorate_core::paxos::server::{Config, Response, Server};
use quorate_core::paxos::shared::{Desk, Outcome, Sound, Status, SubmitError, Ticket, open};
use quorate_core::paxos::{self, Durable, TimerKind};
use quorate_machine::{Driver, NodeId, Output};
use std::collections::BTreeSet;
use std::thread;

type Reception = Desk<Ask, Answer, Sound>;

/// The only server of its cluster, elected.
fn alone() -> Driver<Server<Ledger>> {
    let config = Config { log: paxos::Config::bare(1, 64), ..small() };
    let mut driver = Driver::start(&config, NodeId(0), &Durable::default(), &mut Vec::new());
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
        for output in out.drain(..) {
            if let (Output::Reply { id, response }, Some(desk)) = (output, desk.as_deref_mut()) {
                desk.settle(id, response);
            }
        }
        if let Some(desk) = desk.as_deref_mut() {
            desk.publish(Status::of(driver.machine().replica()));
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

#[test]
fn client_threads_submit_wait_and_close() {
    let driver = alone();
    let (desk, handle) = open(Status::of(driver.machine().replica()), 4);
    thread::scope(|threads| {
        let desk = threads.spawn(move || serve(driver, desk));
        let client = |client: u64| {
            let handle = handle.clone();
            threads.spawn(move || {
                let answer = |sequence| match handle.submit(add(client, sequence, 1)).map(Ticket::wait) {
                    Ok(Outcome::Told(Response::Done { output })) => output,
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
        handle.close();
        assert_eq!(handle.submit(add(0, 50, 1)).map(drop), Err(SubmitError::Closed));
        assert_eq!(desk.join().expect("it ends").state().entries, [1; 100]);
    });
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
