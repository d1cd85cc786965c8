//! States up to symmetry.

use quorate::engine::{Options, search_model};
use quorate_spec::{Claims, Shape, Spec};
use stateright::Model;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt::Debug;
use std::hash::Hash;

/// A model whose states are representatives.
struct Orbits<M: Model> {
    model: M,
    canonical: fn(&M, &M::State) -> M::State,
}

impl<M: Model> Model for Orbits<M> {
    type State = M::State;
    type Action = M::Action;

    fn init_states(&self) -> Vec<M::State> {
        self.model.init_states().iter().map(|state| (self.canonical)(&self.model, state)).collect()
    }

    fn actions(&self, state: &M::State, actions: &mut Vec<M::Action>) {
        self.model.actions(state, actions);
    }

    fn next_state(&self, state: &M::State, action: M::Action) -> Option<M::State> {
        self.model.next_state(state, action).map(|next| (self.canonical)(&self.model, &next))
    }
}

/// How many states the model has up to the symmetry that `canonical` stands for.
pub(super) fn orbits<M>(model: M, canonical: fn(&M, &M::State) -> M::State) -> u64
where
    M: Model + Sync,
    M::State: Clone + Hash + Eq + Send + Sync,
    M::Action: Clone + Send + Sync,
{
    let report = search_model(&Orbits { model, canonical }, &Options::default());
    assert!(report.ended.is_complete());
    report.unique_states
}

/// The symmetry is sound: for every reachable state, all its images have its representative, the representatives of its
/// successors, and its truth for every claim on one state.
pub(super) fn images_are_alike<M>(
    model: &M,
    canonical: fn(&M, &M::State) -> M::State,
    images: fn(&M, &M::State) -> Vec<M::State>,
) where
    M: Spec,
    M::State: Clone + Debug + Hash + Ord,
{
    let mut claims = Claims::default();
    model.claims(&mut claims);
    let truths = |state: &M::State| {
        let of = |shape| match shape {
            Shape::Always(holds) | Shape::AtEnd(holds) | Shape::Sometimes(holds) => holds(model, state),
            Shape::AlwaysStep(_) => true,
        };
        claims.as_slice().iter().map(|claim| of(claim.shape())).collect::<Vec<_>>()
    };
    let successors = |state: &M::State| {
        model.next_states(state).iter().map(|next| canonical(model, next)).collect::<BTreeSet<_>>()
    };
    let mut seen: HashSet<M::State> = HashSet::new();
    let mut open: VecDeque<M::State> = model.init_states().into();
    while let Some(state) = open.pop_front() {
        let representative = canonical(model, &state);
        if !seen.insert(representative.clone()) {
            continue;
        }
        let (truth, next) = (truths(&state), successors(&state));
        let images = images(model, &state);
        assert_eq!(images.first(), Some(&state));
        for image in images {
            assert_eq!(canonical(model, &image), representative, "{image:?}");
            assert_eq!(truths(&image), truth, "{image:?}");
            assert_eq!(successors(&image), next, "{image:?}");
        }
        open.extend(model.next_states(&state));
    }
    assert!(seen.len() > 100, "only {} states were looked at", seen.len());
}
