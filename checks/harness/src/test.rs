//! One line of `#[test]`.
//!
//! ```
//! # use quorate_spec::*; use stateright::Model;
//! # struct Count; impl Model for Count { type State = u8; type Action = u8;
//! # fn init_states(&self) -> Vec<u8> { vec![0] }
//! # fn actions(&self, _: &u8, actions: &mut Vec<u8>) { actions.push(1) }
//! # fn next_state(&self, n: &u8, _: u8) -> Option<u8> { Some((n + 1) % 8) } }
//! # impl Spec for Count { fn kinds(&self) -> Vec<Kind> { vec![Kind("count")] }
//! # fn kind(&self, _: &u8) -> Kind { Kind("count") }
//! # fn claims(&self, claims: &mut Claims<Self>) { claims.always("small", "n is below 8", |_, n| *n < 8); } }
//! // #[test]
//! fn counting_holds() {
//!     quorate::test::complete(Count);
//! }
//! # counting_holds();
//! ```

use crate::engine::{Ended, Limits, Options, Report, search};
use crate::escape::{file_name, visible};
use crate::registry::{Check, Context, Judgement, Outcome, Row};
use crate::steps;
use crate::trace::{CheckInfo, Form, Named, Recorder, Trace, changes, offered};
use crate::verdict::Run;
use quorate_spec::Spec;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::{Debug, Write};
use std::hash::Hash;
use std::path::PathBuf;

/// Where searches of tests are cut unless they say otherwise: a model that grows without end must not hang a test, or
/// take all memory of the machine.
pub const LIMITS: Limits =
    Limits { states: Some(5_000_000), depth: None, seconds: None, bytes: Some(4 << 30), process: None };

/// Searches the whole of `model`, and panics unless every claim was put to the test and holds (or is reached), every
/// kind of action was taken, and nothing was cut. The message tells the run and names its file. What was searched goes
/// to stderr, on one line.
///
/// The search is cut at [`LIMITS`], 5 million states or 4 GiB; for a larger model see [`complete_within`].
///
/// # Panics
/// If anything at all is not green.
pub fn complete<M>(model: M)
where
    M: Spec + Sync,
    M::State: Clone + Debug + Hash + Eq + Send + Sync,
    M::Action: Clone + Debug + Send + Sync,
{
    complete_within(model, LIMITS);
}

/// Like [`complete`], with limits of its own. `Limits::default()` has none.
///
/// # Panics
/// If anything at all is not green.
pub fn complete_within<M>(model: M, limits: Limits)
where
    M: Spec + Sync,
    M::State: Clone + Debug + Hash + Eq + Send + Sync,
    M::Action: Clone + Debug + Send + Sync,
{
    let report = search(&model, &Options { limits, ..Options::single() });
    eprintln!("quorate: {}: {}", short_name::<M>(), report.summary());
    let failures = report.failures();
    if failures.is_empty() {
        return;
    }
    let mut message = format!("{}:", std::any::type_name::<M>());
    for failure in &failures {
        let _ = write!(message, "\n  {}", visible(failure));
    }
    if limits == LIMITS && matches!(report.ended, Ended::Bounded { .. }) {
        message.push_str("\n  (the limits are those of quorate::test; complete_within takes others)");
    }
    message.push_str(&doubts(&report));
    for (name, run, panic) in bad_runs(&report) {
        let about = CheckInfo { property: name.to_owned(), panic, ..about::<M>() };
        let trace = Recorder::new(&model, Form::debug()).trace(&run.init, &run.steps, about);
        let file = folder().join(format!("{}.itf.json", file_name(&[&short_name::<M>(), name])));
        message.push_str(&told(&trace));
        let _ = match trace.save(&file) {
            Ok(()) => write!(message, "\n  look at it: quorate explore {}", file.display()),
            Err(error) => write!(message, "\n  the trace was not written: {error}"),
        };
    }
    panic!("{message}");
}

