//! One run of a check that searches a model: from the engine's report to rows and traces.

use super::check::{Check, NO_PANIC, Outcome, Property};
use super::context::Context;
use super::live::claims_of;
use super::row::{Conclusion, Expect, Judgement, PANIC, Row};
use super::search::{Remarks, Search};
use super::typed::Live;
use crate::engine::{Ended, Finding, Options, Report, search};
use crate::guard::{caught, quietly};
use crate::trace::CheckInfo;
use crate::verdict::{Run, Verdict};
use quorate_spec::{Kind, Spec};
use std::fmt::Debug;
use std::hash::Hash;
use std::path::PathBuf;
use std::sync::Arc;

impl<M> From<Search<M>> for Check
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Eq + Send + Sync + 'static,
    M::Action: Clone + Debug + Send + Sync + 'static,
{
    fn from(search: Search<M>) -> Check {
        let live = Live::with(
            Arc::clone(&search.model),
            search.form,
            search.identity.clone(),
            search.rust.clone(),
            search.stateright,
        );
        let replays = live.replays();
        // A model that panics here does so again when the check runs, where it is a finding.
        let claims = quietly(|| claims_of(&*search.model)).unwrap_or_default();
        let claims = claims.into_iter().filter(|claim| search.reports(&claim.id));
        let properties = claims.map(|claim| Property {
            expect: search.expectation(&claim),
            id: claim.id,
            text: claim.text,
        });
        let (identity, properties, deep) = (search.identity.clone(), properties.collect(), search.deep);
        let run = move |context: &Context, stem: &str| {
            Running { search: &search, live: &live, context, stem }.run()
        };
        Check { identity, properties, deep, sampled: false, live: Some(replays), run: Box::new(run) }
    }
}

/// One run of the check.
pub(super) struct Running<'a, M: Spec> {
    pub(super) search: &'a Search<M>,
    pub(super) live: &'a Live<M>,
    pub(super) context: &'a Context,
    pub(super) stem: &'a str,
}

impl<M> Running<'_, M>
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Eq + Send + Sync + 'static,
    M::Action: Clone + Debug + Send + Sync + 'static,
{
    pub(super) fn run(&self) -> Outcome {
        let Search { model, stop, limits, .. } = self.search;
        let label = format!("{} {}", self.search.identity.protocol, self.search.identity.model);
        let limits = limits.or(self.context.limits);
        let options = Options { stop: *stop, limits, ..self.context.options(&label) };
        let report = search(&**model, &options);
        let mut outcome = Outcome::default();
        let mut remarks = vec![report.remarks.clone()];
        remarks.extend(self.search.after.iter().map(|after| {
            caught(|| after(model, &report)).unwrap_or_else(|message| Remarks {
                failures: vec![format!("what is said after the search panics: {message}")],
                ..Remarks::default()
            })
        }));
        for Remarks { reductions, lines, failures, .. } in remarks {
            outcome.lines.extend(reductions.into_iter().map(|reduction| format!("reduced: {reduction}")));
            outcome.lines.extend(lines);
            let rows = failures.into_iter().map(|failure| self.failure(&report, "premises", failure));
            outcome.rows.extend(rows);
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
        outcome.lines.extend(report.lines());
        outcome.rows.extend(self.premises(&report));
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
    fn save(&self, run: &Run<M>, about: CheckInfo, name: &str) -> (Option<PathBuf>, Option<String>) {
        let (file, sentence) = self.live.save(run, about, self.context, self.stem, name);
        (file, Some(sentence))
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
        let undeclared: Vec<&str> =
            report.undeclared().into_iter().filter(taken).map(|kind| kind.0).collect();
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

    /// Does `Hash` agree with `Eq`? Said if the whole search was an audit, or if the sample shows that it does not.
    fn audit(&self, report: &Report<M>) -> Option<Row> {
        let audit = report.audit.as_ref().or((!report.sample.is_clean()).then_some(&report.sample))?;
        let expect = if self.search.hash_broken { Expect::Violated { steps: None } } else { Expect::Holds };
        let mut row =
            self.row(report, "hash", "states that differ hash differently, and equal ones alike", expect);
        row.triggers = audit.compared;
        let cut = |limit: &str, frontier| Conclusion::Bounded { limit: limit.to_owned(), frontier };
        row.conclusion = match &report.ended {
            _ if !audit.is_clean() => Conclusion::Violated,
            Ended::Complete => Conclusion::Complete,
            Ended::Bounded { limit, frontier } => cut(limit, *frontier),
            Ended::Stopped => cut("stopped on purpose", 0),
            Ended::Panicked { .. } => cut(PANIC, 0),
            Ended::Empty => Conclusion::Vacuous,
        };
        let pair = [&audit.alike, &audit.apart].into_iter().flatten().next();
        let states = pair.map_or_else(String::new, |pair| self.both(pair));
        row.sentence = (!audit.is_clean()).then(|| audit.failures().join("; ") + &states);
        Some(row.judge(self.search.deep))
    }

    /// What else the states that were examined are believed for: that the model is a function of its state, and that a
    /// canonical form merges only what is alike.
    fn premises(&self, report: &Report<M>) -> Vec<Row> {
        let mut rows = Vec::new();
        for impurity in &report.impure {
            let at = impurity
                .at
                .as_ref()
                .map_or_else(String::new, |state| format!("\n      in {}", self.text(state)));
            let values = impurity.values.as_ref().map_or_else(String::new, |pair| self.both(pair));
            let sentence = format!("the model is not a function of its state: {}{at}{values}", impurity.says);
            rows.push(self.failure(report, "function", sentence));
        }
        for broken in &report.asymmetries {
            let states = report.merged.as_ref().map_or_else(String::new, |pair| self.both(pair));
            rows.push(self.failure(report, "symmetry", format!("{broken}{states}")));
        }
        rows
    }

    fn both(&self, (one, other): &(M::State, M::State)) -> String {
        format!("\n      one   {}\n      other {}", self.text(one), self.text(other))
    }

    fn text(&self, state: &M::State) -> String {
        serde_json::Value::Object(self.search.form.vars(&self.search.model, state)).to_string()
    }

    fn panic(&self, report: &Report<M>) -> Option<Row> {
        let Ended::Panicked { message, run, .. } = &report.ended else { return None };
        let mut row = self.row(report, NO_PANIC, "the model does not panic", Expect::Holds);
        row.conclusion = Conclusion::Violated;
        row.trace_steps = Some(run.len());
        let about = CheckInfo { panic: Some(message.clone()), ..self.about(report, Expect::Holds) };
        (row.trace, row.sentence) = self.save(run, about, NO_PANIC);
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
        Verdict::Bounded { limit, .. } if limit.starts_with(PANIC) => {
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
        Verdict::Unsound { why } => Conclusion::Unsound { why: why.clone() },
    }
}
