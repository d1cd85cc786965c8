//! `replay` and `trace`: what to do with a trace.

use super::out::Out;
use super::paint::Paint;
use super::report::plural;
use super::{Failure, fail};
use crate::registry::{LiveModel, Registry};
use crate::trace::{Trace, changes, export};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Prints a run step by step, with what each step changed and which property falls, and replays it.
pub(super) fn replay(
    registry: &Registry,
    named: &str,
    traces: &Path,
    out: &mut Out<'_>,
    paint: Paint,
) -> Result<u8, Failure> {
    let (path, trace) = find(named, traces)?;
    trace.notices.iter().for_each(|notice| out.line(paint.warn(notice)));
    out.line(paint.strong(&trace.description));
    print_steps(&trace, out, paint);
    let model = match model_of(registry, &trace) {
        Ok(model) => model,
        Err(reason) => return Err(fail(format!("{}: {reason}", path.display()))),
    };
    Ok(match model.verify(&trace) {
        Ok(verified) => {
            verified.notices.iter().for_each(|notice| out.line(paint.warn(notice)));
            let all = "every state, message and property value is as the model makes it";
            out.line(paint.good(&format!("Replays: {all}.")));
            0
        }
        Err(divergence) => {
            out.line(paint.bad(&format!("DOES NOT REPLAY: {divergence}")));
            1
        }
    })
}

fn print_steps(trace: &Trace, out: &mut Out<'_>, paint: Paint) {
    let Some(harness) = &trace.harness else { return };
    let check = &harness.check;
    out.line(paint.faint(&format!("{} {} · {} · {}", check.protocol, check.model, check.kind, check.scope)));
    let mut before = None;
    for (index, (step, state)) in harness.steps.iter().zip(trace.states.iter()).enumerate() {
        let falls = harness.properties.iter().filter(|row| {
            let value = row.values.as_bytes();
            let was = index.checked_sub(1).and_then(|before| value.get(before));
            value.get(index) == Some(&b'F') && was != Some(&b'F')
        });
        let falls: Vec<String> =
            falls.map(|row| paint.bad(&format!("  ✗ {} ({})", row.name, row.text))).collect();
        let label = if step.label.is_empty() { &step.kind } else { &step.label };
        out.line(format!("{index:>4}  {label}{}", falls.concat()));
        for change in before.iter().flat_map(|before| changes(before, &state)) {
            if !change.path.starts_with("mbt::") {
                out.line(paint.faint(&format!("        {change}")));
            }
        }
        before = Some(state);
    }
}

/// Verifies files; the exit code is the worst of them.
pub(super) fn verify(
    registry: &Registry,
    paths: &[PathBuf],
    out: &mut Out<'_>,
    paint: Paint,
) -> Result<u8, Failure> {
    let mut worst = 0;
    for path in paths {
        let name = path.display();
        let loaded = Trace::load(path).map_err(|error| error.to_string());
        let outcome = loaded.and_then(|trace| Ok((model_of(registry, &trace)?, trace)));
        let code = match outcome.map(|(model, trace)| model.verify(&trace)) {
            Ok(Ok(verified)) => {
                let steps = plural(verified.steps, "step");
                out.line(format!("{} {name}: {steps}; {}", paint.good("verified"), verified.description));
                verified.notices.iter().for_each(|notice| out.line(format!("  {notice}")));
                0
            }
            Ok(Err(divergence)) => {
                let replayed = plural(divergence.replayed, "step");
                out.line(format!(
                    "{} {name}: {divergence} ({replayed} replay)",
                    paint.bad("does not replay")
                ));
                1
            }
            Err(problem) => {
                out.line(format!("{} {name}: {problem}", paint.bad("cannot be read")));
                2
            }
        };
        worst = worst.max(code);
    }
    Ok(worst)
}

/// Writes a trace in another form, which the file's ending says.
pub(super) fn export(registry: &Registry, path: &Path, output: &Path) -> Result<u8, Failure> {
    let trace = load(path)?;
    let text = match output.extension().and_then(|ending| ending.to_str()) {
        Some("md") => export::to_markdown(&trace),
        Some("rs") => {
            let model =
                model_of(registry, &trace).map_err(|reason| fail(format!("{}: {reason}", path.display())))?;
            model.to_rust(&trace).map_err(|error| fail(format!("{}: {error}", path.display())))?
        }
        Some("html") => super::explore::page(registry, &trace),
        Some("json") => trace.to_json(),
        _ => {
            let problem = "the ending says the form: .html, .rs, .md or .json";
            return Err(fail(format!("{}: {problem}", output.display())));
        }
    };
    std::fs::write(output, text).map_err(|error| fail(format!("{}: {error}", output.display())))?;
    Ok(0)
}

/// Writes the trace without the steps that its finding does not need.
pub(super) fn minimise(
    registry: &Registry,
    path: &Path,
    output: &Path,
    states: u64,
    out: &mut Out<'_>,
) -> Result<u8, Failure> {
    let trace = load(path)?;
    let in_file = |reason: String| fail(format!("{}: {reason}", path.display()));
    let model = model_of(registry, &trace).map_err(in_file)?;
    let short = model
        .minimise(&trace, states)
        .map_err(|divergence| in_file(format!("does not replay: {divergence}")))?;
    short.save(output).map_err(|error| fail(error.to_string()))?;
    let steps = |trace: &Trace| trace.states.len() - 1;
    out.line(format!("{} of {} steps: {}", steps(&short), steps(&trace), short.description));
    Ok(0)
}

fn load(path: &Path) -> Result<Trace, Failure> {
    Trace::load(path).map_err(|error| match error {
        crate::trace::TraceError::Io { .. } => fail(error.to_string()),
        other => fail(format!("{}: {other}", path.display())),
    })
}

/// A trace by its file, or by the beginning of its id.
fn find(named: &str, folder: &Path) -> Result<(PathBuf, Trace), Failure> {
    let path = Path::new(named);
    let is_id = named.len() >= 4 && named.chars().all(|c| c.is_ascii_hexdigit());
    if path.exists() || !is_id {
        return Ok((path.to_owned(), load(path)?));
    }
    let entries =
        std::fs::read_dir(folder).map_err(|error| fail(format!("{}: {error}", folder.display())))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".itf.json"));
    files.sort();
    let loaded = files.into_iter().filter_map(|file| Trace::load(&file).ok().map(|trace| (file, trace)));
    let mut found: Vec<(PathBuf, Trace)> =
        loaded.filter(|(_, trace)| trace.id().starts_with(named)).collect();
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_), false) => Err(fail(format!("several traces in {} begin with {named}", folder.display()))),
        (None, _) => {
            Err(fail(format!("{named} is neither a file nor the id of a trace in {}", folder.display())))
        }
    }
}

fn model_of<'a>(registry: &'a Registry, trace: &Trace) -> Result<&'a Arc<dyn LiveModel>, String> {
    let Some(harness) = &trace.harness else {
        return Err("a plain trace of another tool: there is no model to replay it in".to_owned());
    };
    let about = &harness.check;
    registry.model_of(about).ok_or_else(|| {
        let known: std::collections::BTreeSet<&str> =
            registry.models().map(|live| live.identity().model.as_str()).collect();
        let known: Vec<&str> = known.into_iter().collect();
        format!(
            "no model {} ({} {}, scope {}) is registered; known are {}",
            about.model,
            about.protocol,
            about.kind,
            about.scope,
            known.join(", ")
        )
    })
}
