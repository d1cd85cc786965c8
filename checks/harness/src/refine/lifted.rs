//! The specification's one-state claims, asked of the image of every concrete state; and the concrete model's own.

use super::{Mapping, Refinement};
use quorate_spec::{Claims, Shape, StateFn, StepFn};
use stateright::Model;

type State<R> = <<R as Mapping>::Concrete as Model>::State;

fn holds<R: Mapping, const AT: usize>(m: &Refinement<R>, state: &State<R>) -> bool {
    m.image(state).broken & (1 << AT) == 0
}

fn triggered<R: Mapping, const AT: usize>(m: &Refinement<R>, state: &State<R>) -> bool {
    m.image(state).triggered & (1 << AT) != 0
}

type Action<R> = <<R as Mapping>::Concrete as Model>::Action;

fn own<R: Mapping, const AT: usize>(m: &Refinement<R>, state: &State<R>) -> bool {
    match m.concrete_claims()[AT].shape() {
        Shape::Always(holds) | Shape::Sometimes(holds) | Shape::AtEnd(holds) => holds(m.concrete(), state),
        Shape::AlwaysStep(_) => true,
    }
}

fn own_triggered<R: Mapping, const AT: usize>(m: &Refinement<R>, state: &State<R>) -> bool {
    m.concrete_claims()[AT].triggered_at(m.concrete(), state)
}

fn own_step<R: Mapping, const AT: usize>(
    m: &Refinement<R>,
    before: &State<R>,
    action: &Action<R>,
    after: &State<R>,
) -> bool {
    match m.concrete_claims()[AT].shape() {
        Shape::AlwaysStep(holds) => holds(m.concrete(), before, action, after),
        Shape::Always(_) | Shape::Sometimes(_) | Shape::AtEnd(_) => true,
    }
}

fn own_step_triggered<R: Mapping, const AT: usize>(
    m: &Refinement<R>,
    before: &State<R>,
    action: &Action<R>,
    after: &State<R>,
) -> bool {
    m.concrete_claims()[AT].triggered_by(m.concrete(), before, action, after)
}

/// The predicates of the claims at places 0, 1, …: claims are plain functions, so the place is a constant.
macro_rules! by_place {
    ($function:ident, $form:ident, $r:ty, [$($at:literal)*]) => {
        [$($function::<$r, $at> as $form<Refinement<$r>>),*]
    };
}

/// Adds the one-state claims of the specification to those of the refinement.
pub(super) fn claims<R: Mapping>(m: &Refinement<R>, claims: &mut Claims<Refinement<R>>) {
    let holds = by_place!(holds, StateFn, R, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31]);
    let triggered = by_place!(triggered, StateFn, R, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31]);
    let count = m.abstract_claims().len();
    assert!(
        count <= holds.len(),
        "a refinement lifts {} claims at most, the specification has {count}",
        holds.len()
    );
    for ((claim, holds), triggered) in m.abstract_claims().iter().zip(holds).zip(triggered) {
        match claim.shape() {
            Shape::Always(_) => drop(claims.always(claim.id(), claim.text(), holds).when(triggered)),
            Shape::Sometimes(_) => drop(claims.sometimes(claim.id(), claim.text(), holds).when(triggered)),
            // Step claims are checked while the specification's actions are taken; ends are the concrete model's.
            Shape::AlwaysStep(_) | Shape::AtEnd(_) => {}
        }
    }
    own_claims(m, claims);
}

/// Adds the concrete model's own claims.
fn own_claims<R: Mapping>(m: &Refinement<R>, claims: &mut Claims<Refinement<R>>) {
    let holds = by_place!(own, StateFn, R, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23]);
    let when = by_place!(own_triggered, StateFn, R, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23]);
    let step = by_place!(own_step, StepFn, R, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23]);
    let when_step = by_place!(own_step_triggered, StepFn, R, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23]);
    let count = m.concrete_claims().len();
    assert!(
        count <= holds.len(),
        "a refinement carries {} claims of the world at most, not {count}",
        holds.len()
    );
    for (at, claim) in m.concrete_claims().iter().enumerate() {
        let (id, text) = (claim.id(), claim.text());
        match claim.shape() {
            Shape::Always(_) => drop(claims.always(id, text, holds[at]).when(when[at])),
            Shape::Sometimes(_) => drop(claims.sometimes(id, text, holds[at]).when(when[at])),
            Shape::AtEnd(_) => drop(claims.at_end(id, text, holds[at]).when(when[at])),
            Shape::AlwaysStep(_) => drop(claims.always_step(id, text, step[at]).when_step(when_step[at])),
        }
    }
}
