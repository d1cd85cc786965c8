//! The specification's one-state claims, asked of the image of every concrete state; and the concrete model's own.
//!
//! One function says what each of them says: a claim is told its place.

use super::{Mapping, Refinement};
use quorate_spec::{Claims, OfState, OfStep, Shape, Trigger};
use stateright::Model;

type State<R> = <<R as Mapping>::Concrete as Model>::State;
type Action<R> = <<R as Mapping>::Concrete as Model>::Action;

/// Does a claim hold? If not, with the reason, if it gives one.
type Says = Result<(), Option<String>>;

fn or_silent(holds: bool) -> Says {
    if holds { Ok(()) } else { Err(None) }
}

fn lifted<R: Mapping>(m: &Refinement<R>, state: &State<R>, at: usize) -> Says {
    let image = m.image(state);
    if !image.broken.contains(at) {
        return Ok(());
    }
    Err(m.abstract_claims()[at].why(m.mapping().specification(), &image.state))
}

fn is_reached<R: Mapping>(m: &Refinement<R>, state: &State<R>, at: usize) -> Says {
    or_silent(!m.image(state).broken.contains(at))
}

fn is_triggered<R: Mapping>(m: &Refinement<R>, state: &State<R>, at: usize) -> Says {
    or_silent(m.image(state).triggered.contains(at))
}

fn own<R: Mapping>(m: &Refinement<R>, state: &State<R>, at: usize) -> Says {
    let claim = m.concrete_claims()[at];
    let (Shape::Always(says) | Shape::AtEnd(says) | Shape::Sometimes(says)) = claim.shape() else {
        return Ok(());
    };
    if says.holds(m.concrete(), state) { Ok(()) } else { Err(claim.why(m.concrete(), state)) }
}

fn own_triggered<R: Mapping>(m: &Refinement<R>, state: &State<R>, at: usize) -> Says {
    or_silent(m.concrete_claims()[at].triggered_at(m.concrete(), state))
}

fn own_step<R: Mapping>(
    m: &Refinement<R>,
    before: &State<R>,
    action: &Action<R>,
    after: &State<R>,
    at: usize,
) -> Says {
    let Shape::AlwaysStep(says) = m.concrete_claims()[at].shape() else { return Ok(()) };
    if says.holds(m.concrete(), before, action, after) {
        return Ok(());
    }
    Err(says.why(m.concrete(), before, action, after))
}

fn own_step_triggered<R: Mapping>(
    m: &Refinement<R>,
    before: &State<R>,
    action: &Action<R>,
    after: &State<R>,
    at: usize,
) -> Says {
    or_silent(m.concrete_claims()[at].triggered_by(m.concrete(), before, action, after))
}

/// Adds the one-state claims of the specification to those of the refinement.
pub(super) fn claims<R: Mapping>(m: &Refinement<R>, claims: &mut Claims<Refinement<R>>) {
    for (at, claim) in m.abstract_claims().iter().enumerate() {
        let shape = match claim.shape() {
            Shape::Always(_) => Shape::Always(OfState::at(at, lifted)),
            Shape::Sometimes(_) => Shape::Sometimes(OfState::at(at, is_reached)),
            // Step claims are checked while the specification's actions are taken; ends are the concrete model's.
            Shape::AlwaysStep(_) | Shape::AtEnd(_) => continue,
        };
        let trigger = Trigger::State(OfState::at(at, is_triggered));
        claims.add(claim.id(), claim.text(), shape).triggered(trigger);
    }
    own_claims(m, claims);
}

/// Adds the concrete model's own claims.
fn own_claims<R: Mapping>(m: &Refinement<R>, claims: &mut Claims<Refinement<R>>) {
    for (at, claim) in m.concrete_claims().iter().enumerate() {
        let state = OfState::at(at, own::<R>);
        let at_state = Trigger::State(OfState::at(at, own_triggered));
        let (shape, trigger) = match claim.shape() {
            Shape::Always(_) => (Shape::Always(state), at_state),
            Shape::Sometimes(_) => (Shape::Sometimes(state), at_state),
            Shape::AtEnd(_) => (Shape::AtEnd(state), at_state),
            Shape::AlwaysStep(_) => (
                Shape::AlwaysStep(OfStep::at(at, own_step)),
                Trigger::Step(OfStep::at(at, own_step_triggered)),
            ),
        };
        claims.add(claim.id(), claim.text(), shape).triggered(trigger);
    }
}
