//! What a check concluded, as a type: a search that was cut can never read as one that finished.
//!
//! Five words, from the smallest thing that is judged to the largest:
//!
//! | word | of what | says |
//! |---|---|---|
//! | [`Truth`](quorate_spec::Truth) | a claim, at one place of one run | it holds, it is broken, or it says nothing there |
//! | [`Ended`](crate::engine::Ended) | one search | every reachable state was examined, or what kept the search from it |
//! | [`Verdict`] | a claim, after one search | what both come to, with the run that shows it |
//! | [`Conclusion`](crate::registry::Conclusion) | a property, after one check of whatever kind | the same without the model's types: what is printed, and written as JSON |
//! | [`Judgement`](crate::registry::Judgement) | a property, against what was expected of it | the expectation is met, it is not, or nobody knows |
//!
//! A refuted mistake shows the difference: its claim is [`Verdict::Violated`], and its judgement is that the expectation
//! is met. (Whether a history has a linearization is [`linear::Conclusion`](crate::linear::Conclusion), about one history
//! and no model.)

use stateright::Model;
use std::fmt;

/// A path through a model: an initial state, then actions with the states they lead to.
pub struct Run<M: Model> {
    /// Where it starts.
    pub init: M::State,
    /// Every action taken, with the state after it.
    pub steps: Vec<(M::Action, M::State)>,
}

impl<M: Model> Run<M> {
    /// How many actions it takes; 0 for a run that is just an initial state.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Is it just an initial state?
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The state in which it ends.
    pub fn last(&self) -> &M::State {
        self.steps.last().map_or(&self.init, |(_, state)| state)
    }

    /// Every state along it, the initial one first.
    pub fn states(&self) -> impl Iterator<Item = &M::State> {
        std::iter::once(&self.init).chain(self.steps.iter().map(|(_, state)| state))
    }

    /// Every action along it.
    pub fn actions(&self) -> impl Iterator<Item = &M::Action> {
        self.steps.iter().map(|(action, _)| action)
    }
}

impl<M: Model> Clone for Run<M>
where
    M::State: Clone,
    M::Action: Clone,
{
    fn clone(&self) -> Self {
        Run { init: self.init.clone(), steps: self.steps.clone() }
    }
}

impl<M: Model> fmt::Debug for Run<M>
where
    M::State: fmt::Debug,
    M::Action: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {:?}", self.init)?;
        for (number, (action, state)) in self.steps.iter().enumerate() {
            writeln!(f, "{:>3} {action:?}\n  {state:?}", number + 1)?;
        }
        Ok(())
    }
}

/// What a check concluded about one claim.
#[must_use]
pub enum Verdict<M: Model> {
    /// Every reachable state within the model's bounds was examined, and the claim holds.
    Complete {
        /// How many distinct states that was.
        unique_states: u64,
        /// How many levels of a breadth-first search; an initial state alone is one level.
        depth: u32,
        /// The odds that two of the states shared a fingerprint, so that one was missed. 0 where states are compared.
        collision_odds: f64,
    },
    /// No violation in what was examined, but the search was cut. Not a proof of anything beyond it.
    Bounded {
        /// What cut it, as a phrase: `1000000 states`.
        limit: String,
        /// How many states were known and not yet examined.
        frontier: u64,
    },
    /// No violation in so many random runs.
    Sampled {
        /// How many runs, each from its own seed.
        seeds: u64,
        /// How many steps they took in total.
        steps: u64,
        /// How many faults they injected in total.
        faults: u64,
    },
    /// The claim is false, and this run shows it.
    Violated(Run<M>),
    /// The state that was asked for is reachable, and this run shows it.
    Reached(Run<M>),
    /// Every reachable state was examined, and none is the one that was asked for.
    Unreached,
    /// The claim was never put to the test: its trigger fired nowhere.
    Vacuous,
    /// Nothing is known: the states that were examined may not be those of the model. The model answers differently
    /// when it is asked again, its `Hash` leaves something out, or a canonical form merges states that differ.
    Unsound {
        /// What was found, in one sentence.
        why: String,
    },
}

impl<M: Model> Verdict<M> {
    /// One word, as in reports: `complete`, `bounded`, `sampled`, `violated`, `reached`, `unreached`, `vacuous`,
    /// `unsound`.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Complete { .. } => "complete",
            Verdict::Bounded { .. } => "bounded",
            Verdict::Sampled { .. } => "sampled",
            Verdict::Violated(_) => "violated",
            Verdict::Reached(_) => "reached",
            Verdict::Unreached => "unreached",
            Verdict::Vacuous => "vacuous",
            Verdict::Unsound { .. } => "unsound",
        }
    }

    /// The counterexample or the witness, where there is one.
    pub fn run(&self) -> Option<&Run<M>> {
        match self {
            Verdict::Violated(run) | Verdict::Reached(run) => Some(run),
            _ => None,
        }
    }

    /// Is this what one hopes for, with nothing left open? `Complete` and `Reached` alone.
    pub fn is_green(&self) -> bool {
        matches!(self, Verdict::Complete { .. } | Verdict::Reached(_))
    }
}

impl<M: Model> fmt::Debug for Verdict<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Complete { unique_states, depth, .. } => {
                write!(f, "complete ({unique_states} states, depth {depth})")
            }
            Verdict::Bounded { limit, frontier } => write!(f, "bounded ({limit}, {frontier} states open)"),
            Verdict::Sampled { seeds, steps, faults } => {
                write!(f, "sampled ({seeds} seeds, {steps} steps, {faults} faults)")
            }
            Verdict::Violated(run) => write!(f, "violated ({} steps)", run.len()),
            Verdict::Reached(run) => write!(f, "reached ({} steps)", run.len()),
            Verdict::Unreached | Verdict::Vacuous => f.write_str(self.word()),
            Verdict::Unsound { why } => write!(f, "unsound ({why})"),
        }
    }
}
