//! How one step looks to the eye: who acts, what is received, sent and lost.
//!
//! A trace draws a run as lanes (actors) and arrows (messages). Only the model knows which part of an action is
//! a message, so it says so here, in words that people use: "acceptor 2", `Promise`, "2.1".

use std::fmt::Debug;

/// Someone who acts: one lane of the board.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Actor {
    /// A short id, unique within the model: `a1`.
    pub id: String,
    /// The name that people read: `acceptor 1`.
    pub name: String,
    /// What it is: `acceptor`.
    pub role: String,
}

impl Actor {
    /// An actor with this id, of this role, known as "role number".
    pub fn new(id: impl Into<String>, role: &str, number: impl std::fmt::Display) -> Self {
        Actor { id: id.into(), name: format!("{role} {number}"), role: role.to_owned() }
    }
}

/// One message, as sent or as received.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Said {
    /// Ties the receipt to the sending: equal keys are the same message. A message with the same key that is sent
    /// again is a new copy of it. For a broadcast, give each receiver's copy its own key.
    pub key: String,
    /// The kind: `Promise`.
    pub kind: String,
    /// The kind with the one field that varies: `Promise 2.1`.
    pub label: String,
    /// The id of the actor that sent it.
    pub from: String,
    /// The id of the actor that it is for.
    pub to: String,
}

/// How one step looks.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Picture {
    /// The id of the actor whose lane the step is on; `None` for a step of the whole system.
    pub actor: Option<String>,
    /// The kind of step, in the words of [`crate::Kind`].
    pub kind: String,
    /// What happens, short: "acceptor 1 receives Prepare 2.1".
    pub label: String,
    /// The message that the step consumes.
    pub receives: Option<Said>,
    /// The messages that the step sends.
    pub sends: Vec<Said>,
    /// The messages that the step loses.
    pub drops: Vec<Said>,
    /// What went wrong, if the step is a fault: `crash`, `restart`, `loss`.
    pub fault: Option<String>,
    /// For a step of code under refinement: the specification's actions that it is, `stutter`, or why it is none.
    pub refines: Option<String>,
}

/// The longest label that [`short`] makes, in characters.
const SHORT: usize = 60;

/// The Debug text of `value` on one line, cut to 60 characters.
pub fn short(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    if text.chars().count() <= SHORT {
        return text;
    }
    text.chars().take(SHORT - 1).chain(['…']).collect()
}
