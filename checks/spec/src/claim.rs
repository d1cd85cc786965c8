//! Claims: what must hold in every state, over every step, at every end, and what must be reachable.

use crate::predicate::{Answer, OfState, OfStep, StateFn, StepFn};
use stateright::Model;

/// The form of a claim, with its predicate.
pub enum Shape<M: Model> {
    /// Holds in every reachable state.
    Always(OfState<M>),
    /// Holds over every step from a reachable state, also over one that leads to a state already seen.
    AlwaysStep(OfStep<M>),
    /// Holds in every reachable state that has no successor: what a run that ends must have achieved.
    AtEnd(OfState<M>),
    /// Holds in at least one reachable state.
    Sometimes(OfState<M>),
}

/// When a claim says something. A claim whose trigger never fires is vacuous, and vacuous is not green.
pub enum Trigger<M: Model> {
    /// In every state, over every step, at every end: wherever the claim is evaluated.
    Everywhere,
    /// Where this holds of the state (for a step: of the state after it).
    State(OfState<M>),
    /// Where this holds of the step. Only for [`Shape::AlwaysStep`].
    Step(OfStep<M>),
}

crate::predicate::copied!(Shape, Trigger, Claim);

/// One claim.
pub struct Claim<M: Model> {
    id: &'static str,
    text: &'static str,
    shape: Shape<M>,
    trigger: Trigger<M>,
}

impl<M: Model> Claim<M> {
    /// The property's id, as in code, tests and reports: `PX-S1`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The property in one short sentence.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// Its form.
    pub fn shape(&self) -> Shape<M> {
        self.shape
    }

    /// Does the claim say something of this state?
    pub fn triggered_at(&self, model: &M, state: &M::State) -> bool {
        match self.trigger {
            Trigger::Everywhere => true,
            Trigger::State(when) => when.holds(model, state),
            Trigger::Step(_) => false,
        }
    }

    /// Does the claim say something of this step?
    pub fn triggered_by(&self, model: &M, before: &M::State, action: &M::Action, after: &M::State) -> bool {
        match self.trigger {
            Trigger::Everywhere => true,
            Trigger::State(when) => when.holds(model, after),
            Trigger::Step(when) => when.holds(model, before, action, after),
        }
    }
}

/// What a claim says of one place in a run. Whoever evaluates claims (a search, random runs, lockstep, a walk through a
/// specification) asks here, so that no two of them can mean different things by a trigger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    /// Nothing: the trigger does not hold, the claim is of another form, or a `sometimes` is not reached here.
    Silent,
    /// It was put to the test and holds; for [`Shape::Sometimes`]: it is reached here.
    Holds,
    /// It was put to the test and is broken. Never for [`Shape::Sometimes`].
    Broken,
}

impl Truth {
    fn of(triggered: bool, holds: impl FnOnce() -> bool) -> Truth {
        match triggered.then(holds) {
            None => Truth::Silent,
            Some(true) => Truth::Holds,
            Some(false) => Truth::Broken,
        }
    }
}

impl<M: Model> Claim<M> {
    /// What the claim says of a state: [`Shape::Always`] and [`Shape::Sometimes`].
    #[inline]
    pub fn at_state(&self, model: &M, state: &M::State) -> Truth {
        match self.shape {
            Shape::Always(holds) => Truth::of(self.triggered_at(model, state), || holds.holds(model, state)),
            Shape::Sometimes(reached) if self.triggered_at(model, state) && reached.holds(model, state) => {
                Truth::Holds
            }
            Shape::Sometimes(_) | Shape::AlwaysStep(_) | Shape::AtEnd(_) => Truth::Silent,
        }
    }

    /// What the claim says of a step: [`Shape::AlwaysStep`].
    #[inline]
    pub fn over_step(&self, model: &M, before: &M::State, action: &M::Action, after: &M::State) -> Truth {
        let Shape::AlwaysStep(holds) = self.shape else { return Truth::Silent };
        let triggered = self.triggered_by(model, before, action, after);
        Truth::of(triggered, || holds.holds(model, before, action, after))
    }

    /// Why the claim is broken at a state, where it says so. A claim of steps needs the step: [`Claim::why_step`].
    pub fn why(&self, model: &M, state: &M::State) -> Option<String> {
        match self.shape {
            Shape::Always(says) | Shape::AtEnd(says) => says.why(model, state),
            Shape::AlwaysStep(_) | Shape::Sometimes(_) => None,
        }
    }

