//! A check that searches a model: any [`Spec`], a refinement or a world among them.

use super::check::{Check, Outcome, Property};
use super::context::Context;
use super::live::{ClaimInfo, Identity, Live, claims_of};
use super::row::{Conclusion, Expect, Judgement, PANIC, Row};
use crate::engine::{Ended, Finding, Limits, Options, Report, Stop, search};
use crate::trace::export::RustModel;
use crate::trace::{CheckInfo, Form};
use crate::verdict::{Run, Verdict};
use quorate_spec::{Kind, Spec};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

type SearchFn<M> = Box<dyn Fn(&M, &Options) -> Report<M> + Send + Sync>;
type AfterFn<M> = Box<dyn Fn(&M, &Report<M>) -> Remarks + Send + Sync>;

/// What a check has to say beyond its properties: adequacy numbers, for one.
#[derive(Clone, Debug, Default)]
pub struct Remarks {
    /// Printed under the check.
    pub lines: Vec<String>,
    /// What keeps the check from being green, one sentence each.
    pub failures: Vec<String>,
}

/// A search of a model, and what is expected of it. Every claim that is not named holds, or, if its form is
/// `sometimes`, is reached.
pub struct Search<M: Spec> {
    model: Arc<M>,
    form: Form<M>,
    identity: Identity,
    expect: BTreeMap<String, Expect>,
    only: Vec<String>,
    deep: bool,
    stop: Stop,
    limits: Limits,
    waived: Vec<(&'static str, &'static str)>,
    hash_broken: bool,
    search: SearchFn<M>,
    after: Option<AfterFn<M>>,
    rust: Option<RustModel>,
    stateright: Option<fn(&M, SocketAddr)>,
}

