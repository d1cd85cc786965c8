//! How a check's rows read: one line a property, and a summary that needs no legend.

use super::paint::Paint;
use crate::registry::{Check, Conclusion, Expect, Judgement, Row};

/// Widths of the columns, known before anything runs.
pub(super) struct Widths {
    pub(super) name: usize,
    pub(super) property: usize,
    pub(super) scope: usize,
}

/// The width of the verdict's column: that of most verdicts.
const VERDICT: usize = 32;

/// The protocol, the model, and the kind of check where it is not the plain one.
pub(super) fn name(protocol: &str, model: &str, kind: &str) -> String {
    if kind == "exhaustive" { format!("{protocol} {model}") } else { format!("{protocol} {model} {kind}") }
}

/// The line above the rows of one check: what it is.
pub(super) fn heading(check: &Check, paint: Paint) -> String {
    let own = check.identity();
    let says = if own.says.is_empty() { &own.scope } else { &own.says };
    format!("{} · {} · {}", paint.strong(&own.model), own.kind, paint.faint(says))
}

/// The line of one row.
pub(super) fn line(row: &Row, widths: &Widths, paint: Paint) -> String {
    let verdict = format!("{:<VERDICT$}", verdict(row));
    let (mark, verdict) = match &row.judgement {
        Judgement::Met if matches!(row.conclusion, Conclusion::Bounded { .. }) => {
            (paint.warn("~"), paint.warn(&verdict))
        }
        Judgement::Met => (paint.good("✓"), verdict),
        Judgement::Unmet(_) => (paint.bad("✗"), paint.bad(&verdict)),
        Judgement::Cut(_) => (paint.warn("!"), paint.warn(&verdict)),
    };
    let name = format!("{:<w$}", name(&row.protocol, &row.model, &row.check), w = widths.name);
    let property = format!("{:<w$}", row.property, w = widths.property);
    let scope = format!("{:<w$}", row.scope, w = widths.scope);
    let effort = format!(
        "{:>10} states  depth {:>2}  {}",
        grouped(row.unique_states),
        row.depth,
        seconds(row.wall_seconds)
    );
    format!("{mark} {name}  {}  {verdict}  {scope}  {}", paint.strong(&property), paint.faint(&effort))
}

/// The lines under it: the finding in one sentence, and its file.
pub(super) fn below(row: &Row, paint: Paint) -> Vec<String> {
    let broken = matches!(row.conclusion, Conclusion::Violated);
    let unmet = !matches!(row.judgement, Judgement::Met);
    let mut lines = Vec::new();
    if let (Some(sentence), true) = (&row.sentence, broken || unmet || row.trace.is_none()) {
        lines.extend(sentence.lines().map(|line| format!("      {line}")));
    }
    if let Judgement::Unmet(reason) = &row.judgement {
        lines.extend(reason.lines().skip(1).map(|line| format!("      {line}")));
    }
    if let (Some(file), true) = (&row.trace, broken || unmet) {
        lines.push(paint.faint(&format!("      {}", file.display())));
    }
    lines
}

/// The first line of a reason; the others stand below the row.
fn first(reason: &str) -> &str {
    reason.lines().next().unwrap_or_default()
}

/// The verdict in words.
fn verdict(row: &Row) -> String {
    let steps = || plural(row.trace_steps.unwrap_or(0), "step");
    match (&row.judgement, &row.conclusion) {
        (Judgement::Unmet(reason), Conclusion::Violated) if matches!(row.expect, Expect::Holds) => {
            if row.trace_steps.is_some() {
                format!("VIOLATED in {}", steps())
            } else {
                first(reason).to_owned()
            }
        }
        (Judgement::Unmet(reason), _) => format!("FAILED: {}", first(reason)),
        (Judgement::Cut(limit), Conclusion::Bounded { frontier, .. }) => {
            format!("CUT at {limit}, {} open", grouped(*frontier))
        }
        (Judgement::Cut(limit), _) => format!("CUT at {limit}"),
        (Judgement::Met, Conclusion::Complete) => "holds (complete)".to_owned(),
        (Judgement::Met, Conclusion::Bounded { limit, frontier }) => {
            format!("bounded: {limit}, {} open", grouped(*frontier))
        }
        (Judgement::Met, Conclusion::Sampled { seeds, .. }) => {
            format!("holds in {} (sampled)", plural(*seeds as usize, "random run"))
        }
        (Judgement::Met, Conclusion::Violated) if row.trace_steps.is_some() => {
            format!("refuted as expected in {}", steps())
        }
        (Judgement::Met, Conclusion::Violated) => "refuted as expected".to_owned(),
        (Judgement::Met, Conclusion::Reached) if row.trace_steps.is_some() => {
            format!("reached in {}", steps())
        }
        (Judgement::Met, Conclusion::Reached) => "reached".to_owned(),
        (Judgement::Met, Conclusion::Unreached | Conclusion::Vacuous) => row.conclusion.word().to_owned(),
    }
}

