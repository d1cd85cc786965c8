//! Makes a trace of a run: replays it through the model's own functions and writes down all there is to see.
//!
//! Every property is evaluated at every state, by calling the claim: what a row says was computed there.

use super::form::{Form, text_or_panic};
use super::format::Alternative;
use super::tokens::tokens;
use crate::engine::fingerprint;
use crate::guard::quietly;
use crate::steps::{self, Attempt};
use quorate_spec::{Claim, Claims, Picture, Shape, Spec, Truth};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::fmt::Debug;
use std::hash::Hash;

/// Records runs of one model.
pub struct Recorder<'a, M: Spec> {
    pub(crate) model: &'a M,
    pub(crate) form: Form<M>,
    pub(crate) claims: Claims<M>,
    /// Tells states apart that read the same.
    pub(crate) print: fn(&M::State) -> u128,
    /// What panicked while runs were written down.
    panics: RefCell<Vec<String>>,
}

impl<'a, M: Spec> Recorder<'a, M>
where
    M::Action: Clone + Debug,
    M::State: Clone,
{
    /// A recorder for `model`.
    pub fn new(model: &'a M, form: Form<M>) -> Self
    where
        M::State: Hash,
    {
        let mut claims = Claims::default();
        model.claims(&mut claims);
        Recorder { model, form, claims, print: fingerprint, panics: RefCell::default() }
    }

    /// What panicked while runs were written down, each once: how something looks, or what is on offer.
    pub fn panics(&self) -> Vec<String> {
        self.panics.borrow().clone()
    }

    /// What `look` comes back with. A panic is noted, and `otherwise` takes its place.
    pub(crate) fn guarded<T>(
        &self,
        what: &str,
        look: impl FnOnce() -> T,
        otherwise: impl FnOnce(&str) -> T,
    ) -> T {
        quietly(look).unwrap_or_else(|message| {
            self.note(what, &message);
            otherwise(&message)
        })
    }

    fn note(&self, what: &str, message: &str) {
        let text = format!("{what} panics: {message}");
        let mut panics = self.panics.borrow_mut();
        if !panics.contains(&text) {
            panics.push(text);
        }
    }

    /// The state as the variables of a trace.
    pub(crate) fn vars(&self, state: &M::State) -> Map<String, Value> {
        let (vars, panic) = self.form.vars_or_panic(self.model, state);
        panic.iter().for_each(|message| self.note("the form of a state", message));
        vars
    }

    /// The action as text.
    pub(crate) fn text(&self, action: &M::Action) -> String {
        let (text, panic) = text_or_panic(self.model, action);
        panic.iter().for_each(|message| self.note("the text of an action", message));
        text
    }

    /// The action as its serde value, where it has one.
    pub(crate) fn event(&self, action: &M::Action) -> Option<Value> {
        self.guarded("the form of an action", || (self.form.event)(self.model, action), |_| None)
    }

    /// How a step looks.
    pub(crate) fn picture(&self, before: &M::State, action: &M::Action, after: &M::State) -> Picture {
        let plain = |_: &str| Picture {
            kind: self.kind(action).to_owned(),
            label: self.text(action),
            ..Picture::default()
        };
        self.guarded("the picture of a step", || self.model.picture(before, action, after), plain)
    }

    /// The word for the action's kind.
    pub(crate) fn kind(&self, action: &M::Action) -> &'static str {
        self.guarded("the kind of an action", || self.model.kind(action).0, |_| "panics")
    }

    /// The actions on offer, with their texts.
    pub(crate) fn on_offer(&self, state: &M::State) -> (Vec<M::Action>, Vec<String>) {
        let actions = self.guarded("what is on offer", || steps::offers(self.model, state), |_| Vec::new());
        let texts = actions.iter().map(|action| self.text(action)).collect();
        (actions, texts)
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
            (Shape::AtEnd(_), _) if steps::is_end(self.model, state) => {
                letter(claim.at_end(self.model, state))
            }
            (Shape::AtEnd(_), _) => '.',
        };
        // A claim that panics was not evaluated, and the trace is wanted most when something panics.
        quietly(value).unwrap_or('?')
    }

    /// Why `claim` is broken at `state`, reached over `step`, if it says so.
    pub(crate) fn why(
        &self,
        claim: &Claim<M>,
        step: Option<(&M::State, &M::Action)>,
        state: &M::State,
    ) -> Option<String> {
        let why = || match step {
            Some((before, action)) => claim.why_step(self.model, before, action, state),
            None => claim.why(self.model, state),
        };
        quietly(why).ok().flatten()
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
        let (actions, texts) = self.on_offer(state);
        let tokens = tokens(&texts);
        let chosen = taken.and_then(|taken| self.find(state, &actions, &texts, taken));
        let token = chosen.map(|index| tokens[index].clone());
        let list = actions.into_iter().zip(texts).zip(tokens).enumerate();
        let list = list.map(|(index, ((action, text), token))| {
            self.alternative(state, action, (text, token), chosen == Some(index))
        });
        (list.collect(), token)
    }

    /// Where among `actions`, which are on offer in `state`, is `wanted`: the one that reads the same. Of several that do,
    /// the one that leads to the same state, with the same value of every claim over the step: for all that can be seen
    /// it is the same action.
    pub(crate) fn find(
        &self,
        state: &M::State,
        actions: &[M::Action],
        texts: &[String],
        wanted: &M::Action,
    ) -> Option<usize> {
        let (text, event) = (self.text(wanted), self.event(wanted));
        let same = |index: &usize| texts[*index] == text && self.event(&actions[*index]) == event;
        let alike: Vec<usize> = (0..actions.len()).filter(same).collect();
        if alike.len() < 2 {
            return alike.first().copied();
        }
        let effect = self.effect(state, wanted);
        alike.into_iter().find(|index| self.effect(state, &actions[*index]) == effect)
    }

    /// All that can be seen of a step: the state after it, whether it is within the boundary, and the claims over it.
    fn effect(&self, state: &M::State, action: &M::Action) -> Option<(u128, bool, Vec<char>)> {
        let look = || {
            let (next, within) = match steps::attempt(self.model, state, action.clone()) {
                Attempt::Ignored => return None,
                Attempt::Outside(next) => (next, false),
                Attempt::To(next) => (next, true),
            };
            Some(((self.print)(&next), within, self.values(Some((state, action)), &next)))
        };
        quietly(look).ok().flatten()
    }

    fn alternative(
        &self,
        state: &M::State,
        action: M::Action,
        (text, token): (String, String),
        taken: bool,
    ) -> Alternative {
        let look = || {
            let (next, outside) = match steps::attempt(self.model, state, action.clone()) {
                Attempt::Ignored => return None,
                Attempt::Outside(next) => (next, true),
                Attempt::To(next) => (next, false),
            };
            let label = self.model.picture(state, &action, &next).label;
            // Most steps change the hash. Only of the others the form is asked, which takes a hundred times as long.
            let effect = (self.print)(&next) != (self.print)(state)
                || self.form.vars(self.model, &next) != self.form.vars(self.model, state);
            Some((label, effect, outside, self.broken(state, &action, &next)))
        };
        let blind = || (text, false, false, Vec::new());
        let (label, effect, outside, breaks) = quietly(look).ok().flatten().unwrap_or_else(blind);
        Alternative { token, label, taken, effect, outside, breaks }
    }

    /// What a panic says that whoever examines `state` meets: in a claim, in what is on offer, in a step or a claim over
    /// it.
    pub(crate) fn panic_in(&self, state: &M::State) -> Option<String> {
        let examine = || {
            let model = self.model;
            let claims = self.claims.as_slice();
            claims.iter().for_each(|claim| {
                claim.at_state(model, state);
            });
            let mut is_end = true;
            for action in steps::offers(model, state) {
                let _ = model.kind(&action);
                let next = match steps::attempt(model, state, action.clone()) {
                    Attempt::Ignored => continue,
                    Attempt::Outside(_) => None,
                    Attempt::To(next) => Some(next),
                };
                is_end = false;
                let Some(next) = next else { continue };
                let _ = (self.print)(&next);
                claims.iter().for_each(|claim| {
                    claim.over_step(model, state, &action, &next);
                });
            }
            if is_end {
                claims.iter().for_each(|claim| {
                    claim.at_end(model, state);
                });
            }
        };
        quietly(examine).err()
    }
}
