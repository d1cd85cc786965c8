//! What a search asks of a model beyond its transitions: claims, and kinds of actions.

use quorate_spec::{Claim, Claims, Kind, Remarks, Spec};
use stateright::{Expectation, Model};

/// Where claims and kinds come from.
pub(super) trait Subject<M: Model>: Copy + Sync {
    /// Every claim, in the order of reports.
    fn claims(self, model: &M) -> Vec<Claim<M>>;
    /// Every kind of action that should be taken.
    fn kinds(self, model: &M) -> Vec<Kind>;
    /// The kind of one action.
    fn kind(self, model: &M, action: &M::Action) -> Kind;
    /// Tells the model that a search begins.
    fn before(self, _model: &M) {}
    /// What the model says once the search is over.
    fn after(self, _model: &M, _complete: bool) -> Remarks {
        Remarks::default()
    }
    /// Is the search that is running void?
    fn is_void(self, _model: &M) -> bool {
        false
    }
    /// Is the step known to lead to the state that it comes from?
    fn is_stutter(self, _model: &M, _before: &M::State, _after: &M::State) -> bool {
        false
    }
}

/// From the model's [`Spec`].
#[derive(Clone, Copy)]
pub(super) struct BySpec;

impl<M: Spec> Subject<M> for BySpec {
    fn claims(self, model: &M) -> Vec<Claim<M>> {
        let mut claims = Claims::default();
        model.claims(&mut claims);
        claims.as_slice().to_vec()
    }

    fn kinds(self, model: &M) -> Vec<Kind> {
        model.kinds()
    }

    #[inline]
    fn kind(self, model: &M, action: &M::Action) -> Kind {
        model.kind(action)
    }

    fn before(self, model: &M) {
        model.before_search();
    }

    fn after(self, model: &M, complete: bool) -> Remarks {
        model.after_search(complete)
    }

    fn is_void(self, model: &M) -> bool {
        model.is_void()
    }

    #[inline]
    fn is_stutter(self, model: &M, before: &M::State, after: &M::State) -> bool {
        model.is_stutter(before, after)
    }
}

/// The only kind of a model that sorts its actions into none.
const STEP: Kind = Kind("step");

/// From a plain stateright model's own `properties()`.
#[derive(Clone, Copy)]
pub(super) struct ByProperties;

impl<M: Model> Subject<M> for ByProperties {
    fn claims(self, model: &M) -> Vec<Claim<M>> {
        let mut claims = Claims::default();
        for property in model.properties() {
            match property.expectation {
                Expectation::Always => claims.always(property.name, property.name, property.condition),
                Expectation::Sometimes => claims.sometimes(property.name, property.name, property.condition),
                Expectation::Eventually => panic!(
                    "{}: `eventually` is about whole runs, cycles among them; a search over states cannot decide it",
                    property.name
                ),
            };
        }
        claims.as_slice().to_vec()
    }

    fn kinds(self, _: &M) -> Vec<Kind> {
        Vec::new()
    }

    #[inline]
    fn kind(self, _: &M, _: &M::Action) -> Kind {
        STEP
    }
}
