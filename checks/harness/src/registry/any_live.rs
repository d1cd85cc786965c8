//! A registered model without its types: all that the command line and the explorer's server do with it.

use super::context::Context;
use super::explore::{self, Goal, Graph};
use super::live::{ClaimInfo, Identity, LiveModel, Walk, claims_of};
use super::risk::{method, risk};
use super::untyped::{Action, Untyped};
use crate::guard::quietly;
use crate::steps;
use crate::trace::export::{ExportError, RustModel, to_rust, to_rust_by_place};
use crate::trace::{
    CheckInfo, Divergence, Form, Recorder, Trace, Verified, is_named_by_value, necessary, replay, verify,
};
use crate::verdict::Run;
use quorate_spec::Spec;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Serves stateright's own Explorer.
pub(super) type Serve = Box<dyn Fn(SocketAddr) + Send + Sync>;

/// A run, as short as it could be made.
pub(super) struct Shortened {
    pub(super) trace: Trace,
    pub(super) steps: usize,
    /// Where its trace does not replay.
    pub(super) astray: Option<Divergence>,
}

/// A registered model without its types, with all that a trace needs.
pub(super) struct AnyLive {
    pub(super) model: Untyped,
    pub(super) form: Form<Untyped>,
    identity: Identity,
    rust: Option<RustModel>,
    stateright: Option<Serve>,
    panics: Mutex<Vec<String>>,
}

impl AnyLive {
    pub(super) fn new(
        (model, form): (Untyped, Form<Untyped>),
        identity: Identity,
        rust: Option<RustModel>,
        stateright: Option<Serve>,
    ) -> Self {
        AnyLive { model, form, identity, rust, stateright, panics: Mutex::default() }
    }

    pub(super) fn save(
        &self,
        run: &dyn Fn() -> Run<Untyped>,
        mut about: CheckInfo,
        context: &Context,
        stem: &str,
        name: &str,
    ) -> (Option<PathBuf>, String) {
        let file = destination(&mut about, context, stem, name);
        match quietly(|| self.record(&run(), about)) {
            Ok(trace) => write(trace, file),
            Err(message) => (None, format!("its trace cannot be made: {message}")),
        }
    }

    pub(super) fn save_shortened(
        &self,
        (run, length): (&dyn Fn() -> Run<Untyped>, usize),
        mut about: CheckInfo,
        context: &Context,
        stem: &str,
        name: &str,
    ) -> (usize, Option<PathBuf>, String) {
        let file = destination(&mut about, context, stem, name);
        // A long run is recorded only once it is short.
        let Shortened { trace, steps, astray } = match quietly(|| self.shortened(about, &run(), 0)) {
            Ok(shortened) => shortened,
            Err(message) => return (length, None, format!("its trace cannot be made: {message}")),
        };
        let (file, mut sentence) = write(trace, file);
        if let Some(divergence) = astray {
            sentence.push_str(&format!("; its trace does not replay: {divergence}"));
        }
        (steps, file, sentence)
    }

    pub(super) fn about(&self) -> CheckInfo {
        let Identity { protocol, kind, model, scope, says, bounds } = self.identity.clone();
        let engine = "quorate search".to_owned();
        CheckInfo { protocol, kind, model, scope, says, engine, config: bounds, ..CheckInfo::default() }
    }

    pub(super) fn record(&self, run: &Run<Untyped>, about: CheckInfo) -> Trace {
        let recorder = Recorder::new(&self.model, self.form);
        let trace = recorder.trace(&run.init, &run.steps, about);
        let mut panics = self.panics.lock().unwrap_or_else(PoisonError::into_inner);
        panics.extend(recorder.panics());
        trace
    }
}

impl LiveModel for AnyLive {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn claims(&self) -> Vec<ClaimInfo> {
        claims_of(&self.model)
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.model.kinds().into_iter().map(|kind| kind.0).collect()
    }

    fn init_count(&self) -> usize {
        steps::initial(&self.model).len()
    }

    fn walk(&self, tokens: &[String]) -> Walk {
        let (run, followed) = explore::follow(&self.model, tokens);
        let about = CheckInfo { exhaustive: false, ..self.about() };
        Walk { trace: self.record(&run, about), followed }
    }

