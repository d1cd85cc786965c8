//! Random runs of a model, with every claim evaluated along the way.

use super::Random;
use crate::verdict::Run;
use quorate_spec::{Claim, Claims, Kind, Shape, Spec, Truth};
use stateright::Model;
use std::{collections::BTreeMap, ops::Range};

/// How many runs, from which seeds, and how long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// One run for each seed.
    pub seeds: Range<u64>,
    /// The most steps a run takes; it ends sooner where nothing is possible.
    pub steps: usize,
}

/// What random runs showed of one claim.
pub struct Sampled<M: Model> {
    /// The claim.
    pub claim: Claim<M>,
    /// How often it said something.
    pub triggers: u64,
    /// For a `sometimes`: the run that reached it. For the others: the run that broke it.
    pub found: Option<(u64, Run<M>)>,
}

/// What random runs showed.
pub struct Sample<M: Model> {
    /// One for each claim of the model.
    pub claims: Vec<Sampled<M>>,
    /// Runs made.
    pub runs: u64,
    /// Steps taken, over all runs.
    pub steps: u64,
    /// Runs that ended because nothing was possible any more.
    pub ended: u64,
    /// How often each kind of action was taken.
    pub coverage: BTreeMap<Kind, u64>,
}

impl<M: Model> Sample<M> {
    /// The claims that a run broke, with the seed that did it.
    pub fn broken(&self) -> impl Iterator<Item = (&Claim<M>, u64, &Run<M>)> {
        let broken =
            self.claims.iter().filter(|sampled| !matches!(sampled.claim.shape(), Shape::Sometimes(_)));
        broken.filter_map(|sampled| sampled.found.as_ref().map(|(seed, run)| (&sampled.claim, *seed, run)))
    }

    /// The claims that never said anything, and the `sometimes` that no run reached.
    pub fn vacuous(&self) -> impl Iterator<Item = &Claim<M>> {
        let unsaid = self.claims.iter().filter(|sampled| match sampled.claim.shape() {
            Shape::Sometimes(_) => sampled.found.is_none(),
            Shape::Always(_) | Shape::AlwaysStep(_) | Shape::AtEnd(_) => sampled.triggers == 0,
        });
        unsaid.map(|sampled| &sampled.claim)
    }
}

/// Runs `model` at random by `plan`. A run stops at the first claim that it breaks.
///
/// # Panics
/// If the model has no initial state.
pub fn random_runs<M>(model: &M, plan: &Plan) -> Sample<M>
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone,
{
    random_runs_with(model, plan, &[])
}

/// As [`random_runs`], with kinds of actions that are rare: one step in [`ONE_IN`] is one of them, each kind as likely
/// as the others. Where faults are many and their budgets small, they then come all along a run, not all at its start.
///
/// # Panics
/// If the model has no initial state.
pub fn random_runs_with<M>(model: &M, plan: &Plan, rare: &[&str]) -> Sample<M>
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone,
{
    let mut claims = Claims::default();
    model.claims(&mut claims);
    let claims = claims.as_slice().iter().map(|claim| Sampled { claim: *claim, triggers: 0, found: None });
    let mut sample =
        Sample { claims: claims.collect(), runs: 0, steps: 0, ended: 0, coverage: BTreeMap::new() };
    let init = model.init_states();
    assert!(!init.is_empty(), "a model without an initial state has no runs");
    for seed in plan.seeds.clone() {
        let mut random = Random::new(seed);
        let start = init[random.below(init.len())].clone();
        walk(model, start, seed, &mut Dice { random, rare }, plan.steps, &mut sample);
        sample.runs += 1;
    }
    sample
}

fn walk<M>(model: &M, start: M::State, seed: u64, dice: &mut Dice<'_>, steps: usize, sample: &mut Sample<M>)
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone,
{
    let mut run = Run { init: start.clone(), steps: Vec::new() };
    let mut state = start;
    if judge(|claim| claim.at_state(model, &state), (seed, &run), sample) {
        return;
    }
    let mut actions = Vec::new();
    for _ in 0..steps {
        model.actions(&state, &mut actions);
        let Some((action, next)) = dice.pick(model, &state, &mut actions) else {
            sample.ended += 1;
            judge(|claim| claim.at_end(model, &state), (seed, &run), sample);
            return;
        };
        *sample.coverage.entry(model.kind(&action)).or_default() += 1;
        sample.steps += 1;
        run.steps.push((action.clone(), next.clone()));
        if judge(|claim| claim.over_step(model, &state, &action, &next), (seed, &run), sample)
            || judge(|claim| claim.at_state(model, &next), (seed, &run), sample)
        {
            return;
        }
        state = next;
    }
}

/// One step in so many is a rare one, if one is possible.
pub const ONE_IN: usize = 8;

/// What decides.
struct Dice<'a> {
    random: Random,
    /// The kinds that are picked seldom.
    rare: &'a [&'a str],
}

impl Dice<'_> {
    /// Picks a possible action at random; those that the model ignores, or that leave its boundary, are thrown away and
    /// another is picked.
    fn pick<M: Spec>(
        &mut self,
        model: &M,
        state: &M::State,
        actions: &mut Vec<M::Action>,
    ) -> Option<(M::Action, M::State)>
    where
        M::Action: Clone,
    {
        let mut preferred = self.preferred(model, actions);
        loop {
            let pool = if preferred.is_empty() { &mut *actions } else { &mut preferred };
            if pool.is_empty() {
                return None;
            }
            let action = pool.swap_remove(self.random.below(pool.len()));
            if let Some(next) = model.next_state(state, action.clone())
                && model.within_boundary(&next)
            {
                actions.clear();
                return Some((action, next));
            }
        }
    }

    /// Takes out of `actions` those to be tried first: in a rare step those of one rare kind, else all that are not rare.
    fn preferred<M: Spec>(&mut self, model: &M, actions: &mut Vec<M::Action>) -> Vec<M::Action> {
        if self.rare.is_empty() {
            return Vec::new();
        }
        let wants_rare = self.random.below(ONE_IN) == 0;
        let kind = self.rare[self.random.below(self.rare.len())];
        let is_wanted = |action: &mut M::Action| match model.kind(action).0 {
            of if wants_rare => of == kind,
            of => !self.rare.contains(&of),
        };
        actions.extract_if(.., is_wanted).collect()
    }
}

/// Notes what the claims say of one place in the run; true if one of them is broken there.
fn judge<M: Model>(
    says: impl Fn(&Claim<M>) -> Truth,
    (seed, run): (u64, &Run<M>),
    sample: &mut Sample<M>,
) -> bool
where
    M::State: Clone,
    M::Action: Clone,
{
    let mut broken = false;
    for sampled in &mut sample.claims {
        let truth = says(&sampled.claim);
        let reached = truth == Truth::Holds && matches!(sampled.claim.shape(), Shape::Sometimes(_));
        sampled.triggers += u64::from(truth != Truth::Silent);
        if (truth == Truth::Broken || reached) && sampled.found.is_none() {
            sampled.found = Some((seed, Run { init: run.init.clone(), steps: run.steps.clone() }));
        }
        broken |= truth == Truth::Broken;
    }
    broken
}
