//! Reads a trace. Whatever is wrong with a file, the error names what and where, and nothing panics.

use super::error::TraceError;
use super::format::{Harness, SCHEMA, Trace};
use super::json;
use super::states::{Edit, Frame, States};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::Path;

fn malformed(at: impl Into<String>, problem: impl Into<String>) -> TraceError {
    TraceError::Malformed { at: at.into(), problem: problem.into() }
}

impl Trace {
    /// Reads a file.
    ///
    /// # Errors
    /// [`TraceError`] says what is wrong and where.
    pub fn load(path: &Path) -> Result<Trace, TraceError> {
        let failed = |source| TraceError::Io { path: path.to_owned(), source };
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            // A pipe would be waited for, and a device may never end.
            return Err(failed(std::io::Error::new(std::io::ErrorKind::InvalidInput, "this is no file")));
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        Trace::from_json(&json::text(bytes)?)
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// [`TraceError`] says what is wrong and where.
    pub fn from_json(text: &str) -> Result<Trace, TraceError> {
        let Value::Object(mut top) = json::parse(text)? else {
            return Err(malformed("the file", "a trace is a JSON object"));
        };
        let meta: Map<String, Value> = part(&mut top, "#meta", "")?.unwrap_or_default();
        let text_of = |name: &str| meta.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut trace = Trace {
            source: text_of("source"),
            status: text_of("status"),
            description: text_of("description"),
            vars: unique(part(&mut top, "vars", "")?.unwrap_or_default()),
            loop_start: part(&mut top, "loop", "")?,
            ..Trace::default()
        };
        let states: Vec<Value> =
            part(&mut top, "states", "")?.ok_or_else(|| malformed("states", "a trace has states"))?;
        let harness: Option<Map<String, Value>> = part(&mut top, "harness", "")?;
        let deltas = read_harness(&mut trace, harness)?;
        trace.states = read_states(states, deltas)?;
        trace.check_references()?;
        Ok(trace)
    }

    /// Every number that names a state, a step or a message must name one that exists.
    fn check_references(&self) -> Result<(), TraceError> {
        let count = self.states.len();
        if count == 0 {
            return Err(malformed("states", "a trace has at least one state"));
        }
        let inside = |at: String, step: Option<usize>| match step {
            Some(step) if step >= count => {
                Err(malformed(at, format!("step {step} does not exist: there are {count} states")))
            }
            _ => Ok(()),
        };
        inside("loop".to_owned(), self.loop_start)?;
        let Some(harness) = &self.harness else { return Ok(()) };
        inside("harness.check.at".to_owned(), harness.check.at)?;
        same_length("harness.steps", harness.steps.len(), count)?;
        if !harness.alternatives.is_empty() {
            same_length("harness.alternatives", harness.alternatives.len(), count)?;
        }
        for (index, message) in harness.messages.iter().enumerate() {
            inside(format!("harness.messages[{index}].sent"), Some(message.sent))?;
            inside(format!("harness.messages[{index}].recv"), message.recv)?;
        }
        if !harness.expected.is_empty() {
            same_length("harness.expected", harness.expected.len(), count)?;
        }
        for (index, op) in harness.ops.iter().enumerate() {
            inside(format!("harness.ops[{index}].call"), Some(op.call))?;
            inside(format!("harness.ops[{index}].ret"), op.ret)?;
        }
        for (index, span) in harness.spans.iter().enumerate() {
            inside(format!("harness.spans[{index}].from"), Some(span.from))?;
            inside(format!("harness.spans[{index}].to"), span.to)?;
        }
        for row in &harness.properties {
            let at = format!("harness.properties.{}.values", row.name);
            same_length(&at, row.values.chars().count(), count)?;
            if let Some(odd) = row.values.chars().find(|c| !"TF?.".contains(*c)) {
                return Err(malformed(at, format!("{odd:?} is none of T, F, ? and .")));
            }
            let fails: Vec<usize> =
                row.values.chars().enumerate().filter(|(_, c)| *c == 'F').map(|(at, _)| at).collect();
            if let Some(at) = row.why.keys().find(|at| !fails.contains(at)) {
                let part = format!("harness.properties.{}.why", row.name);
                return Err(malformed(part, format!("a reason for state {at}, in which it does not fail")));
            }
        }
        let known: BTreeSet<&String> = harness.messages.iter().map(|message| &message.id).collect();
        for (index, step) in harness.steps.iter().enumerate() {
            let mut named = step.recv.iter().chain(&step.sends).chain(&step.drops);
            if let Some(id) = named.find(|id| !known.contains(id)) {
                return Err(malformed(
                    format!("harness.steps[{index}]"),
                    format!("message {id} does not exist"),
                ));
            }
        }
        Ok(())
    }
}

fn same_length(at: &str, length: usize, count: usize) -> Result<(), TraceError> {
    if length == count {
        return Ok(());
    }
    Err(malformed(at, format!("{length} entries for {count} states")))
}

/// Takes one part out of an object.
fn part<T: DeserializeOwned>(
    object: &mut Map<String, Value>,
    name: &str,
    within: &str,
) -> Result<Option<T>, TraceError> {
    // Other tools write `null` for what is not there.
    let Some(value) = object.remove(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let at = format!("{within}{name}");
    serde_json::from_value(value).map(Some).map_err(|error| malformed(at, error.to_string()))
}

/// Takes a list out of an object; an error names the item.
fn list<T: DeserializeOwned>(object: &mut Map<String, Value>, name: &str) -> Result<Vec<T>, TraceError> {
    let items: Vec<Value> = part(object, name, "harness.")?.unwrap_or_default();
    let read = |(index, item)| {
        serde_json::from_value(item).map_err(|error: serde_json::Error| {
            malformed(format!("harness.{name}[{index}]"), error.to_string())
        })
    };
    items.into_iter().enumerate().map(read).collect()
}

fn unique(names: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

/// Reads our own key into `trace`; the deltas between keyframes come back.
fn read_harness(
    trace: &mut Trace,
    harness: Option<Map<String, Value>>,
) -> Result<Vec<Option<Vec<Edit>>>, TraceError> {
    let Some(mut parts) = harness else { return Ok(Vec::new()) };
    let schema: String = part(&mut parts, "schema", "harness.")?.unwrap_or_default();
    if schema != SCHEMA {
        trace.notices.push(format!("written as {schema:?}, read here is {SCHEMA:?}: shown as a plain trace"));
        return Ok(Vec::new());
    }
    let deltas = list(&mut parts, "deltas")?;
    trace.harness = Some(Harness {
        schema,
        check: part(&mut parts, "check", "harness.")?.unwrap_or_default(),
        actors: list(&mut parts, "actors")?,
        messages: list(&mut parts, "messages")?,
        steps: list(&mut parts, "steps")?,
        properties: list(&mut parts, "properties")?,
        alternatives: list(&mut parts, "alternatives")?,
        annotations: list(&mut parts, "annotations")?,
        ops: list(&mut parts, "ops")?,
        spans: list(&mut parts, "spans")?,
        expected: list(&mut parts, "expected")?,
        extra: parts,
    });
    Ok(deltas)
}

fn read_states(states: Vec<Value>, deltas: Vec<Option<Vec<Edit>>>) -> Result<States, TraceError> {
    let mut whole = Vec::new();
    for (index, state) in states.into_iter().enumerate() {
        let Value::Object(mut vars) = state else {
            return Err(malformed(format!("states[{index}]"), "a state is a JSON object"));
        };
        vars.remove("#meta");
        whole.push(Value::Object(vars));
    }
    if deltas.is_empty() {
        return Ok(whole.into_iter().collect());
    }
    let mut all = States::default();
    let mut keyframes = whole.into_iter();
    for (index, edits) in deltas.into_iter().enumerate() {
        let frame = match edits {
            Some(edits) => Frame::Edits(edits),
            None => Frame::Whole(keyframes.next().ok_or_else(|| {
                malformed(format!("harness.deltas[{index}]"), "its keyframe is missing from states")
            })?),
        };
        all.push_frame(frame).map_err(|problem| malformed(format!("harness.deltas[{index}]"), problem))?;
    }
    match keyframes.next() {
        Some(_) => Err(malformed("states", "more keyframes than harness.deltas says")),
        None => Ok(all),
    }
}