    /// Why the claim is broken by a step, where it says so.
    pub fn why_step(
        &self,
        model: &M,
        before: &M::State,
        action: &M::Action,
        after: &M::State,
    ) -> Option<String> {
        match self.shape {
            Shape::AlwaysStep(says) => says.why(model, before, action, after),
            Shape::Always(_) | Shape::AtEnd(_) | Shape::Sometimes(_) => self.why(model, after),
        }
    }

    /// What the claim says of a state that has no successor: [`Shape::AtEnd`].
    #[inline]
    pub fn at_end(&self, model: &M, state: &M::State) -> Truth {
        let Shape::AtEnd(holds) = self.shape else { return Truth::Silent };
        Truth::of(self.triggered_at(model, state), || holds.holds(model, state))
    }
}

/// The claims of one model, in the order in which they are reported.
///
/// Each claim has an id of its own. Adding one with a blank id, or with the id of another, is a panic that names the model
/// and the claims.
pub struct Claims<M: Model> {
    list: Vec<Claim<M>>,
}

impl<M: Model> Default for Claims<M> {
    fn default() -> Self {
        Claims { list: Vec::new() }
    }
}

impl<M: Model> Claims<M> {
    /// `holds` in every reachable state.
    pub fn always<T: Answer>(
        &mut self,
        id: &'static str,
        text: &'static str,
        holds: fn(&M, &M::State) -> T,
    ) -> &mut Self {
        self.add(id, text, Shape::Always(T::of_state(holds)))
    }

    /// `holds` over every step from a reachable state.
    pub fn always_step<T: Answer>(
        &mut self,
        id: &'static str,
        text: &'static str,
        holds: fn(&M, &M::State, &M::Action, &M::State) -> T,
    ) -> &mut Self {
        self.add(id, text, Shape::AlwaysStep(T::of_step(holds)))
    }

    /// `holds` in every reachable state without a successor.
    pub fn at_end<T: Answer>(
        &mut self,
        id: &'static str,
        text: &'static str,
        holds: fn(&M, &M::State) -> T,
    ) -> &mut Self {
        self.add(id, text, Shape::AtEnd(T::of_state(holds)))
    }

    /// `holds` in some reachable state.
    pub fn sometimes<T: Answer>(
        &mut self,
        id: &'static str,
        text: &'static str,
        holds: fn(&M, &M::State) -> T,
    ) -> &mut Self {
        self.add(id, text, Shape::Sometimes(T::of_state(holds)))
    }

    /// The claim added last says something only where `trigger` holds of the state (of the state after a step).
    ///
    /// # Panics
    /// If no claim was added yet.
    pub fn when(&mut self, trigger: StateFn<M>) -> &mut Self {
        self.triggered(Trigger::State(bool::of_state(trigger)))
    }

    /// The step claim added last says something only of steps for which `trigger` holds.
    ///
    /// # Panics
    /// If no claim was added yet, or the last one is not [`Shape::AlwaysStep`].
    pub fn when_step(&mut self, trigger: StepFn<M>) -> &mut Self {
        self.triggered(Trigger::Step(bool::of_step(trigger)))
    }

    /// As [`Claims::when`] and [`Claims::when_step`], for any trigger.
    ///
    /// # Panics
    /// If no claim was added yet, or the trigger is one of steps and the last claim is not [`Shape::AlwaysStep`].
    pub fn triggered(&mut self, trigger: Trigger<M>) -> &mut Self {
        let claim = self.list.last_mut().expect("a trigger belongs to a claim; add the claim first");
        let fits = !matches!(trigger, Trigger::Step(_)) || matches!(claim.shape, Shape::AlwaysStep(_));
        assert!(fits, "{}: a step trigger on a state claim", claim.id);
        claim.trigger = trigger;
        self
    }

    /// The claims so far.
    pub fn as_slice(&self) -> &[Claim<M>] {
        &self.list
    }

    /// Adds a claim of any form.
    ///
    /// # Panics
    /// If its id is blank, or another claim has it.
    pub fn add(&mut self, id: &'static str, text: &'static str, shape: Shape<M>) -> &mut Self {
        let model = std::any::type_name::<M>();
        assert!(!id.trim().is_empty(), "{model}: a claim needs an id; this one has none: {text:?}");
        if let Some(other) = self.list.iter().find(|claim| claim.id == id) {
            panic!("{model}: two claims have the id {id:?}: {:?} and {text:?}", other.text);
        }
        self.list.push(Claim { id, text, shape, trigger: Trigger::Everywhere });
        self
    }
}
