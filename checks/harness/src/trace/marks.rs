//! Intervals of a run: what actors are for a while, and what clients wait for.

use super::format::{Expected, Operation, Span};
use stateright::Model;
use std::collections::BTreeMap;

/// The state before and the action that led on from it; nothing for a first state.
pub(crate) type Arrival<'a, M> = Option<(&'a <M as Model>::State, &'a <M as Model>::Action)>;

/// The specification's side of a state, given how it was arrived at.
pub(crate) type BesideFn<M> = fn(&M, Arrival<'_, M>, &<M as Model>::State) -> Option<Expected>;

/// What begins and ends with the step from a state over an action to the next state.
pub type MarksFn<M> = fn(&M, &<M as Model>::State, &<M as Model>::Action, &<M as Model>::State) -> Vec<Mark>;

/// One end of an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The actor becomes something, and is no longer what it was.
    Becomes {
        /// The actor's id.
        actor: String,
        /// What it becomes, short; `None`: nothing worth drawing.
        what: Option<String>,
    },
    /// A client asks the actor.
    Called {
        /// Names the request within the run.
        id: String,
        /// The actor's id.
        actor: String,
        /// What is asked, short.
        label: String,
    },
    /// The request is answered. Only the first answer counts, and one to a request that nobody made is nothing.
    Returned {
        /// The request.
        id: String,
        /// The answer, short.
        result: String,
    },
}

/// The intervals of a run so far.
#[derive(Default)]
pub(crate) struct Intervals {
    pub(crate) spans: Vec<Span>,
    pub(crate) ops: Vec<Operation>,
    /// The span that each actor is in, as a place in `spans`.
    open: BTreeMap<String, usize>,
}

impl Intervals {
    /// Adds what begins or ends with `step`.
    pub(crate) fn note(&mut self, mark: Mark, step: usize) {
        match mark {
            Mark::Becomes { actor, what } => {
                let now = self.open.get(&actor).copied();
                if now.is_some_and(|at| what.as_ref() == Some(&self.spans[at].label)) {
                    return;
                }
                if let Some(at) = self.open.remove(&actor) {
                    self.spans[at].to = Some(step);
                }
                if let Some(label) = what {
                    self.open.insert(actor.clone(), self.spans.len());
                    self.spans.push(Span { actor, label, from: step, to: None });
                }
            }
            Mark::Called { id, actor, label } => {
                self.ops.push(Operation { id, actor, label, call: step, ..Operation::default() });
            }
            Mark::Returned { id, result } => {
                if let Some(op) = self.ops.iter_mut().find(|op| op.id == id && op.ret.is_none()) {
                    (op.ret, op.result) = (Some(step), Some(result));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn becomes(actor: &str, what: Option<&str>) -> Mark {
        Mark::Becomes { actor: actor.to_owned(), what: what.map(str::to_owned) }
    }

    #[test]
    fn an_actor_is_one_thing_at_a_time() {
        let mut intervals = Intervals::default();
        intervals.note(becomes("a", Some("leader of 1")), 2);
        intervals.note(becomes("a", Some("leader of 1")), 3);
        intervals.note(becomes("b", None), 4);
        intervals.note(becomes("a", Some("leader of 2")), 5);
        intervals.note(becomes("a", None), 7);
        intervals.note(becomes("b", Some("leader of 3")), 8);
        let drawn: Vec<_> = intervals.spans.iter().map(|s| (&*s.actor, &*s.label, s.from, s.to)).collect();
        assert_eq!(
            drawn,
            [
                ("a", "leader of 1", 2, Some(5)),
                ("a", "leader of 2", 5, Some(7)),
                ("b", "leader of 3", 8, None)
            ]
        );
    }

    #[test]
    fn a_request_lasts_until_its_first_answer() {
        let returned =
            |id: &str, result: &str| Mark::Returned { id: id.to_owned(), result: result.to_owned() };
        let called =
            |id: &str| Mark::Called { id: id.to_owned(), actor: "a".to_owned(), label: "put".to_owned() };
        let mut intervals = Intervals::default();
        intervals.note(returned("1", "early"), 1);
        intervals.note(called("1"), 2);
        intervals.note(called("2"), 3);
        intervals.note(returned("1", "done"), 4);
        intervals.note(returned("1", "again"), 5);
        let ends: Vec<_> = intervals.ops.iter().map(|op| (op.call, op.ret, op.result.as_deref())).collect();
        assert_eq!(ends, [(2, Some(4), Some("done")), (3, None, None)]);
    }
}
