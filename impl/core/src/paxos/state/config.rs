//! What is fixed for the life of a cluster.

use crate::paxos::error::ConfigError;
use crate::quorum::{Members, Quorums};
use serde::{Deserialize, Serialize};

/// What is fixed for the life of a cluster. The same for every replica.
///
/// What is optional is a value here, so that a search can leave it out without running other code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Config {
    /// How many replicas there are. Their ids are `0..replicas`.
    pub replicas: u16,
    /// How many are enough.
    pub quorums: Quorums,
    /// Slots that a leader may have proposed and not yet know to be chosen.
    pub window: u32,
    /// Commands in one `Accept`, at most. With more than 1, a command that arrives while others are in flight waits
    /// for company: until a batch is full, or until what is in flight is chosen.
    pub batch: u32,
    /// Commands that may wait at the leader for their `Accept`. Beyond it a client is told that the replica is full.
    pub queue: u32,
    /// Chosen entries in one `Learn`, at most. A candidate that lags further behind is told these and not promised.
    pub chunk: u32,
    /// Slots past the end of its log up to which an acceptor stores what arrives out of order.
    pub reach: u32,
    /// Whether a leader says that it lives when its heartbeat timer fires.
    pub heartbeats: bool,
    /// Whether a leader says at once that slots were chosen when it has nothing to propose in which to say it.
    pub commit_messages: bool,
    /// Whether a leader repeats proposals when its resend timer fires.
    pub resend: bool,
    /// Whether a message of a lower ballot is answered by `Reject`.
    pub rejects: bool,
    /// Newly chosen slots after which the growth of the chosen prefix is written to disk; 0 if never. It need not be:
    /// a restarted replica learns it again. It is written without a barrier, for the sake of a fast restart.
    pub chosen_every: u32,
    /// How many more learn the log and never vote. Their ids follow those of the replicas.
    pub observers: u16,
    /// Slots below its newest snapshot that a replica keeps, so that one that lags a little needs no snapshot.
    pub retain: u32,
    /// Chunks of a snapshot that are sent in answer to one request. The same for every replica, as all of this is.
    pub chunks: u32,
    /// Slots beyond what another replica has acknowledged that a leader sends to it; 0 for no limit. A leader whose
    /// own disk lags by a window proposes nothing. Unless 0, a leader knows how far each of the others is, and a
    /// replica asks for more only once it has on its disk what it was told.
    pub peer_window: u32,
    /// The weight of the commands in one message, at most, unless one alone weighs more; 0 for no limit. See
    /// [`quorate_machine::Weigh`]. A promise or a lesson that would weigh more comes in several messages.
    pub message_bytes: u32,
    /// The weight of the commands that may wait at the leader, at most, unless one alone weighs more; 0 for no limit.
    pub queue_bytes: u32,
    /// Reads that may wait at the leader for their index. Beyond it a client is told that the replica is full.
    pub reads: u32,
    /// Whether a replica that misses a leader asks whether others do before it campaigns.
    pub pre_vote: bool,
    /// Whether a leader steps down when its election timer fires and no quorum has answered it since that timer last
    /// did. With it a leader says with its heartbeats whom it has not heard. Without it a leader that nobody can reach
    /// any more leads for ever, and keeps others from leading whom it reaches: with `pre_vote` it belongs together.
    pub quorum_check: bool,
    /// The weight of the log that is kept for members that receive an older snapshot than the newest, beyond what is
    /// retained for everybody; 0 to keep nothing for them. Each slot weighs at least [`Config::SLOT`] here.
    pub pin_bytes: u32,
}

impl Config {
    /// What a slot is taken to weigh, besides its command, where the weight of the log is limited.
    pub const SLOT: u64 = 64;

    /// Everything that production wants.
    pub fn new(replicas: u16) -> Self {
        Config {
            replicas,
            quorums: Quorums::majority(replicas),
            window: 4096,
            batch: 256,
            queue: 4096,
            chunk: 4096,
            reach: 16_384,
            heartbeats: true,
            commit_messages: true,
            resend: true,
            rejects: true,
            chosen_every: 1024,
            observers: 0,
            retain: 16_384,
            chunks: 4,
            peer_window: 8192,
            message_bytes: 1 << 20,
            queue_bytes: 64 << 20,
            reads: 4096,
            pre_vote: true,
            quorum_check: true,
            pin_bytes: 256 << 20,
        }
    }

    /// The bare protocol, for small state spaces: one command an `Accept`, at most `window` in flight, none waiting,
    /// and nothing optional.
    pub fn bare(replicas: u16, window: u32) -> Self {
        Config {
            window,
            batch: 1,
            queue: 0,
            heartbeats: false,
            commit_messages: false,
            resend: false,
            rejects: false,
            chosen_every: 0,
            retain: 0,
            chunks: 1,
            peer_window: 0,
            message_bytes: 0,
            queue_bytes: 0,
            reads: 0,
            pre_vote: false,
            quorum_check: false,
            pin_bytes: 0,
            ..Config::new(replicas)
        }
    }

    /// Who belongs to the cluster.
    pub fn members(&self) -> Members {
        Members { replicas: self.replicas, observers: self.observers }
    }

    /// Whether a cluster may run with this. A replica does not ask: a check may want to show what happens.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.replicas == 0 {
            return Err(ConfigError::NoReplicas);
        }
        if self.replicas.checked_add(self.observers).is_none() {
            return Err(ConfigError::TooMany { replicas: self.replicas, observers: self.observers });
        }
        if !self.quorums.intersect(self.replicas) {
            let Quorums { prepare, accept } = self.quorums;
            return Err(ConfigError::DisjointQuorums { replicas: self.replicas, prepare, accept });
        }
        let limits =
            [("window", self.window), ("batch", self.batch), ("chunk", self.chunk), ("chunks", self.chunks)];
        for (limit, value) in limits {
            if value == 0 {
                return Err(ConfigError::Zero { limit });
            }
        }
        if self.reach < self.batch {
            return Err(ConfigError::ShortReach { reach: self.reach, batch: self.batch });
        }
        if self.quorum_check && !self.heartbeats {
            return Err(ConfigError::SilentLeader);
        }
        Ok(())
    }
}
