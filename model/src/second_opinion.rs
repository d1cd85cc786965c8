//! The claims on one state, in the form that stateright's own checker takes.

use quorate_spec::{Claims, OfState, Shape, Spec, StateFn};
use stateright::Property;

/// The claims of `model` that stateright can check: those on one state. Claims on steps and on ends it cannot.
///
/// # Panics
/// If a claim on one state is no plain function: it would be left out of the second opinion in silence.
pub(crate) fn properties<M: Spec>(model: &M) -> Vec<Property<M>> {
    let mut claims = Claims::default();
    model.claims(&mut claims);
    let one_state = |claim: &quorate_spec::Claim<M>| match claim.shape() {
        Shape::Always(holds) => Some(Property::always(claim.id(), plain(claim.id(), holds))),
        Shape::Sometimes(holds) => Some(Property::sometimes(claim.id(), plain(claim.id(), holds))),
        Shape::AlwaysStep(_) | Shape::AtEnd(_) => None,
    };
    claims.as_slice().iter().filter_map(one_state).collect()
}

fn plain<M: Spec>(id: &str, claim: OfState<M>) -> StateFn<M> {
    claim.as_fn().unwrap_or_else(|| panic!("{id}: stateright takes plain functions alone"))
}
