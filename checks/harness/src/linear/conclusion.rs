//! What was concluded about a history, in types and in words.

use super::history::{History, OperationId};
use std::fmt::{Debug, Write};

/// Is a history linearizable?
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use]
pub enum Conclusion<Key> {
    /// It is: this order explains every response.
    Linearizable {
        /// The operations in the order in which they took effect. One of unknown outcome that is not in it did not
        /// have to take effect.
        order: Vec<OperationId>,
    },
    /// It is not.
    NotLinearizable(Box<Refutation<Key>>),
    /// Not decided: the search was cut. Not a proof of anything.
    Unknown {
        /// Configurations that were examined.
        budget: u64,
        /// The key whose operations were not decided, if they are judged by key.
        key: Option<Key>,
    },
    /// No operation was answered, so nothing was put to the test.
    Vacuous,
}

/// Why a history is not linearizable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refutation<Key> {
    /// The key whose operations cannot be ordered, if they are judged by key. All other fields are about these alone.
    pub key: Option<Key>,
    /// The operation whose response came first of those that contradict what came before: no contradiction was found
    /// in the history before it.
    pub first: OperationId,
    /// The operations whose responses contradict each other, whatever the others did: if the others' outcomes were
    /// unknown, there would be no order either. A definite failure counts as a response.
    pub core: Vec<OperationId>,
    /// The longest order that time and the specification allow.
    pub longest: Vec<OperationId>,
    /// The answered operations that have no place in `longest`.
    pub unplaced: Vec<OperationId>,
    /// Is each response of `core` needed for the contradiction? False if the budget did not last to find out.
    pub minimal: bool,
}

impl<Key: Debug> Conclusion<Key> {
    /// One word, as in reports: `linearizable`, `not linearizable`, `unknown`, `vacuous`.
    pub fn word(&self) -> &'static str {
        match self {
            Conclusion::Linearizable { .. } => "linearizable",
            Conclusion::NotLinearizable(_) => "not linearizable",
            Conclusion::Unknown { .. } => "unknown",
            Conclusion::Vacuous => "vacuous",
        }
    }

    /// Is this what one hopes for? `Linearizable` alone.
    pub fn is_green(&self) -> bool {
        matches!(self, Conclusion::Linearizable { .. })
    }

    /// What was concluded about `history`, for people; several lines if it is not linearizable.
    ///
    /// # Panics
    /// If the conclusion is about another history, with more operations.
    pub fn sentence<O: Debug, R: Debug>(&self, history: &History<O, R>) -> String {
        match self {
            Conclusion::Linearizable { order } => {
                format!("linearizable: {} of {} operations took effect", order.len(), history.len())
            }
            Conclusion::NotLinearizable(refutation) => refutation.explain(history),
            Conclusion::Unknown { budget, key } => {
                format!("unknown{}: cut after {budget} configurations", of(key.as_ref()))
            }
            Conclusion::Vacuous => "vacuous: no operation was answered".to_owned(),
        }
    }
}

impl<Key: Debug> Refutation<Key> {
    fn explain<O: Debug, R: Debug>(&self, history: &History<O, R>) -> String {
        let of = of(self.key.as_ref());
        let mut text = match self.core.as_slice() {
            [_] => format!("not linearizable{of}: no order explains this response:\n"),
            core => format!("not linearizable{of}: no order explains these {} responses:\n", core.len()),
        };
        for id in &self.core {
            let operation = &history[*id];
            let (client, asked, from) = (operation.client, &operation.asked, operation.invoked);
            let told = match operation.response() {
                Some((_, response)) => format!("-> {response:?}"),
                None => "-> failed, without effect".to_owned(),
            };
            let at = operation.settled().unwrap_or(from);
            writeln!(text, "  client {client}: {asked:?} {told}, from {from} to {at}")
                .expect("a string takes any text");
        }
        let others = history.len() - self.core.len();
        if others > 0 {
            write!(text, "whatever the other {others} operations did").expect("a string takes any text");
        }
        text.trim_end().to_owned()
    }
}

fn of<Key: Debug>(key: Option<&Key>) -> String {
    key.map_or_else(String::new, |key| format!(", key {key:?}"))
}
