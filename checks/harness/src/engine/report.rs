//! What a search found.

use super::audit::Audit;
use super::purity::Impurity;
use crate::verdict::{Run, Verdict};
use quorate_spec::{Claim, Kind, Remarks, Shape};
use stateright::Model;

/// What is wrong with a model that answers differently when it is asked again.
const IMPURE: &str = "the model is not a function of its state";

/// One claim, and what the search concluded about it.
pub struct Finding<M: Model> {
    /// The claim.
    pub claim: Claim<M>,
    /// The conclusion. A run in it is a shortest one, and the same at any thread count.
    pub verdict: Verdict<M>,
    /// How often the claim was put to the test; for `sometimes`, in how many states it held.
    pub triggers: u64,
}

/// How a search ended.
pub enum Ended<M: Model> {
    /// Every reachable state was examined.
    Complete,
    /// It was cut.
    Bounded {
        /// By what, as a phrase.
        limit: String,
        /// States known and not expanded.
        frontier: u64,
    },
    /// Code of the model panicked (or the claims', or a `Hash`).
    Panicked {
        /// What the panic said.
        message: String,
        /// The run to the state in which it happened.
        run: Run<M>,
        /// The action that was being taken there; `None` if the state itself was being examined.
        during: Option<M::Action>,
    },
    /// On purpose, as [`Options::stop`](super::Options::stop) asks.
    Stopped,
    /// The model has no initial state (within its boundary): nothing was checked.
    Empty,
}

impl<M: Model> Ended<M> {
    /// Was every reachable state examined?
    pub fn is_complete(&self) -> bool {
        matches!(self, Ended::Complete)
    }
}

/// What a search found.
#[must_use]
pub struct Report<M: Model> {
    /// One for every claim, in the order of the claims.
    pub findings: Vec<Finding<M>>,
    /// Distinct states found, initial ones among them (orbits, under a symmetry).
    pub unique_states: u64,
    /// Steps: every action that led from an expanded state to a state within the boundary, seen before or not.
    pub transitions: u64,
    /// Steps not taken because they leave the model's boundary.
    pub outside: u64,
    /// Levels: 1 for initial states alone. A shortest run to the farthest state takes one step less.
    pub depth: u32,
    /// States found in each level, the initial ones first.
    pub levels: Vec<u64>,
    /// How often each kind of action was taken; declared kinds first, in their order.
    pub coverage: Vec<(Kind, u64)>,
    /// How it ended.
    pub ended: Ended<M>,
    /// Seconds of all threads together.
    pub cpu_seconds: f64,
    /// Seconds on the wall.
    pub wall_seconds: f64,
    /// Bytes that the set of fingerprints and the parent log hold.
    pub store_bytes: u64,
    /// The odds that two of the states shared a fingerprint, were fingerprints random: n² / 2^129.
    pub collision_odds: f64,
    /// What comparing whole states brought to light, where that was asked for.
    pub audit: Option<Audit<M>>,
    /// What comparing a sample of states brought to light, in every search that goes by a hash: the first 10,000
    /// arrivals of each thread, and one in 256 later.
    pub sample: Audit<M>,
    /// Disagreements within an orbit, or within a class of a canonical form: claim or reason, one line each.
    pub asymmetries: Vec<String>,
    /// Two states that a canonical form merges although they differ in what they lead to or in what the claims say.
    pub merged: Option<(M::State, M::State)>,
    /// Where the model answered differently when it was asked again: it is no function of its state.
    pub impure: Vec<Impurity<M>>,
    /// How many states were looked at twice to find that out.
    pub looks: u64,
    /// States from which no end, a state without a successor, can be reached: no claim about ends says anything of
    /// them. Counted if a claim is about ends and the search was complete, from its beginning, in at most 8 million
    /// steps.
    pub endless: Option<u64>,
    /// What the model itself says of the search.
    pub remarks: Remarks,
    pub(super) declared: usize,
}

impl<M: Model> Report<M> {
    /// The finding about the claim of that id.
    pub fn finding(&self, id: &str) -> Option<&Finding<M>> {
        self.findings.iter().find(|finding| finding.claim.id() == id)
    }

    /// Declared kinds of action that were never taken.
    pub fn unhit(&self) -> Vec<Kind> {
        self.coverage[..self.declared]
            .iter()
            .filter(|(_, count)| *count == 0)
            .map(|(kind, _)| *kind)
            .collect()
    }

