//! The specification leads, the code follows.

use crate::{
    guard::caught,
    refine::{Mapping, Refinement},
    simulate::{Plan, Random},
    steps,
};
use quorate_spec::{Kind, Spec};
use stateright::Model;
use std::collections::{BTreeMap, HashSet, VecDeque};

type State<R> = <<R as Mapping>::Concrete as Model>::State;
type AbstractAction<R> = <<R as Mapping>::Abstract as Model>::Action;

/// How far the code may be pushed to make it perform one action of the specification.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reach {
    /// The most concrete events that one action may take; all but the last are stutters.
    pub events: usize,
    /// The most concrete states that are tried for one action.
    pub states: usize,
}

/// What a lockstep run showed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[must_use = "the code may have disagreed, or never followed some kind of action"]
pub struct Lockstep {
    /// Walks of the specification.
    pub walks: u64,
    /// For each kind of action: how often the code followed, and how often it could not within reach.
    pub followed: BTreeMap<Kind, (u64, u64)>,
    /// Concrete events taken.
    pub events: u64,
    /// The first disagreement: the seed, and what was wrong.
    pub broken: Option<(u64, String)>,
    /// The kinds of action that the code never followed, and that the mapping does not waive.
    pub never: Vec<Kind>,
}

impl Lockstep {
    /// Everything that keeps this from being green, one sentence each; empty if it is green.
    pub fn failures(&self) -> Vec<String> {
        match &self.broken {
            Some((seed, why)) => vec![format!("walk {seed}: {why}")],
            None => self.never.iter().map(|kind| format!("the code never follows {kind}")).collect(),
        }
    }
}

/// Walks the specification at random by `plan`, and makes the code perform each action by searching, within `reach`,
/// for events that do: stutters, and then one event whose witness begins with the action. An action that the code
/// does not perform from here (it decides some of what the specification leaves open) is counted, and another is
/// picked.
pub fn model_driven<R>(refinement: &Refinement<R>, plan: &Plan, reach: Reach) -> Lockstep
where
    R: Mapping,
    AbstractAction<R>: std::fmt::Debug,
    <R::Abstract as Model>::State: std::fmt::Debug,
{
    let mut lockstep = Lockstep::default();
    for seed in plan.seeds.clone() {
        lockstep.walks += 1;
        let walked = caught(|| walk(refinement, (seed, plan.steps), reach, &mut lockstep));
        let walked = walked.unwrap_or_else(|message| Err(format!("the model panics: {message}")));
        if let Err(why) = walked {
            lockstep.broken = Some((seed, why));
            return lockstep;
        }
        refinement.forget();
        refinement.concrete().forget();
    }
    let waived = refinement.mapping().waived();
    let followed = |kind: &Kind| lockstep.followed.get(kind).is_some_and(|(yes, _)| *yes > 0);
    let kinds = refinement.mapping().specification().kinds().into_iter();
    lockstep.never =
        kinds.filter(|kind| !followed(kind) && waived.iter().all(|waiver| waiver.kind != *kind)).collect();
    lockstep
}

/// One walk of the specification.
fn walk<R>(
    refinement: &Refinement<R>,
    (seed, steps): (u64, usize),
    reach: Reach,
    lockstep: &mut Lockstep,
) -> Result<(), String>
where
    R: Mapping,
    AbstractAction<R>: std::fmt::Debug,
    <R::Abstract as Model>::State: std::fmt::Debug,
{
    let mut random = Random::new(seed);
    let init = steps::initial(refinement).into_iter().next();
    let (_, mut state) = init.ok_or("the code has no initial state within its boundary")?;
    for _ in 0..steps {
        match advance(refinement, &state, reach, &mut random, lockstep)? {
            Some(next) => state = next,
            None => break,
        }
    }
    Ok(())
}

/// Makes the code perform one possible action of the specification; `None` if it performs none of them.
fn advance<R>(
    refinement: &Refinement<R>,
    state: &State<R>,
    reach: Reach,
    random: &mut Random,
    lockstep: &mut Lockstep,
) -> Result<Option<State<R>>, String>
where
    R: Mapping,
    AbstractAction<R>: std::fmt::Debug,
    <R::Abstract as Model>::State: std::fmt::Debug,
{
    let spec = refinement.mapping().specification();
    let here = refinement.abstraction(state);
    let mut wanted = steps::offers(spec, &here);
    wanted.retain(|action| steps::take(spec, &here, action.clone()).is_some());
    while !wanted.is_empty() {
        let action = wanted.swap_remove(random.below(wanted.len()));
        let counts = lockstep.followed.entry(spec.kind(&action)).or_default();
        match realise(refinement, state, &action, reach)? {
            Some((next, events)) => {
                counts.0 += 1;
                lockstep.events += events;
                return Ok(Some(next));
            }
            None => counts.1 += 1,
        }
    }
    Ok(None)
}

/// Searches breadth first for events that perform `wanted`; the state after them and how many they were.
fn realise<R>(
    refinement: &Refinement<R>,
    from: &State<R>,
    wanted: &AbstractAction<R>,
    reach: Reach,
) -> Result<Option<(State<R>, u64)>, String>
where
    R: Mapping,
    AbstractAction<R>: std::fmt::Debug,
    <R::Abstract as Model>::State: std::fmt::Debug,
{
    let mut seen = HashSet::from([from.clone()]);
    let mut queue = VecDeque::from([(from.clone(), 0)]);
    while let Some((state, depth)) = queue.pop_front() {
        for event in steps::offers(refinement, &state) {
            let Some(next) = steps::take(refinement, &state, event.clone()) else { continue };
            if let Some(mismatch) = refinement.explain(&state, &event, &next) {
                return Err(mismatch.to_string());
            }
            let witness = refinement.witness(&state, &event, &next);
            if witness.first().is_some_and(|named| refinement.mapping().same(wanted, named)) {
                return Ok(Some((next, depth + 1)));
            }
            let go_on = witness.is_empty() && depth + 1 < reach.events as u64 && seen.len() < reach.states;
            if go_on && seen.insert(next.clone()) {
                queue.push_back((next, depth + 1));
            }
        }
    }
    Ok(None)
}
