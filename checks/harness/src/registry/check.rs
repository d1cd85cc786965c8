//! A check, whatever it does: what it is about, what it expects, and how to run it.

use super::context::Context;
use super::live::{Identity, LiveModel};
use super::row::{Expect, Row};
use std::sync::Arc;

/// One property of a check, before it runs.
#[derive(Clone, Debug)]
pub struct Property {
    /// Its id.
    pub id: String,
    /// One sentence.
    pub text: String,
    /// What is expected of it.
    pub expect: Expect,
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// One row a property.
    pub rows: Vec<Row>,
    /// What else is to be said, printed under the rows.
    pub lines: Vec<String>,
    /// The odds that a state was missed because two shared a fingerprint; 0 where nothing is remembered by one.
    pub collision_odds: f64,
}

pub(super) type RunFn = Box<dyn Fn(&Context, &str) -> Outcome + Send + Sync>;

/// A check of one model in one scope.
pub struct Check {
    pub(super) identity: Identity,
    pub(super) properties: Vec<Property>,
    pub(super) deep: bool,
    pub(super) live: Option<Arc<dyn LiveModel>>,
    pub(super) run: RunFn,
}

impl Check {
    /// A check of its own making: random runs, lockstep, an inductive step. `run` is given what the run shares, and
    /// the first part of the name of any file that it writes.
    pub fn custom(
        identity: Identity,
        properties: Vec<Property>,
        run: impl Fn(&Context, &str) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        Check { identity, properties, deep: false, live: None, run: Box::new(run) }
    }

    /// Runs under `--deep` alone.
    pub fn deep(mut self) -> Self {
        self.deep = true;
        self
    }

    /// Traces of this check replay in that model.
    pub fn replays_in(mut self, live: Arc<dyn LiveModel>) -> Self {
        self.live = Some(live);
        self
    }

    /// Which model, in which scope.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What it is about.
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// Does it run under `--deep` alone?
    pub fn is_deep(&self) -> bool {
        self.deep
    }

    /// The model, to be looked at.
    pub fn live(&self) -> Option<&Arc<dyn LiveModel>> {
        self.live.as_ref()
    }

    /// Runs it. `stem` begins the name of every file that it writes.
    pub fn run(&self, context: &Context, stem: &str) -> Outcome {
        (self.run)(context, stem)
    }
}
