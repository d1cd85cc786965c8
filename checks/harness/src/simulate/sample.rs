//! Random runs of a model, with every claim evaluated along the way.

use super::Random;
use crate::guard::caught;
use crate::steps::{self, Attempt};
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

/// Proposes an action at random, where picking evenly among all that are on offer would be slow or pointless. What it
/// proposes must be on offer; `None`, or what the model ignores, and it is asked again.
pub type Pick<M> = fn(&M, &<M as Model>::State, &mut Random) -> Option<<M as Model>::Action>;

/// What the last state of a run says happened in it, by name. Always the same names, in the same order.
pub type Tally<M> = fn(&M, &<M as Model>::State) -> Vec<(&'static str, u64)>;

/// How random runs are led, and what is counted at their ends.
pub struct Steering<M: Model> {
    /// How actions are picked; at random among all that are on offer, if absent.
    pub pick: Option<Pick<M>>,
    /// Kinds of actions that are rare, where `pick` does not decide: one step in [`ONE_IN`] is one of them, each kind as
    /// likely as the others. Where faults are many and their budgets small, they then come all along a run, not all at
    /// its start.
    pub rare: &'static [&'static str],
    /// What is counted.
    pub tally: Option<Tally<M>>,
    /// No further run once this claim is broken.
    pub until: Option<&'static str>,
    /// Claims that the runs need not put to the test, each with the reason.
    pub untested: &'static [(&'static str, &'static str)],
}

impl<M: Model> Default for Steering<M> {
    fn default() -> Self {
        Steering { pick: None, rare: &[], tally: None, until: None, untested: &[] }
    }
}

impl<M: Model> Clone for Steering<M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M: Model> Copy for Steering<M> {}

/// How often a pick is asked again before every action is looked at.
const TRIES: usize = 200;

/// What random runs showed of one claim.
pub struct Sampled<M: Model> {
    /// The claim.
    pub claim: Claim<M>,
    /// How often it said something.
    pub triggers: u64,
    /// In how many runs it said something; for a `sometimes`, in how many it was reached.
    pub runs: u64,
    /// Whether it did so in the run that is under way.
    spoke: bool,
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
    /// Runs that ended because nothing was possible any more: in an end.
    pub ended: u64,
    /// Runs that ended because every step left the boundary.
    pub cornered: u64,
    /// What ended the runs before the last seed, if something did: a limit, or somebody who asked.
    pub cut: Option<String>,
    /// How often each kind of action was taken.
    pub coverage: BTreeMap<Kind, u64>,
    /// What was counted at the ends of the runs, in all of them.
    pub tally: Vec<(&'static str, u64)>,
}

impl<M: Model> Sample<M> {
    /// The claims that a run broke, with the seed that did it.
    pub fn broken(&self) -> impl Iterator<Item = (&Claim<M>, u64, &Run<M>)> {
        let broken =
            self.claims.iter().filter(|sampled| !matches!(sampled.claim.shape(), Shape::Sometimes(_)));
        broken.filter_map(|sampled| sampled.found.as_ref().map(|(seed, run)| (&sampled.claim, *seed, run)))
    }

