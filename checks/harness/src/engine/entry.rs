//! The ways in.

use super::audit::Audited;
use super::clock;
use super::control::Control;
use super::keep::{Encoded, Exact, Keep, Packed, Plain};
use super::options::{Options, Store};
use super::path;
use super::report::{Ended, Finding, Report};
use super::search::{Decision, Search, Standing, ended};
use super::subject::{ByProperties, BySpec, Subject};
use super::symmetry::{Quotient, Symmetry};
use super::table::Table;
use crate::verdict::{Run, Verdict};
use quorate_spec::{Claim, Shape, Spec, Truth};
use serde::{Serialize, de::DeserializeOwned};
use stateright::Model;
use std::hash::Hash;

/// Searches every state that a model can reach, and decides its claims.
///
/// Panics in the model's code are caught and reported with the run that led there.
pub fn search<M>(model: &M, options: &Options) -> Report<M>
where
    M: Spec + Sync,
    M::State: Clone + Hash + Eq + Send + Sync,
    M::Action: Clone + Send + Sync,
{
    by_hash(model, BySpec, options)
}

/// Searches a plain stateright model, and decides its own `properties()`.
///
/// # Panics
/// If one of them is `eventually`: that is about whole runs, and no search over states decides it.
pub fn search_model<M>(model: &M, options: &Options) -> Report<M>
where
    M: Model + Sync,
    M::State: Clone + Hash + Eq + Send + Sync,
    M::Action: Clone + Send + Sync,
{
    by_hash(model, ByProperties, options)
}

/// Searches like [`search`], and keeps states that wait in the frontier as bytes (postcard). That is a fraction of
/// the memory for states made of many small allocations, and often no slower.
///
/// # Panics
/// If a state is not the same after encoding and decoding.
pub fn search_encoded<M>(model: &M, options: &Options) -> Report<M>
where
    M: Spec + Sync,
    M::State: Clone + Hash + Eq + Send + Sync + Serialize + DeserializeOwned,
    M::Action: Clone + Send + Sync,
{
    match options.store {
        Store::Fingerprint => conclude(model, &Encoded::default(), BySpec, options),
        Store::Audit => search(model, options),
    }
}

/// Searches a model whose states pack into 16 bytes: compared exactly, without any odds of a collision. An audit has
/// nothing to add here, since no hash decides whether two states are the same: [`Options::store`] is not looked at.
pub fn search_packed<M>(model: &M, options: &Options) -> Report<M>
where
    M: Spec + Sync,
    M::State: Packed + Clone + Send + Sync,
    M::Action: Clone + Send + Sync,
{
    conclude(model, &Exact, BySpec, options)
}

/// Searches the orbits of a symmetric model instead of its states. Runs in the report are runs of the model; their
/// states are as they were reached. `unique_states` counts orbits.
pub fn search_symmetric<M, C>(model: &M, symmetry: &Symmetry<M, C>, options: &Options) -> Report<M>
where
    M: Spec + Sync,
    M::State: Clone + Eq + Send + Sync,
    M::Action: Clone + Send + Sync,
    C: Hash,
{
    let quotient = Quotient::new(model, BySpec.claims(model), symmetry);
    let mut report = conclude(model, &quotient, BySpec, options);
    report.asymmetries = quotient.asymmetries();
    report
}

fn by_hash<M, S>(model: &M, subject: S, options: &Options) -> Report<M>
where
    M: Model + Sync,
    M::State: Clone + Hash + Eq + Send + Sync,
    M::Action: Clone + Send + Sync,
    S: Subject<M> + Send,
{
    match options.store {
        Store::Fingerprint => conclude(model, &Plain, subject, options),
        Store::Audit => {
            let audited = Audited::new();
            let mut report = conclude(model, &audited, subject, options);
            report.audit = Some(audited.result());
            report
        }
    }
}

/// Runs a search from its beginning, and reports.
pub(super) fn conclude<M, K, S>(model: &M, keep: &K, subject: S, options: &Options) -> Report<M>
where
    M: Model + Sync,
    M::State: Clone + Send + Sync,
    M::Action: Clone + Send + Sync,
    K: Keep<M>,
    S: Subject<M> + Send,
{
    let claims = subject.claims(model);
    let search = Search { model, keep, subject, claims, options };
    for _ in 1..SEARCHES {
        let report = once(&search);
        if !report.remarks.again {
            return report;
        }
    }
    let mut report = once(&search);
    if report.remarks.again {
        report
            .remarks
            .failures
            .push(format!("after {SEARCHES} searches the reduction still was not settled"));
    }
    report
}

/// How often a search is made again because the model says that its result is void.
const SEARCHES: usize = 20;

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
    let mut ended = if empty { Ended::Empty } else { ended(outcome, standing) };
    let own = before.zip(clock::thread_nanoseconds()).map(|(before, after)| (after - before) as f64 / 1e9);
    let wall_seconds = control.seconds();
    let unique_states = standing.total.found;
    let odds = if search.keep.is_exact() { 0.0 } else { collision_odds(unique_states) };
    let depth = standing.levels.len() as u32;
    let table = standing.table.get_mut().expect("no model code runs while the table grows");
    let void = search.subject.is_void(search.model);
    let facts = Facts { ended: &ended, unique_states, depth, odds };
    let findings = search.claims.iter().enumerate().map(|(number, claim)| Finding {
        claim: *claim,
        verdict: verdict(
            search.model,
            table,
            claim,
            standing.decisions[number].filter(|_| !void),
            standing.total.triggers[number],
            &facts,
        ),
        triggers: standing.total.triggers[number],
    });
    let mut findings: Vec<Finding<M>> = findings.collect();
    let mut remarks = search.subject.after(search.model, ended.is_complete());
    if !remarks.reductions.is_empty() && !remarks.again {
        remarks.failures.extend(without_reduction(search.model, &mut findings, &mut ended));
    }
    Report {
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
        asymmetries: Vec::new(),
        remarks,
        declared: search.subject.kinds(search.model).len(),
        ended,
    }
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

/// Does the run end in what the claim was decided by?
fn shows<M: Model>(model: &M, claim: &Claim<M>, run: &Run<M>) -> bool {
    let before = run.states().nth(run.len().wrapping_sub(1));
    match (claim.shape(), run.steps.last(), before) {
        (Shape::AlwaysStep(_), Some((action, after)), Some(before)) => {
            claim.over_step(model, before, action, after) == Truth::Broken
        }
        (Shape::AlwaysStep(_), _, _) => false,
        (Shape::AtEnd(_), _, _) => claim.at_end(model, run.last()) == Truth::Broken,
        (Shape::Always(_), _, _) => claim.at_state(model, run.last()) == Truth::Broken,
        (Shape::Sometimes(_), _, _) => claim.at_state(model, run.last()) == Truth::Holds,
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

fn verdict<M>(
    model: &M,
    table: &Table,
    claim: &Claim<M>,
    decision: Option<Decision>,
    triggers: u64,
    facts: &Facts<'_, M>,
) -> Verdict<M>
where
    M: Model,
    M::State: Clone,
    M::Action: Clone,
{
    let asked_for = matches!(claim.shape(), Shape::Sometimes(_));
    if let Some(decision) = decision {
        let run = path::run(model, table, decision.at.id, decision.at.action);
        return if asked_for { Verdict::Reached(run) } else { Verdict::Violated(run) };
    }
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
