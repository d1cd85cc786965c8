//! What a server puts into the log and into snapshots, and what it says to clients and to its own process.

use crate::batch::Batch;
use crate::paxos::error::ConfigError;
use crate::paxos::message::{self, Slot};
use crate::paxos::state;
use crate::session::{ClientId, Limits, Refusal, Session, Stamp};
use quorate_machine::{NodeId, Weigh};
use serde::{Deserialize, Serialize};

/// What is fixed for the life of a cluster. The same for every replica.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Config {
    /// The log's.
    pub log: state::Config,
    /// How many clients, and how much is remembered of each.
    pub clients: Limits,
    /// A snapshot is taken of the state after every so many slots, and the log cut off behind it; 0 if never.
    pub compact_every: u32,
}

impl Config {
    /// Everything that production wants.
    pub fn new(replicas: u16) -> Self {
        Config { log: state::Config::new(replicas), clients: Limits::default(), compact_every: 65_536 }
    }

    /// Whether a cluster may run with this.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.clients.pipeline == 0 {
            return Err(ConfigError::Zero { limit: "pipeline" });
        }
        self.log.validate()
    }
}

/// What the log holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Command<C> {
    /// Open a session, named by the slot at which this is chosen.
    Open,
    /// Execute a client's command, unless it was executed before.
    Execute {
        /// Whose it is, and which.
        stamp: Stamp,
        /// What is to be done.
        command: C,
    },
}

impl<C: Weigh> Weigh for Command<C> {
    #[inline]
    fn weight(&self) -> u64 {
        match self {
            Command::Open => 1,
            Command::Execute { command, .. } => command.weight(),
        }
    }
}

/// One chunk of a snapshot. Those of the client table come first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Part<O, K> {
    /// Some of the sessions.
    Sessions(Batch<Session<O>>),
    /// A chunk of the state machine.
    State(K),
}

/// What a client asks. `C` is a command, `Q` a query.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Request<C, Q> {
    /// Open a session.
    Open,
    /// Execute a command once. To be sent again, with the same stamp and to any replica, until it is answered by
    /// anything but [`Response::NotLeader`] and [`Response::Full`].
    Execute {
        /// Whose it is, and which.
        stamp: Stamp,
        /// What is to be done.
        command: C,
    },
    /// Answer from a state that has seen every command that was answered before this was asked.
    Read {
        /// What is to be known.
        query: Q,
    },
    /// Let this replica lead instead.
    Transfer {
        /// The replica that is to lead.
        to: NodeId,
    },
    /// Finish what is under way, hand over, and never campaign again in this life.
    Stop,
}

/// What a client is told. `O` is the output of a command, `R` the answer to a query.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Response<O, R> {
    /// The session is open.
    Opened {
        /// Its name.
        client: ClientId,
    },
    /// The command was executed, now or earlier.
    Done {
        /// What it answered, when it was executed.
        output: O,
    },
    /// The answer to a query.
    Answer {
        /// The answer.
        answer: R,
        /// The state had seen every slot before this one.
        index: Slot,
    },
    /// This replica does not lead, or no longer. A command may still come to be executed.
    NotLeader {
        /// Whom to ask, as far as it knows.
        leader: Option<NodeId>,
    },
    /// There is no room. The command is not executed because of this request.
    Full,
    /// The command, or the session, was refused; the same on every replica.
    Refused(Refusal),
    /// The transfer is over: this replica no longer leads.
    Transferred {
        /// Who does, as far as it knows.
        leader: Option<NodeId>,
    },
    /// There was no transfer; this replica still leads.
    NotTransferred,
    /// The replica will stop.
    Stopping,
}

/// What a server announces to its own process.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Notice<C> {
    /// What its log announces. Chosen values are executed by then, and an installed snapshot is restored.
    Log(message::Notice<Command<C>>),
    /// A session had to make room for another. Announced by every replica that executes the slot.
    Evicted(ClientId),
    /// A snapshot of the state after exactly the slots before this one is being captured from now on.
    Capturing(Slot),
    /// The snapshot of the state before this slot is no snapshot of this state machine. The replica votes and keeps
    /// the log, and executes nothing until it has another.
    Unreadable(Slot),
}
