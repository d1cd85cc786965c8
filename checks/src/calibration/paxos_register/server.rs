//! One server: acceptor, and leader of the ballot of a client's request.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many servers; they are the actors 0, 1, 2.
pub(super) const SERVERS: u8 = 3;
const MAJORITY: usize = 2;

/// A round, and the server that leads it.
pub type Ballot = (u32, u8);

/// What is proposed: the write of the client with this actor number.
pub type Proposal = u8;

/// What actors say to each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Message {
    /// A client writes its value.
    Put,
    /// A client reads.
    Get,
    /// The write is done.
    PutOk,
    /// The read is done; this client's value was read.
    GetOk(Proposal),
    /// Phase 1a.
    Prepare(Ballot),
    /// Phase 1b, with the proposal accepted last.
    Prepared(Ballot, Option<(Ballot, Proposal)>),
    /// Phase 2a.
    Accept(Ballot, Proposal),
    /// Phase 2b.
    Accepted(Ballot),
    /// What was chosen.
    Decided(Ballot, Proposal),
}

/// The state of a server.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Server {
    /// The highest ballot seen.
    pub ballot: Ballot,
    /// As a leader: what it wants chosen.
    pub proposal: Option<Proposal>,
    /// As a leader: who answered phase 1, and what each had accepted.
    pub prepares: BTreeMap<u8, Option<(Ballot, Proposal)>>,
    /// As a leader: who accepted.
    pub accepts: BTreeSet<u8>,
    /// As an acceptor: what it accepted last.
    pub accepted: Option<(Ballot, Proposal)>,
    /// It knows that what it accepted last is chosen.
    pub is_decided: bool,
}

/// Messages with their receivers.
pub(super) type Outbox = Vec<(u8, Message)>;

fn broadcast(me: u8, message: Message, out: &mut Outbox) {
    out.extend((0..SERVERS).filter(|peer| *peer != me).map(|peer| (peer, message)));
}

impl Server {
    /// What the server becomes when it receives a message; `None` if it ignores it.
    pub(super) fn receive(&self, me: u8, from: u8, message: Message, out: &mut Outbox) -> Option<Server> {
        if self.is_decided {
            if message == Message::Get {
                out.push((from, Message::GetOk(self.accepted?.1)));
                return Some(self.clone());
            }
            return None;
        }
        match message {
            Message::Put if self.proposal.is_none() => Some(self.campaign(me, from, out)),
            Message::Prepare(ballot) if self.ballot < ballot => {
                out.push((from, Message::Prepared(ballot, self.accepted)));
                Some(Server { ballot, ..self.clone() })
            }
            Message::Prepared(ballot, last) if ballot == self.ballot => {
                Some(self.promised(me, from, last, out))
            }
            Message::Accept(ballot, proposal) if self.ballot <= ballot => {
                out.push((from, Message::Accepted(ballot)));
                Some(Server { ballot, accepted: Some((ballot, proposal)), ..self.clone() })
            }
            Message::Accepted(ballot) if ballot == self.ballot => self.accepted_by(me, from, out),
            Message::Decided(ballot, proposal) => {
                Some(Server { ballot, accepted: Some((ballot, proposal)), is_decided: true, ..self.clone() })
            }
            _ => None,
        }
    }

    fn campaign(&self, me: u8, client: u8, out: &mut Outbox) -> Server {
        let ballot = (self.ballot.0 + 1, me);
        broadcast(me, Message::Prepare(ballot), out);
        Server {
            ballot,
            proposal: Some(client),
            prepares: BTreeMap::from([(me, self.accepted)]),
            accepts: BTreeSet::new(),
            ..self.clone()
        }
    }

    fn promised(&self, me: u8, from: u8, last: Option<(Ballot, Proposal)>, out: &mut Outbox) -> Server {
        let mut next = self.clone();
        next.prepares.insert(from, last);
        if next.prepares.len() == MAJORITY {
            let highest = next.prepares.values().max().copied().flatten();
            let proposal = highest.map(|(_, proposal)| proposal).or(next.proposal);
            let proposal = proposal.expect("a leader campaigns with a proposal");
            next.proposal = Some(proposal);
            next.accepted = Some((next.ballot, proposal));
            next.accepts.insert(me);
            broadcast(me, Message::Accept(next.ballot, proposal), out);
        }
        next
    }

    fn accepted_by(&self, me: u8, from: u8, out: &mut Outbox) -> Option<Server> {
        let mut next = self.clone();
        next.accepts.insert(from);
        if next.accepts.len() == MAJORITY {
            next.is_decided = true;
            let proposal = next.proposal.expect("a leader has a proposal");
            broadcast(me, Message::Decided(next.ballot, proposal), out);
            out.push((proposal, Message::PutOk));
        }
        Some(next)
    }
}
