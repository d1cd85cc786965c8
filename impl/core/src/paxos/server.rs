//! A replica whose log is executed: clients' commands take effect once, and reads are linearizable.
//!
//! Sources: Chandra, Griesemer & Redstone, *Paxos Made Live* (2007), sections 5.4 and 5.5 (the replicated log and the
//! state machine above it, and snapshots that do not stop it); van Renesse & Altinbuken, *Paxos Made Moderately Complex*
//! (2015), section 2.1.
//!
//! A [`Server`] contains a [`Replica`] and is its only driver: every input goes in, what the replica wants done comes out
//! again in the same order, and what it announces as chosen is executed on the way.
//!
//! | file | what it holds |
//! |---|---|
//! | `command.rs` | what is put into the log, and what clients say and hear |
//! | `executor.rs` | the replicated state, and a snapshot that is being captured of it |
//! | `waiters.rs` | who is to be told what came of which slot |
//! | `../../session.rs` | the client table |
//!
//! # What a server guarantees
//!
//! * A command takes effect at most once, and every answer to it is that of the first time, across changes of leader,
//!   restarts and snapshots: the client table is replicated state, and a part of each snapshot.
//! * An answer is never wrong because leadership was lost: everybody who waits is then told [`Response::NotLeader`] and
//!   asks again, with the same stamp.
//! * A read has seen every command that was answered before the read was asked: the replica's log says by a round among
//!   a quorum which slots that takes, and it is answered from a state that has executed them.
//! * Nothing waits for a snapshot: its first step shares the state by reference, and each further step makes one chunk,
//!   when [`TimerKind::Capture`] fires. It is taken after every `compact_every`-th slot, the same on all replicas, so
//!   what one began before a crash it can go on with after it, and what one sends another may complete.

mod command;
mod executor;
mod waiters;

pub use command::{Command, Config, Notice, Part, Request, Response};

use super::message::{self, Slot, Standing, TimerKind, Value};
use super::state::Replica;
use crate::session::{Known, Opened, Refusal, Stamp, Table};
use executor::{Audience, Capture, Executor, PartOf};
use quorate_machine::{Effect, Effects, Input, Machine, NodeId, Replicated, RequestId, Weigh};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use waiters::Waiters;

/// The log below a server of `A`.
pub type LogOf<A> = Replica<Command<<A as Replicated>::Command>, PartOf<A>>;
type RequestOf<A> = Request<<A as Replicated>::Command, <A as Replicated>::Query>;
type ResponseOf<A> = Response<<A as Replicated>::Output, <A as Replicated>::Answer>;
type ValueOf<A> = Value<Command<<A as Replicated>::Command>>;

/// A replica and the state machine that runs on its log.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Server<A: Replicated> {
    config: Config,
    replica: LogOf<A>,
    executor: Executor<A>,
    /// As leader: whose commands are under way.
    waiters: Waiters,
    /// Reads that wait for their index.
    reads: BTreeMap<RequestId, A::Query>,
    capture: Option<Capture<A>>,
    /// What the replica wants done in one step. Empty between steps, and kept for its memory.
    #[serde(skip)]
    effects: Effects<LogOf<A>>,
}

impl<A: Replicated> Machine for Server<A> {
    type Config = Config;
    type Message = <LogOf<A> as Machine>::Message;
    type Write = <LogOf<A> as Machine>::Write;
    type Durable = <LogOf<A> as Machine>::Durable;
    type Request = RequestOf<A>;
    type Response = ResponseOf<A>;
    type Notice = Notice<A::Command>;
    type TimerKind = TimerKind;

