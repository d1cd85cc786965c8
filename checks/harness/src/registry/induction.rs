//! A check that an invariant is inductive. A counterexample to induction is a run of one step, and it is kept as any
//! other: a trace that replays, from a state that has the invariant to one that has not.

use super::check::{Check, Outcome, Property};
use super::context::Context;
use super::live::Identity;
use super::row::{Conclusion, Expect, Row};
use super::typed::Live;
use crate::engine::{Induction, inductive};
use crate::trace::{CheckInfo, Form};
use crate::verdict::Run;
use quorate_spec::{Actor, Claims, Kind, Picture, Spec, StateFn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stateright::Model;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

/// Which invariant of which model is to be inductive, over which states.
pub struct Inductive<M: Spec> {
    /// The model.
    pub model: M,
    /// The property's id, and the property in one sentence.
    pub property: (&'static str, &'static str),
    /// The invariant.
    pub invariant: StateFn<M>,
    /// Every type-correct state, reachable or not. Their places in this order name the initial states of traces.
    pub states: fn() -> Box<dyn Iterator<Item = M::State> + Send>,
    /// Is a state one of them?
    pub typed: StateFn<M>,
    /// Whether the invariant is to be inductive, or refuted in one step.
    pub expect: Expect,
}

/// The model as induction sees it: it starts wherever the invariant holds.
pub struct FromAnywhere<M: Spec>(Inductive<M>);

impl<M: Spec> Model for FromAnywhere<M> {
    type State = M::State;
    type Action = M::Action;

    fn init_states(&self) -> Vec<M::State> {
        let Inductive { model, invariant, states, .. } = &self.0;
        states().filter(|state| invariant(model, state)).collect()
    }

    fn within_boundary(&self, state: &M::State) -> bool {
        self.0.model.within_boundary(state)
    }

    fn actions(&self, state: &M::State, actions: &mut Vec<M::Action>) {
        self.0.model.actions(state, actions);
    }

    fn next_state(&self, state: &M::State, action: M::Action) -> Option<M::State> {
        self.0.model.next_state(state, action)
    }

    fn format_action(&self, action: &M::Action) -> String
    where
        M::Action: Debug,
    {
        self.0.model.format_action(action)
    }
}

impl<M: Spec> Spec for FromAnywhere<M> {
    fn kinds(&self) -> Vec<Kind> {
        self.0.model.kinds()
    }

    fn kind(&self, action: &M::Action) -> Kind {
        self.0.model.kind(action)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        let (id, text) = self.0.property;
        claims.always(id, text, |induced, state| (induced.0.invariant)(&induced.0.model, state));
    }

    fn actors(&self, init: &M::State) -> Vec<Actor> {
        self.0.model.actors(init)
    }

    fn picture(&self, before: &M::State, action: &M::Action, after: &M::State) -> Picture
    where
        M::Action: Debug,
    {
        self.0.model.picture(before, action, after)
    }
}

impl<M> Inductive<M>
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Debug + Serialize + Send + Sync + 'static,
    M::Action: Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// The check, known by `identity`.
    pub fn check(self, identity: Identity) -> Check {
        let (id, text) = self.property;
        let expect = self.expect;
        let listed = Property { id: id.to_owned(), text: text.to_owned(), expect };
        let live = Live::new(Arc::new(FromAnywhere(self)), Form::serde(), identity.clone());
        let replays = live.replays();
        let run = move |context: &Context, stem: &str| {
            let row = row(&live, Row::new(live.identity(), id, text, expect), context, stem);
            Outcome { rows: vec![row], ..Outcome::default() }
        };
        Check::custom(identity, vec![listed], run).replays_in(replays)
    }
}

fn row<M>(live: &Live<FromAnywhere<M>>, mut row: Row, context: &Context, stem: &str) -> Row
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Debug + Serialize + Send + Sync + 'static,
    M::Action: Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let start = Instant::now();
    let Inductive { model, invariant, states, typed, .. } = &live.model().0;
    let found = inductive(model, *invariant, *typed, states(), context.threads);
    row.wall_seconds = start.elapsed().as_secs_f64();
    let run = match found {
        Induction::Inductive { states, satisfying, steps } => {
            (row.unique_states, row.triggers, row.transitions) = (states, satisfying, steps);
            row.conclusion = Conclusion::Complete;
            return row.judge(false);
        }
        Induction::NotPreserved { before, action, after } => {
            Run { init: before, steps: vec![(action, after)] }
        }
        Induction::NotInitially(init) => Run { init, steps: Vec::new() },
        Induction::NotClosed(_) | Induction::Vacuous => {
            row.conclusion = Conclusion::Unreached;
            row.sentence =
                Some("nothing was shown: the states enumerated are not closed, or too few".to_owned());
            return row.judge(false);
        }
    };
    row.conclusion = Conclusion::Violated;
    row.trace_steps = Some(run.len());
    let about = CheckInfo {
        property: row.property.clone(),
        expect: row.expect.word().to_owned(),
        engine: "quorate induction".to_owned(),
        ..live.about()
    };
    let id = row.property.clone();
    let (file, sentence) = live.save(&run, about, context, stem, &id);
    (row.trace, row.sentence) = (file, Some(sentence));
    row.judge(false)
}
