//! A check that samples: seeded random runs, for scopes that no search finishes. A run that breaks a claim is made
//! shorter, and kept as a trace that replays and names its seed.

use super::check::{Check, Outcome, Property};
use super::context::Context;
use super::live::{Identity, Live, LiveModel};
use super::row::{Conclusion, Expect, Row};
use super::search::Remarks;
use crate::simulate::{Plan, Sample, Steering, steered_runs};
use crate::trace::{CheckInfo, Form};
use quorate_spec::{Kind, Shape, Spec};
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

/// Random runs of a model, and what is expected of them.
pub struct Sampling<M: Spec> {
    /// The model.
    pub model: M,
    /// How its traces are written.
    pub form: Form<M>,
    /// Which seeds, and how long each run is.
    pub plan: Plan,
    /// The property that the runs stand for: its id, and the property in one sentence. Every claim of the model is
    /// evaluated; whichever breaks first is named in the finding.
    pub property: (&'static str, &'static str),
    /// The kinds of action that are faults: they are counted, and rare, so that they come all along a run.
    pub faults: &'static [&'static str],
    /// The kinds of action that must be taken at least once: a mechanism that no run exercised was not sampled.
    pub exercised: &'static [&'static str],
    /// The claims, by id, that must be put to the test at least once: what they speak of happens in some run.
    ///
    /// One that never was fails the check as *never exercised*. That says nothing against the claim. It says that these
    /// runs could not have broken it, either by chance, because what it speaks of is rare, or because a change made it
    /// impossible, which may be a defect. Which of the two it is shows in how many runs it happened before: a claim
    /// that many runs exercised does not vanish by chance, one that a single run in hundreds exercised may. The check
    /// prints for each claim how often it was put to the test and in how many runs, and which are near the edge.
    pub triggered: &'static [&'static str],
    /// What else is to be said after the runs.
    pub after: Option<fn(&M) -> Remarks>,
    /// What is expected.
    pub expect: Expect,
}

impl<M> Sampling<M>
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Send + Sync + 'static,
    M::Action: Clone + Debug + Send + Sync + 'static,
{
    /// The check, known by `identity`.
    pub fn check(self, identity: Identity) -> Check {
        self.steered(identity, Steering::default())
    }

    /// The check, its runs led by `steering`. What is tallied must happen: a name that stays at 0 over all runs fails
    /// the check. Of a property that is expected to be broken no more is looked for than one run that does it.
    pub fn steered(self, mut identity: Identity, steering: Steering<M>) -> Check {
        let Sampling { model, form, plan, property: (id, text), faults, exercised, triggered, after, expect } =
            self;
        identity.bounds.insert("seeds".to_owned(), format!("{:?}", plan.seeds).into());
        identity.bounds.insert("steps".to_owned(), plan.steps.into());
        let listed = Property { id: id.to_owned(), text: text.to_owned(), expect };
        let live = Arc::new(Live::new(Arc::new(model), form, identity.clone()));
        let replays: Arc<dyn LiveModel> = Arc::<Live<M>>::clone(&live);
        let run = move |context: &Context, stem: &str| {
            let start = Instant::now();
            let until = matches!(expect, Expect::Violated { .. }).then_some(id);
            let steering = Steering { until, rare: faults, ..steering };
            let sample = steered_runs(live.model(), &plan, &steering);
            let mut row = Row::new(live.identity(), id, text, expect);
            count(&mut row, &sample, faults);
            broken(&mut row, &live, &sample, context, stem);
            let Remarks { mut lines, failures, .. } =
                after.map(|after| after(live.model())).unwrap_or_default();
            let untaken = exercised.iter().filter(|kind| taken(&sample, &[kind]) == 0).copied();
            let untested = triggered.iter().filter(|claim| tested(&sample, claim) == 0).copied();
            let tallied = sample.tally.iter().filter(|(_, count)| *count == 0).map(|(name, _)| *name);
            let idle: Vec<&str> = untaken.chain(untested).chain(tallied).collect();
            let idle = (!idle.is_empty()).then(|| format!("never exercised: {}", idle.join(", ")));
            let idle: Vec<String> = idle.into_iter().chain(failures).collect();
            let is_found = row.conclusion == Conclusion::Violated || row.sentence.is_some();
            if !idle.is_empty() && !is_found {
                row.conclusion = Conclusion::Unreached;
                row.sentence = Some(idle.join("; "));
            }
            let elapsed = start.elapsed().as_secs_f64();
            (row.wall_seconds, row.cpu_seconds) = (elapsed, elapsed);
            lines.insert(0, told(&sample, &plan, elapsed));
            if !triggered.is_empty() {
                lines.extend(exercise(&sample, triggered));
            }
            Outcome { rows: vec![row.judge(false)], lines, ..Outcome::default() }
        };
        Check::custom(identity, vec![listed], run).replays_in(replays)
    }
}

