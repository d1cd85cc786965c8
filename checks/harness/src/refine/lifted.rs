//! The specification's one-state claims, asked of the image of every concrete state.

use super::{Mapping, Refinement};
use quorate_spec::{Claims, Shape, StateFn};
use stateright::Model;

type State<R> = <<R as Mapping>::Concrete as Model>::State;

fn holds<R: Mapping, const AT: usize>(m: &Refinement<R>, state: &State<R>) -> bool {
    m.image(state).broken & (1 << AT) == 0
}

fn triggered<R: Mapping, const AT: usize>(m: &Refinement<R>, state: &State<R>) -> bool {
    m.image(state).triggered & (1 << AT) != 0
}

/// The predicates of the claims at places 0, 1, …: claims are plain functions, so the place is a constant.
macro_rules! by_place {
    ($function:ident, $r:ty, [$($at:literal)*]) => {
        [$($function::<$r, $at> as StateFn<Refinement<$r>>),*]
    };
}

/// Adds the one-state claims of the specification to those of the refinement.
pub(super) fn claims<R: Mapping>(m: &Refinement<R>, claims: &mut Claims<Refinement<R>>) {
    let holds = by_place!(holds, R, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31]);
    let triggered = by_place!(triggered, R, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31]);
    for ((claim, holds), triggered) in m.abstract_claims().iter().zip(holds).zip(triggered) {
        match claim.shape() {
            Shape::Always(_) => drop(claims.always(claim.id(), claim.text(), holds).when(triggered)),
            Shape::Sometimes(_) => drop(claims.sometimes(claim.id(), claim.text(), holds)),
            // Step claims are checked while the specification's actions are taken; ends are the concrete model's.
            Shape::AlwaysStep(_) | Shape::AtEnd(_) => {}
        }
    }
}
