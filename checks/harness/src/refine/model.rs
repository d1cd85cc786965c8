//! The concrete model with the claim that it refines the specification.

use super::{Adequacy, Mapping, Walk, adequacy::Tally, places::Places};
use crate::world::Memo;
use quorate_spec::{Claim, Claims, Kind, Shape, Spec};
use stateright::Model;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::{fmt, sync::Arc};

type Abstract<R> = <R as Mapping>::Abstract;
type AbstractState<R> = <Abstract<R> as Model>::State;
type State<R> = <<R as Mapping>::Concrete as Model>::State;
type Action<R> = <<R as Mapping>::Concrete as Model>::Action;

/// Why a concrete step is no step of the specification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mismatch<A, S> {
    /// The step names an action that the specification does not allow there.
    Refused {
        /// The actions that were allowed before it.
        taken: Vec<A>,
        /// The action that was not.
        action: A,
        /// Why not.
        why: String,
    },
    /// The named actions lead to one abstract state, the concrete state stands for another.
    Differs {
        /// The named actions.
        taken: Vec<A>,
        /// Where the specification got to.
        expected: S,
        /// What the concrete state stands for.
        found: S,
    },
}

impl<A: fmt::Debug, S: fmt::Debug> fmt::Display for Mismatch<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Refused { action, why, .. } => {
                write!(f, "the code performs {action:?}, which the specification refuses: {why}")
            }
            Mismatch::Differs { taken, expected, found } if taken.is_empty() => write!(
                f,
                "the code names no action, yet its abstract state changed from {expected:?} to {found:?}"
            ),
            Mismatch::Differs { taken, expected, found } => {
                write!(
                    f,
                    "the code names {taken:?}, which leads to {expected:?}, yet it stands for {found:?}"
                )
            }
        }
    }
}

/// An abstract state with what the specification claims of it, one bit a claim.
pub(super) struct Image<S> {
    pub(super) state: S,
    /// The places of the specification's claims on one state that do not hold here.
    pub(super) broken: Places,
    /// The places of those that say something here.
    pub(super) triggered: Places,
}

/// `R::Concrete`, claiming that it refines `R::Abstract`.
///
/// Claims: `refines` over every step; each one-state claim of the specification, of the image of every state; and the
/// concrete model's own. The specification's step claims are part of `refines`.
///
/// An action of the specification that the code never performs fails a complete search ([`Spec::after_search`]) and
/// random runs ([`Spec::after_runs`]), whoever starts them, unless the mapping waives it ([`Mapping::waived`]).
pub struct Refinement<R: Mapping> {
    pub(super) concrete: R::Concrete,
    mapping: R,
    claims: Claims<Abstract<R>>,
    concrete_claims: Claims<R::Concrete>,
    kinds: Vec<Kind>,
    images: Memo<Image<AbstractState<R>>>,
    /// Images that were met before the memory of them was given back.
    met: AtomicU64,
    /// One counter for each kind, then stutters, then steps.
    tally: Tally,
    /// A step was found that is none of the specification. What the code performs beyond it is not known.
    refuted: AtomicBool,
}

impl<R: Mapping> fmt::Debug for Refinement<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refinement").field("kinds", &self.kinds).finish_non_exhaustive()
    }
}

impl<R: Mapping> Refinement<R> {
    /// The claim that `concrete` refines the mapping's specification.
    ///
    /// # Panics
    /// If an initial state of the concrete model stands for no initial state of the specification.
    pub fn new(concrete: R::Concrete, mapping: R) -> Self {
        let mut claims = Claims::default();
        mapping.specification().claims(&mut claims);
        let mut concrete_claims = Claims::default();
        concrete.claims(&mut concrete_claims);
        let kinds = mapping.specification().kinds();
        let tally = Tally::new(kinds.len() + 2);
        let initial = mapping.specification().init_states();
        for state in concrete.init_states() {
            let alike = initial.contains(&mapping.abstraction(&concrete, &state));
            assert!(alike, "an initial state of the code stands for no initial state of the specification");
        }
        Refinement {
            concrete,
            mapping,
            claims,
            concrete_claims,
            kinds,
            images: Memo::default(),
            met: AtomicU64::new(0),
            tally,
            refuted: AtomicBool::new(false),
        }
    }

    /// The concrete model.
    pub fn concrete(&self) -> &R::Concrete {
        &self.concrete
    }

    /// The mapping.
    pub fn mapping(&self) -> &R {
        &self.mapping
    }

    /// How many images are kept now.
    pub fn remembered(&self) -> usize {
        self.images.len()
    }

    /// Gives back the memory in which images that were computed are kept, and no other. They are computed again when they
    /// are needed.
    pub fn forget(&self) {
        self.met.fetch_max(self.images.len() as u64, Relaxed);
        self.images.clear();
    }

    /// Counts from nothing.
    pub(super) fn reset(&self) {
        self.images.clear();
        self.met.store(0, Relaxed);
        self.refuted.store(false, Relaxed);
        self.tally.reset();
    }

    /// The specification's actions that must have been performed and were not, one sentence each.
    pub(super) fn missed(&self) -> Vec<String> {
        if self.refuted.load(Relaxed) {
            return Vec::new();
        }
        let missed = self.adequacy().missed();
        missed.into_iter().map(|kind| format!("no step of the code is ever {kind}")).collect()
    }