    /// Adds what was counted at the end of a run.
    pub(super) fn count(&mut self, tally: Vec<(&'static str, u64)>) {
        if self.tally.is_empty() {
            self.tally = tally;
        } else {
            self.tally.iter_mut().zip(tally).for_each(|((_, sum), (_, count))| *sum += count);
        }
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

/// A run in which the model panicked.
pub(crate) struct Panicked<M: Model> {
    /// The seed; `None` if the model panicked before there was any run.
    pub(crate) seed: Option<u64>,
    /// The run, as far as it went.
    pub(crate) run: Option<Run<M>>,
    /// What the panic said.
    pub(crate) message: String,
}

/// Runs `model` at random by `plan`. A run stops at the first claim that it breaks.
///
/// # Panics
/// If the model has no initial state within its boundary, or panics itself; the message names the seed.
pub fn random_runs<M>(model: &M, plan: &Plan) -> Sample<M>
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone,
{
    steered_runs(model, plan, &Steering::default())
}

/// As [`random_runs`], led by `steering`.
///
/// # Panics
/// If the model has no initial state within its boundary, or panics itself; the message names the seed.
pub fn steered_runs<M>(model: &M, plan: &Plan, steering: &Steering<M>) -> Sample<M>
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone,
{
    let (sample, panicked) = runs_until(model, plan, steering, &|| None);
    if let Some(Panicked { seed, run, message }) = panicked {
        let steps = run.map_or(0, |run| run.len());
        match seed {
            Some(seed) => panic!("seed {seed}, after {steps} steps: {message}"),
            None => panic!("{message}"),
        }
    }
    sample
}

/// As [`steered_runs`], until `stop` says why to end; it is asked before each run and now and then within one. A panic of
/// the model ends the runs, and comes back.
pub(crate) fn runs_until<M>(
    model: &M,
    plan: &Plan,
    steering: &Steering<M>,
    stop: &dyn Fn() -> Option<String>,
) -> (Sample<M>, Option<Panicked<M>>)
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone,
{
    let mut sample = Sample {
        claims: Vec::new(),
        runs: 0,
        steps: 0,
        ended: 0,
        cornered: 0,
        cut: None,
        coverage: BTreeMap::new(),
        tally: Vec::new(),
    };
    let begin = || {
        let mut claims = Claims::default();
        model.claims(&mut claims);
        let init = steps::initial(model);
        assert!(!init.is_empty(), "the model has no initial state within its boundary, so it has no runs");
        (claims, init)
    };
    let (claims, init) = match caught(begin) {
        Ok(begun) => begun,
        Err(message) => return (sample, Some(Panicked { seed: None, run: None, message })),
    };
    let claims = claims.as_slice().iter();
    sample.claims.extend(claims.map(|claim| Sampled {
        claim: *claim,
        triggers: 0,
        runs: 0,
        spoke: false,
        found: None,
    }));
    for seed in plan.seeds.clone() {
        sample.cut = stop();
        if sample.cut.is_some() {
            break;
        }
        let mut random = Random::new(seed);
        let start = init[random.below(init.len())].1.clone();
        let mut dice = Dice { random, led: steering.pick, rare: steering.rare };
        let mut run = Run { init: start, steps: Vec::new() };
        let whole = caught(|| {
            walk(model, &mut run, (seed, &mut dice), (plan.steps, stop), &mut sample);
            steering.tally.iter().for_each(|tally| sample.count(tally(model, run.last())));
        });
        sample.runs += 1;
        for sampled in &mut sample.claims {
            sampled.runs += u64::from(std::mem::take(&mut sampled.spoke));
        }
        if let Err(message) = whole {
            return (sample, Some(Panicked { seed: Some(seed), run: Some(run), message }));
        }
        // What one run has computed is of no use to another, and would fill the memory.
        model.forget();
        if sample.cut.is_some() || sample.is_over(steering) {
            break;
        }
    }
    (sample, None)
}

/// One run in so many steps asks whether it is to stop.
const ASK: usize = 256;

/// One run, from where `run` starts.
fn walk<M>(
    model: &M,
    run: &mut Run<M>,
    (seed, dice): (u64, &mut Dice<M>),
    (steps, stop): (usize, &dyn Fn() -> Option<String>),
    sample: &mut Sample<M>,
) where
    M: Spec,
    M::State: Clone,
    M::Action: Clone,
{
    if judge(|claim| claim.at_state(model, run.last()), (seed, run), sample) {
        return;
    }
    for step in 1..=steps {
        let (action, next) = match dice.next(model, run.last()) {
            Next::Step(action, next) => (action, next),
            Next::End => {
                sample.ended += 1;
                judge(|claim| claim.at_end(model, run.last()), (seed, run), sample);
                return;
            }
            Next::Cornered => {
                sample.cornered += 1;
                return;
            }
        };
        *sample.coverage.entry(model.kind(&action)).or_default() += 1;
        sample.steps += 1;
        run.steps.push((action, next));
        let [.., (action, next)] = run.steps.as_slice() else { return };
        let before = run.steps.iter().nth_back(1).map_or(&run.init, |(_, state)| state);
        if judge(|claim| claim.over_step(model, before, action, next), (seed, run), sample)
            || judge(|claim| claim.at_state(model, next), (seed, run), sample)
        {
            return;
        }
        if step.is_multiple_of(ASK) && step < steps {
            sample.cut = stop();
            if sample.cut.is_some() {
                return;
            }
        }
    }
}

/// One step in so many is a rare one, if one is possible.
pub const ONE_IN: usize = 8;

/// How a run goes on.
enum Next<M: Model> {
    /// With this step.
    Step(M::Action, M::State),
    /// Not at all: it has reached an end.
    End,
    /// Not within the boundary.
    Cornered,
}

/// What decides.
struct Dice<M: Model> {
    random: Random,
    led: Option<Pick<M>>,
    /// The kinds that are picked seldom.
    rare: &'static [&'static str],
}

impl<M: Spec> Dice<M>
where
    M::Action: Clone,
{
    fn next(&mut self, model: &M, state: &M::State) -> Next<M> {
        match self.be_led(model, state) {
            Some((action, next)) => Next::Step(action, next),
            None => self.pick(model, state, steps::offers(model, state)),
        }
    }

    /// The first proposal that is a step; `None` if there is none for too long, or nobody proposes.
    fn be_led(&mut self, model: &M, state: &M::State) -> Option<(M::Action, M::State)> {
        let led = self.led?;
        (0..TRIES).find_map(|_| {
            let action = led(model, state, &mut self.random)?;
            let next = steps::take(model, state, action.clone())?;
            Some((action, next))
        })
    }

    /// Picks a step at random: what is none is thrown away, and another is picked.
    fn pick(&mut self, model: &M, state: &M::State, mut actions: Vec<M::Action>) -> Next<M> {
        let mut preferred = self.preferred(model, &mut actions);
        let mut nothing = Next::End;
        loop {
            let pool = if preferred.is_empty() { &mut actions } else { &mut preferred };
            if pool.is_empty() {
                return nothing;
            }
            let action = pool.swap_remove(self.random.below(pool.len()));
            match steps::attempt(model, state, action.clone()) {
                Attempt::To(next) => return Next::Step(action, next),
                Attempt::Outside(_) => nothing = Next::Cornered,
                Attempt::Ignored => {}
            }
        }
    }

    /// Takes out of `actions` those to be tried first: in a rare step those of one rare kind, else all that are not rare.
    fn preferred(&mut self, model: &M, actions: &mut Vec<M::Action>) -> Vec<M::Action> {
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
        sampled.spoke |= match sampled.claim.shape() {
            Shape::Sometimes(_) => reached,
            Shape::Always(_) | Shape::AlwaysStep(_) | Shape::AtEnd(_) => truth != Truth::Silent,
        };
        if (truth == Truth::Broken || reached) && sampled.found.is_none() {
            sampled.found = Some((seed, Run { init: run.init.clone(), steps: run.steps.clone() }));
        }
        broken |= truth == Truth::Broken;
    }
    broken
}
