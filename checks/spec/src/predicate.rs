//! Predicates of claims: on a state or a step, with or without a reason, by place or not.

use stateright::Model;

/// A predicate on one state. A named function, never a closure, so that a report can cite it.
pub type StateFn<M> = fn(&M, &<M as Model>::State) -> bool;

/// A predicate on one step: the state before, the action, the state after.
pub type StepFn<M> = fn(&M, &<M as Model>::State, &<M as Model>::Action, &<M as Model>::State) -> bool;

/// The answer of a predicate: `bool`, or `Result<(), String>` with the reason why it does not hold. The reason is a function
/// of the state (of the step), as the answer is: a trace keeps it, and one that reads otherwise on replay is no longer true.
///
/// ```
/// use quorate_spec::Claims;
/// # use stateright::Model;
/// # struct Accounts;
/// # impl Model for Accounts {
/// #     type State = [u32; 2];
/// #     type Action = ();
/// #     fn init_states(&self) -> Vec<[u32; 2]> { vec![[3, 4]] }
/// #     fn actions(&self, _: &[u32; 2], _: &mut Vec<()>) {}
/// #     fn next_state(&self, _: &[u32; 2], _: ()) -> Option<[u32; 2]> { None }
/// # }
/// fn total(_: &Accounts, [one, other]: &[u32; 2]) -> Result<(), String> {
///     if one + other == 7 { Ok(()) } else { Err(format!("{one} and {other} make {}", one + other)) }
/// }
///
/// let mut claims = Claims::default();
/// claims.always("total", "nothing is lost", total);
/// let claim = claims.as_slice()[0];
/// assert_eq!(claim.why(&Accounts, &[3, 3]).as_deref(), Some("3 and 3 make 6"));
/// ```
pub trait Answer: Sized {
    /// A predicate on one state that comes back with this.
    fn of_state<M: Model>(says: fn(&M, &M::State) -> Self) -> OfState<M>;

    /// A predicate on one step that comes back with this.
    fn of_step<M: Model>(says: fn(&M, &M::State, &M::Action, &M::State) -> Self) -> OfStep<M>;
}

impl Answer for bool {
    fn of_state<M: Model>(says: fn(&M, &M::State) -> bool) -> OfState<M> {
        OfState(InState::Plain(says))
    }

    fn of_step<M: Model>(says: fn(&M, &M::State, &M::Action, &M::State) -> bool) -> OfStep<M> {
        OfStep(InStep::Plain(says))
    }
}

impl Answer for Result<(), String> {
    fn of_state<M: Model>(says: fn(&M, &M::State) -> Self) -> OfState<M> {
        OfState(InState::Why(says))
    }

    fn of_step<M: Model>(says: fn(&M, &M::State, &M::Action, &M::State) -> Self) -> OfStep<M> {
        OfStep(InStep::Why(says))
    }
}

/// A predicate on one state, which may say why it does not hold, and may know its place among others of its making.
pub struct OfState<M: Model>(InState<M>);

enum InState<M: Model> {
    Plain(StateFn<M>),
    Why(fn(&M, &M::State) -> Result<(), String>),
    At(usize, StateAtFn<M>),
}

/// A predicate on one step, which may say why it does not hold, and may know its place among others of its making.
pub struct OfStep<M: Model>(InStep<M>);

enum InStep<M: Model> {
    Plain(StepFn<M>),
    Why(StepWhyFn<M>),
    At(usize, StepAtFn<M>),
}

/// A predicate on a step that says why it does not hold.
type StepWhyFn<M> =
    fn(&M, &<M as Model>::State, &<M as Model>::Action, &<M as Model>::State) -> Result<(), String>;

/// A predicate on a state by its place: `Err` where it does not hold, with the reason if there is one to give.
pub type StateAtFn<M> = fn(&M, &<M as Model>::State, usize) -> Result<(), Option<String>>;

/// A predicate on a step by its place: `Err` where it does not hold, with the reason if there is one to give.
pub type StepAtFn<M> = fn(
    &M,
    &<M as Model>::State,
    &<M as Model>::Action,
    &<M as Model>::State,
    usize,
) -> Result<(), Option<String>>;

impl<M: Model> OfState<M> {
    /// A predicate that is told its `place`, for models that carry the claims of another one: one function says what each of
    /// them says. `Err` where it does not hold, with the reason if there is one to give.
    pub fn at(place: usize, says: StateAtFn<M>) -> Self {
        OfState(InState::At(place, says))
    }

    /// Does it hold?
    #[inline]
    pub fn holds(&self, model: &M, state: &M::State) -> bool {
        match self.0 {
            InState::Plain(holds) => holds(model, state),
            InState::Why(says) => says(model, state).is_ok(),
            InState::At(place, says) => says(model, state, place).is_ok(),
        }
    }

    /// The reason why it does not hold, where it gives one.
    pub fn why(&self, model: &M, state: &M::State) -> Option<String> {
        match self.0 {
            InState::Plain(_) => None,
            InState::Why(says) => says(model, state).err(),
            InState::At(place, says) => says(model, state, place).err().flatten(),
        }
    }

    /// As a plain function, where it was given as one.
    pub fn as_fn(&self) -> Option<StateFn<M>> {
        match self.0 {
            InState::Plain(holds) => Some(holds),
            InState::Why(_) | InState::At(..) => None,
        }
    }
}

impl<M: Model> OfStep<M> {
    /// As [`OfState::at`], for steps.
    pub fn at(place: usize, says: StepAtFn<M>) -> Self {
        OfStep(InStep::At(place, says))
    }

    /// Does it hold?
    #[inline]
    pub fn holds(&self, model: &M, before: &M::State, action: &M::Action, after: &M::State) -> bool {
        match self.0 {
            InStep::Plain(holds) => holds(model, before, action, after),
            InStep::Why(says) => says(model, before, action, after).is_ok(),
            InStep::At(place, says) => says(model, before, action, after, place).is_ok(),
        }
    }

    /// The reason why it does not hold, where it gives one.
    pub fn why(&self, model: &M, before: &M::State, action: &M::Action, after: &M::State) -> Option<String> {
        match self.0 {
            InStep::Plain(_) => None,
            InStep::Why(says) => says(model, before, action, after).err(),
            InStep::At(place, says) => says(model, before, action, after, place).err().flatten(),
        }
    }
}

/// All of these are functions and numbers, whatever the model is.
macro_rules! copied {
    ($($type:ident),*) => {
        $(
            impl<M: Model> Clone for $type<M> {
                fn clone(&self) -> Self {
                    *self
                }
            }
            impl<M: Model> Copy for $type<M> {}
        )*
    };
}
copied!(OfState, InState, OfStep, InStep);

pub(crate) use copied;
