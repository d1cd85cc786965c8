//! What was measured: one table for each bench.

use serde_json::Value;
use std::{collections::BTreeSet, io};

/// The tables, from the results of the benches: name of the bench and its JSON, an array of flat objects (or one
/// object a line), each a row.
///
/// # Errors
/// If a result is not readable.
pub(super) fn tables(results: &[(String, String)]) -> io::Result<String> {
    let mut out = String::new();
    for (name, text) in results {
        let rows = rows(text).map_err(|error| io::Error::other(format!("{name}: {error}")))?;
        out += &format!("**{name}**\n\n{}\n", table(&rows));
    }
    Ok(out)
}

fn rows(text: &str) -> serde_json::Result<Vec<Value>> {
    match serde_json::from_str(text) {
        Ok(Value::Array(rows)) => Ok(rows),
        Ok(Value::Object(map)) => match map.get("rows") {
            Some(Value::Array(rows)) => Ok(rows.clone()),
            _ => Ok(vec![Value::Object(map)]),
        },
        _ => text.lines().filter(|l| !l.trim().is_empty()).map(serde_json::from_str).collect(),
    }
}

fn table(rows: &[Value]) -> String {
    let mut columns: Vec<&String> = Vec::new();
    let mut seen = BTreeSet::new();
    for name in rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys()) {
        if seen.insert(name) {
            columns.push(name);
        }
    }
    let heading: Vec<String> = columns.iter().map(|name| name.replace('_', " ")).collect();
    let mut out = format!("| {} |\n|{}\n", heading.join(" | "), "---|".repeat(columns.len()));
    for row in rows {
        let cells: Vec<String> = columns.iter().map(|name| cell(&row[name.as_str()])).collect();
        out += &format!("| {} |\n", cells.join(" | "));
    }
    out
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), figure),
        other => other.to_string(),
    }
}

/// Three significant digits are all that a measurement is worth.
fn figure(number: f64) -> String {
    match number.abs() {
        size if size >= 1e6 => format!("{:.2} M", number / 1e6),
        size if size >= 1e4 => format!("{:.0} k", number / 1e3),
        size if size >= 100.0 || number.fract() == 0.0 => format!("{number:.0}"),
        _ => format!("{number:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::tables;

    #[test]
    fn rows_become_a_table_with_all_columns() {
        let text =
            "[{\"engine\":\"ours\",\"states_per_second\":257000.0},{\"engine\":\"other\",\"ratio\":2.134}]";
        let out = tables(&[("engine".into(), text.into())]).expect("readable");
        assert!(out.contains("**engine**"), "{out}");
        assert!(out.contains("| engine | states per second | ratio |"), "{out}");
        assert!(out.contains("| ours | 257 k |  |"), "{out}");
        assert!(out.contains("| other |  | 2.13 |"), "{out}");
    }

    #[test]
    fn one_object_a_line_is_read_as_well_and_nonsense_is_not() {
        let lines = "{\"a\":1}\n{\"a\":2}\n";
        assert!(tables(&[("x".into(), lines.into())]).expect("readable").contains("| 2 |"));
        assert!(tables(&[("x".into(), "nonsense".into())]).is_err());
    }
}
