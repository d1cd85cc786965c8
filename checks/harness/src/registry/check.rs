//! A check, whatever it does: what it is about, what it expects, and how to run it.

use super::context::Context;
use super::live::{Identity, LiveModel};
use super::row::{Conclusion, Expect, PANIC, Row};
use crate::guard::caught;
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
    pub(super) sampled: bool,
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
        Check { identity, properties, deep: false, sampled: false, live: None, run: Box::new(run) }
    }

    /// Runs under `--deep` alone.
    pub fn deep(mut self) -> Self {
        self.deep = true;
        self
    }

    /// It makes random runs, and takes their seeds from [`Context::seeds`] where there are some.
    pub fn sampled(mut self) -> Self {
        self.sampled = true;
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

    /// Does it make random runs, from seeds that may be asked for?
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }

    /// The model, to be looked at.
    pub fn live(&self) -> Option<&Arc<dyn LiveModel>> {
        self.live.as_ref()
    }

    /// Runs it. `stem` begins the name of every file that it writes. A panic of the code that it checks, wherever it
    /// happens, is a finding: the property `no-panic`.
    pub fn run(&self, context: &Context, stem: &str) -> Outcome {
        let mut outcome =
            caught(|| (self.run)(context, stem)).unwrap_or_else(|message| self.panicked(context, &message));
        let gaps = self.live.iter().flat_map(|live| live.take_panics());
        let gaps: Vec<String> = gaps.map(|gap| format!("while a trace was written, {gap}")).collect();
        if !gaps.is_empty() {
            self.no_panic(&mut outcome, &gaps.join("; "));
        }
        outcome
    }

    /// What is left of a check that panicked: nothing is known of what it was to show.
    fn panicked(&self, context: &Context, message: &str) -> Outcome {
        let wanted = self.properties.iter().filter(|property| context.wants(&property.id));
        let rows = wanted.map(|property| {
            let row = Row::new(&self.identity, &property.id, &property.text, property.expect);
            let conclusion = Conclusion::Bounded { limit: PANIC.to_owned(), frontier: 0 };
            Row { conclusion, ..row }.judge(false)
        });
        let mut outcome = Outcome { rows: rows.collect(), ..Outcome::default() };
        self.no_panic(&mut outcome, &format!("the check panicked: {message}"));
        outcome
    }

    /// Says of the property `no-panic` that it is broken, in a row that is there already or in a new one.
    fn no_panic(&self, outcome: &mut Outcome, sentence: &str) {
        if let Some(row) = outcome.rows.iter_mut().find(|row| row.property == NO_PANIC) {
            let before = row.sentence.take().map_or_else(String::new, |before| format!("{before}; "));
            row.sentence = Some(format!("{before}{sentence}"));
            return;
        }
        let mut row = Row::new(&self.identity, NO_PANIC, "the model does not panic", Expect::Holds);
        (row.conclusion, row.sentence) = (Conclusion::Violated, Some(sentence.to_owned()));
        outcome.rows.push(row.judge(false));
    }
}

/// The property that a panic breaks.
pub(super) const NO_PANIC: &str = "no-panic";
