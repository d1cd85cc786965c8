//! How a concrete model corresponds to a specification.

use super::{Waiver, Walk};
use quorate_spec::Spec;
use stateright::Model;
use std::hash::Hash;

/// Says how `Concrete` corresponds to `Abstract`. For replicas in a world, implement [`super::Refines`] instead.
pub trait Mapping: Sync {
    /// What is checked.
    type Concrete: Spec<State: Clone + Eq + Hash + Send + Sync, Action: Clone + Send + Sync> + Sync;
    /// What it must refine.
    type Abstract: Spec<State: Clone + Eq + Hash + Send + Sync, Action: Clone + Send + Sync> + Sync;

    /// The specification, as configured for this scope.
    fn specification(&self) -> &Self::Abstract;

    /// The specification's state that `state` stands for.
    fn abstraction(
        &self,
        concrete: &Self::Concrete,
        state: &<Self::Concrete as Model>::State,
    ) -> <Self::Abstract as Model>::State;

    /// A 128-bit digest of everything in `state` that [`Mapping::abstraction`] reads. States of one digest share
    /// one abstraction.
    fn view(&self, concrete: &Self::Concrete, state: &<Self::Concrete as Model>::State) -> u128;

    /// Names the specification's actions that the step performs, in order, by taking them on `walk`; none if it is
    /// a stutter.
    fn witness(
        &self,
        concrete: &Self::Concrete,
        before: &<Self::Concrete as Model>::State,
        action: &<Self::Concrete as Model>::Action,
        after: &<Self::Concrete as Model>::State,
        walk: &mut Walk<'_, Self::Abstract>,
    );

    /// In a walk that the specification leads: does the action that the code named do for the one that was wanted?
    fn same(
        &self,
        wanted: &<Self::Abstract as Model>::Action,
        named: &<Self::Abstract as Model>::Action,
    ) -> bool;

    /// Actions of the specification that this scope need not name, each with its reason.
    fn waived(&self) -> Vec<Waiver> {
        Vec::new()
    }
}