    fn verify(&self, trace: &Trace) -> Result<Verified, Divergence> {
        verify(&self.model, &self.form, trace)
    }

    fn necessary(&self, trace: &Trace) -> Result<Trace, Divergence> {
        let run = replay(&self.model, &self.form, trace)?;
        let actions: Vec<Action> = run.actions().cloned().collect();
        let property = told_of(trace).property;
        let still = |kept: &[Action]| self.shows(&self.take_what_goes(&run.init, kept), &property).is_some();
        let marks = necessary(&actions, still);
        let mut marked = trace.clone();
        let steps = marked.harness.iter_mut().flat_map(|harness| harness.steps.iter_mut().skip(1));
        steps.zip(marks).for_each(|(step, mark)| step.necessary = Some(mark));
        Ok(marked)
    }

    fn risk(&self, trace: &Trace) -> Result<Trace, Divergence> {
        let run = replay(&self.model, &self.form, trace)?;
        let mut told = trace.clone();
        if let Some(harness) = &mut told.harness {
            let percents = risk(&self.model, &self.form, &run, &harness.check.property);
            harness.extra.insert("risk".to_owned(), percents.into());
            harness.extra.insert("risk_method".to_owned(), method().into());
        }
        Ok(told)
    }

    fn minimise(&self, trace: &Trace, states: u64) -> Result<Trace, Divergence> {
        let run = replay(&self.model, &self.form, trace)?;
        let about = told_of(trace);
        let is_there = match &about.panic {
            Some(_) => self.panics_at_end(&run).is_some(),
            None => self.shows(&run, &about.property).is_some(),
        };
        if is_there { Ok(self.shortened(about, &run, states).trace) } else { Ok(trace.clone()) }
    }

    fn find(&self, tokens: &[String], goal: &Goal, states: u64) -> explore::Found {
        let (start, _) = explore::follow(&self.model, tokens);
        let (found, summary) = explore::find(&self.model, &self.form, Some(start), goal, states);
        let about = CheckInfo { property: goal.property.clone(), ..self.about() };
        explore::Found { trace: found.map(|run| self.record(&run, about)), ..summary }
    }

    fn graph(&self, cap: usize) -> Graph {
        explore::graph(&self.model, &self.form, cap)
    }

    fn rust(&self) -> Option<&RustModel> {
        self.rust.as_ref()
    }

    fn to_rust(&self, trace: &Trace) -> Result<String, ExportError> {
        if !is_named_by_value(&self.model, &self.form, trace) {
            return to_rust_by_place(trace, self.rust());
        }
        to_rust(trace, self.rust())
    }

    fn take_panics(&self) -> Vec<String> {
        let mut panics = std::mem::take(&mut *self.panics.lock().unwrap_or_else(PoisonError::into_inner));
        panics.dedup();
        panics
    }

    fn serve_stateright(&self, address: SocketAddr) -> bool {
        self.stateright.as_ref().inspect(|serve| serve(address)).is_some()
    }
}

/// The check that a trace says it comes from.
fn told_of(trace: &Trace) -> CheckInfo {
    trace.harness.as_ref().map(|harness| harness.check.clone()).unwrap_or_default()
}

/// Where a trace goes, and the line that replays it.
fn destination(about: &mut CheckInfo, context: &Context, stem: &str, name: &str) -> Option<PathBuf> {
    let file = context.trace_file(stem, name)?;
    let replay = [context.program.as_str(), "replay", &file.display().to_string()];
    about.replay = replay.map(str::to_owned).to_vec();
    Some(file)
}

/// Writes a trace, if it has somewhere to go; its file and its sentence.
fn write(trace: Trace, file: Option<PathBuf>) -> (Option<PathBuf>, String) {
    match file.map(|file| trace.save(&file).map(|()| file)) {
        Some(Ok(file)) => (Some(file), trace.description),
        Some(Err(error)) => (None, format!("{}; its trace was not written: {error}", trace.description)),
        None => (None, trace.description),
    }
}
