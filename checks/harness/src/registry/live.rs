//! A model without its type: what the command line and the explorer's server can do with any registered one.

use super::explore::{self, Goal, Graph};
use crate::trace::export::{ExportError, RustModel, to_rust};
use crate::trace::{Divergence, Trace, Verified, shape_name};
use quorate_spec::{Claims, Spec};
use serde_json::{Map, Value};
use std::net::SocketAddr;

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