    /// What has been exercised so far, in the search or the runs that began last.
    pub fn adequacy(&self) -> Adequacy {
        let hits = self.kinds.iter().enumerate().map(|(at, kind)| (*kind, self.tally.total(at)));
        Adequacy {
            hits: hits.collect(),
            stutters: self.tally.total(self.kinds.len()),
            steps: self.tally.total(self.kinds.len() + 1),
            image: self.met.load(Relaxed).max(self.images.len() as u64),
            waived: self.mapping.waived(),
        }
    }

    /// The abstract state that `state` stands for.
    pub fn abstraction(&self, state: &State<R>) -> AbstractState<R> {
        self.image(state).state.clone()
    }

    /// Why the step is no step of the specification, if it is none.
    pub fn explain(
        &self,
        before: &State<R>,
        action: &Action<R>,
        after: &State<R>,
    ) -> Option<Mismatch<<Abstract<R> as Model>::Action, AbstractState<R>>> {
        let walk = self.walk(before, action, after);
        let taken = walk.taken().to_vec();
        if let Some((action, why)) = walk.refused() {
            return Some(Mismatch::Refused { taken, action: action.clone(), why: why.clone() });
        }
        let found = self.abstraction(after);
        (*walk.state() != found).then(|| Mismatch::Differs { taken, expected: walk.state().clone(), found })
    }

    /// The specification's actions that the step names, as far as they are allowed.
    pub fn witness(
        &self,
        before: &State<R>,
        action: &Action<R>,
        after: &State<R>,
    ) -> Vec<<Abstract<R> as Model>::Action> {
        self.walk(before, action, after).taken().to_vec()
    }

    /// In words: the specification's actions that the step is, or why it is none.
    pub(super) fn says(&self, before: &State<R>, action: &Action<R>, after: &State<R>) -> String {
        let walk = self.walk(before, action, after);
        let kinds = walk.taken().iter().map(|taken| self.mapping.specification().kind(taken).to_string());
        let kinds: Vec<String> = kinds.collect();
        match walk.refused() {
            Some((refused, why)) => {
                format!("{} refused: {why}", self.mapping.specification().kind(refused))
            }
            None if *walk.state() != self.image(after).state => "leads elsewhere".to_owned(),
            None if kinds.is_empty() => "stutter".to_owned(),
            None => kinds.join(", "),
        }
    }

    fn walk(&self, before: &State<R>, action: &Action<R>, after: &State<R>) -> Walk<'_, Abstract<R>> {
        let mut walk =
            Walk::new(self.mapping.specification(), self.claims.as_slice(), self.abstraction(before));
        self.mapping.witness(&self.concrete, before, action, after, &mut walk);
        walk
    }

    pub(super) fn image(&self, state: &State<R>) -> Arc<Image<AbstractState<R>>> {
        self.images.get_or(self.mapping.view(&self.concrete, state), || {
            let model = self.mapping.specification();
            let state = self.mapping.abstraction(&self.concrete, state);
            let claims = self.claims.as_slice();
            let broken = Places::of(claims, |claim| match claim.shape() {
                Shape::Always(says) | Shape::Sometimes(says) => !says.holds(model, &state),
                Shape::AlwaysStep(_) | Shape::AtEnd(_) => false,
            });
            let triggered = Places::of(claims, |claim| {
                let is_lifted = matches!(claim.shape(), Shape::Always(_) | Shape::Sometimes(_));
                is_lifted && claim.triggered_at(model, &state)
            });
            Image { state, broken, triggered }
        })
    }

    /// The claims of the specification, by place.
    pub(super) fn abstract_claims(&self) -> &[Claim<Abstract<R>>] {
        self.claims.as_slice()
    }

    /// The claims of the concrete model, by place.
    pub(super) fn concrete_claims(&self) -> &[Claim<R::Concrete>] {
        self.concrete_claims.as_slice()
    }

    pub(super) fn refines(&self, before: &State<R>, action: &Action<R>, after: &State<R>) -> bool {
        let refines = self.performs(before, action, after);
        if !refines {
            self.refuted.store(true, Relaxed);
        }
        refines
    }

    /// Is the step what it names, or nothing? Counts what it names.
    fn performs(&self, before: &State<R>, action: &Action<R>, after: &State<R>) -> bool {
        let image = self.image(before);
        let mut walk = Walk::new(self.mapping.specification(), self.claims.as_slice(), image.state.clone());
        self.mapping.witness(&self.concrete, before, action, after, &mut walk);
        self.tally.raise(self.kinds.len() + 1);
        if walk.taken().is_empty() && walk.refused().is_none() {
            self.tally.raise(self.kinds.len());
            let same = self.mapping.view(&self.concrete, before) == self.mapping.view(&self.concrete, after);
            return same || image.state == self.image(after).state;
        }
        for action in walk.taken() {
            let kind = self.mapping.specification().kind(action);
            if let Some(at) = self.kinds.iter().position(|known| *known == kind) {
                self.tally.raise(at);
            }
        }
        walk.refused().is_none() && *walk.state() == self.image(after).state
    }
}

impl<R: Mapping> Model for Refinement<R> {
    type State = State<R>;
    type Action = Action<R>;

    fn init_states(&self) -> Vec<Self::State> {
        self.concrete.init_states()
    }

    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>) {
        self.concrete.actions(state, actions);
    }

    fn next_state(&self, state: &Self::State, action: Self::Action) -> Option<Self::State> {
        self.concrete.next_state(state, action)
    }

    fn within_boundary(&self, state: &Self::State) -> bool {
        self.concrete.within_boundary(state)
    }
}
