//! The table of contents: every input, and who deals with it.

use super::acceptor::Proposal;
use super::message::{Ballot, Message, Notice, Request, Response, Slot, TimerKind};
use super::proposer::Pledge;
use super::state::{Config, Durable, Replica, Role, Write};
use quorate_machine::{Effects, Input, Machine, NodeId, Plain};

impl<C: Plain + Ord> Machine for Replica<C> {
    type Config = Config;
    type Message = Message<C>;
    type Write = Write<C>;
    type Durable = Durable<C>;
    type Request = Request<C>;
    type Response = Response;
    type Notice = Notice<C>;
    type TimerKind = TimerKind;

    fn recover(config: &Config, id: NodeId, durable: &Durable<C>) -> Self {
        let incarnation = durable.incarnation.saturating_add(1);
        Replica {
            id,
            config: *config,
            incarnation,
            durable: durable.clone(),
            chosen: durable.chosen,
            heard: Ballot::ZERO,
            run: None,
            role: Role::Follower,
        }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        match input {
            Input::Start => self.start(effects),
            Input::Message { from, message } => {
                if message.is_plausible(from, self.id, self.config.replicas) {
                    self.receive(from, message, effects);
                }
            }
            Input::Timer(TimerKind::Election) => self.campaign(effects),
            Input::Timer(TimerKind::Heartbeat) => self.heartbeat(effects),
            Input::Timer(TimerKind::Resend) => self.resend(effects),
            Input::Request { id, request } => self.request(id, request, effects),
        }
    }

    fn persist(durable: &mut Durable<C>, write: &Write<C>) {
        durable.apply(write);
    }

    fn check_invariants(&self) {
        self.assert_invariants();
    }
}

impl<C: Plain + Ord> Replica<C> {
    /// The first input of a life: what the disk says is chosen is announced again.
    fn start(&mut self, effects: &mut Effects<Self>) {
        effects.set_timer(TimerKind::Election);
        self.announce(Slot(0), effects);
    }

    fn receive(&mut self, from: NodeId, message: Message<C>, effects: &mut Effects<Self>) {
        match message {
            Message::Prepare { ballot, from } => self.prepare(ballot, from, effects),
            Message::Promise { ballot, chosen, first, accepted } => {
                self.promise(from, Pledge { ballot, chosen, first, accepted }, effects);
            }
            Message::Reject { promised } => self.hear(promised, effects),
            Message::Accept { ballot, floor, first, values, chosen } => {
                self.accept(Proposal { ballot, floor, first, values, chosen }, effects);
            }
            Message::Accepted { ballot, upto } => self.accepted(from, ballot, upto, effects),
            Message::Commit { ballot, chosen } => self.commit(from, ballot, chosen, effects),
            Message::CatchUp { from: first } => self.teach(from, first, effects),
            Message::Learn { first, entries, chosen } => self.learn(from, first, entries, chosen, effects),
        }
    }
}
