//! All that a model needs of the harness.
//!
//! A model is a [`stateright::Model`] that also says what must be true of it ([`Spec::claims`]) and sorts its
//! actions into [`Kind`]s, so that a search can tell which kinds were never taken. It stays free of the engine:
//! stateright checks the same model as a second opinion.

use stateright::Model;

mod claim;
mod picture;
mod predicate;
pub mod set;
pub use claim::{Claim, Claims, Shape, Trigger, Truth};
pub use picture::{Actor, Picture, Said, short};
pub use predicate::{Answer, OfState, OfStep, StateAtFn, StateFn, StepAtFn, StepFn};

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

/// What a model says of a search of itself, once the search is over: which reductions were in force, what the search
/// exercised, and what keeps it from being green.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Remarks {
    /// The reductions in force, one phrase each. Verdicts name them.
    pub reductions: Vec<String>,
    /// Further facts, one line each.
    pub lines: Vec<String>,
    /// What keeps the search from being green, one sentence each.
    pub failures: Vec<String>,
    /// The search left something out for a reason that it has itself refuted. Its result is void: the search is to be
    /// made again, with what the model has learned.
    pub again: bool,
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

    /// Called before each search of the model. A world prepares its reductions here.
    fn before_search(&self) {}

    /// Called after each search of the model; `complete` says whether every reachable state was examined. Whatever a
    /// model knows that its claims do not say belongs here, so that tests and command line alike hear of it.
    fn after_search(&self, _complete: bool) -> Remarks {
        Remarks::default()
    }

    /// Called before random runs of the model, and before other walks that examine no whole scope.
    fn before_runs(&self) {}

    /// Called after them, where no run broke a claim. Failures keep the runs from being green.
    fn after_runs(&self) -> Remarks {
        Remarks::default()
    }

    /// Gives back whatever the model remembers between calls; it is computed again when it is needed. Random runs call
    /// this after each run: a search meets the same pair of state and input very often, another run hardly ever does, and
    /// what is kept for it would grow with the number of runs.
    fn forget(&self) {}

    /// Has the search that is running become void, so that there is no point in finding out what it shows? Then
    /// [`Spec::after_search`] asks for another one.
    fn is_void(&self) -> bool {
        false
    }

    /// Is `after` known, without a closer look, to be the same state as `before`? Such a step costs a search neither a
    /// fingerprint nor a look into its table. `false` is always right.
    fn is_stutter(&self, _before: &Self::State, _after: &Self::State) -> bool {
        false
    }

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
