//! Models out of four functions, so that a test can be read in one place.

use quorate_spec::{Claims, Kind, Spec, StateFn, StepFn};
use stateright::Model;
use std::fmt::Debug;
use std::hash::Hash;

/// What a state of a toy must be.
pub(crate) trait Plain: Clone + Debug + Eq + Hash + Send + Sync + 'static {}
impl<T: Clone + Debug + Eq + Hash + Send + Sync + 'static> Plain for T {}

/// A model with actions that are numbers, all of one kind.
#[derive(Clone)]
pub(crate) struct Toy<S: Plain> {
    pub(crate) init: fn() -> Vec<S>,
    pub(crate) actions: fn(&S) -> Vec<u8>,
    pub(crate) next: fn(&S, u8) -> Option<S>,
    pub(crate) within: fn(&S) -> bool,
    /// A claim about every state.
    pub(crate) always: StateFn<Toy<S>>,
    /// Claims about steps and about ends, where there are any.
    pub(crate) step: Option<StepFn<Toy<S>>>,
    pub(crate) end: Option<StateFn<Toy<S>>>,
}

impl<S: Plain> Toy<S> {
    /// A model that claims nothing but that it has states.
    pub(crate) fn new(
        init: fn() -> Vec<S>,
        actions: fn(&S) -> Vec<u8>,
        next: fn(&S, u8) -> Option<S>,
    ) -> Self {
        Toy { init, actions, next, within: |_| true, always: |_, _| true, step: None, end: None }
    }
}

impl<S: Plain> Model for Toy<S> {
    type State = S;
    type Action = u8;

    fn init_states(&self) -> Vec<S> {
        (self.init)()
    }

    fn actions(&self, state: &S, actions: &mut Vec<u8>) {
        actions.extend((self.actions)(state));
    }

    fn next_state(&self, state: &S, action: u8) -> Option<S> {
        (self.next)(state, action)
    }

    fn within_boundary(&self, state: &S) -> bool {
        (self.within)(state)
    }
}

impl<S: Plain> Spec for Toy<S> {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("act")]
    }

    fn kind(&self, _: &u8) -> Kind {
        Kind("act")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("state", "what the test claims of states", self.always);
        if let Some(step) = self.step {
            claims.always_step("step", "what the test claims of steps", step);
        }
        if let Some(end) = self.end {
            claims.at_end("end", "what the test claims of ends", end);
        }
    }
}

/// Does one of the lines contain all of these words?
pub(crate) fn says(lines: &[String], words: &[&str]) -> bool {
    lines.iter().any(|line| words.iter().all(|word| line.contains(word)))
}
