//! A model without its type: what the command line and the explorer's server can do with any registered one.

use super::context::Context;
use super::explore::{self, Goal, Graph};
use super::risk::{method, risk};
use super::shorten::Shortened;
use crate::guard::quietly;
use crate::steps;
use crate::trace::export::{ExportError, RustModel, to_rust, to_rust_by_place};
use crate::trace::{
    CheckInfo, Divergence, Form, Recorder, Trace, Verified, is_named_by_value, necessary, replay, shape_name,
    verify,
};
use crate::verdict::Run;
use quorate_spec::{Claims, Spec};
use serde_json::{Map, Value};
use std::fmt::Debug;
use std::hash::Hash;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// One claim, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimInfo {
    /// Its id.
    pub id: String,
    /// One sentence.
    pub text: String,
    /// `always`, `always step`, `at end` or `sometimes`.
    pub kind: &'static str,
}

/// Which model, in which scope.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Identity {
    /// The protocol.
    pub protocol: String,
    /// The kind of check.
    pub kind: String,
    /// The model's name.
    pub model: String,
    /// The scope's name.
    pub scope: String,
    /// What the scope is, in one sentence.
    pub says: String,
    /// The bounds, by name.
    pub bounds: Map<String, Value>,
}

impl Identity {
    /// Is it this one?
    pub(crate) fn is(&self, protocol: &str, kind: &str, model: &str, scope: &str) -> bool {
        self.protocol == protocol && self.kind == kind && self.model == model && self.scope == scope
    }
}

/// A path through a model, and how much of what was asked it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    /// The path, with what can happen at every state, the last one too.
    pub trace: Trace,
    /// How many of the tokens were followed.
    pub followed: usize,
}

/// A registered model, whatever its type.
pub trait LiveModel: Send + Sync {
    /// Which model, in which scope.
    fn identity(&self) -> &Identity;

    /// Its claims.
    fn claims(&self) -> Vec<ClaimInfo>;

    /// Its kinds of action.
    fn kinds(&self) -> Vec<&'static str>;

    /// The number of its initial states.
    fn init_count(&self) -> usize;

    /// The path along `tokens`: `init` first (or nothing), then actions as the alternatives of the path so far name
    /// them. It ends where a token names nothing, or a step that leaves the boundary.
    fn walk(&self, tokens: &[String]) -> Walk;

    /// Replays a trace and compares everything that it says.
    ///
    /// # Errors
    /// [`Divergence`] at the first thing that is not so.
    fn verify(&self, trace: &Trace) -> Result<Verified, Divergence>;

    /// The trace again, each step marked: does the finding vanish without it?
    ///
    /// # Errors
    /// If the trace does not replay.
    fn necessary(&self, trace: &Trace) -> Result<Trace, Divergence>;

    /// The trace without the steps that its finding does not need, or the shortest one where a search of at most
    /// `states` states finds it.
    ///
    /// # Errors
    /// If the trace does not replay.
    fn minimise(&self, trace: &Trace, states: u64) -> Result<Trace, Divergence>;

    /// The trace again, with how often a random continuation of each state ends as it does.
    ///
    /// # Errors
    /// If the trace does not replay.
    fn risk(&self, trace: &Trace) -> Result<Trace, Divergence>;

    /// Searches from the end of the path along `tokens`, through at most `states` states.
    fn find(&self, tokens: &[String], goal: &Goal, states: u64) -> explore::Found;

    /// The first `cap` states, level by level, with the steps between them.
    fn graph(&self, cap: usize) -> Graph;

    /// How the model is written in Rust.
    fn rust(&self) -> Option<&RustModel>;

    /// Serves stateright's own Explorer over the model, until the process ends; `false` if it was not registered for
    /// that.
    fn serve_stateright(&self, address: SocketAddr) -> bool;

    /// A Rust test of the trace.
    ///
    /// # Errors
    /// [`ExportError`] says what is missing.
    fn to_rust(&self, trace: &Trace) -> Result<String, ExportError> {
        to_rust(trace, self.rust())
    }

