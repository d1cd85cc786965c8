//! One line of a report: one property of one check, what was expected, and what came out.

use super::live::Identity;
use serde::Serialize;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// What a check expects of a property.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    /// It holds everywhere, and it was put to the test.
    Holds,
    /// It is broken: a textbook's mistake, or a defect planted to see whether the check notices.
    Violated {
        /// The length of the shortest run that breaks it, where it is known.
        steps: Option<u32>,
    },
    /// It can be reached.
    Reachable {
        /// The length of the shortest run that reaches it, where it is known.
        steps: Option<u32>,
    },
}

impl Expect {
    /// One word, as in `--json`: `holds`, `violated`, `reachable`.
    pub fn word(self) -> &'static str {
        match self {
            Expect::Holds => "holds",
            Expect::Violated { .. } => "violated",
            Expect::Reachable { .. } => "reachable",
        }
    }
}

/// What came out.
#[derive(Clone, PartialEq, Debug)]
pub enum Conclusion {
    /// Every reachable state was examined, and the property holds.
    Complete,
    /// No violation in what was examined, but the search was cut.
    Bounded {
        /// What cut it.
        limit: String,
        /// States known and not examined.
        frontier: u64,
    },
    /// No violation in random runs.
    Sampled {
        /// How many runs.
        seeds: u64,
        /// Steps in all of them.
        steps: u64,
        /// Faults in all of them.
        faults: u64,
    },
    /// Broken.
    Violated,
    /// Reached.
    Reached,
    /// Every reachable state was examined, and none is the one asked for.
    Unreached,
    /// Never put to the test.
    Vacuous,
    /// Nothing is known: a premise of the search itself does not hold.
    Unsound {
        /// Which, in one sentence.
        why: String,
    },
}

impl Conclusion {
    /// One word, as in `--json`. A property that was never put to the test is `unreached`: its trigger was.
    pub fn word(&self) -> &'static str {
        match self {
            Conclusion::Complete => "complete",
            Conclusion::Bounded { .. } => "bounded",
            Conclusion::Sampled { .. } => "sampled",
            Conclusion::Violated => "violated",
            Conclusion::Reached => "reached",
            Conclusion::Unreached | Conclusion::Vacuous => "unreached",
            Conclusion::Unsound { .. } => "unsound",
        }
    }
}

/// Is the expectation met?
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Judgement {
    /// Yes.
    Met,
    /// No, and this is why.
    Unmet(String),
    /// Nobody knows: what was meant to be complete was cut, and this cut it.
    Cut(String),
}

/// One property of one check.
#[derive(Clone, Debug)]
pub struct Row {
    /// The protocol.
    pub protocol: String,
    /// The kind of check.
    pub check: String,
    /// The model.
    pub model: String,
    /// The scope's name.
    pub scope: String,
    /// The property's id.
    pub property: String,
    /// The property in one sentence.
    pub text: String,
    /// What was expected.
    pub expect: Expect,
    /// What came out.
    pub conclusion: Conclusion,
    /// How often the property was put to the test.
    pub triggers: u64,
    /// Distinct states examined.
    pub unique_states: u64,
    /// Steps examined.
    pub transitions: u64,
    /// Levels of the search.
    pub depth: u32,
    /// The length of the counterexample or witness.
    pub trace_steps: Option<usize>,
    /// Its file.
    pub trace: Option<PathBuf>,
    /// The finding in one sentence, where there is a run.
    pub sentence: Option<String>,
    /// The bounds, by name.
    pub bounds: Map<String, Value>,
    /// Processor seconds of the whole check.
    pub cpu_seconds: f64,
    /// Seconds on the wall of the whole check.
    pub wall_seconds: f64,
    /// Is the expectation met?
    pub judgement: Judgement,
}

impl Row {
    /// A row of the check that `identity` names, of which nothing is known yet: it has never been put to the test.
    pub fn new(identity: &Identity, property: &str, text: &str, expect: Expect) -> Row {
        let Identity { protocol, kind, model, scope, bounds, .. } = identity.clone();
        Row {
            protocol,
            check: kind,
            model,
            scope,
            property: property.to_owned(),
            text: text.to_owned(),
            expect,
            conclusion: Conclusion::Vacuous,
            triggers: 0,
            unique_states: 0,
            transitions: 0,
            depth: 0,
            trace_steps: None,
            trace: None,
            sentence: None,
            bounds,
            cpu_seconds: 0.0,
            wall_seconds: 0.0,
            judgement: Judgement::Unmet("nothing was checked".to_owned()),
        }
    }

    /// The row as one JSON object on one line.
    pub fn to_json(&self) -> String {
        let (met, reason) = match &self.judgement {
            Judgement::Met => (true, None),
            Judgement::Unmet(reason) | Judgement::Cut(reason) => (false, Some(reason.as_str())),
        };
        let line = Line {
            protocol: &self.protocol,
            check: &self.check,
            model: &self.model,
            scope: &self.scope,
            property: &self.property,
            expect: self.expect.word(),
            verdict: self.conclusion.word(),
            triggers: self.triggers,
            unique_states: self.unique_states,
            transitions: self.transitions,
            depth: self.depth,
            trace_steps: self.trace_steps,
            trace: self.trace.as_ref().map(|path| path.display().to_string()),
            bounds: &self.bounds,
            cpu_seconds: self.cpu_seconds,
            met,
            reason,
        };
        // Text, numbers and maps with text keys: JSON has a place for all of it.
        serde_json::to_string(&line).expect("a row is plain data")
    }

