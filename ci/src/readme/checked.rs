//! What was checked, within which bounds: one row for each scope.

use serde_json::Value;
use std::{collections::BTreeMap, io};

/// What one scope of one check came to.
#[derive(Default)]
struct Row {
    bounds: String,
    /// Expectation and verdict, as "holds complete", with their number.
    outcomes: BTreeMap<String, usize>,
    states: u64,
    depth: u64,
}

/// The table, from the lines that `quorate check --json` wrote.
///
/// # Errors
/// If a line is not a JSON object, or there is none.
pub(super) fn table(lines: &str) -> io::Result<String> {
    let mut rows: Vec<([String; 4], Row)> = Vec::new();
    for line in lines.lines().filter(|l| !l.trim().is_empty()) {
        let value: Value =
            serde_json::from_str(line).map_err(|e| io::Error::other(format!("{e}: {line}")))?;
        let key = ["protocol", "check", "model", "scope"].map(|name| text(&value[name]));
        let at = rows.iter().position(|(k, _)| *k == key).unwrap_or_else(|| {
            rows.push((key, Row::default()));
            rows.len() - 1
        });
        let row = &mut rows[at].1;
        let outcome = format!("{} {}", text(&value["expect"]), text(&value["verdict"]));
        *row.outcomes.entry(outcome).or_default() += 1;
        row.states = row.states.max(value["unique_states"].as_u64().unwrap_or(0));
        row.depth = row.depth.max(value["depth"].as_u64().unwrap_or(0));
        if row.bounds.is_empty() {
            row.bounds = text(&value["bounds"]);
        }
    }
    if rows.is_empty() {
        return Err(io::Error::other("the results of `quorate check` are empty"));
    }
    let mut out = String::from(
        "| protocol | check | what | bounds | outcome | states | depth |\n|---|---|---|---|---|--:|--:|\n",
    );
    for ([protocol, check, model, scope], row) in rows {
        let what = [model, scope].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let outcome: Vec<String> = row.outcomes.iter().map(|(name, count)| said(name, *count)).collect();
        let (states, depth) = (count(row.states), row.depth);
        let (bounds, outcome) = (row.bounds.replace('|', "\\|"), outcome.join("; "));
        out += &format!("| {protocol} | {check} | {what} | {bounds} | {outcome} | {states} | {depth} |\n");
    }
    Ok(out)
}

/// "3 hold (complete)" for three properties that were expected to hold.
fn said(outcome: &str, count: usize) -> String {
    match outcome {
        "holds complete" => format!("{count} hold, complete"),
        "holds bounded" => format!("{count} hold as far as searched"),
        "holds sampled" => format!("{count} held in every run"),
        "violated violated" => format!("{count} refuted, as expected"),
        "reachable reached" => format!("{count} reached"),
        other => format!("{count} UNEXPECTED: {other}"),
    }
}

/// A value in a cell: strings bare, objects as `name value`, nothing for null.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            map.iter().map(|(name, value)| format!("{} {name}", text(value))).collect::<Vec<_>>().join(", ")
        }
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// 1234567 as "1,234,567".
fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{count, table};

    #[test]
    fn properties_of_one_scope_make_one_row() {
        let line = |property: &str, expect: &str, verdict: &str, states: u64| {
            format!(
                "{{\"protocol\":\"paxos\",\"check\":\"exhaustive\",\"model\":\"log\",\"scope\":\"two-slots\",\
                 \"property\":\"{property}\",\"expect\":\"{expect}\",\"verdict\":\"{verdict}\",\
                 \"unique_states\":{states},\"depth\":9,\"bounds\":\"2 slots\"}}\n"
            )
        };
        let lines = line("PX-S1", "holds", "complete", 1200)
            + &line("PX-S2", "holds", "complete", 1200)
            + &line("PX-R1", "reachable", "reached", 1200);
        let table = table(&lines).expect("readable");
        let row =
            "| paxos | exhaustive | log, two-slots | 2 slots | 2 hold, complete; 1 reached | 1,200 | 9 |";
        assert_eq!(table.lines().nth(2), Some(row));
        assert_eq!(table.lines().count(), 3);
    }

    #[test]
    fn what_was_not_expected_is_shouted() {
        let line = "{\"expect\":\"holds\",\"verdict\":\"violated\"}";
        assert!(table(line).expect("readable").contains("1 UNEXPECTED: holds violated"));
        assert!(table("").is_err());
        assert!(table("no json").is_err());
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([count(7), count(1000), count(10_340_352)], ["7", "1,000", "10,340,352"]);
    }
}
