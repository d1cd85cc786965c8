//! What a local graph is made of.

use super::super::{
    Checkable, Envelope, Node, Shared,
    node::{Cut, Step},
};
use super::label::{Label, Used};
use quorate_machine::{Driver, Machine, NodeId, Output};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A local step that a search took and the graph did not have.
#[derive(Clone, PartialEq)]
pub(crate) struct Surprise<M: Machine> {
    pub(crate) id: NodeId,
    pub(crate) node: Shared<Node<M>>,
    pub(crate) crashes: u8,
    pub(crate) step: Step<M>,
    pub(crate) cut: Option<Cut>,
}

/// A local state under construction.
pub(super) struct Local<M: Machine> {
    pub(super) id: NodeId,
    pub(super) node: Shared<Node<M>>,
    pub(super) crashes: u8,
    pub(super) labels: Vec<Label>,
    pub(super) is_dirty: bool,
    pub(super) is_begun: bool,
    /// Messages that were delivered here, one bit each, and those whose delivery did something.
    pub(super) tried: Vec<u64>,
    pub(super) acts: Vec<u64>,
    pub(super) edges: Vec<Edge>,
}

/// A local step that does something.
pub(super) struct Edge {
    pub(super) message: Option<u32>,
    pub(super) used: Used,
    pub(super) to: u32,
    pub(super) sends: Box<[(NodeId, u32)]>,
    /// A search took it: no label is asked.
    pub(super) is_forced: bool,
}

/// A message that may be sent.
pub(super) struct Mail<M: Machine> {
    pub(super) envelope: Shared<Envelope<M::Message>>,
    pub(super) labels: Vec<Label>,
    pub(super) is_dirty: bool,
    /// Where its delivery does something: local states, and the edge in each.
    pub(super) acts_at: Vec<(u32, u32)>,
}

/// Does nothing at all come of this delivery? Most deliveries of a local graph are of this kind, and nothing is hashed
/// and nothing kept for them. `scratch` is equal to the node's driver afterwards, or gone.
pub(super) fn is_idle<M: Checkable>(
    node: &Shared<Node<M>>,
    envelope: &Shared<Envelope<M::Message>>,
    scratch: &mut Option<Driver<M>>,
) -> bool {
    let Some(driver) = node.driver() else { return true };
    let mut own = scratch.take().unwrap_or_else(|| driver.clone());
    let mut out: Vec<Output<M>> = Vec::new();
    let handled = catch_unwind(AssertUnwindSafe(|| {
        own.message(envelope.from, envelope.message.clone(), &mut out);
        own == *driver
    }));
    // The driver keeps the table of armed timers, and no clock runs: an order to it shows only in the table.
    let shows = |output: &Output<M>| !matches!(output, Output::SetTimer(_) | Output::CancelTimer(_));
    let is_idle = !out.iter().any(shows) && matches!(handled, Ok(true));
    *scratch = is_idle.then_some(own);
    is_idle
}
