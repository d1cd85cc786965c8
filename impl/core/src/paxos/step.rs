//! The table of contents: every input, and who deals with it.

use super::acceptor::Proposal;
use super::message::{Ballot, Chunk, Message, Notice, Payload, Request, Response, TimerKind};
use super::proposer::Pledge;
use super::snapshot::Piece;
use super::state::{Config, Durable, Replica, Role, Write};
use crate::quorum::Tally;
use quorate_machine::{Effects, Input, Machine, NodeId};
use std::collections::BTreeMap;

impl<C: Payload, S: Chunk> Machine for Replica<C, S> {
    type Config = Config;
    type Message = Message<C, S>;
    type Write = Write<C, S>;
    type Durable = Durable<C, S>;
    type Request = Request<C>;
    type Response = Response;
    type Notice = Notice<C>;
    type TimerKind = TimerKind;

    fn recover(config: &Config, id: NodeId, durable: &Durable<C, S>) -> Self {
        let incarnation = durable.incarnation.saturating_add(1);
        Replica {
            id,
            config: *config,
            incarnation,
            durable: durable.clone(),
            chosen: durable.chosen,
            heard: Ballot::ZERO,
            run: None,
            known_by: Tally::default(),
            refused: false,
            stopped: false,
            lonely: false,
            poll: None,
            pins: BTreeMap::new(),
            role: Role::Follower,
        }
    }

    #[inline]
    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        match input {
            Input::Start => self.start(effects),
            Input::Message { from, message } => {
                if message.is_plausible(from, self.id, self.config.members()) {
                    self.receive(from, message, effects);
                }
            }
            Input::Timer(TimerKind::Election) => self.election_timeout(effects),
            Input::Timer(TimerKind::Heartbeat) => self.heartbeat(effects),
            Input::Timer(TimerKind::Resend) => self.resend(effects),
            Input::Timer(TimerKind::Capture) => {}
            Input::Request { id, request: Request::Submit(command) } => self.submit(id, command, effects),
            Input::Request { id, request: Request::Confirm } => self.confirm(id, effects),
            Input::Request { id, request: Request::Transfer { to } } => self.transfer(id, to, effects),
            Input::Request { id, request: Request::Stop } => self.stop(id, effects),
        }
    }

    fn persist(durable: &mut Durable<C, S>, write: &Write<C, S>) {
        durable.apply(write);
    }

    fn check_invariants(&self) {
        self.assert_invariants();
    }
}

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// The first input of a life: what the disk says is chosen is announced again, from its snapshot on.
    fn start(&mut self, effects: &mut Effects<Self>) {
        self.await_leader(effects);
        self.announce(self.durable.snapshot_upto(), effects);
        self.finish_snapshot(effects);
        self.introduce(effects);
    }

    // A message is large, and inlined it is read where it lies.
    #[inline(always)]
    fn receive(&mut self, from: NodeId, message: Message<C, S>, effects: &mut Effects<Self>) {
        match message {
            _ if !self.is_admitted() && message.asks_for_a_vote() => {}
            Message::Prepare { ballot, from } => self.prepare(ballot, from, effects),
            Message::Promise { ballot, chosen, first, accepted, more } => {
                self.promise(from, Pledge { ballot, chosen, first, accepted, more }, effects);
            }
            Message::Reject { promised } => self.hear(promised, effects),
            Message::Accept { ballot, floor, first, values, chosen } => {
                self.accept(Proposal { ballot, floor, first, values, chosen }, effects);
            }
            Message::Accepted { ballot, upto } => self.accepted(from, ballot, upto, effects),
            Message::Commit { ballot, chosen } => self.commit(from, ballot, chosen, effects),
            Message::CatchUp { from: first } => {
                self.move_pin(from, first);
                self.note_held(from, first, effects);
                self.teach(from, first, effects);
            }
            Message::Learn { first, entries, chosen } => self.learn(from, first, entries, chosen, effects),
            Message::Snapshot { upto, at, of, chunk } => {
                self.receive_chunk(from, Piece { upto, at, of, chunk }, effects);
            }
            Message::Fetch { from: first, upto, at } => self.fetch(from, first, upto, at, effects),
            Message::Probe { ballot, round } => self.probe(from, ballot, round, effects),
            Message::Alive { ballot, round } => self.alive(from, ballot, round, effects),
            Message::PreVote { ballot, from: first } => self.pre_vote(ballot, first, effects),
            Message::PreGrant { ballot } => self.pre_grant(from, ballot, effects),
            Message::Introduce { epoch } => self.introduced(from, epoch, effects),
            Message::Known { epoch } => self.known(from, epoch, effects),
            Message::TimeoutNow { ballot } => self.timeout_now(ballot, effects),
        }
    }
}
