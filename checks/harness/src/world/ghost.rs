//! Ghost variables: history that the protocol itself overwrites.

use super::Observation;
use quorate_machine::{Machine, NodeId};
use serde::Serialize;
use std::{fmt::Debug, hash::Hash};

/// History kept beside the replicas, so that claims and mappings can speak of what was, not only of what is.
///
/// It sees observations only, never a machine.
pub trait Ghost<M: Machine>: Clone + Eq + Hash + Debug + Default + Serialize + Send + Sync + 'static {
    /// Replica `at` showed `seen`.
    fn observe(&mut self, at: NodeId, seen: &Observation<M>);
}

/// No history.
impl<M: Machine> Ghost<M> for () {
    fn observe(&mut self, _at: NodeId, _seen: &Observation<M>) {}
}