impl<M> Search<M>
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Eq + Send + Sync + 'static,
    M::Action: Clone + Debug + Send + Sync + 'static,
{
    /// Searches every state of `model`, known as `name`, of `protocol`. `form` says how its traces are written.
    pub fn new(protocol: &str, name: &str, model: M, form: Form<M>) -> Self {
        let identity = Identity {
            protocol: protocol.to_owned(),
            kind: "exhaustive".to_owned(),
            model: name.to_owned(),
            ..Identity::default()
        };
        Search {
            model: Arc::new(model),
            form,
            identity,
            expect: BTreeMap::new(),
            only: Vec::new(),
            deep: false,
            stop: Stop::Exhausted,
            limits: Limits::default(),
            waived: Vec::new(),
            hash_broken: false,
            search: Box::new(search),
            after: None,
            rust: None,
            stateright: None,
        }
    }

    /// The kind of check, where it is not `exhaustive`: `refinement`, `planted`, `lockstep`.
    pub fn kind(mut self, kind: &str) -> Self {
        kind.clone_into(&mut self.identity.kind);
        self
    }

    /// The scope: its name, and what it is in one sentence.
    pub fn scope(mut self, name: &str, says: &str) -> Self {
        name.clone_into(&mut self.identity.scope);
        says.clone_into(&mut self.identity.says);
        self
    }

    /// One bound, by name: `ballots`, 3.
    pub fn bound(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.identity.bounds.insert(name.to_owned(), value.into());
        self
    }

    /// What is expected of one property.
    ///
    /// # Panics
    /// If the model has no such property.
    pub fn expect(mut self, property: &str, expect: Expect) -> Self {
        let known = claims_of(&*self.model).iter().any(|claim| claim.id == property);
        assert!(known, "model {} has no property {property}", self.identity.model);
        self.expect.insert(property.to_owned(), expect);
        self
    }

    /// The property is broken, in `steps` steps if that is known.
    pub fn violated(self, property: &str, steps: impl Into<Option<u32>>) -> Self {
        self.expect(property, Expect::Violated { steps: steps.into() })
    }

    /// The property is reached, in `steps` steps if that is known.
    pub fn reached(self, property: &str, steps: impl Into<Option<u32>>) -> Self {
        self.expect(property, Expect::Reachable { steps: steps.into() })
    }

    /// Reports these properties alone: what a planted defect is about.
    pub fn only(mut self, properties: &[&str]) -> Self {
        self.only = properties.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Runs under `--deep` alone, where being cut is allowed and said.
    pub fn deep(mut self) -> Self {
        self.deep = true;
        self
    }

    /// When to end early on purpose.
    pub fn stop(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Where to cut.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The kind of action need not be taken, for a reason that the report repeats.
    pub fn waive(mut self, kind: &'static str, reason: &'static str) -> Self {
        self.waived.push((kind, reason));
        self
    }

    /// The model's `Hash` is known to be broken, and an audit is to say so.
    pub fn hash_broken(mut self) -> Self {
        self.hash_broken = true;
        self
    }

    /// Searches otherwise: packed, or under a symmetry.
    pub fn search_with(mut self, search: impl Fn(&M, &Options) -> Report<M> + Send + Sync + 'static) -> Self {
        self.search = Box::new(search);
        self
    }

    /// What else is to be said after the search. It is called before any trace is recorded.
    pub fn after(mut self, after: impl Fn(&M, &Report<M>) -> Remarks + Send + Sync + 'static) -> Self {
        self.after = Some(Box::new(after));
        self
    }

    /// How the model is written in Rust, for exported tests: the `use` lines, and an expression.
    pub fn rust(mut self, uses: &str, expression: &str) -> Self {
        self.rust = Some(RustModel { uses: uses.to_owned(), expression: expression.to_owned() });
        self
    }

    /// stateright's own Explorer can be served over the model.
    pub fn stateright(mut self) -> Self
    where
        M: Clone,
        M::State: Debug,
        M::Action: PartialEq,
    {
        self.stateright = Some(|model, address| drop(model.clone().checker().serve(address)));
        self
    }

    fn expectation(&self, claim: &ClaimInfo) -> Expect {
        let plain = || match claim.kind {
            "sometimes" => Expect::Reachable { steps: None },
            _ => Expect::Holds,
        };
        self.expect.get(&claim.id).copied().unwrap_or_else(plain)
    }

    fn reports(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == id)
    }
}

impl<M> From<Search<M>> for Check
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Eq + Send + Sync + 'static,
    M::Action: Clone + Debug + Send + Sync + 'static,
{
    fn from(search: Search<M>) -> Check {
        let live = Live {
            model: Arc::clone(&search.model),
            form: search.form,
            identity: search.identity.clone(),
            rust: search.rust.clone(),
            stateright: search.stateright,
        };
        let live = Arc::new(live);
        let claims = claims_of(&*search.model).into_iter().filter(|claim| search.reports(&claim.id));
        let properties = claims.map(|claim| Property {
            expect: search.expectation(&claim),
            id: claim.id,
            text: claim.text,
        });
        let (identity, properties, deep) = (search.identity.clone(), properties.collect(), search.deep);
        let own = Arc::clone(&live);
        let run =
            move |context: &Context, stem: &str| Running { search: &search, live: &own, context, stem }.run();
        Check { identity, properties, deep, live: Some(live), run: Box::new(run) }
    }
}

/// One run of the check.
struct Running<'a, M: Spec> {
    search: &'a Search<M>,
    live: &'a Live<M>,
    context: &'a Context,
    stem: &'a str,
}

