//! Does a trace tell the truth? Replays it in the model and compares everything that it says.

use super::diff::changes;
use super::form::{Form, model_hash, text_or_panic};
use super::format::{CheckInfo, Harness, Trace};
use super::record::Recorder;
use super::tokens::{init_index, ordinal};
use crate::guard::quietly;
use crate::steps::{self, Attempt};
use crate::verdict::Run;
use quorate_spec::Spec;
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt::Debug;
use std::hash::Hash;

/// Where a trace and the model part ways.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {what}")]
pub struct Divergence {
    /// The place: `step 5`, `harness.messages[2]`.
    pub at: String,
    /// How they differ.
    pub what: String,
    /// The last step that replays.
    pub replayed: usize,
}

/// A trace that tells the truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The number of steps.
    pub steps: usize,
    /// The finding in one sentence.
    pub description: String,
    /// What changed in the model without changing the run.
    pub notices: Vec<String>,
}

/// Replays the steps of `trace` in `model`; every state must be the one in the file.
///
/// # Errors
/// [`Divergence`] at the first step that cannot be taken or leads elsewhere.
pub fn replay<M>(model: &M, form: &Form<M>, trace: &Trace) -> Result<Run<M>, Divergence>
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone + Debug,
{
    let harness = harness_of(trace)?;
    let mut told = trace.states.iter();
    let mut agree = |step: usize, state: &M::State| {
        let told = told.next().unwrap_or_default();
        compare_states(step, &told, &Value::Object(form.vars_or_panic(model, state).0))
    };
    let token = harness.steps.first().map(|step| step.token.as_str()).unwrap_or_default();
    let chosen = guarded(0, || init_index(token).and_then(|index| steps::initial_at(model, index)))?;
    let init = chosen.ok_or_else(|| part_ways(0, format!("the model has no initial state {token:?}")))?;
    agree(0, &init)?;
    let mut run = Run { init, steps: Vec::with_capacity(harness.steps.len()) };
    for (index, step) in harness.steps.iter().enumerate().skip(1) {
        let wanted = Named { event: step.event.as_ref(), text: &step.action, ordinal: ordinal(&step.token) };
        let action = guarded(index, || offered(model, form, run.last(), &wanted))?
            .ok_or_else(|| part_ways(index, format!("the model does not offer {}", step.action)))?;
        let next = match guarded(index, || steps::attempt(model, run.last(), action.clone()))? {
            Attempt::To(next) => next,
            Attempt::Ignored => {
                return Err(part_ways(index, format!("the model ignores {}", step.action)));
            }
            Attempt::Outside(_) => {
                let what = format!("{} leaves the boundary of the model, so it is no step", step.action);
                return Err(part_ways(index, what));
            }
        };
        agree(index, &next)?;
        run.steps.push((action, next));
    }
    Ok(run)
}

/// What the model answers; if it panics, the run cannot be replayed beyond the step before.
fn guarded<T>(step: usize, ask: impl FnOnce() -> T) -> Result<T, Divergence> {
    quietly(ask).map_err(|message| part_ways(step, format!("the model panics: {message}")))
}

/// An action by its names: what survives in a file.
pub(crate) struct Named<'a> {
    /// Its serde value, where that is known.
    pub(crate) event: Option<&'a Value>,
    /// Its text.
    pub(crate) text: &'a str,
    /// How many of those on offer that read the same come before it.
    pub(crate) ordinal: usize,
}

