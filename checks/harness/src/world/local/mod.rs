//! Messages that no longer matter, found by asking the code that is searched.
//!
//! On a monotone network every message ever sent is part of the state, and most soon stop mattering: their receiver
//! will never react to them again. Dropping those merges states that behave alike, ten to fifteen times fewer in the
//! scopes of the Paxos core. Whether a message still matters is not stated by hand, because a statement describes the
//! correct code and hides the defects of wrong code. It is derived in three steps:
//!
//! 1. Before a search, [`graph`] closes the *local graph*: every local state of every replica, under every message
//!    that any replica may send, every timer, request, sync, crash and restart. [`label`] prunes what the budgets of
//!    the scope exclude. The graph reaches at least what the search will reach.
//! 2. [`alive`] marks a message as alive in every local state from which its receiver can get to a state where the
//!    delivery does anything at all: changes the replica, sends, replies, writes or publishes. A message is dead in the
//!    other local states. Delivering it there is a stutter, now and for ever.
//! 3. The search drops dead messages, and checks at each step that the step is one of the graph. A step that is not
//!    makes the result void: the step joins the graph, and the search is made again ([`Reduction::surprise`]).
//!
//! A scope whose local graph is too large may state which messages are dead; [`checked`] then tries every drop.
//!
//! So every run of the whole world has a run of the reduced one with the same replicas, history and observations.

mod alive;
mod checked;
#[cfg(test)]
mod cut;
mod graph;
mod label;
mod parts;

pub(super) use checked::{Checked, Refuted};
pub(super) use graph::{Builder, MOST_STEPS};
pub(super) use label::Budgets;
pub(super) use parts::Surprise;

use super::{Checkable, Envelope, Node, Shared};
use foldhash::fast::FixedState;
use quorate_machine::{Machine, NodeId};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Says of a message that nothing will come of its delivery any more: to this node, which may suffer so many crashes.
pub type Dead<M> = fn(&Node<M>, u8, &Envelope<<M as Machine>::Message>) -> bool;

/// A local state: replica, digest of its node, crashes that it may still suffer.
type Place = (u16, u128, u8);

/// Steps that a search may still take once its result is void, so that it collects more than one surprise.
const AFTER_SURPRISE: u64 = 5_000;

/// The local graph of one search, ready for look-ups.
pub(crate) struct Reduction<M: Machine> {
    places: HashMap<Place, u32, FixedState>,
    messages: HashMap<u128, u32, FixedState>,
    /// For each local state, one bit for each message to its replica: is the message alive there?
    alive: Vec<Box<[u64]>>,
    /// Local states whose successors are not all known, because the graph was cut.
    open: Vec<bool>,
    /// Was each message tried in each local state where the budgets allow it?
    tried: Vec<Box<[u64]>>,
    steps: usize,
    surprises: Mutex<Vec<Surprise<M>>>,
    since_surprise: AtomicU64,
}

/// What the graph says of a message in a local state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// Nothing will ever come of its delivery.
    Dead,
    /// Something may come of it, or nothing is known.
    Alive,
    /// The graph does not know that the message can meet this local state: the graph is not complete.
    Unforeseen,
}

fn bit(bits: &[u64], at: u32) -> bool {
    bits.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

impl<M: Checkable> Reduction<M> {
    /// What becomes of `envelope` while its receiver is in the local state `node` with so many crashes left.
    pub(crate) fn fate(
        &self,
        node: &Shared<Node<M>>,
        crashes: u8,
        envelope: &Shared<Envelope<M::Message>>,
    ) -> Fate {
        let Some(&place) = self.places.get(&(envelope.to.0, node.digest(), crashes)) else {
            return Fate::Alive;
        };
        let at = place as usize;
        if self.open[at] {
            return Fate::Alive;
        }
        match self.messages.get(&envelope.digest()) {
            Some(&message) if bit(&self.alive[at], message) => Fate::Alive,
            Some(&message) if node.driver().is_none() || bit(&self.tried[at], message) => Fate::Dead,
            _ => Fate::Unforeseen,
        }
    }

    /// Are the successors of this local state all known?
    pub(crate) fn is_closed(&self, id: NodeId, node: &Shared<Node<M>>, crashes: u8) -> bool {
        let place = self.places.get(&(id.0, node.digest(), crashes));
        place.is_some_and(|place| !self.open[*place as usize])
    }

    /// Notes a step that the graph does not have. The result of this search is void from here on.
    pub(crate) fn surprise(&self, surprise: Surprise<M>) {
        self.since_surprise.fetch_max(1, Relaxed);
        let mut known = self.surprises.lock().unwrap_or_else(|broken| broken.into_inner());
        if !known.contains(&surprise) {
            known.push(surprise);
        }
    }

    /// Is there nothing more to be learned from this search?
    pub(crate) fn is_over(&self) -> bool {
        if self.since_surprise.load(Relaxed) == 0 {
            return false;
        }
        self.since_surprise.fetch_add(1, Relaxed) > AFTER_SURPRISE
    }

    /// Did the search take a step that the graph does not have?
    pub(crate) fn is_void(&self) -> bool {
        self.since_surprise.load(Relaxed) > 0
    }

    /// The steps that the graph did not have.
    pub(crate) fn surprises(&self) -> Vec<Surprise<M>> {
        self.surprises.lock().unwrap_or_else(|broken| broken.into_inner()).clone()
    }

    /// The reduction as verdicts name it.
    pub(crate) fn told(&self) -> String {
        let open = self.open.iter().filter(|open| **open).count();
        let cut = if open > 0 {
            format!(" ({open} of them open, where nothing is dropped)")
        } else {
            String::new()
        };
        format!("by a local graph of {} states{cut} and {} steps", self.places.len(), self.steps)
    }
}
