//! A model without its types. Replaying, shortening, drawing and exporting runs is compiled once, for this one, and not
//! again for every model. A search would be slower without the types; all of that takes as long as it did.

use crate::engine::fingerprint;
use crate::trace::{Expected, Form, Mark};
use crate::verdict::Run;
use quorate_spec::{
    Actor, Again, Claim, Claims, Kind, OfState, OfStep, Picture, Remarks, Shape, Spec, Trigger,
};
use serde_json::Value;
use stateright::Model;
use std::any::{Any, type_name};
use std::fmt::{self, Debug};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// Any model.
pub(super) struct Untyped(Box<dyn Object>);

/// A state of it.
#[derive(Clone)]
pub(super) struct State(Arc<dyn AnyState>);

/// An action of it.
#[derive(Clone)]
pub(super) struct Action(Arc<dyn AnyAction>);

trait AnyState: Any + Send + Sync {
    fn print(&self) -> u128;
}

impl<S: Hash + Any + Send + Sync> AnyState for S {
    fn print(&self) -> u128 {
        fingerprint(self)
    }
}

trait AnyAction: Any + Debug + Send + Sync {}

impl<A: Any + Debug + Send + Sync> AnyAction for A {}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.print().hash(hasher);
    }
}

impl Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl State {
    fn of<S: Hash + Any + Send + Sync>(state: S) -> State {
        State(Arc::new(state))
    }

    fn typed<S: Any>(&self) -> &S {
        let any: &dyn Any = &*self.0;
        any.downcast_ref().expect("a state of this model")
    }
}

impl Action {
    fn of<A: Any + Debug + Send + Sync>(action: A) -> Action {
        Action(Arc::new(action))
    }

    fn typed<A: Any>(&self) -> &A {
        let any: &dyn Any = &*self.0;
        any.downcast_ref().expect("an action of this model")
    }
}

/// Does a claim hold? If not, with the reason, if it gives one.
type Says = Result<(), Option<String>>;

/// A claim of a model, in the form that the model without its types has.
type Listed = (&'static str, &'static str, Shape<Untyped>, Trigger<Untyped>);

