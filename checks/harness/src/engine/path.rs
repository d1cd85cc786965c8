//! From the parent log back to a run.

use super::frontier::unlink;
use super::table::Table;
use crate::verdict::Run;
use stateright::Model;

/// What stands for the parent of an initial state.
pub(super) const ROOT: u32 = u32::MAX;

/// The run to the state of that identity, one action further if `then` says so.
///
/// # Panics
/// If the model answers differently when it is asked again: a model must be a pure function.
pub(super) fn run<M: Model>(model: &M, table: &Table, id: u32, then: Option<u32>) -> Run<M>
where
    M::State: Clone,
    M::Action: Clone,
{
    let mut numbers = Vec::from_iter(then);
    let (mut from, mut number) = unlink(table.link(id));
    while from != ROOT {
        numbers.push(number);
        (from, number) = unlink(table.link(from));
    }
    let init = model.init_states().into_iter().nth(number as usize).expect(IMPURE);
    let mut run = Run { init, steps: Vec::with_capacity(numbers.len()) };
    for number in numbers.into_iter().rev() {
        let action = action(model, run.last(), number).expect(IMPURE);
        let state = model.next_state(run.last(), action.clone()).expect(IMPURE);
        run.steps.push((action, state));
    }
    run
}

/// The action of that number out of a state.
pub(super) fn action<M: Model>(model: &M, state: &M::State, number: u32) -> Option<M::Action> {
    let mut actions = Vec::new();
    model.actions(state, &mut actions);
    actions.into_iter().nth(number as usize)
}

const IMPURE: &str = "the model answers differently when it is asked again; it must be a pure function";
