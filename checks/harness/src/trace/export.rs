//! A trace as something else: a regression test in Rust, or Markdown that renders in a pull request.

use super::diff::changes;
use super::format::{Fate, Harness, Step, Trace};
use super::states::WHOLE;
use crate::escape::visible;
use std::fmt::Write;

/// How a model is written in Rust source: what a generated test needs to build the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustModel {
    /// The `use` lines.
    pub uses: String,
    /// An expression of the model. For a model with public fields its `Debug` text is one.
    pub expression: String,
}

/// Why a trace cannot be exported.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ExportError {
    /// The file has no steps to replay.
    #[error("the file has no steps to replay: it is a plain trace of another tool")]
    Foreign,
    /// No property falls in the run.
    #[error("the run breaks no property, so there is nothing that a regression test could hold")]
    NothingBroken,
    /// Nobody said how the model is built.
    #[error("model {0} does not say how it is written in Rust; register it with `.rust(uses, expression)`")]
    NoSource(String),
}

/// A complete test file that replays the run and fails while the model still has the defect.
///
/// # Errors
/// [`ExportError`] says what is missing.
pub fn to_rust(trace: &Trace, model: Option<&RustModel>) -> Result<String, ExportError> {
    let by_value = trace
        .harness
        .iter()
        .flat_map(|harness| harness.steps.iter().skip(1))
        .all(|step| step.event.is_some());
    let event = |step: &Step| match (&step.event, by_value) {
        (Some(event), true) => literal(&event.to_string()),
        _ => literal(&step.action),
    };
    write_test(trace, model, if by_value { "replay" } else { "replay_by_text" }, event)
}

/// As [`to_rust`], for a run with actions that read the same as others on offer: each is named by its text and by how
/// many that read the same come before it.
///
/// # Errors
/// [`ExportError`] says what is missing.
pub fn to_rust_by_place(trace: &Trace, model: Option<&RustModel>) -> Result<String, ExportError> {
    let event = |step: &Step| format!("({}, {})", literal(&step.action), super::ordinal(&step.token));
    write_test(trace, model, "replay_by_place", event)
}

fn write_test(
    trace: &Trace,
    model: Option<&RustModel>,
    replay: &str,
    event: impl Fn(&Step) -> String,
) -> Result<String, ExportError> {
    let harness = trace.harness.as_ref().ok_or(ExportError::Foreign)?;
    let check = &harness.check;
    if check.verdict != "violated" {
        return Err(ExportError::NothingBroken);
    }
    let model = model.ok_or_else(|| ExportError::NoSource(check.model.clone()))?;
    let init = harness.steps.first().and_then(|step| super::init_index(&step.token)).unwrap_or(0);
    let mut out = String::new();
    let _ = writeln!(out, "//! {}.", one_line(&trace.description));
    let _ = writeln!(out, "//!\n//! Made from trace {} of model {}.\n", trace.id(), one_line(&check.model));
    let _ = writeln!(out, "{}\n", model.uses.trim());
    let name = format!("{}_does_not_break_{}", check.model, check.property);
    let _ = writeln!(out, "#[test]\nfn {}() {{", identifier(&name));
    let _ = writeln!(out, "    let model = {};", model.expression);
    let _ = writeln!(out, "    let events = [");
    for (index, step) in harness.steps.iter().enumerate().skip(1) {
        let _ = writeln!(out, "        // {index}. {}", one_line(&step.label));
        let _ = writeln!(out, "        {},", event(step));
    }
    let _ = writeln!(out, "    ];");
    let _ = writeln!(out, "    quorate::test::{replay}(&model, {:?}, {init}, &events);\n}}", check.property);
    Ok(out)
}

/// The run as Markdown: the finding, a Mermaid sequence diagram where there are actors, and the steps with what each
/// of them changed.
pub fn to_markdown(trace: &Trace) -> String {
    let mut out = String::new();
    let Some(harness) = &trace.harness else {
        let _ = writeln!(out, "# {}\n\n{} states.", one_line(heading(&trace.source)), trace.states.len());
        return out;
    };
    let check = &harness.check;
    let _ = writeln!(out, "# {}\n", one_line(heading(&trace.description)));
    let about = [&check.protocol, &check.model, &check.kind, &check.scope].map(|text| one_line(text));
    let _ = writeln!(out, "{}\n", about.join(" · "));
    if !harness.actors.is_empty() {
        let _ = writeln!(out, "```mermaid\n{}```\n", mermaid(harness));
    }
    if harness.steps.len() > WHOLE {
        let _ = writeln!(out, "{} steps; too many to list.", harness.steps.len() - 1);
        return out;
    }
    let mut before = trace.states.get(0);
    for (index, (step, state)) in harness.steps.iter().zip(trace.states.iter()).enumerate().skip(1) {
        let falls = harness.properties.iter().filter(|row| row.values.as_bytes().get(index) == Some(&b'F'));
        let falls: Vec<String> = falls.map(|row| format!("**{} fails**", one_line(&row.name))).collect();
        let _ = writeln!(out, "{index}. {} {}", one_line(&step.label), falls.join(" "));
        for change in before.iter().flat_map(|before| changes(before, &state)) {
            if !change.path.starts_with("mbt::") {
                let _ = writeln!(out, "   - `{}`", one_line(&change.to_string()).replace('`', "'"));
            }
        }
        before = Some(state);
    }
    if !check.replay.is_empty() {
        let _ = writeln!(out, "\nReplay: `{}`", one_line(&check.replay.join(" ")).replace('`', "'"));
    }
    out
}

/// The messages and faults as a sequence diagram.
fn mermaid(harness: &Harness) -> String {
    let mut out = String::from("sequenceDiagram\n");
    for lane in &harness.actors {
        let _ = writeln!(out, "  participant {} as {}", participant(&lane.id), plain(&lane.name));
    }
    for (index, step) in harness.steps.iter().enumerate().skip(1) {
        let received = step.recv.iter().chain(&step.drops);
        for id in received {
            let Some(message) = harness.messages.iter().find(|message| message.id == *id) else { continue };
            let (src, dst) = (participant(&message.src), participant(&message.dst));
            let (arrow, note) = match message.fate {
                Fate::Dropped => ("--x", " (lost)"),
                Fate::Duplicated => ("->>", " (again)"),
                Fate::Delivered | Fate::InFlight => ("->>", ""),
            };
            let _ = writeln!(out, "  {src}{arrow}{dst}: {index}. {}{note}", plain(&message.label));
        }
        if let (Some(actor), None) = (&step.actor, &step.recv) {
            let _ = writeln!(out, "  Note over {}: {index}. {}", participant(actor), plain(&step.label));
        }
    }
    out
}

/// Text without what a diagram would take for its own syntax.
fn plain(text: &str) -> String {
    one_line(text).replace([';', '#', ':'], " ")
}

fn participant(id: &str) -> String {
    let word: String = id.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    if word.is_empty() { "_".to_owned() } else { word }
}

fn heading(text: &str) -> &str {
    if text.is_empty() { "A run" } else { text }
}

/// Text that stays on its line, whatever it holds.
fn one_line(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// A Rust name made of `text`.
fn identifier(text: &str) -> String {
    let name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// A Rust string literal with as many `#` as it takes; one with escapes where the text itself would do harm.
fn literal(text: &str) -> String {
    if visible(text) != text {
        return format!("{text:?}");
    }
    let mut fence = String::from("#");
    while text.contains(&format!("\"{fence}")) {
        fence.push('#');
    }
    format!("r{fence}\"{text}\"{fence}")
}