    /// Compares what came out with what was expected. `deep`: being cut is allowed, and said.
    pub fn judge(mut self, deep: bool) -> Row {
        self.judgement = judge(self.expect, &self.conclusion, self.trace_steps, deep);
        self
    }
}

#[derive(Serialize)]
struct Line<'a> {
    protocol: &'a str,
    check: &'a str,
    model: &'a str,
    scope: &'a str,
    property: &'a str,
    expect: &'a str,
    verdict: &'a str,
    triggers: u64,
    unique_states: u64,
    transitions: u64,
    depth: u32,
    trace_steps: Option<usize>,
    trace: Option<String>,
    bounds: &'a Map<String, Value>,
    cpu_seconds: f64,
    met: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

fn judge(expect: Expect, conclusion: &Conclusion, steps: Option<usize>, deep: bool) -> Judgement {
    let unmet = |reason: String| Judgement::Unmet(reason);
    match (expect, conclusion) {
        (_, Conclusion::Vacuous) => unmet("vacuous: it was never put to the test".to_owned()),
        (_, Conclusion::Unsound { why }) => unmet(why.clone()),
        (_, Conclusion::Bounded { limit, .. }) if limit.starts_with(PANIC) => {
            unmet("the model panicked".to_owned())
        }
        (Expect::Violated { .. }, Conclusion::Bounded { limit, .. }) if deep => {
            unmet(format!("not refuted before the search was cut ({limit})"))
        }
        (_, Conclusion::Bounded { .. }) if deep => Judgement::Met,
        (_, Conclusion::Bounded { limit, .. }) => Judgement::Cut(limit.clone()),
        (Expect::Holds, Conclusion::Complete) => Judgement::Met,
        (Expect::Holds, Conclusion::Sampled { steps: 0, .. }) => unmet("no random step was taken".to_owned()),
        (Expect::Holds, Conclusion::Sampled { .. }) => Judgement::Met,
        (Expect::Violated { steps: want }, Conclusion::Violated)
        | (Expect::Reachable { steps: want }, Conclusion::Reached) => match (want, steps) {
            (Some(want), Some(got)) if want as usize != got => {
                unmet(format!("the shortest run takes {got} steps, {want} were expected"))
            }
            _ => Judgement::Met,
        },
        (Expect::Violated { .. }, _) => unmet("a refutation was expected, and none was found".to_owned()),
        (Expect::Reachable { .. }, _) => unmet("it was to be reached, and never is".to_owned()),
        (Expect::Holds, _) => unmet("it does not hold".to_owned()),
    }
}

/// What a search that ended in a panic says cut it.
pub(crate) const PANIC: &str = "a panic";

#[cfg(test)]
mod tests {
    use super::*;

    fn cut() -> Conclusion {
        Conclusion::Bounded { limit: "10 states".to_owned(), frontier: 3 }
    }

    fn sampled(steps: u64) -> Conclusion {
        Conclusion::Sampled { seeds: 5, steps, faults: 0 }
    }

    #[test]
    fn only_what_was_expected_is_met() {
        let broken = |steps| Expect::Violated { steps };
        let reachable = Expect::Reachable { steps: None };
        let met = |expect, conclusion, steps| judge(expect, &conclusion, steps, false) == Judgement::Met;
        assert!(met(Expect::Holds, Conclusion::Complete, None));
        assert!(met(Expect::Holds, sampled(9), None));
        assert!(met(broken(Some(6)), Conclusion::Violated, Some(6)));
        assert!(met(broken(None), Conclusion::Violated, Some(6)));
        assert!(met(reachable, Conclusion::Reached, Some(2)));

        assert!(!met(broken(Some(6)), Conclusion::Violated, Some(7)), "another count is another finding");
        assert!(!met(broken(None), Conclusion::Complete, None), "a defect that nobody noticed");
        assert!(!met(Expect::Holds, Conclusion::Violated, Some(1)));
        assert!(!met(Expect::Holds, Conclusion::Vacuous, None), "an untriggered claim fails");
        assert!(!met(Expect::Holds, sampled(0), None), "no random step was taken");
        assert!(!met(reachable, Conclusion::Unreached, None));
    }

    #[test]
    fn a_cut_search_is_never_green_but_where_deep_ones_may_be() {
        let holds = |deep| judge(Expect::Holds, &cut(), None, deep);
        assert_eq!(holds(false), Judgement::Cut("10 states".to_owned()));
        assert_eq!(holds(true), Judgement::Met);
        let refuted = judge(Expect::Violated { steps: None }, &cut(), None, true);
        assert!(matches!(refuted, Judgement::Unmet(_)), "a defect not found is not found");
    }
}
