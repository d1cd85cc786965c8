//! All that a model needs of the harness.
//!
//! A model is a [`stateright::Model`] that also says what must be true of it ([`Spec::claims`]) and sorts its
//! actions into [`Kind`]s, so that a search can tell which kinds were never taken. It stays free of the engine:
//! stateright checks the same model as a second opinion.

use stateright::Model;

mod claim;
mod picture;
pub mod set;
pub use claim::{Claim, Claims, Shape, StateFn, StepFn, Truth};
pub use picture::{Actor, Picture, Said, short};

/// A kind of action: the word the paper uses for it. Coverage is counted per kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Kind(pub &'static str);

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// What an action that was taken in one run is at some state of another.
#[derive(Clone, Debug)]
pub enum Again<A> {
    /// It is to be looked for among those on offer.
    Look,
    /// It is not on offer.
    Gone,
    /// This one, which is on offer.
    Here(A),
}

/// A model with its claims.
pub trait Spec: Model + Sized {
    /// Every kind of action that the model as configured has; a kind that no search ever takes is reported.
    fn kinds(&self) -> Vec<Kind>;

    /// The kind of one action.
    fn kind(&self, action: &Self::Action) -> Kind;

    /// What `action`, taken in another run, is in `state`: for the sake of making a run shorter, where whether it is on
    /// offer can be told without listing all that is.
    fn again(&self, _state: &Self::State, _action: &Self::Action) -> Again<Self::Action> {
        Again::Look
    }

    /// Everything that must hold, and everything that must be reachable.
    fn claims(&self, claims: &mut Claims<Self>);

    /// Who acts in a run that starts in `init`: the lanes of its picture, in order.
    fn actors(&self, _init: &Self::State) -> Vec<Actor> {
        Vec::new()
    }

    /// How the step from `before` over `action` to `after` looks.
    fn picture(&self, _before: &Self::State, action: &Self::Action, _after: &Self::State) -> Picture
    where
        Self::Action: std::fmt::Debug,
    {
        Picture { kind: self.kind(action).to_string(), label: short(action), ..Picture::default() }
    }
}
