//! What can be wrong with a configuration.

use thiserror::Error;

/// A configuration that no cluster may run with.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ConfigError {
    /// Nobody to agree.
    #[error("a cluster needs at least one replica")]
    NoReplicas,
    /// There are not that many ids.
    #[error("{replicas} replicas and {observers} observers are more than there are ids for")]
    TooMany {
        /// Those that vote.
        replicas: u16,
        /// Those that only learn.
        observers: u16,
    },
    /// Two quorums could miss each other, and then two values could be chosen.
    #[error("quorums of {prepare} and {accept} among {replicas} replicas need not intersect")]
    DisjointQuorums {
        /// The cluster's size.
        replicas: u16,
        /// The quorum of phase 1.
        prepare: u16,
        /// The quorum of phase 2.
        accept: u16,
    },
    /// An acceptor would refuse a full `Accept`.
    #[error("a reach of {reach} slots is shorter than a batch of {batch}")]
    ShortReach {
        /// Slots past its log's end that an acceptor stores.
        reach: u32,
        /// Commands in one `Accept`.
        batch: u32,
    },
    /// An idle leader would hear nobody, and step down.
    #[error("a quorum check needs heartbeats")]
    SilentLeader,
    /// A limit of zero stops the replica.
    #[error("{limit} must be at least 1")]
    Zero {
        /// The limit's name.
        limit: &'static str,
    },
}