    fn recover(config: &Config, id: NodeId, durable: &Self::Durable) -> Self {
        let snapshot = durable.snapshot.as_ref();
        let restored = snapshot.and_then(|snapshot| Executor::restore(config.clients, snapshot));
        Server {
            config: *config,
            replica: Replica::recover(&config.log, id, durable),
            executor: restored.unwrap_or_else(|| Executor::new(config.clients)),
            waiters: Waiters::default(),
            reads: BTreeMap::new(),
            capture: None,
            effects: Effects::default(),
        }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        match input {
            Input::Start => {
                self.note_unreadable(effects);
                self.replica.handle(Input::Start, &mut self.effects);
            }
            Input::Message { from, message } => {
                self.replica.handle(Input::Message { from, message }, &mut self.effects);
            }
            Input::Timer(TimerKind::Capture) => self.capture(effects),
            Input::Timer(TimerKind::Election) if self.is_blind() => effects.set_timer(TimerKind::Election),
            Input::Timer(kind) => self.replica.handle(Input::Timer(kind), &mut self.effects),
            Input::Request { id, request } => {
                if let Some(request) = self.request(id, request, effects) {
                    self.replica.handle(Input::Request { id, request }, &mut self.effects);
                }
            }
        }
        self.perform(effects);
    }

    fn persist(durable: &mut Self::Durable, write: &Self::Write) {
        durable.apply(write);
    }

    fn check_invariants(&self) {
        self.replica.check_invariants();
        let (id, applied, chosen) = (self.replica.id(), self.executor.applied, self.replica.chosen());
        assert!(applied <= chosen, "server {id} executed up to {applied}, chosen is {chosen}");
        let (waiting, first) = (self.waiters.len(), self.waiters.first());
        let leads = self.replica.standing() == Standing::Leader;
        assert!(leads || waiting == 0, "server {id} does not lead, and {waiting} wait for it");
        assert!(first.is_none_or(|first| first >= applied), "server {id} owes an answer for slot {first:?}");
        let captured = self.capture.as_ref().map_or(Slot(0), |capture| capture.upto);
        assert!(captured <= applied, "server {id} captures {captured}, executed up to {applied}");
        let undone = self.effects.as_slice().len();
        assert_eq!(undone, 0, "server {id} left {undone} effects undone");
    }
}

// To look at.
impl<A: Replicated> Server<A> {
    /// The replica below.
    pub fn replica(&self) -> &LogOf<A> {
        &self.replica
    }

    /// The state after every slot before [`Server::applied`].
    pub fn state(&self) -> &A {
        &self.executor.state
    }

    /// The client table at the same slot.
    pub fn clients(&self) -> &Table<A::Output> {
        &self.executor.clients
    }

    /// Every slot before this one is executed.
    pub fn applied(&self) -> Slot {
        self.executor.applied
    }

    /// The snapshot that is being captured: its slot, and how many chunks of how many are there.
    pub fn capturing(&self) -> Option<(Slot, u32, u32)> {
        self.capture.as_ref().map(|capture| (capture.upto, capture.at, capture.chunks()))
    }

    /// Requests that wait for their command or their read.
    pub fn waiting(&self) -> usize {
        self.waiters.len() + self.reads.len()
    }

    /// Whether it lacks the state that its log goes on from: it votes, and executes nothing.
    pub fn is_blind(&self) -> bool {
        self.executor.applied < self.replica.chosen()
    }
}

// What comes in.
impl<A: Replicated> Server<A> {
    /// The snapshot on the disk may be none of this state machine.
    fn note_unreadable(&mut self, effects: &mut Effects<Self>) {
        let snapshot = self.replica.durable().snapshot_upto();
        if self.executor.applied < snapshot {
            effects.publish(Notice::Unreadable(snapshot));
        }
    }

    /// What the replica is asked for on behalf of a request, unless it is answered or its command taken.
    #[inline(always)]
    fn request(
        &mut self,
        id: RequestId,
        request: RequestOf<A>,
        effects: &mut Effects<Self>,
    ) -> Option<message::Request<Command<A::Command>>> {
        match request {
            Request::Transfer { to } => return Some(message::Request::Transfer { to }),
            Request::Stop => return Some(message::Request::Stop),
            _ if self.is_blind() => effects.reply(id, Response::NotLeader { leader: None }),
            Request::Execute { stamp, command } => match self.known(&stamp) {
                Some(response) => effects.reply(id, response),
                None => self.submit(id, Command::Execute { stamp, command }, effects),
            },
            Request::Open => self.submit(id, Command::Open, effects),
            Request::Read { query } => {
                self.reads.insert(id, query);
                return Some(message::Request::Confirm);
            }
        }
        None
    }

