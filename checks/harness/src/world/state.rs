//! The state of a world.

use super::{Left, Links, Network, Node, Shared, Split};
use quorate_machine::{Machine, NodeId};
use serde::Serialize;

/// Replicas, messages on their way, what is left of the budgets, and ghost history.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(bound = "M: Serialize, G: Serialize")]
pub struct World<M: Machine, G> {
    pub(crate) nodes: Vec<Shared<Node<M>>>,
    pub(crate) network: Shared<Network<M>>,
    #[serde(skip_serializing_if = "Split::is_none")]
    pub(crate) split: Split,
    #[serde(skip_serializing_if = "Links::is_none")]
    pub(crate) down: Links,
    pub(crate) left: Left,
    pub(crate) ghost: Shared<G>,
}

impl<M: Machine, G> World<M, G> {
    /// The replicas, by id.
    pub fn nodes(&self) -> &[Shared<Node<M>>] {
        &self.nodes
    }

    /// One replica.
    ///
    /// # Panics
    /// If the world has no such replica.
    pub fn node(&self, id: NodeId) -> &Shared<Node<M>> {
        &self.nodes[usize::from(id.0)]
    }

    /// The messages on their way.
    pub fn network(&self) -> &Network<M> {
        &self.network
    }

    /// How the network has fallen apart.
    pub fn split(&self) -> Split {
        self.split
    }

    /// The one-way links that have failed.
    pub fn down(&self) -> Links {
        self.down
    }

    /// Does nothing that is sent from one replica to another arrive, for now?
    pub fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.split.parts(from, to) || self.down.is_down(from, to)
    }

    /// What is left of the budgets.
    pub fn left(&self) -> &Left {
        &self.left
    }

    /// The history.
    pub fn ghost(&self) -> &Shared<G> {
        &self.ghost
    }
}
