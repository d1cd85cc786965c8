//! `check`: runs what was selected, and says how it came out.

use super::args::{CheckArgs, Progress};
use super::out::Out;
use super::paint::Paint;
use super::report::{Tally, Widths, below, heading, line, name};
use super::{Failure, fail};
use crate::engine::{Limits, on_ctrl_c};
use crate::registry::{Check, Context, Expect, Registry, Row};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

/// Runs the checks; the exit code comes back.
pub(super) fn check(
    registry: &Registry,
    args: &CheckArgs,
    out: &mut Out<'_>,
    paint: Paint,
) -> Result<u8, Failure> {
    let selected = select(registry, args)?;
    let to_stdout = args.json.as_deref() == Some(Path::new("-"));
    let json = json_sink(args)?;
    std::fs::create_dir_all(&args.traces)
        .map_err(|error| fail(format!("the traces folder {}: {error}", args.traces.display())))?;
    let context = context(registry, args);
    if to_stdout {
        // Rows go to standard output; the words make way.
        let mut stderr = std::io::stderr();
        let tally = conduct(
            registry,
            &selected,
            &context,
            json,
            &mut Out::new(&mut stderr, Paint::off()),
            Paint::off(),
        )?;
        return Ok(tally.exit_code());
    }
    let mut tally = conduct(registry, &selected, &context, json, out, paint)?;
    let is_whole = args.protocols.is_empty() && args.property.is_none() && args.scope.is_none();
    if is_whole && args.seeds.is_none() && !tally.interrupted {
        super::kills::save(registry, &tally.rows, &args.traces)?;
    }
    if !args.deep {
        let is_asked = |check: &&Check| {
            let of_scope = args.scope.as_ref().is_none_or(|scope| check.identity().scope == *scope);
            named(check, args) && of_scope && (args.seeds.is_none() || check.is_sampled())
        };
        let left_out = registry.checks().iter().filter(|check| is_asked(check) && check.is_deep());
        tally.deep_left_out = left_out.count();
    }
    let traces = args.traces.display().to_string();
    tally.summary(registry.program(), &traces, paint).into_iter().for_each(|text| out.line(text));
    Ok(tally.exit_code())
}

/// Runs the selected checks, one after the other, and prints their rows as they come.
fn conduct(
    registry: &Registry,
    selected: &[&Check],
    context: &Context,
    mut json: Option<Box<dyn Write>>,
    out: &mut Out<'_>,
    paint: Paint,
) -> Result<Tally, Failure> {
    let widths = widths(selected, context);
    let begin = Instant::now();
    let mut tally = Tally::default();
    for check in selected {
        if context.is_interrupted() {
            tally.not_run += 1;
            continue;
        }
        let stem = registry.stem(check);
        out.line("");
        out.line(heading(check, paint));
        forget(check, context, &stem);
        let mut outcome = check.run(context, &stem);
        if outcome.rows.is_empty() {
            let silent = Row::new(check.identity(), "rows", "the check reports something", Expect::Holds);
            outcome.rows.push(silent);
        }
        tally.checks += 1;
        tally.collision_odds += outcome.collision_odds;
        for row in &outcome.rows {
            out.line(line(row, &widths, paint));
            below(row, paint).into_iter().for_each(|text| out.line(text));
            if let Some(json) = &mut json {
                let written = writeln!(json, "{}", row.to_json()).and_then(|()| json.flush());
                written.map_err(|error| fail(format!("--json: {error}")))?;
            }
        }
        let said = outcome.lines.iter().flat_map(|text| text.lines());
        said.for_each(|text| out.line(paint.faint(&format!("      {text}"))));
        tally.rows.extend(outcome.rows);
    }
    tally.seconds = begin.elapsed().as_secs_f64();
    tally.interrupted = context.is_interrupted();
    Ok(tally)
}