    /// Has a command proposed. Whoever asked waits for its slot from before anything comes of it.
    #[inline(always)]
    fn submit(&mut self, id: RequestId, command: Command<A::Command>, effects: &mut Effects<Self>) {
        match self.replica.admit(command.weight()) {
            Ok(slot) => {
                self.waiters.add(slot, id);
                self.replica.enqueue(command, &mut self.effects);
            }
            Err(response) => self.respond(id, response, effects),
        }
    }

    /// What a command that is sent again is told at once, by any replica. It is for the client's comfort alone: a
    /// command that passes here may have been chosen already, and is recognised when it is executed.
    #[inline(always)]
    fn known(&self, stamp: &Stamp) -> Option<ResponseOf<A>> {
        match self.executor.known(stamp) {
            Known::New => None,
            Known::Executed(output) => Some(Response::Done { output: output.clone() }),
            Known::Stale => Some(Response::Refused(Refusal::Stale)),
        }
    }

    /// One chunk of the snapshot, and the timer for the next.
    fn capture(&mut self, effects: &mut Effects<Self>) {
        let Some(mut capture) = self.capture.take() else { return };
        let (upto, at, of) = (capture.upto, capture.at, capture.chunks());
        let wanted = self.replica.capture(upto, at, of, capture.part(), &mut self.effects);
        capture.at += 1;
        if wanted && capture.at < of {
            self.capture = Some(capture);
            effects.set_timer(TimerKind::Capture);
        }
    }
}

// What goes out.
impl<A: Replicated> Server<A> {
    /// Does what the replica wants done, in its order.
    #[inline]
    fn perform(&mut self, effects: &mut Effects<Self>) {
        if self.effects.as_slice().is_empty() {
            return;
        }
        let mut list = std::mem::take(&mut self.effects);
        for effect in list.drain() {
            match effect {
                Effect::Send { to, message } => effects.send(to, message),
                Effect::Persist(write) => effects.persist(write),
                Effect::Barrier => effects.barrier(),
                Effect::SetTimer(kind) => effects.set_timer(kind),
                Effect::CancelTimer(kind) => effects.cancel_timer(kind),
                Effect::Reply { id, response } => self.respond(id, response, effects),
                Effect::Publish(notice) => self.announce(notice, effects),
            }
        }
        self.effects = list;
    }

    #[inline]
    fn respond(&mut self, id: RequestId, response: message::Response, effects: &mut Effects<Self>) {
        let query = if self.reads.is_empty() { None } else { self.reads.remove(&id) };
        let response = match response {
            message::Response::Queued { slot } => return self.waiters.add(slot, id),
            message::Response::Confirmed { index } => match query {
                Some(query) if self.executor.applied >= index => Response::Answer {
                    answer: self.executor.state.query(&query),
                    index: self.executor.applied,
                },
                _ => Response::NotLeader { leader: None },
            },
            message::Response::NotLeader { leader } => Response::NotLeader { leader },
            message::Response::Full => Response::Full,
            message::Response::Transferred { leader } => Response::Transferred { leader },
            message::Response::NotTransferred => Response::NotTransferred,
            message::Response::Stopping => Response::Stopping,
        };
        effects.reply(id, response);
    }

    fn announce(&mut self, notice: message::Notice<Command<A::Command>>, effects: &mut Effects<Self>) {
        match &notice {
            message::Notice::Chosen { first, values } => self.execute(*first, values, effects),
            message::Notice::Role(standing) if *standing != Standing::Leader => {
                let leader = self.replica.leader();
                let waiters = self.waiters.take_all();
                waiters.for_each(|id| effects.reply(id, Response::NotLeader { leader }));
            }
            message::Notice::Installed { upto } => self.install(*upto, effects),
            message::Notice::Role(_) | message::Notice::StartedAnew { .. } | message::Notice::Stopped => {}
            message::Notice::Admitted | message::Notice::Refused { .. } => {}
        }
        effects.publish(Notice::Log(notice));
    }