/// Runs a check as the command line does, and panics unless every expectation is met. The message has the line that
/// replays each finding. A search that has no limit of its own is cut at [`LIMITS`].
///
/// # Panics
/// If an expectation is not met, or nothing was checked.
pub fn check(check: impl Into<Check>) -> Outcome {
    let check = check.into();
    let own = check.identity();
    let stem = file_name(&[&own.protocol, &own.model, &own.kind, &own.scope]);
    let context = Context { traces: Some(folder()), threads: 1, limits: LIMITS, ..Context::default() };
    let outcome = check.run(&context, &stem);
    eprintln!("quorate: {stem}: {}", searched(&outcome));
    assert!(!outcome.rows.is_empty(), "{stem}: nothing was checked");
    let mut message = String::new();
    for row in &outcome.rows {
        let (Judgement::Unmet(reason) | Judgement::Cut(reason)) = &row.judgement else { continue };
        let (property, text, reason) = (visible(&row.property), visible(&row.text), visible(reason));
        let _ = write!(message, "\n  {property} ({text}): {reason}");
        for sentence in row.sentence.iter().flat_map(|sentence| sentence.lines()) {
            let _ = write!(message, "\n    {}", visible(sentence));
        }
        if let Some(file) = &row.trace {
            let _ = write!(message, "\n    replay: {} replay {}", context.program, file.display());
        }
    }
    assert!(message.is_empty(), "{stem}: not as expected{message}");
    outcome
}

/// Replays the events of an exported trace, and panics if `property` falls: what a regression test calls. `init` says
/// which initial state; each event is the JSON of an action.
///
/// If the model no longer offers one of the events, the run that broke it can no longer happen, and the test passes.
///
/// # Panics
/// If the property falls, the model has no such property or initial state, or an event is not the JSON of an action.
pub fn replay<M>(model: &M, property: &str, init: usize, events: &[&str])
where
    M: Spec,
    M::State: Clone + Debug + Hash + Serialize,
    M::Action: Clone + Debug + Serialize + DeserializeOwned,
{
    let form = Form::serde();
    let find = |state: &M::State, event: &&str| {
        let event = serde_json::from_str(event).unwrap_or_else(|error| panic!("{event}: {error}"));
        offered(model, &form, state, &Named { event: Some(&event), text: "", ordinal: 0 })
    };
    replay_with(model, form, property, init, events, find);
}

/// Like [`replay`], for a model without serde: each event is the text of an action.
///
/// # Panics
/// If the property falls, or the model has no such property or initial state.
pub fn replay_by_text<M>(model: &M, property: &str, init: usize, events: &[&str])
where
    M: Spec,
    M::State: Clone + Debug + Hash,
    M::Action: Clone + Debug,
{
    let form = Form::debug();
    let find = |state: &M::State, text: &&str| {
        offered(model, &form, state, &Named { event: None, text, ordinal: 0 })
    };
    replay_with(model, form, property, init, events, find);
}

/// Like [`replay_by_text`], where several actions on offer read the same: each event is the text of an action, and how
/// many of those that read the same come before it.
///
/// # Panics
/// If the property falls, or the model has no such property or initial state.
pub fn replay_by_place<M>(model: &M, property: &str, init: usize, events: &[(&str, usize)])
where
    M: Spec,
    M::State: Clone + Debug + Hash,
    M::Action: Clone + Debug,
{
    let form = Form::debug();
    let find = |state: &M::State, (text, ordinal): &(&str, usize)| {
        offered(model, &form, state, &Named { event: None, text, ordinal: *ordinal })
    };
    replay_with(model, form, property, init, events, find);
}

fn replay_with<M, E>(
    model: &M,
    form: Form<M>,
    property: &str,
    init: usize,
    events: &[E],
    find: impl Fn(&M::State, &E) -> Option<M::Action>,
) where
    M: Spec,
    M::State: Clone + Hash,
    M::Action: Clone + Debug,
{
    let recorder = Recorder::new(model, form);
    assert!(recorder.knows(property), "the model has no property {property}");
    let place = init;
    let init = steps::initial_at(model, place);
    let init = init.unwrap_or_else(|| panic!("the model has no initial state {place} within its boundary"));
    let mut run: Run<M> = Run { init, steps: Vec::new() };
    for (index, event) in events.iter().enumerate() {
        let next = find(run.last(), event)
            .and_then(|action| Some((action.clone(), steps::take(model, run.last(), action)?)));
        match next {
            Some(step) => run.steps.push(step),
            None => {
                eprintln!("the run can no longer happen: step {} is not possible any more", index + 1);
                break;
            }
        }
    }
    if recorder.found_at(property, &run.init, &run.steps).is_some() {
        let about = CheckInfo { property: property.to_owned(), ..about::<M>() };
        let trace = recorder.trace(&run.init, &run.steps, about);
        panic!("{}", told(&trace).trim_start());
    }
}

