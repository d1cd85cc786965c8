//! Known-wrong servers, which must be seen to be wrong by what the right one passes.

use crate::cluster::{Answer, Ask, Cluster, Disk, Serves, add, done, small};
use crate::ledger::Ledger;
use quorate_core::paxos::server::{Config, Notice, Request, Response, Server};
use quorate_core::paxos::{Message, Slot, Standing, TimerKind};
use quorate_core::session::{Sequence, Stamp};
use quorate_machine::{Effect, Effects, Input, Machine, NodeId};
use std::collections::BTreeSet;
use std::marker::PhantomData;

/// What is wrong: what becomes of a request before the server has it. `Err` is an answer of its own.
pub(crate) trait Defect: Clone + Eq + std::hash::Hash + std::fmt::Debug {
    fn meddle(server: &Server<Ledger>, seen: &mut BTreeSet<Stamp>, request: Ask) -> Result<Ask, Answer>;
}

/// A server that is right inside, behind a door that is not.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Wrong<D> {
    server: Server<Ledger>,
    seen: BTreeSet<Stamp>,
    defect: PhantomData<D>,
}

impl<D: Defect> Serves for Wrong<D> {
    fn server(&self) -> &Server<Ledger> {
        &self.server
    }
}

impl<D: Defect> Machine for Wrong<D> {
    type Config = Config;
    type Message = <Server<Ledger> as Machine>::Message;
    type Write = <Server<Ledger> as Machine>::Write;
    type Durable = Disk;
    type Request = Ask;
    type Response = Answer;
    type Notice = Notice<u8>;
    type TimerKind = TimerKind;

    fn recover(config: &Config, id: NodeId, durable: &Disk) -> Self {
        let server = Server::recover(config, id, durable);
        Wrong { server, seen: BTreeSet::new(), defect: PhantomData }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        let input = match input {
            Input::Start => Input::Start,
            Input::Message { from, message } => Input::Message { from, message },
            Input::Timer(kind) => Input::Timer(kind),
            Input::Request { id, request } => match D::meddle(&self.server, &mut self.seen, request) {
                Ok(request) => Input::Request { id, request },
                Err(response) => return effects.reply(id, response),
            },
        };
        let mut inner = Effects::default();
        self.server.handle(input, &mut inner);
        for effect in inner.drain() {
            match effect {
                Effect::Send { to, message } => effects.send(to, message),
                Effect::Persist(write) => effects.persist(write),
                Effect::Barrier => effects.barrier(),
                Effect::Reply { id, response } => effects.reply(id, response),
                Effect::Publish(notice) => effects.publish(notice),
                Effect::SetTimer(kind) => effects.set_timer(kind),
                Effect::CancelTimer(kind) => effects.cancel_timer(kind),
            }
        }
    }

    fn persist(durable: &mut Disk, write: &Self::Write) {
        durable.apply(write);
    }
}

/// P19, the half of a fix: a command is recognised when it is proposed, each server for itself, and not when it is
/// executed, because every attempt has a number of its own.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct AtProposalOnly;

impl Defect for AtProposalOnly {
    fn meddle(server: &Server<Ledger>, seen: &mut BTreeSet<Stamp>, request: Ask) -> Result<Ask, Answer> {
        let Request::Execute { stamp, command } = request else { return Ok(request) };
        if server.replica().standing() != Standing::Leader {
            return Err(Response::NotLeader { leader: None });
        }
        if !seen.insert(stamp) {
            return Err(Response::Full);
        }
        let ballot = server.replica().promised();
        let attempt = Sequence(ballot.round << 20 | u64::from(ballot.node.0) << 16 | seen.len() as u64);
        let stamp = Stamp { sequence: attempt, acknowledged: attempt, ..stamp };
        Ok(Request::Execute { stamp, command })
    }
}

/// P23: who believes to lead answers a read from its own state.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct LocalRead;

impl Defect for LocalRead {
    fn meddle(server: &Server<Ledger>, _: &mut BTreeSet<Stamp>, request: Ask) -> Result<Ask, Answer> {
        match request {
            Request::Read { query: () } if server.replica().standing() == Standing::Leader => {
                Err(Response::Answer { answer: server.state().sum(), index: server.applied() })
            }
            request => Ok(request),
        }
    }
}

/// The right door, so that the scenarios below are known to pass where nothing is wrong.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Right;

impl Defect for Right {
    fn meddle(_: &Server<Ledger>, _: &mut BTreeSet<Stamp>, request: Ask) -> Result<Ask, Answer> {
        Ok(request)
    }
}

/// The answer is lost with the leader, and the client asks the next one. How often was the command executed?
fn times_executed<D: Defect>() -> usize {
    let mut cluster = Cluster::<Wrong<D>>::new(small());
    cluster.elect(0);
    cluster.ask(0, add(0, 0, 5));
    cluster.deliver_where(|(_, to, m)| matches!(m, Message::Accept { .. } if to.0 == 1));
    cluster.lose_all();
    cluster.promise(1, 2);
    cluster.ask(1, add(0, 0, 5));
    cluster.deliver_all();
    assert_eq!(cluster.server(1).applied(), Slot(2), "chosen twice");
    cluster.server(1).state().entries.iter().filter(|entry| **entry == 5).count()
}

#[test]
fn planted_p19_recognising_a_command_only_when_it_is_proposed_executes_it_twice() {
    assert_eq!((times_executed::<Right>(), times_executed::<AtProposalOnly>()), (1, 2));
}

/// A write is answered by the new leader; then the old one, which knows nothing of it, is asked. What does it say?
fn read_after_write<D: Defect>() -> Option<Answer> {
    let mut cluster = Cluster::<Wrong<D>>::new(small());
    cluster.elect(0);
    cluster.elect_among(1, &[1, 2]);
    let written = cluster.ask(1, add(1, 0, 7));
    cluster.deliver_among(&[1, 2]);
    assert_eq!(cluster.reply(written), Some(&done(0)));
    let read = cluster.ask(0, Request::Read { query: () });
    cluster.deliver_among(&[0]);
    cluster.reply(read).cloned()
}

#[test]
fn planted_p23_a_local_read_misses_a_write_that_was_answered() {
    let stale = Response::Answer { answer: 0, index: Slot(0) };
    assert_eq!((read_after_write::<Right>(), read_after_write::<LocalRead>()), (None, Some(stale)));
}