/// All that is asked of a model and its form.
trait Object: Send + Sync {
    fn names(&self) -> [&'static str; 3];
    fn init_states(&self) -> Vec<State>;
    fn actions(&self, state: &State) -> Vec<Action>;
    fn next_state(&self, state: &State, action: &Action) -> Option<State>;
    fn within_boundary(&self, state: &State) -> bool;
    fn format_action(&self, action: &Action) -> String;
    fn kinds(&self) -> Vec<Kind>;
    fn kind(&self, action: &Action) -> Kind;
    fn again(&self, state: &State, action: &Action) -> Again<Action>;
    fn listed(&self) -> Vec<Listed>;
    fn says(&self, at: usize, state: &State) -> Says;
    fn says_step(&self, at: usize, before: &State, action: &Action, after: &State) -> Says;
    fn is_triggered(&self, at: usize, state: &State) -> bool;
    fn is_triggered_by(&self, at: usize, before: &State, action: &Action, after: &State) -> bool;
    fn before_search(&self);
    fn after_search(&self, complete: bool) -> Remarks;
    fn forget(&self);
    fn actors(&self, init: &State) -> Vec<Actor>;
    fn picture(&self, before: &State, action: &Action, after: &State) -> Picture;
    fn state_value(&self, state: &State) -> Value;
    fn action_value(&self, action: &Action) -> Value;
    fn event(&self, action: &Action) -> Option<Value>;
    fn read_event(&self, value: &Value) -> Option<Action>;
    fn marks(&self, before: &State, action: &Action, after: &State) -> Vec<Mark>;
    fn beside(&self, step: Option<(&State, &Action)>, state: &State) -> Option<Expected>;
}

/// A model with its types.
struct Typed<M: Spec> {
    model: Arc<M>,
    form: Form<M>,
    claims: OnceLock<Vec<Claim<M>>>,
}

impl<M: Spec> Typed<M> {
    fn claims(&self) -> &[Claim<M>] {
        self.claims.get_or_init(|| {
            let mut claims = Claims::default();
            self.model.claims(&mut claims);
            claims.as_slice().to_vec()
        })
    }
}

impl<M> Object for Typed<M>
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Send + Sync + 'static,
    M::Action: Clone + Debug + Send + Sync + 'static,
{
    fn names(&self) -> [&'static str; 3] {
        [type_name::<M>(), type_name::<M::State>(), type_name::<M::Action>()]
    }

    fn init_states(&self) -> Vec<State> {
        self.model.init_states().into_iter().map(State::of).collect()
    }

    fn actions(&self, state: &State) -> Vec<Action> {
        let mut actions = Vec::new();
        self.model.actions(state.typed(), &mut actions);
        actions.into_iter().map(Action::of).collect()
    }

    fn next_state(&self, state: &State, action: &Action) -> Option<State> {
        self.model.next_state(state.typed(), action.typed::<M::Action>().clone()).map(State::of)
    }

    fn within_boundary(&self, state: &State) -> bool {
        self.model.within_boundary(state.typed())
    }

    fn format_action(&self, action: &Action) -> String {
        self.model.format_action(action.typed())
    }

    fn kinds(&self) -> Vec<Kind> {
        self.model.kinds()
    }

    fn kind(&self, action: &Action) -> Kind {
        self.model.kind(action.typed())
    }

    fn again(&self, state: &State, action: &Action) -> Again<Action> {
        match self.model.again(state.typed(), action.typed()) {
            Again::Look => Again::Look,
            Again::Gone => Again::Gone,
            Again::Here(action) => Again::Here(Action::of(action)),
        }
    }

    fn listed(&self) -> Vec<Listed> {
        let list = self.claims().iter().enumerate();
        list.map(|(at, claim)| {
            (claim.id(), claim.text(), shape(at, claim.shape()), trigger(at, claim.shape()))
        })
        .collect()
    }

    fn says(&self, at: usize, state: &State) -> Says {
        let claim = &self.claims()[at];
        match claim.shape() {
            Shape::Always(says) | Shape::AtEnd(says) | Shape::Sometimes(says) => {
                or_else(says.holds(&self.model, state.typed()), || claim.why(&self.model, state.typed()))
            }
            Shape::AlwaysStep(_) => Ok(()),
        }
    }

    fn says_step(&self, at: usize, before: &State, action: &Action, after: &State) -> Says {
        let Shape::AlwaysStep(says) = self.claims()[at].shape() else { return Ok(()) };
        let (model, before, action, after) = (&*self.model, before.typed(), action.typed(), after.typed());
        or_else(says.holds(model, before, action, after), || says.why(model, before, action, after))
    }

    fn is_triggered(&self, at: usize, state: &State) -> bool {
        self.claims()[at].triggered_at(&self.model, state.typed())
    }

    fn is_triggered_by(&self, at: usize, before: &State, action: &Action, after: &State) -> bool {
        self.claims()[at].triggered_by(&self.model, before.typed(), action.typed(), after.typed())
    }

    fn before_search(&self) {
        self.model.before_search();
    }

    fn after_search(&self, complete: bool) -> Remarks {
        self.model.after_search(complete)
    }

    fn forget(&self) {
        self.model.forget();
    }

    fn actors(&self, init: &State) -> Vec<Actor> {
        self.model.actors(init.typed())
    }

    fn picture(&self, before: &State, action: &Action, after: &State) -> Picture {
        self.model.picture(before.typed(), action.typed(), after.typed())
    }

    fn state_value(&self, state: &State) -> Value {
        (self.form.state)(&self.model, state.typed())
    }

    fn action_value(&self, action: &Action) -> Value {
        (self.form.action)(&self.model, action.typed())
    }

    fn event(&self, action: &Action) -> Option<Value> {
        (self.form.event)(&self.model, action.typed())
    }

    fn read_event(&self, value: &Value) -> Option<Action> {
        (self.form.read_event)(&self.model, value).map(Action::of)
    }

    fn marks(&self, before: &State, action: &Action, after: &State) -> Vec<Mark> {
        let marks = |marks: crate::trace::MarksFn<M>| {
            marks(&self.model, before.typed(), action.typed(), after.typed())
        };
        self.form.marks.map_or_else(Vec::new, marks)
    }

    fn beside(&self, step: Option<(&State, &Action)>, state: &State) -> Option<Expected> {
        let step = step.map(|(before, action)| (before.typed(), action.typed()));
        self.form.beside.and_then(|beside| beside(&self.model, step, state.typed()))
    }
}

fn or_else(holds: bool, why: impl FnOnce() -> Option<String>) -> Says {
    if holds { Ok(()) } else { Err(why()) }
}

fn or_silent(holds: bool) -> Says {
    or_else(holds, || None)
}

/// The form of the claim at that place, asked of the model without its types.
fn shape<M: Model>(at: usize, shape: Shape<M>) -> Shape<Untyped> {
    let says = OfState::at(at, |model: &Untyped, state, at| model.0.says(at, state));
    match shape {
        Shape::Always(_) => Shape::Always(says),
        Shape::AtEnd(_) => Shape::AtEnd(says),
        Shape::Sometimes(_) => Shape::Sometimes(says),
        Shape::AlwaysStep(_) => {
            Shape::AlwaysStep(OfStep::at(at, |model: &Untyped, before, action, after, at| {
                model.0.says_step(at, before, action, after)
            }))
        }
    }
}

fn trigger<M: Model>(at: usize, shape: Shape<M>) -> Trigger<Untyped> {
    match shape {
        Shape::AlwaysStep(_) => {
            Trigger::Step(OfStep::at(at, |model: &Untyped, before, action, after, at| {
                or_silent(model.0.is_triggered_by(at, before, action, after))
            }))
        }
        Shape::Always(_) | Shape::AtEnd(_) | Shape::Sometimes(_) => {
            Trigger::State(OfState::at(at, |model: &Untyped, state, at| {
                or_silent(model.0.is_triggered(at, state))
            }))
        }
    }
}

impl Untyped {
    /// `model` without its types, and how its runs are written.
    pub(super) fn new<M>(model: Arc<M>, form: Form<M>) -> (Untyped, Form<Untyped>)
    where
        M: Spec + Send + Sync + 'static,
        M::State: Clone + Hash + Send + Sync + 'static,
        M::Action: Clone + Debug + Send + Sync + 'static,
    {
        let untyped = Form {
            names: |model: &Untyped| model.0.names(),
            state: |model: &Untyped, state| model.0.state_value(state),
            action: |model: &Untyped, action| model.0.action_value(action),
            event: |model: &Untyped, action| model.0.event(action),
            read_event: |model: &Untyped, value| model.0.read_event(value),
            marks: form.marks.map(|_| marks as crate::trace::MarksFn<Untyped>),
            beside: form.beside.map(|_| beside as crate::trace::BesideFn<Untyped>),
            fidelity: form.fidelity,
        };
        (Untyped(Box::new(Typed { model, form, claims: OnceLock::new() })), untyped)
    }

