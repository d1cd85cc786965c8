//! A check that samples: seeded random runs, for scopes that no search finishes. A run that breaks a claim is made
//! shorter, and kept as a trace that replays and names its seed.

use super::check::{Check, NO_PANIC, Outcome, Property};
use super::context::Context;
use super::live::Identity;
use super::row::{Conclusion, Expect, Judgement, PANIC, Row};
use super::search::Remarks;
use super::typed::Live;
use crate::engine::{Limits, full, resident_bytes};
use crate::guard::{caught, quietly};
use crate::simulate::{Panicked, Plan, Sample, Spread, Steering, runs_on};
use crate::trace::{CheckInfo, Form};
use crate::verdict::Run;
use quorate_spec::{Kind, Shape, Spec};
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

/// Bytes by which this process may grow during the random runs of one check, unless [`Context::limits`] says otherwise:
/// more than any of them needs, for what one run has computed is forgotten before the next.
const MOST_BYTES: u64 = 4 << 30;

/// Random runs of a model, and what is expected of them.
pub struct Sampling<M: Spec> {
    /// The model.
    pub model: M,
    /// How its traces are written.
    pub form: Form<M>,
    /// Which seeds, and how long each run is. Whoever runs the check may ask for other seeds.
    pub plan: Plan,
    /// The property that the runs stand for: the id of one of the model's claims, and the property in one sentence. Every
    /// claim of the model is evaluated; whichever breaks first is named in the finding. One that no run puts to the test
    /// fails the check, unless [`Steering::untested`] says why.
    pub property: (&'static str, &'static str),
    /// The kinds of action that are faults: they are counted, and rare, so that they come all along a run.
    pub faults: &'static [&'static str],
    /// The kinds of action that must be taken at least once: a mechanism that no run exercised was not sampled.
    pub exercised: &'static [&'static str],
    /// The claims, by id, of which it is printed how often they were put to the test. They must be, like all others.
    ///
    /// A claim that no run put to the test, and an action that none took, fails the check. That says nothing against the
    /// claim. It says that these runs could not have broken it: by chance, because what it speaks of is rare, or because
    /// a change made that impossible, which may be a defect. Which of the two it is shows in the number of runs that
    /// exercised it before, which is printed: what many runs did does not vanish by chance, what one run in hundreds did
    /// may. Claims that fewer than five runs exercised are named as near the edge.
    pub triggered: &'static [&'static str],
    /// What else is to be said after the runs, beside what the model itself says of them ([`Spec::after_runs`]).
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
        let live = Live::new(Arc::new(model), form, identity.clone());
        let replays = live.replays();
        let until = matches!(expect, Expect::Violated { .. }).then_some(id);
        let steering = Steering { until, rare: faults, ..steering };
        let run = move |context: &Context, stem: &str| {
            let seeds = context.seeds.clone().unwrap_or_else(|| plan.seeds.clone());
            let plan = Plan { seeds, steps: plan.steps };
            let own = Own { property: (id, text), faults, exercised, triggered, after, expect };
            Runs { live: &live, plan, steering, own, context, stem }.run()
        };
        Check::custom(identity, vec![listed], run).replays_in(replays).sampled()
    }
}

/// What a sampling says, without its model.
struct Own<M: Spec> {
    property: (&'static str, &'static str),
    faults: &'static [&'static str],
    exercised: &'static [&'static str],
    triggered: &'static [&'static str],
    after: Option<fn(&M) -> Remarks>,
    expect: Expect,
}

/// One run of the check.
struct Runs<'a, M: Spec> {
    live: &'a Live<M>,
    plan: Plan,
    steering: Steering<M>,
    own: Own<M>,
    context: &'a Context,
    stem: &'a str,
}