/// What a check did, on one line.
fn searched(outcome: &Outcome) -> String {
    let most = |of: fn(&Row) -> u64| outcome.rows.iter().map(of).max().unwrap_or(0);
    let (states, steps) = (most(|row| row.unique_states), most(|row| row.transitions));
    let depth = most(|row| row.depth.into());
    let seconds = outcome.rows.iter().map(|row| row.wall_seconds).fold(0.0, f64::max);
    let properties: Vec<String> = outcome
        .rows
        .iter()
        .map(|row| format!("{} {} ×{}", row.property, row.conclusion.word(), row.triggers))
        .collect();
    let mut parts = vec![format!("{states} states · {steps} steps · depth {depth} · {seconds:.1} s")];
    parts.push(properties.join(", "));
    parts.extend(outcome.lines.iter().cloned());
    parts.join(" · ")
}

/// The states in which the premises of a search were seen to fail.
fn doubts<M: Spec>(report: &Report<M>) -> String
where
    M::State: Debug,
{
    let mut text = String::new();
    for impurity in &report.impure {
        if let Some(state) = &impurity.at {
            let _ = write!(text, "\n  asked twice: {}\n    in {state:?}", impurity.says);
        }
        if let Some((one, other)) = &impurity.values {
            let _ = write!(text, "\n    first {one:?}\n    then  {other:?}");
        }
    }
    let hash =
        [("hash alike", &report.sample.alike), ("are equal and hash differently", &report.sample.apart)];
    for (what, pair) in hash.into_iter().chain([("are merged", &report.merged)]) {
        if let Some((one, other)) = pair {
            let _ = write!(text, "\n  two states {what}:\n    {one:?}\n    {other:?}");
        }
    }
    text
}

/// The runs of a report that nobody wants to see.
fn bad_runs<M: Spec>(report: &Report<M>) -> Vec<(&'static str, &Run<M>, Option<String>)> {
    let mut runs: Vec<(&'static str, &Run<M>, Option<String>)> = Vec::new();
    for finding in report.findings.iter().filter(|finding| !finding.verdict.is_green()) {
        runs.extend(finding.verdict.run().map(|run| (finding.claim.id(), run, None)));
    }
    if let Ended::Panicked { message, run, .. } = &report.ended {
        runs.push(("no-panic", run, Some(message.clone())));
    }
    runs
}

fn about<M: Spec>() -> CheckInfo {
    CheckInfo {
        protocol: "test".to_owned(),
        kind: "test".to_owned(),
        model: short_name::<M>(),
        engine: "quorate search".to_owned(),
        expect: "holds".to_owned(),
        ..CheckInfo::default()
    }
}

/// A run in words, step by step.
fn told(trace: &Trace) -> String {
    let mut text = format!("\n  {}", visible(&trace.description));
    let Some(harness) = &trace.harness else { return text };
    let mut before = None;
    for (index, (step, state)) in harness.steps.iter().zip(trace.states.iter()).enumerate() {
        if index > 0 {
            let _ = write!(text, "\n  {index:>4}  {}", visible(&step.label));
        }
        for change in before.iter().flat_map(|before| changes(before, &state)) {
            if !change.path.starts_with("mbt::") {
                let _ = write!(text, "\n          {}", visible(&change.to_string()));
            }
        }
        before = Some(state);
    }
    text
}

/// The traces folder of the workspace whose test this process is.
fn folder() -> PathBuf {
    let target = std::env::current_exe().ok().and_then(|exe| Some(exe.ancestors().nth(3)?.to_owned()));
    target.unwrap_or_else(|| PathBuf::from("target")).join("quorate/traces")
}

fn short_name<M>() -> String {
    let full = std::any::type_name::<M>();
    let bare = full.split('<').next().unwrap_or(full);
    bare.rsplit("::").next().unwrap_or(bare).to_owned()
}
