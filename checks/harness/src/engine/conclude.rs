//! From a search to its report.

use super::clock;
use super::control::Control;
use super::keep::{Flaws, Keep};
use super::options::Options;
use super::path::{Retraced, Retracer};
use super::purity::{Eye, Impurity, Initial, Purity};
use super::report::{Ended, Finding, Report};
use super::search::{Decision, Search, Standing, ended};
use super::subject::Subject;
use crate::verdict::{Run, Verdict};
use quorate_spec::{Claim, Shape, Truth};
use stateright::Model;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How often a search is made again because the model says that its result is void.
const SEARCHES: usize = 20;

/// Runs a search from its beginning, and reports.
pub(super) fn conclude<M, K, S>(model: &M, keep: &K, subject: S, options: &Options) -> Report<M>
where
    M: Model + Sync,
    M::State: Clone + Send + Sync,
    M::Action: Clone + Send + Sync,
    K: Keep<M>,
    S: Subject<M> + Send,
{
    let mut searches = 1;
    loop {
        // What was noted of a void search is void too.
        let claims = subject.claims(model);
        let search = Search { model, keep, subject, claims, options, purity: Purity::new() };
        let mut report = once(&search);
        if !report.remarks.again {
            return report;
        }
        if searches == SEARCHES {
            let unsettled = format!("after {SEARCHES} searches the reduction still was not settled");
            report.remarks.failures.push(unsettled);
            return report;
        }
        searches += 1;
    }
}

