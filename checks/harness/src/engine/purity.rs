//! Is the model a function of its state? A sample of states is looked at twice.
//!
//! What is seen the first time is noted when the search examines the state, and compared with what is seen after the
//! search: its actions in their order, where each leads, and what the claims say. A step that depends on the order of
//! a `HashMap`, on a clock, or on how often it was taken answers differently.

use super::control::said;
use super::keep::Keep;
use super::sample::lock;
use super::subject::Subject;
use quorate_spec::{Claim, Kind, Truth};
use stateright::Model;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// States of each thread that are looked at twice, before their identity chooses.
pub(super) const EARLY: u32 = 500;
/// States kept for a second look, at most.
const KEPT: u32 = 4_000;
/// Initial states whose fingerprints are noted.
const INITIAL: usize = 1_000;
/// How often a step is taken again to see the state that it led to at first.
const TRIES: usize = 16;
/// The most differences that are said.
const LINES: usize = 10;

/// One way in which a model is not a function of its state.
pub struct Impurity<M: Model> {
    /// What was asked twice, and what it said.
    pub says: String,
    /// The state in which it was asked, if it was a question about a state.
    pub at: Option<M::State>,
    /// The two states to which one step led, where both were seen.
    pub values: Option<(M::State, M::State)>,
}

/// What one action does.
#[derive(Clone, PartialEq)]
struct Seen {
    kind: Kind,
    to: Option<u128>,
    outside: bool,
    truths: Vec<Truth>,
}

/// What there is to see of one state.
struct Look {
    actions: Vec<Seen>,
    truths: Vec<Truth>,
}

/// Where to look.
pub(super) struct Eye<'a, M: Model, K, S> {
    pub(super) model: &'a M,
    pub(super) keep: &'a K,
    pub(super) subject: S,
    pub(super) claims: &'a [Claim<M>],
}

impl<M, K, S> Eye<'_, M, K, S>
where
    M: Model,
    M::Action: Clone,
    K: Keep<M>,
    S: Subject<M>,
{
    fn look(&self, state: &M::State) -> Look {
        let mut actions = Vec::new();
        self.model.actions(state, &mut actions);
        let actions: Vec<Seen> = actions.into_iter().map(|action| self.step(state, action)).collect();
        let is_end = actions.iter().all(|seen| seen.to.is_none() && !seen.outside);
        let truth = |claim: &Claim<M>| match claim.at_state(self.model, state) {
            Truth::Silent if is_end => claim.at_end(self.model, state),
            truth => truth,
        };
        Look { actions, truths: self.claims.iter().map(truth).collect() }
    }

    fn step(&self, state: &M::State, action: M::Action) -> Seen {
        let kind = self.subject.kind(self.model, &action);
        let none = Seen { kind, to: None, outside: false, truths: Vec::new() };
        let Some(next) = self.model.next_state(state, action.clone()) else { return none };
        if !self.model.within_boundary(&next) {
            return Seen { outside: true, ..none };
        }
        let over = |claim: &Claim<M>| claim.over_step(self.model, state, &action, &next);
        let truths = self.claims.iter().map(over).collect();
        Seen { to: Some(self.keep.fingerprint(self.model, &next)), truths, ..none }
    }

    /// What differs between two looks at a state.
    fn compare(&self, state: &M::State, one: &Look, other: &Look) -> Option<Impurity<M>>
    where
        M::State: Clone,
    {
        let says = |says| Some(Impurity { says, at: Some(state.clone()), values: None });
        if one.actions.len() != other.actions.len() {
            let (one, other) = (one.actions.len(), other.actions.len());
            return says(format!("a state offered {one} actions, and then {other}"));
        }
        let pairs = || one.actions.iter().zip(&other.actions).enumerate();
        if let Some((number, (one, other))) = pairs().find(|(_, (one, other))| one.kind != other.kind) {
            let (one, other) = (one.kind, other.kind);
            return says(format!("action {number} of a state was of kind {one}, and then of kind {other}"));
        }
        if let Some((number, (one, other))) =
            pairs().find(|(_, (one, other))| (one.to, one.outside) != (other.to, other.outside))
        {
            let text = format!(
                "action {number} of a state, of kind {}, led to {}, and then to {}",
                one.kind,
                told(one),
                told(other)
            );
            let values = one.to.zip(other.to).and_then(|(one, other)| self.both(state, number, one, other));
            return Some(Impurity { says: text, at: Some(state.clone()), values });
        }
        let differs = |one: &[Truth], other: &[Truth]| {
            let at = one.iter().zip(other).position(|(one, other)| one != other)?;
            Some((self.claims[at].id(), word(one[at]), word(other[at])))
        };
        if let Some((id, one, other)) = differs(&one.truths, &other.truths) {
            return says(format!("claim {id} {one} in a state, and then {other} in the same"));
        }
        let step =
            pairs().find_map(|(number, (one, other))| Some((number, differs(&one.truths, &other.truths)?)));
        step.and_then(|(number, (id, one, other))| {
            says(format!("claim {id} {one} over action {number} of a state, and then {other} over the same"))
        })
    }

    /// The two states to which one action leads, if taking it some more times shows both.
    fn both(&self, state: &M::State, number: usize, one: u128, other: u128) -> Option<(M::State, M::State)> {
        let (mut first, mut second) = (None, None);
        for _ in 0..TRIES {
            let mut actions = Vec::new();
            self.model.actions(state, &mut actions);
            let Some(next) = self.model.next_state(state, actions.into_iter().nth(number)?) else { continue };
            match self.keep.fingerprint(self.model, &next) {
                print if print == one => first = Some(next),
                print if print == other => second = Some(next),
                _ => {}
            }
        }
        first.zip(second)
    }
}

