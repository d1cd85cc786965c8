//! What several systems need: the identity of a part in a trace, messages on links, and weighted dice.

use quorate::foreign::{Foreign, Past, Replayed};
use quorate::simulate::Random;
use serde::{Serialize, Serializer};
use stateright::Model;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The fingerprint of how a node started and what it was told since, in order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Told(pub u128);

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}

/// A message on its way: two letters are the same if their texts are.
pub struct Letter<M> {
    /// The name of the message, as the crate has it.
    pub name: &'static str,
    /// The name and the part that a reader wants: an arrow's label.
    pub label: Arc<str>,
    /// All of the message.
    pub text: Arc<str>,
    /// The message.
    pub message: Arc<M>,
}

impl<M: fmt::Debug> Letter<M> {
    /// A letter with this message in it.
    pub fn new(message: M, name: &'static str, detail: &str) -> Self {
        let text = format!("{message:?}").into();
        Letter { name, label: format!("{name}{detail}").into(), text, message: Arc::new(message) }
    }
}

impl<M> Clone for Letter<M> {
    fn clone(&self) -> Self {
        let Letter { name, label, text, message } = self;
        Letter { name, label: Arc::clone(label), text: Arc::clone(text), message: Arc::clone(message) }
    }
}

impl<M> PartialEq for Letter<M> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<M> Eq for Letter<M> {}

impl<M> Hash for Letter<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<M> fmt::Debug for Letter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<M> Serialize for Letter<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// How likely each kind of event is, in parts of the sum of those that are possible.
pub type Weights = &'static [(&'static str, usize)];

/// Draws a kind by its weight among those that are possible, and one event of it. Kinds without a weight never happen.
pub fn draw<F: Foreign>(
    weights: Weights,
    model: &Replayed<F>,
    past: &Past<F>,
    random: &mut Random,
) -> Option<F::Event> {
    let mut events = Vec::new();
    model.actions(past, &mut events);
    let kind = |event: &F::Event| model.foreign().kind(event).0;
    let possible: Vec<_> =
        weights.iter().filter(|(name, _)| events.iter().any(|event| kind(event) == *name)).collect();
    let sum: usize = possible.iter().map(|(_, weight)| weight).sum();
    if sum == 0 {
        return None;
    }
    let mut drawn = random.below(sum);
    let (name, _) = possible.into_iter().find(|(_, weight)| match drawn.checked_sub(*weight) {
        Some(rest) => {
            drawn = rest;
            false
        }
        None => true,
    })?;
    events.retain(|event| kind(event) == *name);
    Some(events.swap_remove(random.below(events.len())))
}
