//! How often a random continuation of each state of a run breaks what the run is about.

use crate::simulate::Random;
use crate::steps;
use crate::trace::{Form, Recorder};
use crate::verdict::Run;
use quorate_spec::Spec;
use std::fmt::Debug;
use std::hash::Hash;

/// Random continuations of each state.
const WALKS: u32 = 200;

/// The most steps of one.
const DEPTH: usize = 30;

/// How the numbers of [`risk`] are made, in words.
pub(super) fn method() -> String {
    format!("{WALKS} random continuations of each state, at most {DEPTH} steps each, seed 1")
}

/// For each state of `run`, the random continuations that break `property` (or reach it), in percent; from the state
/// on where it is broken, 100. Only steps within the bounds are taken.
pub(super) fn risk<M>(model: &M, form: &Form<M>, run: &Run<M>, property: &str) -> Vec<u32>
where
    M: Spec,
    M::State: Clone + Hash,
    M::Action: Clone + Debug,
{
    let recorder = Recorder::new(model, *form);
    let at = recorder.found_at(property, &run.init, &run.steps);
    let mut random = Random::new(1);
    let mut percent = |state: &M::State| {
        let hits = (0..WALKS).filter(|_| walk(&recorder, state, property, &mut random)).count();
        u32::try_from(hits).unwrap_or(WALKS) * 100 / WALKS
    };
    let states = run.states().enumerate();
    states.map(|(i, state)| if at.is_some_and(|at| i >= at) { 100 } else { percent(state) }).collect()
}

/// Does one random continuation of `from` break the property?
fn walk<M>(recorder: &Recorder<'_, M>, from: &M::State, property: &str, random: &mut Random) -> bool
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone + Debug,
{
    let model = recorder.model;
    let mut state = from.clone();
    for _ in 0..DEPTH {
        let mut actions = steps::offers(model, &state);
        let next = loop {
            if actions.is_empty() {
                return false;
            }
            let action = actions.swap_remove(random.below(actions.len()));
            if let Some(next) = steps::take(model, &state, action.clone()) {
                break (action, next);
            }
        };
        if recorder.shows(property, Some((&state, &next.0)), &next.1) {
            return true;
        }
        state = next.1;
    }
    false
}
