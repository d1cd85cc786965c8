//! How many is enough, as data.
//!
//! The sizes are configuration, so that a check can plant a wrong one, and so that a later change of membership has
//! a value to change. Source: Lamport, *Paxos Made Simple*, section 2 (majorities); Howard et al., *Flexible
//! Paxos* (only quorums of different phases must intersect).

use quorate_machine::NodeId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The sizes of the two kinds of quorum.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Quorums {
    /// Promises that complete phase 1.
    pub prepare: u16,
    /// Acceptances, at one ballot, that choose a value.
    pub accept: u16,
}

impl Quorums {
    /// The smallest majorities of `replicas`.
    pub fn majority(replicas: u16) -> Self {
        let most = replicas / 2 + 1;
        Quorums { prepare: most, accept: most }
    }

    /// Whether every quorum of phase 1 shares a replica with every quorum of phase 2.
    pub fn intersect(self, replicas: u16) -> bool {
        let sizes = 1..=replicas;
        sizes.contains(&self.prepare)
            && sizes.contains(&self.accept)
            && u32::from(self.prepare) + u32::from(self.accept) > u32::from(replicas)
    }
}

/// Who belongs to a cluster. Ids are given out in order: the replicas that vote, then the observers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Members {
    /// How many replicas vote. Their ids are `0..replicas`.
    pub replicas: u16,
    /// How many only learn. Their ids follow.
    pub observers: u16,
}

impl Members {
    /// Whether `node` votes.
    pub fn votes(self, node: NodeId) -> bool {
        node.0 < self.replicas
    }

    /// Whether `node` belongs to the cluster.
    pub fn contains(self, node: NodeId) -> bool {
        node.0 < self.replicas.saturating_add(self.observers)
    }

    /// Those that vote, in order.
    pub fn voters(self) -> impl Iterator<Item = NodeId> {
        (0..self.replicas).map(NodeId)
    }

    /// Those that only learn, in order.
    pub fn observers(self) -> impl Iterator<Item = NodeId> {
        (self.replicas..self.replicas.saturating_add(self.observers)).map(NodeId)
    }
}

/// Who has answered: a set, so that an answer that arrives twice counts once.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Tally(BTreeSet<NodeId>);

impl Tally {
    /// Notes that `node` has answered.
    pub fn add(&mut self, node: NodeId) {
        self.0.insert(node);
    }

    /// Whether at least `quorum` different replicas have answered.
    pub fn reached(&self, quorum: u16) -> bool {
        self.0.len() >= usize::from(quorum)
    }

    /// Whether `node` has answered.
    pub fn contains(&self, node: NodeId) -> bool {
        self.0.contains(&node)
    }

    /// Forgets who has answered.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether nobody has answered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who has answered, in order.
    pub fn members(&self) -> impl Iterator<Item = NodeId> {
        self.0.iter().copied()
    }
}

/// The highest mark above `floor` that at least `quorum` of the replicas have reached, where `marks` has one place per
/// replica. `None` if there is none.
pub fn reached_by<T: Copy + Ord>(marks: &[T], quorum: u16, floor: T) -> Option<T> {
    let enough = |mark: &T| marks.iter().filter(|other| *other >= mark).count() >= usize::from(quorum);
    marks.iter().copied().filter(|mark| *mark > floor && enough(mark)).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn majorities_intersect_for_every_size() {
        for replicas in 1..=9 {
            let quorums = Quorums::majority(replicas);
            assert!(quorums.intersect(replicas), "{replicas} replicas, {quorums:?}");
            let less = Quorums { accept: quorums.accept - 1, ..quorums };
            assert_eq!(less.intersect(replicas), replicas % 2 == 0, "{replicas}, {less:?}");
        }
    }

    #[test]
    fn an_answer_that_arrives_twice_counts_once() {
        let mut tally = Tally::default();
        tally.add(NodeId(1));
        tally.add(NodeId(1));
        assert!(!tally.reached(2));
        tally.add(NodeId(0));
        assert!(tally.reached(2));
    }

    #[test]
    fn the_mark_reached_is_the_quorumth_highest() {
        assert_eq!(reached_by(&[5, 3, 9], 2, 0), Some(5));
        assert_eq!(reached_by(&[5, 3, 9], 3, 0), Some(3));
        assert_eq!(reached_by(&[5, 3, 9], 3, 3), None);
        assert_eq!(reached_by(&[0, 7, 7], 2, 0), Some(7));
        assert_eq!(reached_by(&[1], 2, 0), None);
    }
}
