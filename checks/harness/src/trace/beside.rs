//! The specification's states beside those of the code, for a run of code that is checked against a specification.

use super::diff::changes;
use super::form::Form;
use super::format::Expected;
use super::marks::Arrival;
use super::tree::to_itf;
use crate::refine::{Mapping, Mismatch, Refinement};
use serde::Serialize;
use stateright::Model;

impl<R: Mapping> Form<Refinement<R>>
where
    <R::Abstract as Model>::State: Serialize,
{
    /// Also writes, beside each state of the code, the specification's state that it stands for; where a step is none
    /// of the specification's, where the specification's own steps lead instead.
    pub fn beside_specification(mut self) -> Self {
        self.beside = Some(beside);
        self
    }
}

fn beside<R: Mapping>(
    model: &Refinement<R>,
    step: Arrival<'_, R::Concrete>,
    state: &<R::Concrete as Model>::State,
) -> Option<Expected>
where
    <R::Abstract as Model>::State: Serialize,
{
    let found = to_itf(&model.abstraction(state)).ok()?;
    let whole = |state| Some(Expected { state: Some(state), ..Expected::default() });
    let Some(Mismatch::Differs { expected, .. }) =
        step.and_then(|(before, action)| model.explain(before, action, state))
    else {
        return whole(found);
    };
    let expected = to_itf(&expected).ok()?;
    let mismatch = changes(&expected, &found).into_iter().map(|change| change.path).collect();
    Some(Expected { state: Some(expected), found: Some(found), mismatch, action: None })
}
