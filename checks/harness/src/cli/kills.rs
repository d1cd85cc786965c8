//! `report`: which check notices which planted defect, and which escape: the matrix of defects and layers.

use super::args::ReportArgs;
use super::out::Out;
use super::paint::Paint;
use super::{Failure, fail};
use crate::engine::on_ctrl_c;
use crate::registry::{Check, Conclusion, Context, Expect, Judgement, Recorded, Registry, Row};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The layer of what is wrong as registered: nothing was planted in it.
const AS_WRITTEN: &str = "as written";

/// The layer of defects in source, which were killed in runs of their own.
const SOURCE: &str = "source";

/// The matrix.
#[derive(Serialize)]
struct Matrix {
    title: String,
    says: String,
    /// The layers, in the registry's order.
    layers: Vec<String>,
    defects: Vec<Defect>,
}

/// One defect, in every layer in which it was planted.
#[derive(Serialize)]
struct Defect {
    id: String,
    what: String,
    /// What each layer's checks found, by layer.
    found: BTreeMap<String, Vec<Found>>,
}

/// What one check of one defect found.
#[derive(Serialize)]
struct Found {
    /// `caught`; `escapes`, where the check says beforehand that it cannot notice; `missed`.
    verdict: &'static str,
    /// The properties that fall, the one of the shortest run first, or that hold all the same.
    properties: Vec<String>,
    scope: String,
    /// What bounds the scope, where no check of this run says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<String>,
    /// Steps of the shortest run.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<usize>,
    /// The file of the shortest run, without its folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

/// Where the report lies that belongs to a folder of traces: beside it.
pub(super) fn place(traces: &Path) -> PathBuf {
    traces.with_file_name("report.json")
}

/// Runs every check that expects a defect to be noticed, prints the matrix and writes it.
pub(super) fn report(
    registry: &Registry,
    args: &ReportArgs,
    out: &mut Out<'_>,
    paint: Paint,
) -> Result<u8, Failure> {
    let context = Context {
        traces: Some(args.traces.clone()),
        program: registry.program().to_owned(),
        interrupt: Some(on_ctrl_c()),
        ..Context::default()
    };
    std::fs::create_dir_all(&args.traces)
        .map_err(|error| fail(format!("the traces folder {}: {error}", args.traces.display())))?;
    let mut rows = Vec::new();
    for check in registry.checks().iter().filter(|check| !check.is_deep() && is_about_a_defect(check)) {
        if context.is_interrupted() {
            return Ok(3);
        }
        rows.extend(check.run(&context, &registry.stem(check)).rows);
    }
    let matrix = matrix(registry, &rows);
    if matrix.defects.is_empty() {
        return Err(fail("no check expects a defect: there is nothing to report".to_owned()));
    }
    print(&matrix, out, paint);
    let file = place(&args.traces);
    write(&matrix, &file)?;
    out.line(format!("Written to {}: `{} explore` shows it.", file.display(), registry.program()));
    Ok(u8::from(rows.iter().any(|row| row.judgement != Judgement::Met)))
}

/// Writes the matrix of a run of all checks beside its traces.
///
/// # Errors
/// If the file cannot be written.
pub(super) fn save(registry: &Registry, rows: &[Row], traces: &Path) -> Result<(), Failure> {
    let matrix = matrix(registry, rows);
    if matrix.defects.is_empty() { Ok(()) } else { write(&matrix, &place(traces)) }
}

fn write(matrix: &Matrix, file: &Path) -> Result<(), Failure> {
    // Text and numbers: nothing in it can fail to become JSON.
    let text = serde_json::to_string_pretty(matrix).expect("a report is plain data");
    std::fs::write(file, text).map_err(|error| fail(format!("{}: {error}", file.display())))
}

fn is_about_a_defect(check: &Check) -> bool {
    let expected = |property: &crate::registry::Property| matches!(property.expect, Expect::Violated { .. });
    check.identity().kind == "planted" || check.properties().iter().any(expected)
}

fn matrix(registry: &Registry, rows: &[Row]) -> Matrix {
    let mut matrix = Matrix {
        title: "Known defects".to_owned(),
        says:
            "What is known to be wrong, and which check notices it: by which properties, in how many steps. \
               A defect that a scope cannot show is checked too: it must escape there. What is planted in source \
               was killed when its table was made, and is not run again."
                .to_owned(),
        layers: Vec::new(),
        defects: Vec::new(),
    };
    for check in registry.checks().iter().filter(|check| is_about_a_defect(check)) {
        let own = check.identity();
        let mine = |row: &&Row| own.is(&row.protocol, &row.check, &row.model, &row.scope);
        let mine: Vec<&Row> = rows.iter().filter(mine).collect();
        if mine.is_empty() {
            continue;
        }
        let planted = own.kind == "planted";
        let layer = if planted { own.model.clone() } else { AS_WRITTEN.to_owned() };
        let id = if planted { defect_id(&own.scope, &own.model) } else { own.model.clone() };
        if !matrix.layers.contains(&layer) {
            matrix.layers.push(layer.clone());
        }
        let at = matrix.defects.iter().position(|defect| defect.id == id).unwrap_or_else(|| {
            let what = own.says.clone();
            matrix.defects.push(Defect { id, what, found: BTreeMap::new() });
            matrix.defects.len() - 1
        });
        matrix.defects[at].found.entry(layer).or_default().extend(found(&mine, &own.scope));
    }
    add_recorded(registry.recorded(), &mut matrix);
    matrix
}

fn add_recorded(recorded: &[Recorded], matrix: &mut Matrix) {
    if !recorded.is_empty() {
        matrix.layers.push(SOURCE.to_owned());
    }
    for Recorded { id, what, scope, bounds, property, steps } in recorded.iter().cloned() {
        let properties = vec![property];
        let (bounds, steps) = (Some(bounds), Some(steps));
        let found = Found { verdict: "caught", properties, scope, bounds, steps, file: None };
        let found = BTreeMap::from([(SOURCE.to_owned(), vec![found])]);
        matrix.defects.push(Defect { id, what, found });
    }
}

/// `P03` for the scope `p03-two-ballots`; the model's name where the scope names no defect.
fn defect_id(scope: &str, model: &str) -> String {
    let first = scope.split('-').next().unwrap_or_default();
    let numbered =
        first.starts_with(|c: char| c.is_ascii_alphabetic()) && first.contains(|c: char| c.is_ascii_digit());
    let base = first.trim_end_matches(|c: char| c.is_ascii_lowercase());
    if numbered { base.to_uppercase() } else { model.to_owned() }
}

/// What one check found: that the defect was noticed, or that it was not.
fn found(rows: &[&Row], scope: &str) -> Option<Found> {
    let falls = |row: &&&Row| row.conclusion == Conclusion::Violated;
    let expects = |row: &&&Row| matches!(row.expect, Expect::Violated { .. });
    let named = |rows: Vec<&&Row>| rows.into_iter().map(|row| row.property.clone()).collect();
    let mut fallen: Vec<&&Row> = rows.iter().filter(falls).collect();
    fallen.sort_by_key(|row| row.trace_steps.unwrap_or(usize::MAX));
    if let Some(shortest) = fallen.first() {
        let file = shortest.trace.as_ref().and_then(|path| path.file_name());
        return Some(Found {
            verdict: "caught",
            scope: scope.to_owned(),
            bounds: None,
            steps: shortest.trace_steps,
            file: file.map(|name| name.to_string_lossy().into_owned()),
            properties: named(fallen),
        });
    }
    let missed: Vec<&&Row> = rows.iter().filter(expects).collect();
    let (verdict, properties) = match missed.is_empty() {
        false => ("missed", named(missed)),
        true => ("escapes", named(rows.iter().filter(|row| row.expect == Expect::Holds).collect())),
    };
    Some(Found { verdict, properties, scope: scope.to_owned(), bounds: None, steps: None, file: None })
}

fn words(found: &Found) -> String {
    let first = found.properties.first().map_or("", String::as_str);
    match (found.verdict, found.steps) {
        ("caught", Some(steps)) => format!("{first} in {steps}"),
        (verdict, _) => verdict.to_owned(),
    }
}

fn print(matrix: &Matrix, out: &mut Out<'_>, paint: Paint) {
    let cell = |defect: &Defect, layer: &String| -> String {
        let all = defect.found.get(layer).map_or(&[][..], Vec::as_slice);
        let all: Vec<String> = all.iter().map(words).collect();
        if all.is_empty() { "·".to_owned() } else { all.join(", ") }
    };
    let width = |texts: &mut dyn Iterator<Item = String>| texts.map(|t| t.chars().count()).max().unwrap_or(0);
    let first = width(&mut matrix.defects.iter().map(|defect| defect.id.clone()));
    let widths: Vec<usize> = matrix
        .layers
        .iter()
        .map(|layer| width(&mut matrix.defects.iter().map(|d| cell(d, layer)).chain([layer.clone()])))
        .collect();
    let row = |head: &str, cells: Vec<String>| {
        let cells = cells.into_iter().zip(&widths).map(|(text, w)| format!("{text:<w$}", w = *w));
        format!("{head:<first$}  {}", cells.collect::<Vec<_>>().join("  "))
    };
    out.line(paint.strong(&row("", matrix.layers.clone())));
    for defect in &matrix.defects {
        let cells = matrix.layers.iter().map(|layer| cell(defect, layer)).collect();
        out.line(format!("{}  {}", row(&defect.id, cells), paint.faint(&defect.what)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_in_source_stands_in_a_layer_of_its_own_with_its_scope_and_bounds() {
        let mut registry = Registry::new("mine", "");
        let table = r#"[{ "id": "late", "what": "answers late", "scope": "duel", "bounds": "3 replicas",
                          "property": "refines", "steps": 6, "states": 7 }]"#;
        registry.record(Recorded::read(table).expect("a list"));
        let matrix = matrix(&registry, &[]);
        assert_eq!(matrix.layers, [SOURCE]);
        let found = &matrix.defects[0].found[SOURCE][0];
        assert_eq!(words(found), "refines in 6");
        assert_eq!((found.scope.as_str(), found.bounds.as_deref()), ("duel", Some("3 replicas")));
    }

    #[test]
    fn a_defect_is_named_by_its_number_in_every_layer() {
        let ids = ["p03-two-ballots", "P03", "p15a", "7-managers", "careless"]
            .map(|scope| defect_id(scope, "model"));
        assert_eq!(ids, ["P03", "P03", "P15", "model", "model"]);
    }
}
