//! Defects of what is built around agreement, and those that need more than one spoiled message.

use super::{Defect, Sent};
use crate::paxos::machine::{Core, Part};
use quorate_core::paxos::{Config, Message, Request, Response, Slot, Standing, Value};
use quorate_core::quorum::Quorums;
use quorate_machine::{Input, NodeId};
use serde::{Deserialize, Serialize};

/// The observer is taken for one of the replicas that vote, and a quorum stays what it was.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct P09Observer;

impl Defect for P09Observer {
    const ID: &'static str = "P09";
    const WHAT: &'static str = "an observer is counted among those that vote";

    fn config(config: &Config) -> Config {
        let replicas = config.replicas + config.observers;
        Config { replicas, observers: 0, quorums: Quorums::majority(config.replicas), ..*config }
    }
}

/// Replica 2 makes its ballots in the name of replica 1. An acceptor promises a ballot that it has promised already,
/// as it must where the network duplicates, and answers whoever asked.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct P11 {
    /// This replica.
    me: NodeId,
    /// Whom an answer goes to.
    asker: NodeId,
}

impl P11 {
    const ONE: NodeId = NodeId(1);
    const OTHER: NodeId = NodeId(2);

    /// Who is meant by `node`, where the other one thinks that it is the one.
    fn swapped(&self, node: NodeId) -> NodeId {
        match node {
            P11::ONE if self.me == P11::OTHER => P11::OTHER,
            P11::OTHER if self.me == P11::OTHER => P11::ONE,
            node => node,
        }
    }
}

impl Defect for P11 {
    const ID: &'static str = "P11";
    const WHAT: &'static str = "two proposers can own the same ballot, and a promise is given again";

    fn at(id: NodeId) -> Self {
        P11 { me: id, asker: id }
    }

    fn name(id: NodeId) -> NodeId {
        if id == P11::OTHER { P11::ONE } else { id }
    }

    fn input(&mut self, _: &mut Core, input: Input<Core>) -> Input<Core> {
        self.asker = self.me;
        match input {
            Input::Message { from, message } => {
                let sender = match &message {
                    Message::Prepare { ballot, .. } | Message::Accept { ballot, .. } => {
                        self.asker = from;
                        ballot.node
                    }
                    _ => self.swapped(from),
                };
                Input::Message { from: sender, message }
            }
            input => input,
        }
    }

    fn sends(&self, _: &Core, to: NodeId, message: Message<u8, Part>) -> Option<Sent> {
        let to = match &message {
            Message::Promise { .. } | Message::Accepted { .. } => self.asker,
            _ => self.swapped(to),
        };
        Some((to, message))
    }
}

/// A new leader proposes again what was reported to it, and goes on after that; the holes stay.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct P17;

impl Defect for P17 {
    const ID: &'static str = "P17";
    const WHAT: &'static str = "a new leader leaves holes in the log";

    fn sends(&self, _: &Core, to: NodeId, message: Message<u8, Part>) -> Option<Sent> {
        let fills = |values: &[Value<u8>]| values.contains(&Value::Noop);
        let is_kept_back = matches!(&message, Message::Accept { values, .. } if fills(values));
        (!is_kept_back).then_some((to, message))
    }
}

/// Who has compacted promises as if nothing had ever been accepted there.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct P21 {
    /// The slot that was asked from, below what the log holds.
    from: Option<Slot>,
}

impl Defect for P21 {
    const ID: &'static str = "P21";
    const WHAT: &'static str = "a compacted acceptor answers that nothing was accepted";

    fn input(&mut self, replica: &mut Core, input: Input<Core>) -> Input<Core> {
        self.from = None;
        match input {
            Input::Message { from: sender, message: Message::Prepare { ballot, from } } => {
                let kept = Slot(replica.durable().log.offset());
                self.from = (from < kept).then_some(from);
                let message = Message::Prepare { ballot, from: from.max(kept) };
                Input::Message { from: sender, message }
            }
            input => input,
        }
    }

    fn sends(&self, _: &Core, to: NodeId, message: Message<u8, Part>) -> Option<Sent> {
        let message = match (message, self.from) {
            (Message::Promise { ballot, first, accepted, .. }, Some(from)) => {
                let nothing = if accepted.is_empty() { 0 } else { first.since(from) };
                let accepted = (0..nothing).map(|_| None).chain(accepted).collect();
                Message::Promise { ballot, chosen: from, first: from, accepted }
            }
            (message, _) => message,
        };
        Some((to, message))
    }
}

/// A leader answers a read from what it knows.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct P23;

impl Defect for P23 {
    const ID: &'static str = "P23";
    const WHAT: &'static str = "a leader answers a read without asking whether it still leads";

    fn answers(&self, replica: &Core, request: &Request<u8>) -> Option<Response> {
        let leads = replica.standing() == Standing::Leader;
        let is_read = *request == Request::Confirm;
        (leads && is_read).then(|| Response::Confirmed { index: replica.chosen() })
    }
}