    /// `run` without its types.
    pub(super) fn run<M>(run: &Run<M>) -> Run<Untyped>
    where
        M: Model,
        M::State: Clone + Hash + Send + Sync + 'static,
        M::Action: Clone + Debug + Send + Sync + 'static,
    {
        let steps = run.steps.iter();
        let steps = steps.map(|(action, next)| (Action::of(action.clone()), State::of(next.clone())));
        Run { init: State::of(run.init.clone()), steps: steps.collect() }
    }
}

fn marks(model: &Untyped, before: &State, action: &Action, after: &State) -> Vec<Mark> {
    model.0.marks(before, action, after)
}

fn beside(model: &Untyped, step: Option<(&State, &Action)>, state: &State) -> Option<Expected> {
    model.0.beside(step, state)
}

impl Model for Untyped {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        self.0.init_states()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(self.0.actions(state));
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        self.0.next_state(state, &action)
    }

    fn within_boundary(&self, state: &State) -> bool {
        self.0.within_boundary(state)
    }

    fn format_action(&self, action: &Action) -> String {
        self.0.format_action(action)
    }
}

impl Spec for Untyped {
    fn kinds(&self) -> Vec<Kind> {
        self.0.kinds()
    }

    fn kind(&self, action: &Action) -> Kind {
        self.0.kind(action)
    }

    fn again(&self, state: &State, action: &Action) -> Again<Action> {
        self.0.again(state, action)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        for (id, text, shape, trigger) in self.0.listed() {
            claims.add(id, text, shape).triggered(trigger);
        }
    }

    fn before_search(&self) {
        self.0.before_search();
    }

    fn after_search(&self, complete: bool) -> Remarks {
        self.0.after_search(complete)
    }

    fn forget(&self) {
        self.0.forget();
    }

    fn actors(&self, init: &State) -> Vec<Actor> {
        self.0.actors(init)
    }

    fn picture(&self, before: &State, action: &Action, after: &State) -> Picture {
        self.0.picture(before, action, after)
    }
}
