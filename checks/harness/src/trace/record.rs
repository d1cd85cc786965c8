//! Makes a trace of a run: replays it through the model's own functions and writes down all there is to see.
//!
//! Every property is evaluated at every state, by calling the claim: what a row says was computed there.

use super::form::Form;
use super::format::{Alternative, CheckInfo, Trace};
use super::pen::Pen;
use super::tokens::tokens;
use quorate_spec::{Claim, Claims, Shape, Spec, Truth};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static PROBING: Cell<bool> = const { Cell::new(false) };
}

/// Does this thread look at what might be? A panic in there is an answer, and nobody needs to be told of it.
pub(crate) fn is_probing() -> bool {
    PROBING.get()
}

/// What `look` comes back with; `None` if it panics.
fn probe<T>(look: impl FnOnce() -> T) -> Option<T> {
    let before = PROBING.replace(true);
    let seen = catch_unwind(AssertUnwindSafe(look));
    PROBING.set(before);
    seen.ok()
}

/// Records runs of one model.
pub struct Recorder<'a, M: Spec> {
    pub(crate) model: &'a M,
    pub(crate) form: Form<M>,
    pub(crate) claims: Claims<M>,
}

impl<'a, M: Spec> Recorder<'a, M>
where
    M::Action: Clone + Debug,
    M::State: Clone,
{
    /// A recorder for `model`.
    pub fn new(model: &'a M, form: Form<M>) -> Self {
        let mut claims = Claims::default();
        model.claims(&mut claims);
        Recorder { model, form, claims }
    }

    /// The trace of the run from `init` over `steps`. `about` says what was asked; what follows from the run itself
    /// (verdict at which step, sentence, model hash, signature) is filled in here.
    pub fn trace(&self, init: &M::State, steps: &[(M::Action, M::State)], about: CheckInfo) -> Trace {
        let mut pen = Pen::new(self, init, steps.len());
        for (action, after) in steps {
            pen.step(action, after);
        }
        pen.finish(about)
    }

    /// The values of all claims at `state`, reached over `step`: `T`, `F`, `?` (not evaluated) or `.`
    /// (nothing is said there, or not yet).
    pub(crate) fn values(&self, step: Option<(&M::State, &M::Action)>, state: &M::State) -> Vec<char> {
        self.claims.as_slice().iter().map(|claim| self.value(claim, step, state)).collect()
    }

    fn value(&self, claim: &Claim<M>, step: Option<(&M::State, &M::Action)>, state: &M::State) -> char {
        let letter = |truth| match truth {
            Truth::Holds => 'T',
            Truth::Broken => 'F',
            Truth::Silent => '.',
        };
        let value = || match (claim.shape(), step) {
            (Shape::Always(_) | Shape::Sometimes(_), _) => letter(claim.at_state(self.model, state)),
            (Shape::AlwaysStep(_), Some((before, action))) => {
                letter(claim.over_step(self.model, before, action, state))
            }
            (Shape::AlwaysStep(_), None) => '?',
            (Shape::AtEnd(_), _) if self.is_end(state) => letter(claim.at_end(self.model, state)),
            (Shape::AtEnd(_), _) => '.',
        };
        // A claim that panics was not evaluated, and the trace is wanted most when something panics.
        probe(value).unwrap_or('?')
    }

    fn is_end(&self, state: &M::State) -> bool {
        let mut actions = Vec::new();
        self.model.actions(state, &mut actions);
        // As the search has it: a step out of the bounds is a step, so a state that has one is no end.
        !actions.into_iter().any(|action| self.model.next_state(state, action).is_some())
    }

    /// The ids of the claims that fail when `action` is taken from `before` to `after`.
    pub(crate) fn broken(&self, before: &M::State, action: &M::Action, after: &M::State) -> Vec<String> {
        let failed = self.claims.as_slice().iter().filter(|claim| {
            !matches!(claim.shape(), Shape::AtEnd(_))
                && self.value(claim, Some((before, action)), after) == 'F'
        });
        failed.map(|claim| claim.id().to_owned()).collect()
    }

    /// The ids of the claims on one state that fail at `state`.
    pub(crate) fn broken_at(&self, state: &M::State) -> Vec<String> {
        let values = self.values(None, state);
        let failed = self.claims.as_slice().iter().zip(values).filter(|(_, value)| *value == 'F');
        failed.map(|(claim, _)| claim.id().to_owned()).collect()
    }

    /// Does `property` fall (for `sometimes`: is it reached) at `state`, reached over `step`?
    pub(crate) fn shows(
        &self,
        property: &str,
        step: Option<(&M::State, &M::Action)>,
        state: &M::State,
    ) -> bool {
        let claim = self.claims.as_slice().iter().find(|claim| claim.id() == property);
        claim.is_some_and(|claim| match claim.shape() {
            Shape::Sometimes(_) => self.value(claim, step, state) == 'T',
            _ => self.value(claim, step, state) == 'F',
        })
    }

    /// Has the model this property?
    pub(crate) fn knows(&self, property: &str) -> bool {
        self.claims.as_slice().iter().any(|claim| claim.id() == property)
    }

    /// The state of a run at which `property` falls or is reached.
    pub(crate) fn found_at(
        &self,
        property: &str,
        init: &M::State,
        steps: &[(M::Action, M::State)],
    ) -> Option<usize> {
        if self.shows(property, None, init) {
            return Some(0);
        }
        let mut before = init;
        let found = steps.iter().position(|(action, after)| {
            let shows = self.shows(property, Some((before, action)), after);
            before = after;
            shows
        });
        found.map(|index| index + 1)
    }

    /// What can happen in `state`, and which of it is `taken` (the action and its token come back).
    pub(crate) fn offers(
        &self,
        state: &M::State,
        taken: Option<&M::Action>,
    ) -> (Vec<Alternative>, Option<String>) {
        let mut actions = Vec::new();
        self.model.actions(state, &mut actions);
        let texts: Vec<String> = actions.iter().map(|action| self.model.format_action(action)).collect();
        let tokens = tokens(&texts);
        let chosen = taken.and_then(|taken| self.find(&actions, &texts, taken));
        let token = chosen.map(|index| tokens[index].clone());
        let here = self.form.vars(state);
        let list = actions.into_iter().zip(tokens).enumerate();
        let list = list.map(|(index, (action, token))| {
            self.alternative(state, &here, action, token, chosen == Some(index))
        });
        (list.collect(), token)
    }

    /// Where among `actions` is `wanted`: the one with the same event and text.
    pub(crate) fn find(&self, actions: &[M::Action], texts: &[String], wanted: &M::Action) -> Option<usize> {
        let (text, event) = (self.model.format_action(wanted), (self.form.event)(wanted));
        let same = |index: &usize| texts[*index] == text && (self.form.event)(&actions[*index]) == event;
        (0..actions.len()).find(same)
    }

    fn alternative(
        &self,
        state: &M::State,
        here: &Map<String, Value>,
        action: M::Action,
        token: String,
        taken: bool,
    ) -> Alternative {
        let look = || {
            let next = self.model.next_state(state, action.clone())?;
            let label = self.model.picture(state, &action, &next).label;
            let effect = self.form.vars(&next) != *here;
            let outside = !self.model.within_boundary(&next);
            Some((label, effect, outside, self.broken(state, &action, &next)))
        };
        let blind = || (self.model.format_action(&action), false, false, Vec::new());
        let (label, effect, outside, breaks) = probe(look).flatten().unwrap_or_else(blind);
        Alternative { token, label, taken, effect, outside, breaks }
    }
}
