//! The claims on one state, in the form that stateright's own checker takes.

use quorate_spec::{Claims, Shape, Spec};
use stateright::Property;

/// The claims of `model` that stateright can check: those on one state. Claims on steps and on ends it cannot.
pub(crate) fn properties<M: Spec>(model: &M) -> Vec<Property<M>> {
    let mut claims = Claims::default();
    model.claims(&mut claims);
    let one_state = |claim: &quorate_spec::Claim<M>| match claim.shape() {
        Shape::Always(holds) => Some(Property::always(claim.id(), holds)),
        Shape::Sometimes(holds) => Some(Property::sometimes(claim.id(), holds)),
        Shape::AlwaysStep(_) | Shape::AtEnd(_) => None,
    };
    claims.as_slice().iter().filter_map(one_state).collect()
}