fn told(seen: &Seen) -> String {
    match seen.to {
        Some(print) => format!("state {print:032x}"),
        None if seen.outside => "a state outside the boundary".to_owned(),
        None => "nothing".to_owned(),
    }
}

fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::Silent => "said nothing",
        Truth::Holds => "held",
        Truth::Broken => "was broken",
    }
}

/// The states that are looked at twice, with what the first look saw.
pub(super) struct Purity<M: Model> {
    seen: Mutex<Vec<(M::State, Look)>>,
    count: AtomicU32,
    /// What turned up elsewhere: when a run was taken again, for one.
    odd: Mutex<Vec<String>>,
}

impl<M: Model> Purity<M>
where
    M::State: Clone,
    M::Action: Clone,
{
    pub(super) fn new() -> Self {
        Purity { seen: Mutex::default(), count: AtomicU32::new(0), odd: Mutex::default() }
    }

    /// Takes the first look at a state, if there is room for another.
    pub(super) fn look<K: Keep<M>, S: Subject<M>>(&self, eye: &Eye<'_, M, K, S>, state: &M::State) {
        if self.count.load(Relaxed) < KEPT {
            self.count.fetch_add(1, Relaxed);
            let look = eye.look(state);
            lock(&self.seen).push((state.clone(), look));
        }
    }

    /// Notes an answer that differs, found elsewhere.
    pub(super) fn note(&self, says: String) {
        lock(&self.odd).push(says);
    }

    /// Takes the second look at all of them. Returns what differs, and how many there were.
    pub(super) fn look_again<K: Keep<M>, S: Subject<M>>(
        &self,
        eye: &Eye<'_, M, K, S>,
    ) -> (Vec<Impurity<M>>, u64) {
        self.count.store(0, Relaxed);
        let odd = std::mem::take(&mut *lock(&self.odd)).into_iter();
        let mut list: Vec<Impurity<M>> = odd.map(|says| Impurity { says, at: None, values: None }).collect();
        let looks = lock(&self.seen).len() as u64;
        for (state, before) in std::mem::take(&mut *lock(&self.seen)) {
            if list.len() >= LINES {
                break;
            }
            let differs = catch_unwind(AssertUnwindSafe(|| eye.compare(&state, &before, &eye.look(&state))));
            let found = differs.unwrap_or_else(|panic| {
                let says = format!("it panicked when a state was looked at again: {}", said(&*panic));
                Some(Impurity { says, at: Some(state.clone()), values: None })
            });
            list.extend(found);
        }
        (list, looks)
    }
}

/// The initial states, as they were at first.
#[derive(Default)]
pub(super) struct Initial {
    prints: Vec<u128>,
    count: u64,
}

impl Initial {
    /// Notes the next one.
    pub(super) fn note(&mut self, print: u128) {
        if self.prints.len() < INITIAL {
            self.prints.push(print);
        }
        self.count += 1;
    }

    /// Asks for them again. Nothing is said if none was noted: then they come from a checkpoint.
    pub(super) fn again<M: Model, K: Keep<M>>(&self, model: &M, keep: &K) -> Option<Impurity<M>> {
        if self.count == 0 {
            return None;
        }
        let ask = AssertUnwindSafe(|| {
            let mut again = Initial::default();
            for state in model.init_states().into_iter().filter(|state| model.within_boundary(state)) {
                if again.prints.len() < INITIAL {
                    again.prints.push(keep.fingerprint(model, &state));
                }
                again.count += 1;
            }
            again
        });
        let says = match catch_unwind(ask) {
            Err(panic) => {
                format!("it panicked when it was asked for its initial states again: {}", said(&*panic))
            }
            Ok(again) if again.count != self.count => {
                format!("there were {} initial states, and then {}", self.count, again.count)
            }
            Ok(again) => {
                let pairs = self.prints.iter().zip(&again.prints).enumerate();
                let (number, (one, other)) = pairs.into_iter().find(|(_, (one, other))| one != other)?;
                format!("initial state {number} was {one:032x}, and then {other:032x}")
            }
        };
        Some(Impurity { says, at: None, values: None })
    }
}
