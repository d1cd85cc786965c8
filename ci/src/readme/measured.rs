//! What was measured: one table for each bench, with every ratio worked out.

use serde_json::Value;
use std::io;

/// The tables, from the results of the benches: name of the bench and its JSON.
///
/// # Errors
/// If a result is not readable, or of a shape that is not known here.
pub(super) fn tables(results: &[(String, String)]) -> io::Result<String> {
    let mut out = String::new();
    for (name, text) in results {
        let value: Value =
            serde_json::from_str(text).map_err(|e| io::Error::other(format!("{name}: {e}")))?;
        let table = match (value["medians"].as_array(), value["rates"].as_array()) {
            (Some(medians), _) => engines(medians),
            (None, Some(rates)) => logs(rates),
            (None, None) => None,
        };
        out += &table.ok_or_else(|| io::Error::other(format!("{name}: neither medians nor rates")))?;
        if let Some(list) = value["figures"].as_array() {
            let table = figures(list);
            out += &table.ok_or_else(|| io::Error::other(format!("{name}: a figure that is none")))?;
        }
    }
    Ok(out)
}

/// The search engine beside others: `{model, engine, threads, unique_states, cpu_seconds, wall_seconds, peak_bytes}`.
/// The first engine of each model is what the others are compared with.
fn engines(medians: &[Value]) -> Option<String> {
    let mut out = String::from(
        "**Search.** Medians, each from a process of its own; ratios are to the first line of the model, more is faster.\n\n\
         | model | engine | threads | states | states / CPU s | | wall s | | bytes / state |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let mut first: Option<&Value> = None;
    for row in medians {
        let base = *first.filter(|base| base["model"] == row["model"]).get_or_insert(row);
        first = Some(base);
        let number = |row: &Value, name: &str| row[name].as_f64();
        let states = number(row, "unique_states")?;
        let (cpu, wall) = (number(row, "cpu_seconds")?, number(row, "wall_seconds")?);
        out += &format!(
            "| {} | {} | {} | {} | {} | {:.1}× | {:.2} | {:.1}× | {:.0} |\n",
            row["model"].as_str()?,
            row["engine"].as_str()?,
            row["threads"],
            super::grouped(states as u64),
            figure(states / cpu),
            number(base, "cpu_seconds")? / cpu,
            wall,
            number(base, "wall_seconds")? / wall,
            number(row, "peak_bytes")? / states,
        );
    }
    Some(out + "\n")
}

/// The log layer beside others: `{name, command, window, per_second}`. Ratios are to ours with the same commands.
fn logs(rates: &[Value]) -> Option<String> {
    let mut windows: Vec<u64> = rates.iter().map(|row| row["window"].as_u64()).collect::<Option<_>>()?;
    windows.sort_unstable();
    windows.dedup();
    let mut lines: Vec<(&str, &str)> = Vec::new();
    for row in rates {
        let line = (row["name"].as_str()?, row["command"].as_str()?);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let rate = |name: &str, command: &str, window: u64| {
        let row =
            rates.iter().find(|r| r["name"] == name && r["command"] == command && r["window"] == window)?;
        row["per_second"].as_f64()
    };
    let heads: Vec<String> = windows.iter().map(|window| format!("window {window}")).collect();
    let mut out = format!(
        "**Log.** Entries decided per second, three replicas in one thread, nothing synced; ratios are to ours.\n\n\
         | log | commands | {} |\n|---|---|{}\n",
        heads.join(" | "),
        "--:|".repeat(windows.len())
    );
    for (name, command) in lines {
        let cells = windows.iter().map(|window| {
            let (own, ours) = (rate(name, command, *window)?, rate("quorate", command, *window)?);
            Some(format!("{} ({:.2}×)", figure(own), own / ours))
        });
        out += &format!("| {name} | {command} | {} |\n", cells.collect::<Option<Vec<_>>>()?.join(" | "));
    }
    Some(out + "\n")
}

/// What else a bench measured: `{what, value, unit}`.
fn figures(list: &[Value]) -> Option<String> {
    let mut out = String::from("| measured | |\n|---|--:|\n");
    for row in list {
        let (what, value, unit) = (row["what"].as_str()?, row["value"].as_f64()?, row["unit"].as_str()?);
        let line = format!("| {what} | {value} {unit}");
        out += &format!("{} |\n", line.trim_end());
    }
    Some(out + "\n")
}

/// Three significant digits are all that a measurement is worth.
fn figure(number: f64) -> String {
    match number {
        big if big >= 1e6 => format!("{:.2} M", big / 1e6),
        middle if middle >= 1e3 => format!("{:.0} k", middle / 1e3),
        small => format!("{small:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::tables;

    #[test]
    fn engines_are_compared_with_the_first_of_their_model() {
        let row = |model: &str, engine: &str, cpu: f64| {
            format!(
                "{{\"model\":\"{model}\",\"engine\":\"{engine}\",\"threads\":1,\"unique_states\":1000000,\
                 \"cpu_seconds\":{cpu},\"wall_seconds\":{cpu},\"peak_bytes\":8e7}}"
            )
        };
        let rows = [row("a", "theirs", 8.0), row("a", "ours", 2.0), row("b", "ours", 1.0)].join(",");
        let out = tables(&[("engine".into(), format!("{{\"medians\":[{rows}]}}"))]).expect("readable");
        assert!(out.contains("| a | theirs | 1 | 1,000,000 | 125 k | 1.0× | 8.00 | 1.0× | 80 |"), "{out}");
        assert!(out.contains("| a | ours | 1 | 1,000,000 | 500 k | 4.0× | 2.00 | 4.0× | 80 |"), "{out}");
        assert!(out.contains("| b | ours | 1 | 1,000,000 | 1.00 M | 1.0× |"), "{out}");
    }

    #[test]
    fn logs_are_compared_with_ours_at_each_window() {
        let row = |name: &str, window: u64, rate: f64| {
            format!("{{\"name\":\"{name}\",\"command\":\"owned\",\"window\":{window},\"per_second\":{rate}}}")
        };
        let rows =
            [row("quorate", 64, 4e6), row("other", 64, 2e6), row("quorate", 1, 1e6), row("other", 1, 1e6)];
        let figure = "{\"what\":\"a message\",\"value\":164.5,\"unit\":\"ns\"}";
        let out =
            tables(&[("paxos".into(), format!("{{\"rates\":[{}],\"figures\":[{figure}]}}", rows.join(",")))]);
        let out = out.expect("readable");
        assert!(out.contains("| log | commands | window 1 | window 64 |"), "{out}");
        assert!(out.contains("| other | owned | 1.00 M (1.00×) | 2.00 M (0.50×) |"), "{out}");
        assert!(out.contains("| a message | 164.5 ns |"), "{out}");
    }

    #[test]
    fn what_is_not_understood_is_no_table() {
        for text in ["nonsense", "{}", "{\"rates\":[{\"name\":1}]}", "{\"medians\":[{}]}"] {
            assert!(tables(&[("x".into(), text.into())]).is_err(), "{text}");
        }
    }
}
