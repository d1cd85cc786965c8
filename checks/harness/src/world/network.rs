//! The network: what was sent and may yet arrive.

use super::Shared;
use quorate_machine::{Machine, NodeId};
use serde::{Deserialize, Serialize};

/// A message on its way.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// The receiver. First, so that a sorted network is sorted by receiver.
    pub to: NodeId,
    /// The sender.
    pub from: NodeId,
    /// What is said.
    pub message: T,
}

/// How messages travel. Both kinds reorder freely.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum NetworkKind {
    /// What was sent stays for ever and may be delivered at any time, any number of times, or never. This covers
    /// reordering, duplication and delay without bounds, and loss as "never delivered"; it cannot say "lost for
    /// ever", which liveness needs.
    Monotone,
    /// A message is delivered once, unless it is lost or duplicated, each within a budget.
    Lossy {
        /// Messages that may be lost.
        drops: u8,
        /// Messages that may be delivered while a copy stays.
        duplicates: u8,
    },
}

/// How a network has fallen apart: into some replicas and the others. No message gets from one side to the other until
/// it is whole again; one that is on its way there waits, or is lost. Replicas from 64 on stand with replica 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Split(u64);

impl Split {
    /// The network is whole.
    pub const NONE: Split = Split(0);

    /// Every way in which a network of so many replicas can fall apart in two.
    pub fn all(replicas: u16) -> impl Iterator<Item = Split> {
        // Replica 0 stands with the others, so that no split has two names.
        let others = u32::from(replicas.clamp(1, 64)) - 1;
        (1..1u64 << others).map(|side| Split(side << 1))
    }

    /// Is it one of a network of so many replicas?
    pub(crate) fn is_of(self, replicas: u16) -> bool {
        !self.is_none() && self.0 & 1 == 0 && self.0.checked_shr(replicas.into()).unwrap_or(0) == 0
    }

    /// Is the network whole?
    pub fn is_none(&self) -> bool {
        *self == Split::NONE
    }

    /// Do the two stand on different sides?
    pub fn parts(self, one: NodeId, other: NodeId) -> bool {
        let side = |id: NodeId| self.0.checked_shr(id.0.into()).unwrap_or(0) & 1;
        side(one) != side(other)
    }
}

/// The one-way links that have failed: what is sent from one replica to another does not arrive, and the other way it
/// may. So connectivity can be partial: one replica hears another and is not heard, or two hear a third and not each
/// other. Among replicas `0..`[`Links::REPLICAS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Links(u64);

impl Links {
    /// Every link works.
    pub const NONE: Links = Links(0);

    /// Replicas whose links can fail.
    pub const REPLICAS: u16 = 8;

    /// Every link of a network of so many replicas.
    pub fn all(replicas: u16) -> impl Iterator<Item = (NodeId, NodeId)> {
        let ids = move || (0..replicas).map(NodeId);
        ids().flat_map(move |from| ids().map(move |to| (from, to))).filter(|(from, to)| from != to)
    }

    /// Does every link work?
    pub fn is_none(&self) -> bool {
        *self == Links::NONE
    }

    /// Has the link from one replica to another failed?
    pub fn is_down(self, from: NodeId, to: NodeId) -> bool {
        self.0 & Links::bit(from, to) != 0
    }

    /// These, and this one.
    #[must_use]
    pub fn with(self, from: NodeId, to: NodeId) -> Links {
        Links(self.0 | Links::bit(from, to))
    }

    fn bit(from: NodeId, to: NodeId) -> u64 {
        let is_known = from.0.max(to.0) < Links::REPLICAS;
        if is_known { 1 << (from.0 * Links::REPLICAS + to.0) } else { 0 }
    }
}

/// The messages on their way, sorted: a set on a monotone network, a multiset on a lossy one.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(bound = "", transparent)]
pub struct Network<M: Machine> {
    messages: Vec<Shared<Envelope<M::Message>>>,
}

impl<M: Machine> Default for Network<M> {
    fn default() -> Self {
        Network { messages: Vec::new() }
    }
}

impl<M: Machine> Network<M> {
    /// The messages, in canonical order.
    pub fn messages(&self) -> &[Shared<Envelope<M::Message>>] {
        &self.messages
    }

    /// How many messages are on their way.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Is nothing on its way?
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Is this message on its way?
    pub fn contains(&self, envelope: &Shared<Envelope<M::Message>>) -> bool {
        self.messages.binary_search(envelope).is_ok()
    }

    /// Adds a message. On a monotone network one that is there already changes nothing.
    pub(crate) fn add(&mut self, envelope: Shared<Envelope<M::Message>>, kind: NetworkKind) {
        match self.messages.binary_search(&envelope) {
            Ok(_) if kind == NetworkKind::Monotone => {}
            Ok(at) | Err(at) => self.messages.insert(at, envelope),
        }
    }

    /// The network with one copy of a message less; `None` if it is not there.
    pub(crate) fn without(&self, envelope: &Shared<Envelope<M::Message>>) -> Option<Network<M>> {
        let at = self.messages.binary_search(envelope).ok()?;
        let mut messages = self.messages.clone();
        messages.remove(at);
        Some(Network { messages })
    }

    /// Keeps the messages for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Shared<Envelope<M::Message>>) -> bool) {
        self.messages.retain(keep);
    }
}