fn taken<M: Spec>(sample: &Sample<M>, kinds: &[&'static str]) -> u64 {
    kinds.iter().map(|kind| sample.coverage.get(&Kind(kind)).copied().unwrap_or(0)).sum()
}

/// How often the claim `id` was put to the test, or reached.
fn tested<M: Spec>(sample: &Sample<M>, id: &str) -> u64 {
    let claims = sample.claims.iter().filter(|sampled| sampled.claim.id() == id);
    claims
        .map(|sampled| match sampled.claim.shape() {
            Shape::Sometimes(_) => u64::from(sampled.found.is_some()),
            Shape::Always(_) | Shape::AlwaysStep(_) | Shape::AtEnd(_) => sampled.triggers,
        })
        .sum()
}

/// Fewer runs than this exercise a claim that is near the edge: with other seeds none might.
const EDGE: u64 = 5;

/// How often the claims `ids` were put to the test and in how many runs, and which of them are near the edge.
fn exercise<M: Spec>(sample: &Sample<M>, ids: &[&'static str]) -> Vec<String> {
    let runs = |id: &str| {
        let claims = sample.claims.iter().filter(|sampled| sampled.claim.id() == id);
        claims.map(|sampled| sampled.runs).sum::<u64>()
    };
    let counts = ids.iter().map(|id| format!("{id} {} in {}", tested(sample, id), runs(id)));
    let counts = counts.collect::<Vec<_>>().join(", ");
    let mut lines = vec![format!("put to the test, in how many of {} runs: {counts}", sample.runs)];
    let edge = ids.iter().filter(|id| runs(id) < EDGE).map(|id| format!("{id} in {}", runs(id)));
    let edge: Vec<_> = edge.collect();
    if !edge.is_empty() {
        lines.push(format!("near the edge, exercised by fewer than {EDGE} runs: {}", edge.join(", ")));
    }
    lines
}

fn count<M: Spec>(row: &mut Row, sample: &Sample<M>, faults: &[&'static str]) {
    (row.triggers, row.transitions) = (sample.steps, sample.steps);
    let (seeds, steps, faults) = (sample.runs, sample.steps, taken(sample, faults));
    row.conclusion = Conclusion::Sampled { seeds, steps, faults };
}

fn told<M: Spec>(sample: &Sample<M>, plan: &Plan, seconds: f64) -> String {
    let kinds = sample.coverage.iter().map(|(kind, count)| (kind.0, *count));
    let counted: Vec<_> =
        kinds.chain(sample.tally.iter().copied()).map(|(name, count)| format!("{name} {count}")).collect();
    let each = 1e3 * seconds / sample.runs.max(1) as f64;
    let step = 1e6 * seconds / sample.steps.max(1) as f64;
    format!("seeds {:?}, {each:.1} ms a run, {step:.0} us a step: {}", plan.seeds, counted.join(", "))
}

/// The first run that broke a claim, if one did: shortened, written, and said. Where a property is expected to be
/// broken, that another one is does not stand for it.
fn broken<M>(row: &mut Row, live: &Live<M>, sample: &Sample<M>, context: &Context, stem: &str)
where
    M: Spec + Send + Sync,
    M::State: Clone + Hash,
    M::Action: Clone + Debug,
{
    let named = sample.broken().find(|(claim, _, _)| claim.id() == row.property);
    let Some((claim, seed, run)) = named.or_else(|| sample.broken().next()) else { return };
    if matches!(row.expect, Expect::Violated { .. }) && claim.id() != row.property {
        row.conclusion = Conclusion::Unreached;
        row.sentence = Some(format!("seed {seed} breaks {}, and not {}", claim.id(), row.property));
        return;
    }
    row.conclusion = Conclusion::Violated;
    let about = CheckInfo {
        property: claim.id().to_owned(),
        expect: row.expect.word().to_owned(),
        engine: "random runs".to_owned(),
        seed: Some(seed.to_string()),
        ..live.about()
    };
    let (steps, file, sentence) = live.save_shortened(run, about, context, stem, claim.id());
    (row.trace_steps, row.trace) = (Some(steps), file);
    row.sentence = Some(format!("seed {seed}, {} steps shortened to {steps}: {sentence}", run.len()));
}
