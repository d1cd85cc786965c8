//! Defects of what is built around agreement, and those that need more than one spoiled message.

use super::{Defect, Notes, Sent};
use crate::paxos::machine::{Core, Part};
use quorate_core::paxos::{Config, Message, Request, Response, Slot, Standing, Value};
use quorate_core::quorum::Quorums;
use quorate_machine::{Input, NodeId};

/// The observer is taken for one of the replicas that vote, and a quorum stays what it was.
#[derive(Debug)]
pub struct P09Observer;

impl Defect for P09Observer {
    fn id(&self) -> &'static str {
        "P09"
    }

    fn what(&self) -> &'static str {
        "an observer is counted among those that vote"
    }

    fn config(&self, config: &Config) -> Config {
        let replicas = config.replicas + config.observers;
        Config { replicas, observers: 0, quorums: Quorums::majority(config.replicas), ..*config }
    }
}

/// Replica 2 makes its ballots in the name of replica 1. An acceptor promises a ballot that it has promised already,
/// as it must where the network duplicates, and answers whoever asked.
#[derive(Debug)]
pub struct P11;

impl P11 {
    const ONE: NodeId = NodeId(1);
    const OTHER: NodeId = NodeId(2);

    /// Who is meant by `node`, where the other one thinks that it is the one.
    fn swapped(me: NodeId, node: NodeId) -> NodeId {
        match node {
            P11::ONE if me == P11::OTHER => P11::OTHER,
            P11::OTHER if me == P11::OTHER => P11::ONE,
            node => node,
        }
    }
}

impl Defect for P11 {
    fn id(&self) -> &'static str {
        "P11"
    }

    fn what(&self) -> &'static str {
        "two proposers can own the same ballot, and a promise is given again"
    }

    fn at(&self, id: NodeId) -> Notes {
        Notes { me: id, asker: id, ..Notes::default() }
    }

    fn name(&self, id: NodeId) -> NodeId {
        if id == P11::OTHER { P11::ONE } else { id }
    }

    fn input(&self, notes: &mut Notes, _: &mut Core, input: Input<Core>) -> Input<Core> {
        notes.asker = notes.me;
        match input {
            Input::Message { from, message } => {
                let sender = match &message {
                    Message::Prepare { ballot, .. } | Message::Accept { ballot, .. } => {
                        notes.asker = from;
                        ballot.node
                    }
                    _ => P11::swapped(notes.me, from),
                };
                Input::Message { from: sender, message }
            }
            input => input,
        }
    }

    fn sends(&self, notes: &Notes, _: &Core, to: NodeId, message: Message<u8, Part>) -> Option<Sent> {
        let to = match &message {
            Message::Promise { .. } | Message::Accepted { .. } => notes.asker,
            _ => P11::swapped(notes.me, to),
        };
        Some((to, message))
    }
}

/// A new leader proposes again what was reported to it, and goes on after that; the holes stay.
#[derive(Debug)]
pub struct P17;

impl Defect for P17 {
    fn id(&self) -> &'static str {
        "P17"
    }

    fn what(&self) -> &'static str {
        "a new leader leaves holes in the log"
    }

    fn sends(&self, _: &Notes, _: &Core, to: NodeId, message: Message<u8, Part>) -> Option<Sent> {
        let fills = |values: &[Value<u8>]| values.contains(&Value::Noop);
        let is_kept_back = matches!(&message, Message::Accept { values, .. } if fills(values));
        (!is_kept_back).then_some((to, message))
    }
}

/// Who has compacted promises as if nothing had ever been accepted there.
#[derive(Debug)]
pub struct P21;

impl Defect for P21 {
    fn id(&self) -> &'static str {
        "P21"
    }

    fn what(&self) -> &'static str {
        "a compacted acceptor answers that nothing was accepted"
    }

    fn input(&self, notes: &mut Notes, replica: &mut Core, input: Input<Core>) -> Input<Core> {
        notes.from = None;
        match input {
            Input::Message { from: sender, message: Message::Prepare { ballot, from } } => {
                let kept = Slot(replica.durable().log.offset());
                notes.from = (from < kept).then_some(from);
                let message = Message::Prepare { ballot, from: from.max(kept) };
                Input::Message { from: sender, message }
            }
            input => input,
        }
    }

    fn sends(&self, notes: &Notes, _: &Core, to: NodeId, message: Message<u8, Part>) -> Option<Sent> {
        let message = match (message, notes.from) {
            (Message::Promise { ballot, first, accepted, more, .. }, Some(from)) => {
                let nothing = if accepted.is_empty() { 0 } else { first.since(from) };
                let accepted = (0..nothing).map(|_| None).chain(accepted).collect();
                Message::Promise { ballot, chosen: from, first: from, accepted, more }
            }
            (message, _) => message,
        };
        Some((to, message))
    }
}

/// A leader answers a read from what it knows.
#[derive(Debug)]
pub struct P23;

impl Defect for P23 {
    fn id(&self) -> &'static str {
        "P23"
    }

    fn what(&self) -> &'static str {
        "a leader answers a read without asking whether it still leads"
    }

    fn answers(&self, replica: &Core, request: &Request<u8>) -> Option<Response> {
        let leads = replica.standing() == Standing::Leader;
        let is_read = *request == Request::Confirm;
        (leads && is_read).then(|| Response::Confirmed { index: replica.chosen() })
    }
}
