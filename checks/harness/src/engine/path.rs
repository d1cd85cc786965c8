//! From the parent log back to a run.
//!
//! The run is taken anew, from the initial state on, and every state along it must be the one that the search found
//! there, by its identity in the table. A model that answers differently when it is asked again is no function of its
//! state; then the run goes as far as it can be followed, and the difference is said.

use super::control::said;
use super::frontier::unlink;
use super::keep::Keep;
use super::table::Table;
use crate::verdict::Run;
use stateright::Model;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What stands for the parent of an initial state.
pub(super) const ROOT: u32 = u32::MAX;

/// A run that was taken again.
pub(super) struct Retraced<M: Model> {
    /// As far as it could be followed; `None` if not even to its initial state.
    pub(super) run: Option<Run<M>>,
    /// Where the model answered differently, if it did.
    pub(super) odd: Option<String>,
    /// Was it followed to its end?
    pub(super) whole: bool,
}

/// What a run is retraced with.
pub(super) struct Retracer<'a, M, K> {
    pub(super) model: &'a M,
    pub(super) keep: &'a K,
    pub(super) table: &'a Table,
}

impl<M, K> Retracer<'_, M, K>
where
    M: Model,
    M::State: Clone,
    M::Action: Clone,
    K: Keep<M>,
{
    /// The run to the state of that identity, one action further if `then` says so.
    pub(super) fn run(&self, id: u32, then: Option<u32>) -> Retraced<M> {
        let mut places = vec![(id, 0)];
        let (mut from, mut number) = unlink(self.table.link(id));
        while from != ROOT {
            places.last_mut().expect("it was never empty").1 = number;
            places.push((from, 0));
            (from, number) = unlink(self.table.link(from));
        }
        places.last_mut().expect("it was never empty").1 = number;
        places.reverse();
        let mut retraced = Retraced { run: None, odd: None, whole: false };
        let follow = AssertUnwindSafe(|| self.follow(&places, then, &mut retraced));
        if let Err(panic) = catch_unwind(follow) {
            let message = format!("it panicked when a run was taken again: {}", said(&*panic));
            retraced.odd.get_or_insert(message);
        }
        retraced
    }

    /// Goes through states by identity, each with the number of the initial state or of the action that leads to it.
    fn follow(&self, places: &[(u32, u32)], then: Option<u32>, retraced: &mut Retraced<M>) {
        let [(first, number), steps @ ..] = places else { return };
        let mut inits = self.model.init_states().into_iter().map(|state| ((), Some(state))).collect();
        let odd = &mut retraced.odd;
        let what = || format!("initial state {number}");
        let Some(((), init)) = self.pick(&mut inits, *first, *number, odd, what) else { return };
        let run = retraced.run.insert(Run { init, steps: Vec::new() });
        for (index, (id, number)) in steps.iter().enumerate() {
            let before = run.last();
            let mut next = self.successors(before);
            let what = || format!("action {number} after {index} steps of a run");
            let Some(step) = self.pick(&mut next, *id, *number, odd, what) else { return };
            run.steps.push(step);
        }
        let Some(number) = then else {
            retraced.whole = true;
            return;
        };
        // Where the last step leads is for the claim to judge.
        let last = action(self.model, run.last(), number)
            .and_then(|action| Some((action.clone(), self.model.next_state(run.last(), action)?)));
        match last {
            Some(step) => {
                run.steps.push(step);
                retraced.whole = true;
            }
            None => {
                let (after, was) = (run.len(), "was possible, and no longer is");
                odd.get_or_insert(format!("action {number} after {after} steps of a run {was}"));
            }
        }
    }

    /// Every action out of a state, with where it leads.
    fn successors(&self, state: &M::State) -> Vec<(M::Action, Option<M::State>)> {
        let mut actions = Vec::new();
        self.model.actions(state, &mut actions);
        let next = |action: M::Action| (action.clone(), self.model.next_state(state, action));
        actions.into_iter().map(next).collect()
    }

    /// The alternative of that number, if it is the state of that identity; else any other that is.
    fn pick<A: Clone>(
        &self,
        alternatives: &mut Vec<(A, Option<M::State>)>,
        id: u32,
        number: u32,
        odd: &mut Option<String>,
        what: impl Fn() -> String,
    ) -> Option<(A, M::State)> {
        let mut print = None;
        if let Some((action, Some(state))) = alternatives.get(number as usize) {
            let found = self.keep.fingerprint(self.model, state);
            if self.table.find(found) == Some(id) {
                return Some((action.clone(), state.clone()));
            }
            print = Some(found);
        }
        let other = print.map_or_else(|| "nothing".to_owned(), |print| format!("state {print:032x}"));
        let where_to = self.table.print_of(id).map_or_else(String::new, |print| format!(" {print:032x}"));
        odd.get_or_insert(format!("{} was state{where_to}, and is {other} when it is asked again", what()));
        alternatives.drain(..).find_map(|(action, state)| {
            let state = state?;
            let print = self.keep.fingerprint(self.model, &state);
            (self.table.find(print) == Some(id)).then_some((action, state))
        })
    }
}

/// The action of that number out of a state.
pub(super) fn action<M: Model>(model: &M, state: &M::State, number: u32) -> Option<M::Action> {
    let mut actions = Vec::new();
    model.actions(state, &mut actions);
    actions.into_iter().nth(number as usize)
}