/// The checks that were asked for. Asking for what does not exist is an error that names what does.
fn select<'a>(registry: &'a Registry, args: &CheckArgs) -> Result<Vec<&'a Check>, Failure> {
    super::known_protocols(registry, &args.protocols)?;
    let named: Vec<&Check> = registry.checks().iter().filter(|check| named(check, args)).collect();
    let named = in_scope(named, args)?;
    let has = |check: &&&Check| match &args.property {
        Some(property) => check.properties().iter().any(|p| p.id.eq_ignore_ascii_case(property)),
        None => true,
    };
    let with_property: Vec<&Check> = named.iter().filter(has).copied().collect();
    if with_property.is_empty() {
        let mut known: Vec<&str> =
            named.iter().flat_map(|check| check.properties()).map(|p| p.id.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        let property = args.property.as_deref().unwrap_or_default();
        return Err(fail(match known.is_empty() {
            true => "there is nothing to check: no check is registered".to_owned(),
            false => format!("there is no property {property}; known are {}", known.join(", ")),
        }));
    }
    let selected: Vec<&Check> =
        with_property.into_iter().filter(|check| args.deep || !check.is_deep()).collect();
    if selected.is_empty() {
        return Err(fail("what was selected runs under --deep alone".to_owned()));
    }
    Ok(selected)
}

/// Those of the scope that was asked for, and, if seeds were, those that make random runs.
fn in_scope<'a>(named: Vec<&'a Check>, args: &CheckArgs) -> Result<Vec<&'a Check>, Failure> {
    let scope = |check: &Check| check.identity().scope.clone();
    let mut checks = named.clone();
    if let Some(wanted) = &args.scope {
        checks.retain(|check| scope(check) == *wanted);
        if checks.is_empty() {
            let known: BTreeSet<String> = named.iter().map(|check| scope(check)).collect();
            let known: Vec<String> = known.into_iter().collect();
            return Err(fail(format!("there is no scope {wanted}; known are {}", known.join(", "))));
        }
    }
    if args.seeds.is_some() {
        checks.retain(|check| check.is_sampled());
        if checks.is_empty() {
            return Err(fail("--seeds: none of the checks selected makes random runs".to_owned()));
        }
    }
    Ok(checks)
}

fn named(check: &Check, args: &CheckArgs) -> bool {
    args.protocols.is_empty() || args.protocols.contains(&check.identity().protocol)
}

fn json_sink(args: &CheckArgs) -> Result<Option<Box<dyn Write>>, Failure> {
    let Some(path) = &args.json else { return Ok(None) };
    if path == Path::new("-") {
        return Ok(Some(Box::new(std::io::stdout())));
    }
    let file = File::create(path).map_err(|error| fail(format!("--json {}: {error}", path.display())))?;
    Ok(Some(Box::new(file)))
}

fn context(registry: &Registry, args: &CheckArgs) -> Context {
    let plain = Context::default();
    Context {
        threads: args.threads.map_or(plain.threads, usize::from),
        audit: args.audit,
        traces: Some(args.traces.clone()),
        progress: args.progress == Progress::Auto && std::io::stderr().is_terminal(),
        property: args.property.clone(),
        program: registry.program().to_owned(),
        seeds: args.seeds.clone(),
        interrupt: Some(on_ctrl_c()),
        limits: Limits { process: Some(cut_at(args.memory)), ..plain.limits },
    }
}

/// Bytes at which work is cut so that the process keeps to so many gigabytes: what is under way is still finished, and
/// findings are written down.
fn cut_at(gigabytes: u16) -> u64 {
    u64::from(gigabytes) * 1_000_000_000 / 8 * 7
}

fn widths(selected: &[&Check], context: &Context) -> Widths {
    let mut widths = Widths { name: 0, property: "coverage".len(), scope: 0 };
    for check in selected {
        let own = check.identity();
        widths.name = widths.name.max(name(&own.protocol, &own.model, &own.kind).chars().count());
        widths.scope = widths.scope.max(own.scope.chars().count());
        for property in check.properties().iter().filter(|property| context.wants(&property.id)) {
            widths.property = widths.property.max(property.id.chars().count());
        }
    }
    widths
}

/// The traces of an earlier run of the same check say nothing about this one: they go before it starts.
fn forget(check: &Check, context: &Context, stem: &str) {
    let wanted =
        check.properties().iter().map(|property| property.id.as_str()).filter(|id| context.wants(id));
    for id in wanted.chain(["no-panic"]) {
        // A file that is not there is what is wanted; one that cannot be removed is overwritten or stays.
        if let Some(file) = context.trace_file(stem, id) {
            drop(std::fs::remove_file(file));
        }
    }
}