/// The action that the model offers in `state` under these names.
pub(crate) fn offered<M>(model: &M, form: &Form<M>, state: &M::State, wanted: &Named<'_>) -> Option<M::Action>
where
    M: Spec,
    M::Action: Debug,
{
    let mut actions = steps::offers(model, state);
    let place = place_of(model, form, &actions, wanted)?;
    Some(actions.swap_remove(place))
}

/// Where among `actions` is the one under these names? If none reads as `wanted` does, it is the one with its serde value:
/// the text of an action may have changed since.
fn place_of<M>(model: &M, form: &Form<M>, actions: &[M::Action], wanted: &Named<'_>) -> Option<usize>
where
    M: Spec,
    M::Action: Debug,
{
    let known = wanted.event.and_then(|event| (form.read_event)(model, event));
    let known = known.and_then(|action| (form.event)(model, &action));
    let fits = |index: &usize| {
        known.as_ref().is_none_or(|known| (form.event)(model, &actions[*index]).as_ref() == Some(known))
    };
    let reads = |index: &usize| text_or_panic(model, &actions[*index]).0 == wanted.text;
    let by_text = (0..actions.len()).filter(reads).nth(wanted.ordinal).filter(fits);
    let by_event = || known.is_some().then(|| (0..actions.len()).find(fits)).flatten();
    by_text.or_else(by_event)
}

/// Does the serde value of each step of `trace`, or its text where there is none, name its action alone? If the trace
/// does not replay, nothing is known against it.
pub(crate) fn is_named_by_value<M>(model: &M, form: &Form<M>, trace: &Trace) -> bool
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone + Debug,
{
    let (Ok(run), Some(harness)) = (replay(model, form, trace), &trace.harness) else { return true };
    let steps = &harness.steps;
    let by_event = steps.iter().skip(1).all(|step| step.event.is_some());
    run.states().zip(steps.iter().skip(1)).all(|(before, step)| {
        let actions = steps::offers(model, before);
        let (event, text) = (step.event.as_ref(), step.action.as_str());
        let full = Named { event, text, ordinal: ordinal(&step.token) };
        let short = match by_event {
            true => Named { event, text: "", ordinal: 0 },
            false => Named { event: None, text, ordinal: 0 },
        };
        place_of(model, form, &actions, &full) == place_of(model, form, &actions, &short)
    })
}

/// Replays `trace` and compares everything that it says: states, steps, messages, properties, alternatives, verdict.
///
/// # Errors
/// [`Divergence`] at the first thing that is not so.
pub fn verify<M>(model: &M, form: &Form<M>, trace: &Trace) -> Result<Verified, Divergence>
where
    M: Spec,
    M::State: Clone + Hash,
    M::Action: Clone + Debug,
{
    let told = harness_of(trace)?;
    let hash = model_hash(model, form);
    let changed = told.check.model_hash != hash;
    let run = replay(model, form, trace).map_err(|mut divergence| {
        if changed {
            divergence
                .what
                .push_str(&format!("; the model has changed since the trace was made ({hash} now)"));
        }
        divergence
    })?;
    let about = CheckInfo { model_hash: hash, ..told.check.clone() };
    let fresh = Recorder::new(model, *form).trace(&run.init, &run.steps, about);
    let last = run.len();
    compare_harness(told, harness_of(&fresh)?, last)?;
    let mut notices = Vec::new();
    if changed {
        notices.push("the model has changed since; the run is still the same".to_owned());
    }
    same("vars", &trace.vars, &fresh.vars, last)?;
    same("#meta.status", &trace.status, &fresh.status, last)?;
    same("#meta.description", &trace.description, &fresh.description, last)?;
    Ok(Verified { steps: last, description: fresh.description, notices })
}

fn harness_of(trace: &Trace) -> Result<&Harness, Divergence> {
    trace.harness.as_ref().ok_or_else(|| Divergence {
        at: "harness".to_owned(),
        what: "the file has no steps to replay: it is a plain trace of another tool".to_owned(),
        replayed: 0,
    })
}

fn part_ways(step: usize, what: String) -> Divergence {
    Divergence { at: format!("step {step}"), what, replayed: step.saturating_sub(1) }
}

/// The variables of the model, as told and as they are.
fn compare_states(step: usize, told: &Value, is: &Value) -> Result<(), Divergence> {
    let mut own: Map<String, Value> = told.as_object().cloned().unwrap_or_default();
    own.retain(|name, _| !name.starts_with("mbt::"));
    let told = Value::Object(own);
    if told == *is {
        return Ok(());
    }
    let found = changes(is, &told);
    let first = found.first().map_or_else(
        || "the form".to_owned(),
        |change| match (&change.before, &change.after) {
            (Some(is), Some(told)) => format!("{} is {is}, the trace says {told}", change.path),
            (Some(is), None) => format!("{} has {is}, the trace does not say so", change.path),
            (None, Some(told)) => format!("{} has no {told}, the trace says so", change.path),
            (None, None) => change.path.clone(),
        },
    );
    let more = match found.len() {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    Err(part_ways(step, format!("the state differs: {first}{more}")))
}

/// What can be made anew from the run must be what the file says.
fn compare_harness(told: &Harness, is: &Harness, last: usize) -> Result<(), Divergence> {
    each("harness.actors", &told.actors, &is.actors, last)?;
    for (index, (told, is)) in told.steps.iter().zip(&is.steps).enumerate() {
        let mut bare = told.clone();
        (bare.necessary, bare.extra) = (None, Map::new());
        same(&format!("harness.steps[{index}]"), &bare, is, last)?;
    }
    each("harness.messages", &told.messages, &is.messages, last)?;
    for row in &told.properties {
        let Some(truth) = is.properties.iter().find(|other| other.name == row.name) else {
            return Err(differs(
                "harness.properties",
                format!("the model has no property {}", row.name),
                last,
            ));
        };
        let letters = row.values.chars().zip(truth.values.chars()).enumerate();
        if let Some((step, (told, is))) = letters.into_iter().find(|(_, (told, is))| told != is) {
            let what = format!("{} {} here, the trace says it {}", row.name, letter(is), letter(told));
            return Err(part_ways(step, what));
        }
        same(&format!("harness.properties.{}", row.name), row, truth, last)?;
    }
    if told.properties.len() != is.properties.len() {
        let what = format!("{} properties, the model has {}", told.properties.len(), is.properties.len());
        return Err(differs("harness.properties", what, last));
    }
    each("harness.alternatives", &told.alternatives, &is.alternatives, last)?;
    each("harness.annotations", &told.annotations, &is.annotations, last)?;
    each("harness.ops", &told.ops, &is.ops, last)?;
    each("harness.spans", &told.spans, &is.spans, last)?;
    each("harness.expected", &told.expected, &is.expected, last)?;
    let mut check = told.check.clone();
    check.model_hash.clone_from(&is.check.model_hash);
    same("harness.check", &check, &is.check, last)
}

fn letter(value: char) -> &'static str {
    match value {
        'T' => "holds",
        'F' => "fails",
        '.' => "is pending",
        _ => "is not evaluated",
    }
}

fn each<T: Serialize + PartialEq>(at: &str, told: &[T], is: &[T], last: usize) -> Result<(), Divergence> {
    let pairs = told.iter().zip(is).enumerate();
    for (index, (told, is)) in pairs {
        same(&format!("{at}[{index}]"), told, is, last)?;
    }
    match (told.len(), is.len()) {
        (a, b) if a == b => Ok(()),
        (told, is) => Err(differs(at, format!("the run has {is}, the trace lists {told}"), last)),
    }
}

fn same<T: Serialize + PartialEq>(at: &str, told: &T, is: &T, last: usize) -> Result<(), Divergence> {
    if told == is {
        return Ok(());
    }
    let tree = |value: &T| serde_json::to_value(value).unwrap_or_default();
    let first = changes(&tree(is), &tree(told)).into_iter().next();
    let what = first.map_or_else(
        || "differs".to_owned(),
        |change| {
            let word = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
            let path = if change.path.is_empty() { String::new() } else { format!("{} ", change.path) };
            format!("{path}is {}, the trace says {}", word(change.before), word(change.after))
        },
    );
    Err(differs(at, what, last))
}

fn differs(at: &str, what: String, replayed: usize) -> Divergence {
    Divergence { at: at.to_owned(), what, replayed }
}
