//! The claims. They hold of Paxos; the table in [`super`] says which of them each reading breaks.

use quorate_spec::Claims;

use super::Naive;
use super::action::Action;
use super::state::{Number, State};

/// Makes the claims that the model as configured can be put to.
pub(super) fn claims(model: &Naive, claims: &mut Claims<Naive>) {
    if model.learners > 1 {
        claims
            .always("PX-S1", "no two learners have learned different values", agreement)
            .when(two_have_learned);
    }
    claims
        .always("PX-S2", "a learned value was proposed", validity)
        .when(learned)
        .always_step("PX-S4", "what was learned never changes", stability)
        .when_step(learned_before)
        .at_end("PX-L1", "a run that has ended has learned a value", learned)
        .sometimes("PX-R1", "a value is learned", learned);
}

/// PX-S1. *Paxos Made Simple* §2.1: "only a single value is chosen".
pub fn agreement(_: &Naive, state: &State) -> bool {
    let mut learned = values(state);
    let first = learned.next();
    learned.all(|value| Some(value) == first)
}

/// PX-S2. *Paxos Made Simple* §2.1: "only a value that has been proposed may be chosen".
pub fn validity(_: &Naive, state: &State) -> bool {
    values(state).all(|value| state.drawn.contains(&Some(value)))
}

/// PX-S4. *Paxos Made Simple* §2.1: "a process never learns that a value has been chosen unless it actually has
/// been", so what a process has learned stays.
pub fn stability(_: &Naive, before: &State, _: &Action, after: &State) -> bool {
    before
        .learners
        .iter()
        .zip(&after.learners)
        .all(|(before, after)| before.learned.is_none() || before.learned == after.learned)
}

/// PX-L1 at the end of a run, and PX-R1: somebody has learned a value. *Paxos Made Simple* §2.1: "some proposed value
/// is eventually chosen".
pub fn learned(_: &Naive, state: &State) -> bool {
    values(state).next().is_some()
}

/// Two learners have learned something, so that they could differ.
pub fn two_have_learned(_: &Naive, state: &State) -> bool {
    values(state).count() >= 2
}

/// Somebody had learned a value before the step.
pub fn learned_before(model: &Naive, before: &State, _: &Action, _: &State) -> bool {
    learned(model, before)
}

fn values(state: &State) -> impl Iterator<Item = Number> {
    state.learners.iter().filter_map(|learner| learner.learned)
}
