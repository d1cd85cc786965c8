//! One line of the runs page: what a trace is about, where it fails, and how much each step changes.

use crate::trace::{Trace, changes};
use serde::Serialize;

/// The most bars of a sparkline; longer runs are gathered.
const BARS: usize = 60;

/// A run as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Default)]
pub(super) struct RunRow {
    pub(super) id: String,
    pub(super) file: String,
    pub(super) protocol: String,
    kind: String,
    model: String,
    scope: String,
    says: String,
    property: String,
    text: String,
    verdict: String,
    expect: String,
    description: String,
    at: usize,
    steps: usize,
    group: &'static str,
    signature: String,
    spark: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// The row of a file that cannot be read.
pub(super) fn unreadable(id: String, file: String, problem: String) -> RunRow {
    RunRow { id, file, group: "failure", problem: Some(problem), ..RunRow::default() }
}

/// The row of a trace.
pub(super) fn row(id: String, file: String, trace: &Trace) -> RunRow {
    let steps = trace.states.len() - 1;
    let plain = RunRow {
        id,
        file,
        description: trace.description.clone(),
        steps,
        at: steps,
        group: "foreign",
        ..RunRow::default()
    };
    let Some(harness) = &trace.harness else { return plain };
    let check = &harness.check;
    let at = check.at.unwrap_or(steps);
    RunRow {
        protocol: check.protocol.clone(),
        kind: check.kind.clone(),
        model: check.model.clone(),
        scope: check.scope.clone(),
        says: check.says.clone(),
        property: check.property.clone(),
        text: check.text.clone(),
        verdict: check.verdict.clone(),
        expect: check.expect.clone(),
        at,
        group: group(trace),
        signature: check.signature.clone(),
        spark: spark(trace, at),
        ..plain
    }
}

/// What kind of finding it is: unexpected ones apart, and defects that were put in on purpose apart from the rest.
fn group(trace: &Trace) -> &'static str {
    let Some(check) = trace.harness.as_ref().map(|harness| &harness.check) else { return "foreign" };
    let says =
        |word: &str| check.kind.contains(word) || check.model.contains(word) || check.scope.contains(word);
    match (check.verdict.as_str(), check.expect.as_str()) {
        _ if says("demonstration") => "demonstration",
        ("violated" | "panicked", "violated") if says("planted") || says("broken") => "planted",
        ("violated" | "panicked", "violated") => "refutation",
        ("violated" | "panicked", _) => "failure",
        ("reached", _) => "witness",
        _ => "foreign",
    }
}

/// How many places each step changes; runs longer than [`BARS`] keep the largest of each part.
fn spark(trace: &Trace, at: usize) -> Vec<usize> {
    let mut sizes = vec![0];
    let states: Vec<_> = trace.states.iter().take(at.max(1) + 1).collect();
    // A long run is not compared state by state for a picture of 120 pixels.
    if states.len() > 2000 {
        return Vec::new();
    }
    for pair in states.windows(2) {
        let own = |change: &&crate::trace::Change| !change.path.starts_with("mbt::");
        sizes.push(changes(&pair[0], &pair[1]).iter().filter(own).count());
    }
    let part = sizes.len().div_ceil(BARS);
    sizes.chunks(part).map(|part| part.iter().copied().max().unwrap_or(0)).collect()
}
