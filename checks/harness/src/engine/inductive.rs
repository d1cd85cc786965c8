//! Is an invariant inductive: true at first, and kept by every step from every state that satisfies it, reachable or
//! not? Then it holds in every reachable state, however long the run, and no search bounds that.
//!
//! The states are enumerated, so the model's state type must be small: every type-correct state is tried.

use crate::guard::caught;
use crate::steps;
use quorate_spec::StateFn;
use stateright::Model;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// States that a thread takes at a time.
const BATCH: usize = 1024;

/// How an invariant fares.
#[must_use]
pub enum Induction<M: Model> {
    /// It is inductive.
    Inductive {
        /// States enumerated.
        states: u64,
        /// Those that satisfy the invariant.
        satisfying: u64,
        /// Steps out of these.
        steps: u64,
    },
    /// It fails in this initial state.
    NotInitially(M::State),
    /// A counterexample to induction: a step from a state that satisfies it to one that does not. The first state
    /// need not be reachable; then the invariant may hold, and is too weak to show it.
    NotPreserved {
        /// The state before, the first such one in the order of enumeration.
        before: M::State,
        /// The step.
        action: M::Action,
        /// The state after.
        after: M::State,
    },
    /// A step from a state that satisfies it, or an initial state, leaves the enumerated states: nothing was shown.
    NotClosed(M::State),
    /// No enumerated state satisfies it, or none of these has a step: nothing was shown.
    Vacuous,
}

impl<M: Model> Induction<M> {
    /// Was the invariant shown to be inductive?
    pub fn holds(&self) -> bool {
        matches!(self, Induction::Inductive { .. })
    }
}

impl<M: Model> fmt::Debug for Induction<M>
where
    M::State: fmt::Debug,
    M::Action: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Induction::Inductive { states, satisfying, steps } => {
                write!(f, "inductive ({satisfying} of {states} states satisfy it, {steps} steps keep it)")
            }
            Induction::NotInitially(state) => write!(f, "false at first: {state:?}"),
            Induction::NotPreserved { before, action, after } => {
                write!(f, "not preserved:\n  {before:?}\n  {action:?}\n  {after:?}")
            }
            Induction::NotClosed(state) => write!(f, "not among the enumerated states: {state:?}"),
            Induction::Vacuous => f.write_str("vacuous: no state satisfies it, or none of these has a step"),
        }
    }
}

/// Where a thread found the induction to fail.
struct Failure<M: Model> {
    place: u64,
    what: Induction<M>,
}

struct Counts {
    states: u64,
    satisfying: u64,
    steps: u64,
}

/// Checks whether `invariant` is inductive. `states` enumerates the type-correct states, and `typed` says whether a
/// state is one; a step that leads out of them is reported, for nothing would be known of where it leads.
pub fn inductive<M>(
    model: &M,
    invariant: StateFn<M>,
    typed: StateFn<M>,
    states: impl Iterator<Item = M::State> + Send,
    threads: usize,
) -> Induction<M>
where
    M: Model + Sync,
    M::State: Send,
    M::Action: Clone + Send,
{
    for (_, state) in steps::initial(model) {
        if !typed(model, &state) {
            return Induction::NotClosed(state);
        }
        if !invariant(model, &state) {
            return Induction::NotInitially(state);
        }
    }
    let source = Mutex::new((0, states));
    let first: Mutex<Option<Failure<M>>> = Mutex::new(None);
    let panicked: Mutex<Option<String>> = Mutex::new(None);
    let total = Mutex::new(Counts { states: 0, satisfying: 0, steps: 0 });
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                if let Err(message) = caught(|| work(model, invariant, typed, &source, &first, &total)) {
                    panicked.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(message);
                }
            });
        }
    });
    if let Some(message) = panicked.into_inner().unwrap_or_else(PoisonError::into_inner) {
        panic!("{message}");
    }
    if let Some(failure) = first.into_inner().expect("a panic has left the scope already") {
        return failure.what;
    }
    let Counts { states, satisfying, steps } =
        total.into_inner().expect("a panic has left the scope already");
    if steps == 0 { Induction::Vacuous } else { Induction::Inductive { states, satisfying, steps } }
}

/// One thread: takes states until none is left, or an earlier one failed.
fn work<M: Model>(
    model: &M,
    invariant: StateFn<M>,
    typed: StateFn<M>,
    source: &Mutex<(u64, impl Iterator<Item = M::State>)>,
    first: &Mutex<Option<Failure<M>>>,
    total: &Mutex<Counts>,
) where
    M::Action: Clone,
{
    let mut counts = Counts { states: 0, satisfying: 0, steps: 0 };
    let known = |place: u64| {
        let first = first.lock().expect("nobody panics holding it");
        first.as_ref().is_some_and(|failure| failure.place < place)
    };
    loop {
        let (start, batch) = {
            let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
            let batch: Vec<M::State> = source.1.by_ref().take(BATCH).collect();
            source.0 += batch.len() as u64;
            (source.0 - batch.len() as u64, batch)
        };
        if batch.is_empty() || known(start) {
            break;
        }
        for (place, state) in (start..).zip(batch) {
            counts.states += 1;
            let what = caught(|| one(model, invariant, typed, state, &mut counts))
                .unwrap_or_else(|message| panic!("in state {place} of those enumerated: {message}"));
            if let Some(what) = what {
                let mut first = first.lock().expect("nobody panics holding it");
                if first.as_ref().is_none_or(|failure| place < failure.place) {
                    *first = Some(Failure { place, what });
                }
                break;
            }
        }
    }
    let mut total = total.lock().expect("nobody panics holding it");
    total.states += counts.states;
    total.satisfying += counts.satisfying;
    total.steps += counts.steps;
}

fn one<M: Model>(
    model: &M,
    invariant: StateFn<M>,
    typed: StateFn<M>,
    before: M::State,
    counts: &mut Counts,
) -> Option<Induction<M>>
where
    M::Action: Clone,
{
    // Outside the boundary there are no states of the model, and no steps.
    if !model.within_boundary(&before) {
        return None;
    }
    if !typed(model, &before) {
        return Some(Induction::NotClosed(before));
    }
    if !invariant(model, &before) {
        return None;
    }
    counts.satisfying += 1;
    for action in steps::offers(model, &before) {
        let Some(after) = steps::take(model, &before, action.clone()) else { continue };
        counts.steps += 1;
        if !typed(model, &after) {
            return Some(Induction::NotClosed(after));
        }
        if !invariant(model, &after) {
            return Some(Induction::NotPreserved { before, action, after });
        }
    }
    None
}