    /// Executes what is chosen, and tells whoever waits for it.
    fn execute(&mut self, first: Slot, values: &[ValueOf<A>], effects: &mut Effects<Self>) {
        if first != self.executor.applied {
            return;
        }
        let boundary = self.boundary();
        let before = boundary.map_or(u64::MAX, |boundary| boundary.since(first));
        let (before, after) =
            values.split_at(values.len().min(usize::try_from(before).unwrap_or(usize::MAX)));
        self.execute_all(before, effects);
        if boundary == Some(self.executor.applied) {
            self.begin_capture(effects);
        }
        self.execute_all(after, effects);
    }

    /// Executes values of the next slots, and tells whoever waits for them.
    fn execute_all(&mut self, values: &[ValueOf<A>], effects: &mut Effects<Self>) {
        let Server { executor, waiters, .. } = self;
        executor.execute(values, &mut Answers { waiters, effects });
    }

    /// A snapshot of another replica stands for every slot before `upto`.
    fn install(&mut self, upto: Slot, effects: &mut Effects<Self>) {
        let snapshot = self.replica.durable().snapshot.as_ref();
        let restored = snapshot.and_then(|snapshot| Executor::restore(self.config.clients, snapshot));
        match restored {
            Some(executor) => self.executor = executor,
            None => effects.publish(Notice::Unreadable(upto)),
        }
        if self.capture.take().is_some() {
            effects.cancel_timer(TimerKind::Capture);
        }
        let passed = self.waiters.take_before(upto);
        passed.for_each(|id| effects.reply(id, Response::NotLeader { leader: None }));
    }
}

// Snapshots.
impl<A: Replicated> Server<A> {
    /// The next slot before which the state is to be captured; none while a capture is under way.
    fn boundary(&self) -> Option<Slot> {
        let every = u64::from(self.config.compact_every);
        let passed = self.executor.applied.0.checked_div(every)?;
        self.capture.is_none().then(|| Slot((passed + 1).saturating_mul(every)))
    }

    /// Shares the state, and goes on where the disk says that an earlier life of this replica, or another replica that
    /// sent the same snapshot, left off.
    fn begin_capture(&mut self, effects: &mut Effects<Self>) {
        let mut capture = Capture::new(&mut self.executor);
        let partial = self.replica.durable().partial.as_ref();
        match partial {
            Some(partial) if partial.upto > capture.upto => return,
            Some(partial) if (partial.upto, partial.of) == (capture.upto, capture.chunks()) => {
                capture.at = partial.next().min(partial.of - 1);
            }
            _ => {}
        }
        effects.publish(Notice::Capturing(capture.upto));
        effects.set_timer(TimerKind::Capture);
        self.capture = Some(capture);
    }
}

/// Whoever waits for a slot, and the way to them.
struct Answers<'a, A: Replicated> {
    waiters: &'a mut Waiters,
    effects: &'a mut Effects<Server<A>>,
}

impl<A: Replicated> Audience<A::Output> for Answers<'_, A> {
    #[inline(always)]
    fn done(&mut self, slot: Slot, output: &A::Output) {
        if let Some(id) = self.waiters.take(slot) {
            self.effects.reply(id, Response::Done { output: output.clone() });
        }
    }

    fn opened(&mut self, slot: Slot, opened: Opened) {
        if let Some(client) = opened.evicted {
            self.effects.publish(Notice::Evicted(client));
        }
        if let Some(id) = self.waiters.take(slot) {
            self.effects.reply(id, Response::Opened { client: opened.client });
        }
    }

    fn refused(&mut self, slot: Slot, refusal: Refusal) {
        if let Some(id) = self.waiters.take(slot) {
            self.effects.reply(id, Response::Refused(refusal));
        }
    }
}
