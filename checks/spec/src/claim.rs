//! Claims: what must hold in every state, over every step, at every end, and what must be reachable.

use stateright::Model;

/// A predicate on one state. A named function, never a closure, so that a report can cite it.
pub type StateFn<M> = fn(&M, &<M as Model>::State) -> bool;

/// A predicate on one step: the state before, the action, the state after.
pub type StepFn<M> = fn(&M, &<M as Model>::State, &<M as Model>::Action, &<M as Model>::State) -> bool;

/// The form of a claim, with its predicate.
pub enum Shape<M: Model> {
    /// Holds in every reachable state.
    Always(StateFn<M>),
    /// Holds over every step from a reachable state, also over one that leads to a state already seen.
    AlwaysStep(StepFn<M>),
    /// Holds in every reachable state that has no successor: what a run that ends must have achieved.
    AtEnd(StateFn<M>),
    /// Holds in at least one reachable state.
    Sometimes(StateFn<M>),
}

/// When a claim says something. A claim whose trigger never fires is vacuous, and vacuous is not green.
pub(crate) enum Trigger<M: Model> {
    /// In every state, over every step, at every end: wherever the claim is evaluated.
    Everywhere,
    /// Where this holds of the state (for a step: of the state after it).
    State(StateFn<M>),
    /// Where this holds of the step. Only for [`Shape::AlwaysStep`].
    Step(StepFn<M>),
}

impl<M: Model> Clone for Shape<M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M: Model> Copy for Shape<M> {}
impl<M: Model> Clone for Trigger<M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M: Model> Copy for Trigger<M> {}

/// One claim.
pub struct Claim<M: Model> {
    id: &'static str,
    text: &'static str,
    shape: Shape<M>,
    trigger: Trigger<M>,
}

impl<M: Model> Clone for Claim<M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M: Model> Copy for Claim<M> {}

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
            Trigger::State(when) => when(model, state),
            Trigger::Step(_) => false,
        }
    }

    /// Does the claim say something of this step?
    pub fn triggered_by(&self, model: &M, before: &M::State, action: &M::Action, after: &M::State) -> bool {
        match self.trigger {
            Trigger::Everywhere => true,
            Trigger::State(when) => when(model, after),
            Trigger::Step(when) => when(model, before, action, after),
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
            Shape::Always(holds) => Truth::of(self.triggered_at(model, state), || holds(model, state)),
            Shape::Sometimes(reached) if self.triggered_at(model, state) && reached(model, state) => {
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
        Truth::of(triggered, || holds(model, before, action, after))
    }

    /// What the claim says of a state that has no successor: [`Shape::AtEnd`].
    #[inline]
    pub fn at_end(&self, model: &M, state: &M::State) -> Truth {
        let Shape::AtEnd(holds) = self.shape else { return Truth::Silent };
        Truth::of(self.triggered_at(model, state), || holds(model, state))
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
    pub fn always(&mut self, id: &'static str, text: &'static str, holds: StateFn<M>) -> &mut Self {
        self.add(id, text, Shape::Always(holds))
    }

    /// `holds` over every step from a reachable state.
    pub fn always_step(&mut self, id: &'static str, text: &'static str, holds: StepFn<M>) -> &mut Self {
        self.add(id, text, Shape::AlwaysStep(holds))
    }

    /// `holds` in every reachable state without a successor.
    pub fn at_end(&mut self, id: &'static str, text: &'static str, holds: StateFn<M>) -> &mut Self {
        self.add(id, text, Shape::AtEnd(holds))
    }

    /// `holds` in some reachable state.
    pub fn sometimes(&mut self, id: &'static str, text: &'static str, holds: StateFn<M>) -> &mut Self {
        self.add(id, text, Shape::Sometimes(holds))
    }

    /// The claim added last says something only where `trigger` holds of the state (of the state after a step).
    ///
    /// # Panics
    /// If no claim was added yet.
    pub fn when(&mut self, trigger: StateFn<M>) -> &mut Self {
        self.last().trigger = Trigger::State(trigger);
        self
    }

    /// The step claim added last says something only of steps for which `trigger` holds.
    ///
    /// # Panics
    /// If no claim was added yet, or the last one is not [`Shape::AlwaysStep`].
    pub fn when_step(&mut self, trigger: StepFn<M>) -> &mut Self {
        let claim = self.last();
        assert!(matches!(claim.shape, Shape::AlwaysStep(_)), "{}: a step trigger on a state claim", claim.id);
        claim.trigger = Trigger::Step(trigger);
        self
    }

    /// The claims so far.
    pub fn as_slice(&self) -> &[Claim<M>] {
        &self.list
    }

    fn last(&mut self) -> &mut Claim<M> {
        self.list.last_mut().expect("a trigger belongs to a claim; add the claim first")
    }

    fn add(&mut self, id: &'static str, text: &'static str, shape: Shape<M>) -> &mut Self {
        let model = std::any::type_name::<M>();
        assert!(!id.trim().is_empty(), "{model}: a claim needs an id; this one has none: {text:?}");
        if let Some(other) = self.list.iter().find(|claim| claim.id == id) {
            panic!("{model}: two claims have the id {id:?}: {:?} and {text:?}", other.text);
        }
        self.list.push(Claim { id, text, shape, trigger: Trigger::Everywhere });
        self
    }
}
