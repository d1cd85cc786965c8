//! What was checked, within which bounds: one row for each scope.

use serde_json::Value;
use std::{collections::BTreeMap, io};

/// What one scope of one check came to.
#[derive(Default)]
struct Row {
    bounds: String,
    /// Expectation and verdict, as "holds complete", with the properties that came out so.
    outcomes: BTreeMap<String, Vec<String>>,
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
        let steps = value["trace_steps"].as_u64().map_or_else(String::new, |steps| format!(" in {steps}"));
        row.outcomes.entry(outcome).or_default().push(text(&value["property"]) + &steps);
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
        let outcome: Vec<String> =
            row.outcomes.iter().map(|(name, properties)| said(name, properties)).collect();
        let (states, depth) = (super::grouped(row.states), row.depth);
        let (bounds, outcome) = (row.bounds.replace('|', "\\|"), outcome.join("; "));
        out += &format!("| {protocol} | {check} | {what} | {bounds} | {outcome} | {states} | {depth} |\n");
    }
    Ok(out)
}

/// "3 hold" for three properties that were expected to hold, "refuted: X in 6" for one that was not.
fn said(outcome: &str, properties: &[String]) -> String {
    let (count, names) = (properties.len(), properties.join(", "));
    match outcome {
        "holds complete" => format!("{count} hold: complete"),
        "holds bounded" => format!("{count} hold as far as searched: bounded"),
        "holds sampled" => format!("{count} held in every run: sampled"),
        "violated violated" => format!("refuted as expected: {names} steps"),
        "reachable reached" => format!("{count} reached"),
        other => format!("UNEXPECTED, {other}: {names}"),
    }
}

/// A value in a cell: strings bare, objects as `name value` where the value is not zero, nothing for null.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            let there = map.iter().filter(|(_, value)| value.as_u64() != Some(0));
            there.map(|(name, value)| format!("{name} {}", text(value))).collect::<Vec<_>>().join(", ")
        }
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::table;

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
            "| paxos | exhaustive | log, two-slots | 2 slots | 2 hold: complete; 1 reached | 1,200 | 9 |";
        assert_eq!(table.lines().nth(2), Some(row));
        assert_eq!(table.lines().count(), 3);
    }

    #[test]
    fn what_was_not_expected_is_shouted() {
        let line = "{\"expect\":\"holds\",\"verdict\":\"violated\"}";
        assert!(table(line).expect("readable").contains("UNEXPECTED, holds violated"));
        assert!(table("").is_err());
        assert!(table("no json").is_err());
    }
}
