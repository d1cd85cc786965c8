//! What an initial state, a step, the boundary and an end are: one definition for searches, random runs, lockstep,
//! shrinking, replay, the explorer and exported tests.
//!
//! * An initial state is one that [`Model::init_states`] lists and that lies within the boundary. Its number is its place
//!   in that list, whatever lies before it.
//! * A step is an action on offer whose [`Model::next_state`] is a state within the boundary.
//! * A step that would leave the boundary is not taken, and it is no finding.
//! * An end is a state in which the model gives no next state for any action on offer. A state from which a step leaves
//!   the boundary is no end: more would happen there, and the bounds alone keep it from being examined.
//!
//! ```
//! use quorate::steps::{self, Attempt};
//! use stateright::Model;
//!
//! /// Counts by one, and is examined up to 3.
//! struct Count;
//! impl Model for Count {
//!     type State = u8;
//!     type Action = ();
//!     fn init_states(&self) -> Vec<u8> { vec![9, 0] }
//!     fn actions(&self, _: &u8, actions: &mut Vec<()>) { actions.push(()) }
//!     fn next_state(&self, n: &u8, _: ()) -> Option<u8> { Some(n + 1) }
//!     fn within_boundary(&self, n: &u8) -> bool { *n <= 3 }
//! }
//! assert_eq!(steps::initial(&Count), [(1, 0)], "9 is outside");
//! assert_eq!(steps::take(&Count, &2, ()), Some(3));
//! assert_eq!(steps::attempt(&Count, &3, ()), Attempt::Outside(4));
//! assert!(!steps::is_end(&Count, &3), "the bounds end the search there, and not the run");
//! ```

use stateright::Model;

/// What becomes of an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attempt<S> {
    /// The model ignores it.
    Ignored,
    /// It would lead to this state, which lies outside the boundary: it is not taken.
    Outside(S),
    /// It leads to this state.
    To(S),
}

/// The initial states, each with its place in the model's own list.
pub fn initial<M: Model>(model: &M) -> Vec<(usize, M::State)> {
    let all = model.init_states().into_iter().enumerate();
    all.filter(|(_, state)| model.within_boundary(state)).collect()
}

/// The initial state at `place` of the model's own list; `None` if there is none, or it lies outside the boundary.
pub fn initial_at<M: Model>(model: &M, place: usize) -> Option<M::State> {
    model.init_states().into_iter().nth(place).filter(|state| model.within_boundary(state))
}

/// What becomes of `action` in `state`.
#[inline]
pub fn attempt<M: Model>(model: &M, state: &M::State, action: M::Action) -> Attempt<M::State> {
    match model.next_state(state, action) {
        None => Attempt::Ignored,
        Some(next) if model.within_boundary(&next) => Attempt::To(next),
        Some(next) => Attempt::Outside(next),
    }
}

/// The state after `action`, if it is a step.
#[inline]
pub fn take<M: Model>(model: &M, state: &M::State, action: M::Action) -> Option<M::State> {
    match attempt(model, state, action) {
        Attempt::To(next) => Some(next),
        Attempt::Ignored | Attempt::Outside(_) => None,
    }
}

/// The actions on offer in `state`, in the model's order.
pub fn offers<M: Model>(model: &M, state: &M::State) -> Vec<M::Action> {
    let mut actions = Vec::new();
    model.actions(state, &mut actions);
    actions
}

/// Is `state` an end?
pub fn is_end<M: Model>(model: &M, state: &M::State) -> bool {
    offers(model, state).into_iter().all(|action| model.next_state(state, action).is_none())
}