impl<M> Running<'_, M>
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Eq + Send + Sync + 'static,
    M::Action: Clone + Debug + Send + Sync + 'static,
{
    fn run(&self) -> Outcome {
        let Search { model, stop, limits, .. } = self.search;
        let label = format!("{} {}", self.search.identity.protocol, self.search.identity.model);
        let options = Options { stop: *stop, limits: *limits, ..self.context.options(&label) };
        let report = (self.search.search)(model, &options);
        let mut outcome = Outcome::default();
        if let Some(after) = &self.search.after {
            let Remarks { lines, failures } = after(model, &report);
            outcome.lines.extend(lines);
            failures
                .into_iter()
                .for_each(|failure| outcome.rows.push(self.failure(&report, "adequacy", failure)));
        }
        for finding in &report.findings {
            let id = finding.claim.id();
            if self.search.reports(id) && self.context.wants(id) {
                outcome.rows.push(self.finding(&report, finding));
            }
        }
        if self.context.property.is_none() {
            outcome.rows.extend(self.coverage(&report));
            outcome.rows.extend(self.audit(&report));
            if report.findings.is_empty() {
                outcome.rows.push(self.failure(&report, "claims", "the model claims nothing".to_owned()));
            }
        }
        outcome.rows.extend(self.panic(&report));
        outcome.collision_odds = report.collision_odds;
        outcome
    }

    fn row(&self, report: &Report<M>, property: &str, text: &str, expect: Expect) -> Row {
        Row {
            unique_states: report.unique_states,
            transitions: report.transitions,
            depth: report.depth,
            cpu_seconds: report.cpu_seconds,
            wall_seconds: report.wall_seconds,
            ..Row::new(&self.search.identity, property, text, expect)
        }
    }

    fn finding(&self, report: &Report<M>, finding: &Finding<M>) -> Row {
        let claim = &finding.claim;
        let listed = claims_of(&*self.search.model).into_iter().find(|info| info.id == claim.id());
        let expect = listed.map_or(Expect::Holds, |info| self.search.expectation(&info));
        let mut row = self.row(report, claim.id(), claim.text(), expect);
        row.triggers = finding.triggers;
        row.conclusion = match (&report.ended, conclusion(&finding.verdict)) {
            // Not put to the test so far: whether it would have been, the cut has left open.
            (Ended::Bounded { limit, frontier }, Conclusion::Vacuous) if !self.search.deep => {
                Conclusion::Bounded { limit: limit.clone(), frontier: *frontier }
            }
            (_, conclusion) => conclusion,
        };
        if let Some(run) = finding.verdict.run() {
            row.trace_steps = Some(run.len());
            let about = CheckInfo { property: claim.id().to_owned(), ..self.about(report, expect) };
            (row.trace, row.sentence) = self.save(run, about, claim.id());
        }
        row.judge(self.search.deep)
    }

    fn about(&self, report: &Report<M>, expect: Expect) -> CheckInfo {
        let expect = expect.word().to_owned();
        CheckInfo { expect, exhaustive: report.ended.is_complete(), ..self.live.about() }
    }

    /// Writes the run's trace; its file and its sentence come back.
    fn save(&self, run: &Run<M>, mut about: CheckInfo, name: &str) -> (Option<PathBuf>, Option<String>) {
        let file =
            self.context.traces.as_ref().map(|folder| folder.join(format!("{}-{name}.itf.json", self.stem)));
        if let Some(file) = &file {
            let replay = [self.context.program.as_str(), "replay", &file.display().to_string()];
            about.replay = replay.map(str::to_owned).to_vec();
        }
        let trace = self.live.record(run, about);
        match file.map(|file| trace.save(&file).map(|()| file)) {
            Some(Ok(file)) => (Some(file), Some(trace.description)),
            Some(Err(error)) => {
                (None, Some(format!("{}; its trace was not written: {error}", trace.description)))
            }
            None => (None, Some(trace.description)),
        }
    }

    /// Was every kind of action taken? Nothing is said of a search that ended early on purpose.
    fn coverage(&self, report: &Report<M>) -> Option<Row> {
        if matches!(report.ended, Ended::Stopped | Ended::Panicked { .. }) || !self.search.only.is_empty() {
            return None;
        }
        let waived = |kind: &str| self.search.waived.iter().find(|(name, _)| *name == kind);
        let unhit: Vec<&str> =
            report.unhit().iter().map(|kind| kind.0).filter(|kind| waived(kind).is_none()).collect();
        let taken = |kind: &Kind| report.coverage.iter().any(|(other, count)| other == kind && *count > 0);
        let undeclared: Vec<&str> = report.undeclared().into_iter().filter(taken).map(|kind| kind.0).collect();
        let mut row =
            self.row(report, "coverage", "every kind of action is taken", Expect::Reachable { steps: None });
        row.triggers = report.coverage.iter().filter(|(_, count)| *count > 0).count() as u64;
        row.conclusion = match &report.ended {
            Ended::Bounded { limit, frontier } if !unhit.is_empty() => {
                Conclusion::Bounded { limit: limit.clone(), frontier: *frontier }
            }
            _ if unhit.is_empty() && undeclared.is_empty() && row.triggers > 0 => Conclusion::Reached,
            _ => Conclusion::Unreached,
        };
        let mut row = row.judge(self.search.deep);
        if matches!(row.judgement, Judgement::Unmet(_)) {
            row.judgement = Judgement::Unmet(match (unhit.is_empty(), undeclared.is_empty()) {
                (false, _) => format!("never taken: {}", unhit.join(", ")),
                (true, false) => format!("taken, but not declared: {}", undeclared.join(", ")),
                (true, true) => "nothing was ever taken".to_owned(),
            });
        }
        let reasons: Vec<String> = self
            .search
            .waived
            .iter()
            .map(|(kind, reason)| format!("{kind} need not be taken: {reason}"))
            .collect();
        row.sentence = (!reasons.is_empty()).then(|| reasons.join("; "));
        Some(row)
    }

    fn audit(&self, report: &Report<M>) -> Option<Row> {
        let audit = report.audit.as_ref()?;
        let expect = if self.search.hash_broken { Expect::Violated { steps: None } } else { Expect::Holds };
        let mut row =
            self.row(report, "hash", "states that differ hash differently, and equal ones alike", expect);
        row.triggers = report.unique_states;
        row.conclusion = if audit.is_clean() { Conclusion::Complete } else { Conclusion::Violated };
        row.sentence = (!audit.is_clean()).then(|| audit.failures().join("; "));
        Some(row.judge(self.search.deep))
    }

    fn panic(&self, report: &Report<M>) -> Option<Row> {
        let Ended::Panicked { message, run, .. } = &report.ended else { return None };
        let mut row = self.row(report, "no-panic", "the model does not panic", Expect::Holds);
        row.conclusion = Conclusion::Violated;
        row.trace_steps = Some(run.len());
        let about = CheckInfo { panic: Some(message.clone()), ..self.about(report, Expect::Holds) };
        (row.trace, row.sentence) = self.save(run, about, "no-panic");
        Some(row.judge(self.search.deep))
    }

    fn failure(&self, report: &Report<M>, property: &str, sentence: String) -> Row {
        let row = self.row(report, property, "the check says something", Expect::Holds);
        let (conclusion, judgement) = (Conclusion::Vacuous, Judgement::Unmet(sentence));
        Row { conclusion, judgement, ..row }
    }
}

fn conclusion<M: Spec>(verdict: &Verdict<M>) -> Conclusion {
    match verdict {
        Verdict::Complete { .. } => Conclusion::Complete,
        Verdict::Bounded { limit, .. } if limit == PANIC => {
            Conclusion::Bounded { limit: PANIC.to_owned(), frontier: 0 }
        }
        Verdict::Bounded { limit, frontier } => {
            Conclusion::Bounded { limit: limit.clone(), frontier: *frontier }
        }
        Verdict::Sampled { seeds, steps, faults } => {
            Conclusion::Sampled { seeds: *seeds, steps: *steps, faults: *faults }
        }
        Verdict::Violated(_) => Conclusion::Violated,
        Verdict::Reached(_) => Conclusion::Reached,
        Verdict::Unreached => Conclusion::Unreached,
        Verdict::Vacuous => Conclusion::Vacuous,
    }
}
