//! The state of single-decree Paxos: the acceptors, and every message ever sent.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A ballot, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Ballot(pub u8);

/// A value that may be chosen, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Value(pub u8);

/// A proposer, from 0. Lamport's text leaves proposers out, since a ballot has only one; here they are named, so that
/// a ballot with two can be told from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Proposer(pub u8);

/// An acceptor, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Acceptor(pub u8);

/// A vote for a value at a ballot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Vote {
    /// The ballot.
    pub ballot: Ballot,
    /// The value.
    pub value: Value,
}

/// Everything there is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct State {
    /// The acceptors.
    pub acceptors: Vec<Memory>,
    /// Every message ever sent (`msgs`). A message that was sent can be received at any time, any number of times, or
    /// never.
    #[serde(with = "quorate_spec::set")]
    pub messages: BTreeSet<Message>,
    /// How often acceptors have restarted.
    pub restarts: u8,
}

/// What one acceptor remembers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// The highest ballot that it takes part in (`maxBal`).
    pub promised: Option<Ballot>,
    /// Its last vote (`maxVBal`, `maxVal`).
    pub accepted: Option<Vote>,
    /// What it had promised when it last restarted. History; it decides nothing.
    pub promised_at_restart: Option<Ballot>,
}

/// A message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Message {
    /// Phase 1a: a proposer starts a ballot.
    Prepare {
        /// The ballot.
        ballot: Ballot,
        /// Who starts it.
        proposer: Proposer,
    },
    /// Phase 1b: an acceptor promises a ballot and reports its last vote.
    Promise {
        /// The acceptor.
        acceptor: Acceptor,
        /// The ballot.
        ballot: Ballot,
        /// Whom it answers.
        proposer: Proposer,
        /// Its last vote (`mbal`, `mval`).
        reported: Option<Vote>,
    },
    /// Phase 2a: a proposer proposes a value at its ballot.
    Propose {
        /// Who proposes.
        proposer: Proposer,
        /// The ballot and the value.
        vote: Vote,
    },
    /// Phase 2b: an acceptor votes.
    Accept {
        /// The acceptor.
        acceptor: Acceptor,
        /// The ballot and the value.
        vote: Vote,
    },
}

impl State {
    /// All acceptors, in order.
    pub fn acceptors(&self) -> impl Iterator<Item = Acceptor> + use<> {
        (0..self.acceptors.len() as u8).map(Acceptor)
    }

    /// What `acceptor` remembers.
    ///
    /// # Panics
    /// If there is no such acceptor.
    pub fn memory(&self, acceptor: Acceptor) -> &Memory {
        &self.acceptors[acceptor.0 as usize]
    }

    /// Every proposal ever made, in order.
    pub fn proposals(&self) -> impl Iterator<Item = (Proposer, Vote)> + '_ {
        self.messages.range(Message::FIRST_PROPOSE..Message::FIRST_ACCEPT).filter_map(|message| match message
        {
            Message::Propose { proposer, vote } => Some((*proposer, *vote)),
            _ => None,
        })
    }

    /// Every vote ever cast, in order.
    pub fn votes(&self) -> impl Iterator<Item = (Acceptor, Vote)> + '_ {
        self.messages.range(Message::FIRST_ACCEPT..).filter_map(|message| match message {
            Message::Accept { acceptor, vote } => Some((*acceptor, *vote)),
            _ => None,
        })
    }

    /// Has `acceptor` ever cast this vote?
    pub fn voted(&self, acceptor: Acceptor, vote: Vote) -> bool {
        self.messages.contains(&Message::Accept { acceptor, vote })
    }

    /// Every promise of `ballot` made to `proposer`, with what it reports, in the order of acceptors.
    pub fn promises(
        &self,
        ballot: Ballot,
        proposer: Proposer,
    ) -> impl Iterator<Item = (Acceptor, Option<Vote>)> + '_ {
        self.messages.range(..Message::FIRST_PROPOSE).filter_map(move |message| match message {
            Message::Promise { acceptor, ballot: promised, proposer: to, reported }
                if (*promised, *to) == (ballot, proposer) =>
            {
                Some((*acceptor, *reported))
            }
            _ => None,
        })
    }
}

/// The least vote there is.
const LEAST: Vote = Vote { ballot: Ballot(0), value: Value(0) };

impl Message {
    /// Where proposals begin in the order of messages, and promises end.
    const FIRST_PROPOSE: Message = Message::Propose { proposer: Proposer(0), vote: LEAST };
    /// Where votes begin in the order of messages, and proposals end. Votes are last.
    const FIRST_ACCEPT: Message = Message::Accept { acceptor: Acceptor(0), vote: LEAST };

    /// The acceptor that sent it, if an acceptor did.
    pub fn sender(&self) -> Option<Acceptor> {
        match self {
            Message::Promise { acceptor, .. } | Message::Accept { acceptor, .. } => Some(*acceptor),
            Message::Prepare { .. } | Message::Propose { .. } => None,
        }
    }
}