fn once<M, K, S>(search: &Search<'_, M, K, S>) -> Report<M>
where
    M: Model + Sync,
    M::State: Clone + Send + Sync,
    M::Action: Clone + Send + Sync,
    K: Keep<M>,
    S: Subject<M> + Send,
{
    search.subject.before(search.model);
    match search.begin() {
        Ok(mut standing) => pursue(search, &mut standing, &mut |_| ()),
        Err(message) => panic!("the model panicked before its first state: {message}"),
    }
}

/// Goes on from where a search stands, and reports.
pub(super) fn pursue<M, K, S>(
    search: &Search<'_, M, K, S>,
    standing: &mut Standing<K::Kept>,
    after_level: &mut dyn FnMut(&Standing<K::Kept>),
) -> Report<M>
where
    M: Model + Sync,
    M::State: Clone + Send + Sync,
    M::Action: Clone + Send + Sync,
    K: Keep<M>,
    S: Subject<M> + Send,
{
    let control = Control::new(search.options, standing.total.found);
    let before = clock::thread_nanoseconds();
    let empty = standing.total.found == 0;
    let (outcome, others) = search.run(standing, &control, after_level);
    control.finish();
    let ended = if empty { Ended::Empty } else { ended(outcome, standing) };
    let unique_states = standing.total.found;
    let table = standing.table.get_mut().expect("no model code runs while the table grows");
    let retracer = Retracer { model: search.model, keep: search.keep, table };
    let odds = if search.keep.is_exact() { 0.0 } else { collision_odds(unique_states) };
    let facts = Facts { ended: &ended, unique_states, depth: standing.levels.len() as u32, odds };
    let void = search.subject.is_void(search.model);
    let findings = search.claims.iter().enumerate().map(|(number, claim)| {
        let triggers = standing.total.triggers[number];
        let verdict = match standing.decisions[number].filter(|_| !void) {
            Some(decision) => search.decided(&retracer, claim, decision),
            None => undecided(claim, triggers, &facts),
        };
        Finding { claim: *claim, verdict, triggers }
    });
    let mut findings: Vec<Finding<M>> = findings.collect();
    let endless = standing.reach.as_ref().filter(|_| ended.is_complete());
    let endless = endless.and_then(|reach| reach.endless(unique_states, table.next_id()));
    let (impure, looks) = if void { Default::default() } else { search.impurities(&standing.initial) };
    let Flaws { audit: sample, merged, pair } = search.keep.flaws();
    let own = before.zip(clock::thread_nanoseconds()).map(|(before, after)| (after - before) as f64 / 1e9);
    let wall_seconds = control.seconds();
    let (depth, mut ended) = (facts.depth, ended);
    let mut remarks = search.subject.after(search.model, ended.is_complete());
    if !remarks.reductions.is_empty() && !remarks.again {
        remarks.failures.extend(without_reduction(search.model, &mut findings, &mut ended));
    }
    let mut report = Report {
        findings,
        unique_states,
        transitions: standing.total.transitions,
        outside: standing.total.outside,
        depth,
        levels: standing.levels.clone(),
        coverage: standing.total.coverage.counts().to_vec(),
        cpu_seconds: own.map_or(wall_seconds, |own| own + others),
        wall_seconds,
        store_bytes: table.bytes(),
        collision_odds: odds,
        audit: None,
        sample,
        asymmetries: merged,
        merged: pair,
        impure,
        looks,
        endless,
        remarks,
        declared: search.subject.kinds(search.model).len(),
        ended,
    };
    report.doubt();
    report
}

/// Takes every run once more, now that nothing is reduced: what is reported is a run of the model as it is. A run that
/// cannot be taken, or no longer shows what it was found for, is a fault of the reduction.
fn without_reduction<M: Model>(model: &M, findings: &mut [Finding<M>], ended: &mut Ended<M>) -> Vec<String>
where
    M::State: Clone,
    M::Action: Clone,
{
    let mut failures = Vec::new();
    for finding in findings {
        let claim = finding.claim;
        let (Verdict::Violated(run) | Verdict::Reached(run)) = &mut finding.verdict else { continue };
        match repeated(model, run) {
            Some(whole) if shows(model, &claim, &whole) => *run = whole,
            _ => failures.push(format!("{}: its run is none without the reduction", claim.id())),
        }
    }
    if let Ended::Panicked { run, .. } = ended {
        match repeated(model, run) {
            Some(whole) => *run = whole,
            None => failures.push("the run to the panic is none without the reduction".to_owned()),
        }
    }
    failures
}

fn repeated<M: Model>(model: &M, run: &Run<M>) -> Option<Run<M>>
where
    M::State: Clone,
    M::Action: Clone,
{
    let mut whole = Run { init: run.init.clone(), steps: Vec::with_capacity(run.len()) };
    for action in run.actions() {
        let next = model.next_state(whole.last(), action.clone())?;
        whole.steps.push((action.clone(), next));
    }
    Some(whole)
}

impl<M, K, S> Search<'_, M, K, S>
where
    M: Model,
    M::State: Clone,
    M::Action: Clone,
    K: Keep<M>,
    S: Subject<M>,
{
    /// A claim that was decided, with its run: only if the run, taken again, shows it again.
    fn decided(&self, retracer: &Retracer<'_, M, K>, claim: &Claim<M>, decision: Decision) -> Verdict<M> {
        let Retraced { run, odd, whole } = retracer.run(decision.at.id, decision.at.action);
        let shown = run.filter(|_| whole).filter(|run| {
            let shows = AssertUnwindSafe(|| shows(self.model, claim, run));
            catch_unwind(shows).unwrap_or(false)
        });
        let changed = || format!("claim {} was decided by a run that does not decide it again", claim.id());
        let says = odd.or_else(|| shown.is_none().then(changed));
        if let Some(says) = &says {
            self.purity.note(says.clone());
        }
        match shown {
            Some(run) if matches!(claim.shape(), Shape::Sometimes(_)) => Verdict::Reached(run),
            Some(run) => Verdict::Violated(run),
            None => Verdict::Unsound { why: says.unwrap_or_else(changed) },
        }
    }

    /// Where the model answers differently when it is asked again, and how many states were asked about.
    fn impurities(&self, initial: &Initial) -> (Vec<Impurity<M>>, u64) {
        let Search { model, keep, subject, claims, .. } = self;
        let eye = Eye { model: *model, keep: *keep, subject: *subject, claims };
        let mut list = Vec::from_iter(initial.again(*model, *keep));
        let (differing, looks) = self.purity.look_again(&eye);
        list.extend(differing);
        (list, looks)
    }
}

/// Does the run end where the claim is decided?
fn shows<M: Model>(model: &M, claim: &Claim<M>, run: &Run<M>) -> bool
where
    M::State: Clone,
{
    match claim.shape() {
        Shape::Always(_) => claim.at_state(model, run.last()) == Truth::Broken,
        Shape::Sometimes(_) => claim.at_state(model, run.last()) == Truth::Holds,
        Shape::AtEnd(_) => claim.at_end(model, run.last()) == Truth::Broken,
        Shape::AlwaysStep(_) => {
            let Some((action, after)) = run.steps.last() else { return false };
            let before = run.states().nth(run.len() - 1);
            before.is_some_and(|before| claim.over_step(model, before, action, after) == Truth::Broken)
        }
    }
}

/// The odds that two of so many random 128-bit numbers are the same, from above.
fn collision_odds(states: u64) -> f64 {
    (states as f64).powi(2) / 2f64.powi(129)
}

struct Facts<'a, M: Model> {
    ended: &'a Ended<M>,
    unique_states: u64,
    depth: u32,
    odds: f64,
}

/// What is said of a claim that nothing violated or reached.
fn undecided<M: Model>(claim: &Claim<M>, triggers: u64, facts: &Facts<'_, M>) -> Verdict<M> {
    let asked_for = matches!(claim.shape(), Shape::Sometimes(_));
    let bounded = |limit: &str, frontier| Verdict::Bounded { limit: limit.to_owned(), frontier };
    match facts.ended {
        Ended::Panicked { .. } => bounded("a panic", 0),
        Ended::Stopped => bounded("stopped on purpose", 0),
        Ended::Bounded { limit, frontier } if triggers > 0 || asked_for => bounded(limit, *frontier),
        Ended::Empty | Ended::Complete if asked_for => Verdict::Unreached,
        _ if triggers == 0 => Verdict::Vacuous,
        _ => Verdict::Complete {
            unique_states: facts.unique_states,
            depth: facts.depth,
            collision_odds: facts.odds,
        },
    }
}