    /// What of the model panicked while traces were written, since this was last asked: how a step looks, the text of an
    /// action. Such a trace has a gap.
    fn take_panics(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A model of type `M`, with all that a trace needs.
pub struct Live<M: Spec> {
    pub(crate) model: Arc<M>,
    pub(crate) form: Form<M>,
    pub(crate) identity: Identity,
    pub(crate) rust: Option<RustModel>,
    pub(crate) stateright: Option<fn(&M, SocketAddr)>,
    pub(crate) panics: Mutex<Vec<String>>,
}

impl<M> Live<M>
where
    M: Spec + Send + Sync,
    M::State: Clone + Hash,
    M::Action: Clone + Debug,
{
    /// A model known by `identity`, for checks of one's own making.
    pub fn new(model: Arc<M>, form: Form<M>, identity: Identity) -> Self {
        Live { model, form, identity, rust: None, stateright: None, panics: Mutex::default() }
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// Writes the trace of a run into the run's traces folder, as `STEM-NAME.itf.json`; its file, if one was written,
    /// and its sentence come back. `about` says what was asked, on top of [`Live::about`].
    pub fn save(
        &self,
        run: &Run<M>,
        mut about: CheckInfo,
        context: &Context,
        stem: &str,
        name: &str,
    ) -> (Option<PathBuf>, String) {
        let file = destination(&mut about, context, stem, name);
        match quietly(|| self.record(run, about)) {
            Ok(trace) => write(trace, file),
            Err(message) => (None, format!("its trace cannot be made: {message}")),
        }
    }

    /// As [`Live::save`], without the steps that the finding does not need; how many are left comes back as well.
    pub fn save_shortened(
        &self,
        run: &Run<M>,
        mut about: CheckInfo,
        context: &Context,
        stem: &str,
        name: &str,
    ) -> (usize, Option<PathBuf>, String) {
        let file = destination(&mut about, context, stem, name);
        // What is long is recorded only once it is short.
        let Shortened { trace, steps, astray } = match quietly(|| self.shortened(about, run, 0)) {
            Ok(shortened) => shortened,
            Err(message) => return (run.len(), None, format!("its trace cannot be made: {message}")),
        };
        let (file, mut sentence) = write(trace, file);
        if let Some(divergence) = astray {
            sentence.push_str(&format!("; its trace does not replay: {divergence}"));
        }
        (steps, file, sentence)
    }

    /// What a trace of this model says about where it comes from.
    pub fn about(&self) -> CheckInfo {
        let Identity { protocol, kind, model, scope, says, bounds } = self.identity.clone();
        let engine = "quorate search".to_owned();
        CheckInfo { protocol, kind, model, scope, says, engine, config: bounds, ..CheckInfo::default() }
    }

    pub(crate) fn record(&self, run: &Run<M>, about: CheckInfo) -> Trace {
        let recorder = Recorder::new(&*self.model, self.form);
        let trace = recorder.trace(&run.init, &run.steps, about);
        let mut panics = self.panics.lock().unwrap_or_else(PoisonError::into_inner);
        panics.extend(recorder.panics());
        trace
    }
}

impl<M> LiveModel for Live<M>
where
    M: Spec + Send + Sync,
    M::State: Clone + Hash,
    M::Action: Clone + Debug,
{
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn claims(&self) -> Vec<ClaimInfo> {
        claims_of(&*self.model)
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.model.kinds().into_iter().map(|kind| kind.0).collect()
    }

    fn init_count(&self) -> usize {
        steps::initial(&*self.model).len()
    }

    fn walk(&self, tokens: &[String]) -> Walk {
        let (run, followed) = explore::follow(&*self.model, tokens);
        let about = CheckInfo { exhaustive: false, ..self.about() };
        Walk { trace: self.record(&run, about), followed }
    }

    fn verify(&self, trace: &Trace) -> Result<Verified, Divergence> {
        verify(&*self.model, &self.form, trace)
    }

    fn necessary(&self, trace: &Trace) -> Result<Trace, Divergence> {
        let run = replay(&*self.model, &self.form, trace)?;
        let actions: Vec<M::Action> = run.actions().cloned().collect();
        let property = told_of(trace).property;
        let still =
            |kept: &[M::Action]| self.shows(&self.take_what_goes(&run.init, kept), &property).is_some();
        let marks = necessary(&actions, still);
        let mut marked = trace.clone();
        let steps = marked.harness.iter_mut().flat_map(|harness| harness.steps.iter_mut().skip(1));
        steps.zip(marks).for_each(|(step, mark)| step.necessary = Some(mark));
        Ok(marked)
    }

    fn risk(&self, trace: &Trace) -> Result<Trace, Divergence> {
        let run = replay(&*self.model, &self.form, trace)?;
        let mut told = trace.clone();
        if let Some(harness) = &mut told.harness {
            let percents = risk(&*self.model, &self.form, &run, &harness.check.property);
            harness.extra.insert("risk".to_owned(), percents.into());
            harness.extra.insert("risk_method".to_owned(), method().into());
        }
        Ok(told)
    }

    fn minimise(&self, trace: &Trace, states: u64) -> Result<Trace, Divergence> {
        let run = replay(&*self.model, &self.form, trace)?;
        let about = told_of(trace);
        let is_there = match &about.panic {
            Some(_) => self.panics_at_end(&run).is_some(),
            None => self.shows(&run, &about.property).is_some(),
        };
        if is_there { Ok(self.shortened(about, &run, states).trace) } else { Ok(trace.clone()) }
    }

    fn find(&self, tokens: &[String], goal: &Goal, states: u64) -> explore::Found {
        let (start, _) = explore::follow(&*self.model, tokens);
        let (found, summary) = explore::find(&*self.model, &self.form, Some(start), goal, states);
        let about = CheckInfo { property: goal.property.clone(), ..self.about() };
        explore::Found { trace: found.map(|run| self.record(&run, about)), ..summary }
    }

    fn graph(&self, cap: usize) -> Graph {
        explore::graph(&*self.model, &self.form, cap)
    }

    fn rust(&self) -> Option<&RustModel> {
        self.rust.as_ref()
    }

    fn to_rust(&self, trace: &Trace) -> Result<String, ExportError> {
        if !is_named_by_value(&*self.model, &self.form, trace) {
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
        self.stateright.inspect(|serve| serve(&self.model, address)).is_some()
    }
}

/// What a trace says of the check that it comes from.
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

/// The claims of a model, in words.
pub(crate) fn claims_of<M: Spec>(model: &M) -> Vec<ClaimInfo> {
    let mut claims = Claims::default();
    model.claims(&mut claims);
    let info = |claim: &quorate_spec::Claim<M>| ClaimInfo {
        id: claim.id().to_owned(),
        text: claim.text().to_owned(),
        kind: shape_name(claim.shape()),
    };
    claims.as_slice().iter().map(info).collect()
}