/// What all checks together found.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) checks: usize,
    pub(super) rows: Vec<Row>,
    pub(super) not_run: usize,
    pub(super) deep_left_out: usize,
    pub(super) seconds: f64,
    pub(super) collision_odds: f64,
    pub(super) interrupted: bool,
}

impl Tally {
    /// The exit code, as documented.
    pub(super) fn exit_code(&self) -> u8 {
        let any = |test: fn(&Judgement) -> bool| self.rows.iter().any(|row| test(&row.judgement));
        if any(|judgement| matches!(judgement, Judgement::Unmet(_))) {
            1
        } else if self.interrupted || self.not_run > 0 || any(|j| matches!(j, Judgement::Cut(_))) {
            3
        } else {
            0
        }
    }

    fn count(&self, test: impl Fn(&Row) -> bool) -> usize {
        self.rows.iter().filter(|row| test(row)).count()
    }

    /// The summary.
    pub(super) fn summary(&self, program: &str, traces: &str, paint: Paint) -> Vec<String> {
        let met = |row: &Row| row.judgement == Judgement::Met;
        let came = |test: fn(&Conclusion) -> bool| self.count(|row| met(row) && test(&row.conclusion));
        let total = plural(self.rows.len(), "property");
        let mut lines = vec![String::new()];
        lines.push(format!("{total} of {}, in {}:", plural(self.checks, "check"), seconds(self.seconds)));
        let mut part = |count: usize, text: &str| {
            if count > 0 {
                lines.push(format!("  {count:>4} {text}"));
            }
        };
        part(
            came(|c| matches!(c, Conclusion::Complete)),
            "hold in every state that their scope can reach (complete)",
        );
        part(
            came(|c| matches!(c, Conclusion::Violated)),
            "refuted as expected: mistakes known beforehand, so that a check that misses one is seen to miss it",
        );
        part(came(|c| matches!(c, Conclusion::Reached)), "reached: what has to be possible is possible");
        part(
            came(|c| matches!(c, Conclusion::Sampled { .. })),
            "hold in random runs (sampled; not exhaustive)",
        );
        part(
            came(|c| matches!(c, Conclusion::Bounded { .. })),
            "hold as far as the search went before it was cut (bounded; nothing is known beyond)",
        );
        part(self.count(|row| matches!(row.judgement, Judgement::Cut(_))), "CUT before they were decided");
        part(self.count(|row| matches!(row.judgement, Judgement::Unmet(_))), "NOT AS EXPECTED");
        if self.collision_odds > 0.0 {
            lines.push(format!(
                "  The odds that any state was missed, two states sharing 128 bits of hash: {:.0e}.",
                self.collision_odds
            ));
        }
        if self.deep_left_out > 0 {
            lines.push(format!("  Under --deep: {}.", plural(self.deep_left_out, "larger check")));
        }
        lines.extend(self.conclusion(program, paint));
        if self.rows.iter().any(|row| row.trace.is_some()) {
            lines.push(format!(
                "Every run is on file in {traces}: `{program} explore` shows them, `{program} replay FILE` prints one."
            ));
        }
        lines
    }

    fn conclusion(&self, program: &str, paint: Paint) -> Vec<String> {
        let mut lines = Vec::new();
        if self.interrupted {
            lines.push(paint.warn(&format!(
                "Interrupted: {} did not run, and what was running is cut.",
                plural(self.not_run, "check")
            )));
        }
        match self.exit_code() {
            0 => lines.push(paint.good("Everything came out as expected.")),
            1 => lines.push(paint.bad("Not everything came out as expected:")),
            _ => {
                lines.push(paint.warn("What was meant to be complete is not: nothing is concluded from it."))
            }
        }
        for row in &self.rows {
            if let Judgement::Unmet(reason) = &row.judgement {
                let name = name(&row.protocol, &row.model, &row.check);
                lines.push(format!("  {name} {} ({}): {}", row.property, row.scope, first(reason)));
                if let Some(file) = &row.trace {
                    lines.push(format!("    look at it: {program} explore {}", file.display()));
                }
            }
        }
        lines
    }
}

/// `1 step`, `2 steps`, `3 properties`.
pub(super) fn plural(count: usize, word: &str) -> String {
    match (count, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {word}s"),
    }
}

/// `10,340,352`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn seconds(seconds: f64) -> String {
    if seconds < 10.0 { format!("{seconds:.2} s") } else { format!("{seconds:.0} s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            ["0", "999", "1,000", "10,340,352"],
            [0, 999, 1000, 10_340_352].map(grouped).map(|s| s.leak() as &str)
        );
        assert_eq!(
            (plural(1, "step"), plural(2, "property")),
            ("1 step".to_owned(), "2 properties".to_owned())
        );
    }
}