impl<M> Runs<'_, M>
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Send + Sync + 'static,
    M::Action: Clone + Debug + Send + Sync + 'static,
{
    fn run(&self) -> Outcome {
        let start = Instant::now();
        let (id, text) = self.own.property;
        let mut row = self.row(id, text, self.own.expect);
        let known = self.live.claims();
        let named = [id].into_iter().chain(self.own.triggered.iter().copied());
        let named = named.chain(self.steering.untested.iter().map(|(claim, _)| *claim));
        if let Some(unknown) = named.into_iter().find(|id| known.iter().all(|claim| claim.id != *id)) {
            let known: Vec<&str> = known.iter().map(|claim| claim.id.as_str()).collect();
            let problem = format!("the model has no property {unknown}; it has {}", known.join(", "));
            (row.judgement, row.sentence) = (Judgement::Unmet(problem), None);
            return Outcome { rows: vec![row], ..Outcome::default() };
        }
        self.live.model().before_runs();
        let Spread { sample, panicked, cpu_seconds } =
            runs_on(self.context.threads, self.live.model(), &self.plan, &self.steering, &self.stopper());
        self.count(&mut row, &sample);
        self.broken(&mut row, &sample);
        let is_found = row.conclusion == Conclusion::Violated || row.sentence.is_some();
        let Remarks { mut lines, failures, .. } = match panicked {
            None => self.after(),
            Some(_) => Remarks::default(),
        };
        let idle: Vec<String> = self.idle(&sample).into_iter().chain(failures).collect();
        let mut row = match (&panicked, &sample.cut, is_found) {
            (_, _, true) => row.judge(false),
            (Some(_), _, _) => Self::cut(row, PANIC),
            (None, Some(limit), _) => Self::cut(row, limit),
            (None, None, _) => self.judge(row, &idle),
        };
        let elapsed = start.elapsed().as_secs_f64();
        (row.wall_seconds, row.cpu_seconds) = (elapsed, cpu_seconds.unwrap_or(elapsed));
        lines.insert(0, self.told(&sample, elapsed));
        lines.extend(self.put_to_the_test(&sample));
        lines.extend(self.again(&sample, panicked.as_ref()));
        let mut rows = vec![row];
        rows.extend(panicked.map(|panicked| self.panic(panicked)));
        Outcome { rows, lines, ..Outcome::default() }
    }

    fn row(&self, id: &str, text: &str, expect: Expect) -> Row {
        let mut row = Row::new(self.live.identity(), id, text, expect);
        row.bounds.insert("seeds".to_owned(), format!("{:?}", self.plan.seeds).into());
        row
    }

    /// Says when to stop: somebody asked, or the memory is full.
    fn stopper(&self) -> impl Fn() -> Option<String> {
        let held = resident_bytes().unwrap_or(0);
        let limits = self.context.limits.or(Limits { bytes: Some(MOST_BYTES), ..Limits::default() });
        move || match self.context.is_interrupted() {
            true => Some("interrupted".to_owned()),
            false => full(&limits, held),
        }
    }

    fn cut(row: Row, limit: &str) -> Row {
        let conclusion = Conclusion::Bounded { limit: limit.to_owned(), frontier: 0 };
        Row { conclusion, ..row }.judge(false)
    }

    /// What the model says of the runs, and what else is to be said.
    fn after(&self) -> Remarks {
        let model = self.live.model();
        let said = caught(|| {
            let mut remarks = model.after_runs();
            let more = self.own.after.map(|after| after(model)).unwrap_or_default();
            remarks.lines.extend(more.lines);
            remarks.failures.extend(more.failures);
            remarks
        });
        said.unwrap_or_else(|message| Remarks {
            failures: vec![format!("what is said after the runs panics: {message}")],
            ..Remarks::default()
        })
    }

    /// How to make the run again that broke a claim, or in which the model panicked.
    fn again(&self, sample: &Sample<M>, panicked: Option<&Panicked<M>>) -> Option<String> {
        let broken = sample.broken().map(|(_, seed, _)| seed).next();
        let seed = broken.or_else(|| panicked.and_then(|panicked| panicked.seed))?;
        let own = self.live.identity();
        let (program, next) = (&self.context.program, seed.saturating_add(1));
        let (protocol, scope) = (&own.protocol, &own.scope);
        Some(format!("again: {program} check {protocol} --scope {scope} --seeds {seed}..{next}"))
    }

    /// What no run did, of all that must be done.
    fn idle(&self, sample: &Sample<M>) -> Vec<String> {
        let untaken = self.own.exercised.iter().filter(|kind| taken(sample, &[kind]) == 0).copied();
        let tallied = sample.tally.iter().filter(|(_, count)| *count == 0).map(|(name, _)| *name);
        let unexercised: Vec<&str> = untaken.chain(tallied).collect();
        let waived = |id: &str| self.steering.untested.iter().any(|(claim, _)| *claim == id);
        let untested: Vec<&str> = sample.vacuous().map(|claim| claim.id()).filter(|id| !waived(id)).collect();
        let told = [("never exercised", unexercised), ("never put to the test", untested)];
        let told = told.into_iter().filter(|(_, names)| !names.is_empty());
        told.map(|(what, names)| format!("{what}: {}", names.join(", "))).collect()
    }

    /// Nothing is broken. Something idle makes it red; in seeds that somebody asked for, fewer than the check has of
    /// itself, nothing can be concluded from that, and it is not green either.
    fn judge(&self, mut row: Row, idle: &[String]) -> Row {
        let is_asked = self.context.seeds.is_some();
        let is_idle = !idle.is_empty();
        if is_idle && !is_asked {
            row.conclusion = Conclusion::Unreached;
            row.sentence = Some(idle.join("; "));
            row.judgement = Judgement::Unmet("not everything was exercised".to_owned());
            return row;
        }
        let row = row.judge(false);
        let why = match self.own.expect {
            Expect::Violated { .. } => "no run of these refutes it".to_owned(),
            _ => idle.join("; "),
        };
        let is_open = is_asked && (is_idle || row.judgement != Judgement::Met);
        let judgement = Judgement::Cut(format!("seeds {:?}: {why}", self.plan.seeds));
        if is_open { Row { judgement, ..row } } else { row }
    }

    fn count(&self, row: &mut Row, sample: &Sample<M>) {
        (row.triggers, row.transitions) = (sample.steps, sample.steps);
        let (seeds, steps, faults) = (sample.runs, sample.steps, taken(sample, self.own.faults));
        row.conclusion = Conclusion::Sampled { seeds, steps, faults };
    }

    fn told(&self, sample: &Sample<M>, seconds: f64) -> String {
        let kinds = sample.coverage.iter().map(|(kind, count)| (kind.0, *count));
        let counted: Vec<_> = kinds
            .chain(sample.tally.iter().copied())
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        let each = 1e3 * seconds / sample.runs.max(1) as f64;
        let step = 1e6 * seconds / sample.steps.max(1) as f64;
        let seeds = &self.plan.seeds;
        format!("seeds {seeds:?}, {each:.1} ms a run, {step:.0} us a step: {}", counted.join(", "))
    }

    fn put_to_the_test(&self, sample: &Sample<M>) -> Vec<String> {
        let triggered = self.own.triggered.iter();
        let counts =
            triggered.clone().map(|id| format!("{id} {} in {}", tested(sample, id), runs(sample, id)));
        let counts: Vec<String> = counts.collect();
        let head = format!("put to the test, in how many of {} runs", sample.runs);
        let counts = (!counts.is_empty()).then(|| format!("{head}: {}", counts.join(", ")));
        let edge: Vec<String> = triggered
            .filter(|id| runs(sample, id) < EDGE)
            .map(|id| format!("{id} in {}", runs(sample, id)))
            .collect();
        let head = format!("near the edge, exercised by fewer than {EDGE} runs");
        let edge = (!edge.is_empty()).then(|| format!("{head}: {}", edge.join(", ")));
        let waived = self.steering.untested.iter().filter(|(id, _)| tested(sample, id) == 0);
        let waived = waived.map(|(id, why)| format!("{id} need not be put to the test: {why}"));
        counts.into_iter().chain(edge).chain(waived).collect()
    }

    fn about(&self, seed: Option<u64>) -> CheckInfo {
        let mut about = CheckInfo {
            engine: "random runs".to_owned(),
            seed: seed.map(|seed| seed.to_string()),
            ..self.live.about()
        };
        about.config.insert("seeds".to_owned(), format!("{:?}", self.plan.seeds).into());
        about
    }

    /// The first run that broke a claim, if one did: shortened, written, and said. Where a property is expected to be
    /// broken, that another one is does not stand for it.
    fn broken(&self, row: &mut Row, sample: &Sample<M>) {
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
            ..self.about(Some(seed))
        };
        self.save(row, seed, run, about, claim.id());
    }

    /// The run in which the model panicked, up to the state from which whoever goes on meets the panic.
    fn panic(&self, panicked: Panicked<M>) -> Row {
        let Panicked { seed, run, message } = panicked;
        let mut row = self.row(NO_PANIC, "the model does not panic", Expect::Holds);
        row.conclusion = Conclusion::Violated;
        row.sentence = Some(format!("the model panics before there is any run: {message}"));
        if let (Some(seed), Some(mut run)) = (seed, run) {
            let panics = |run: &Run<M>| quietly(|| self.live.panics_at_end(run)).ok().flatten().is_some();
            if !panics(&run) {
                // It was a claim over the last step, or the digest of the state that it leads to.
                let before =
                    Run { init: run.init.clone(), steps: run.steps[..run.len().max(1) - 1].to_vec() };
                if panics(&before) {
                    run = before;
                }
            }
            let about =
                CheckInfo { panic: Some(message), expect: "holds".to_owned(), ..self.about(Some(seed)) };
            self.save(&mut row, seed, &run, about, NO_PANIC);
        }
        row.judge(false)
    }

    fn save(&self, row: &mut Row, seed: u64, run: &Run<M>, about: CheckInfo, name: &str) {
        let (steps, file, sentence) = self.live.save_shortened(run, about, self.context, self.stem, name);
        (row.trace_steps, row.trace) = (Some(steps), file);
        row.sentence = Some(format!("seed {seed}, {} steps shortened to {steps}: {sentence}", run.len()));
    }
}

fn taken<M: Spec>(sample: &Sample<M>, kinds: &[&'static str]) -> u64 {
    kinds.iter().map(|kind| sample.coverage.get(&Kind(kind)).copied().unwrap_or(0)).sum()
}

/// A claim that fewer runs exercised than this is near the edge: with other seeds none might.
const EDGE: u64 = 5;

/// In how many runs the claim `id` was put to the test, or reached.
fn runs<M: Spec>(sample: &Sample<M>, id: &str) -> u64 {
    let claims = sample.claims.iter().filter(|sampled| sampled.claim.id() == id);
    claims.map(|sampled| sampled.runs).sum()
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