    /// Kinds that turned up without being declared.
    pub fn undeclared(&self) -> Vec<Kind> {
        self.coverage[self.declared..].iter().map(|(kind, _)| *kind).collect()
    }

    /// Everything that keeps this report from being green, one sentence each; empty if it is green.
    pub fn failures(&self) -> Vec<String> {
        let mut list = self.ended_badly();
        if self.findings.is_empty() {
            list.push("the model claims nothing".to_owned());
        }
        for finding in self.findings.iter().filter(|finding| !finding.verdict.is_green()) {
            list.push(format!("{}: {:?}", finding.claim.id(), finding.verdict));
        }
        list.extend(self.unhit().iter().map(|kind| format!("no step of kind {kind} was ever taken")));
        if self.declared > 0 {
            list.extend(
                self.undeclared().iter().map(|kind| format!("steps of kind {kind}, which is not declared")),
            );
        }
        list.extend(self.impure.iter().map(|impurity| format!("{IMPURE}: {}", impurity.says)));
        list.extend(self.audit.iter().flat_map(Audit::failures));
        list.extend(self.sample.failures());
        list.extend(self.asymmetries.iter().cloned());
        list.extend(self.remarks.failures.iter().cloned());
        list
    }

    /// Complete, every claim triggered and holding (or reached), every kind of action taken?
    pub fn is_green(&self) -> bool {
        self.failures().is_empty()
    }

    /// What else is to be known of the search, one line each.
    pub fn lines(&self) -> Vec<String> {
        let about_ends = |finding: &Finding<M>| matches!(finding.claim.shape(), Shape::AtEnd(_));
        if !self.findings.iter().any(about_ends) {
            return Vec::new();
        }
        vec![match self.endless {
            Some(0) => "from every state an end can be reached".to_owned(),
            Some(count) => format!(
                "from {count} of {} states no end can be reached: claims about ends say nothing of them",
                self.unique_states
            ),
            None => "the states from which no end can be reached were not counted".to_owned(),
        }]
    }

    /// What was searched, on one line.
    pub fn summary(&self) -> String {
        let how = match &self.ended {
            Ended::Complete => "complete".to_owned(),
            Ended::Bounded { limit, frontier } => format!("cut at {limit} with {frontier} states open"),
            Ended::Panicked { .. } => "ended by a panic".to_owned(),
            Ended::Stopped => "stopped on purpose".to_owned(),
            Ended::Empty => "no initial state".to_owned(),
        };
        let claims =
            self.findings.iter().map(|finding| format!("{} ×{}", finding.claim.id(), finding.triggers));
        let mut parts = vec![
            how,
            format!("{} states", self.unique_states),
            format!("{} steps", self.transitions),
            format!("depth {}", self.depth),
            format!("{:.1} s", self.wall_seconds),
            format!("claims {}", claims.collect::<Vec<_>>().join(", ")),
        ];
        if self.outside > 0 {
            parts.push(format!("{} steps left the boundary", self.outside));
        }
        parts.extend(self.remarks.reductions.iter().map(|reduction| format!("reduced: {reduction}")));
        parts.extend(self.lines());
        parts.join(" · ")
    }

    /// If the states that were examined may not be those of the model, nothing is concluded from having examined them
    /// all. A run that was found and retraced stands.
    pub(super) fn doubt(&mut self) {
        let impure = self.impure.iter().map(|impurity| format!("{IMPURE}: {}", impurity.says));
        let reasons = impure.chain(self.sample.failures()).chain(self.asymmetries.iter().cloned());
        let Some(why) = reasons.into_iter().next() else { return };
        for finding in self.findings.iter_mut().filter(|finding| finding.verdict.run().is_none()) {
            finding.verdict = Verdict::Unsound { why: why.clone() };
        }
    }

    /// Was it cut by its depth?
    pub(super) fn is_deep(&self) -> bool {
        matches!(&self.ended, Ended::Bounded { limit, .. } if limit.starts_with("depth "))
    }

    fn ended_badly(&self) -> Vec<String> {
        match &self.ended {
            Ended::Complete | Ended::Stopped => Vec::new(),
            Ended::Bounded { limit, frontier } => vec![format!("cut at {limit}, {frontier} states open")],
            Ended::Panicked { message, run, .. } => {
                vec![format!("the model panicked after {} steps: {message}", run.len())]
            }
            Ended::Empty => vec!["the model has no initial state".to_owned()],
        }
    }
}
