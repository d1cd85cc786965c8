//! What is measured, and how it is shown.

use crate::measure::{Engine, Sample, Subject};
use serde_json::{Value, json};
use std::fmt::Write;

/// Every subject, with the engines and threads that search it. The first one named is what the others are compared with.
pub(crate) const PLAN: &[(Subject, &[(Engine, usize)])] = &[
    (
        Subject::Rich8,
        &[
            (Engine::Stateright, 1),
            (Engine::Quorate, 1),
            (Engine::Encoded, 1),
            (Engine::Audit, 1),
            (Engine::Orbits, 1),
        ],
    ),
    (Subject::Packed8, &[(Engine::Stateright, 1), (Engine::Quorate, 1), (Engine::Exact, 1)]),
    (
        Subject::Register3,
        &[(Engine::Stateright, 1), (Engine::Quorate, 1), (Engine::Encoded, 1), (Engine::Audit, 1)],
    ),
    (Subject::Rich9, &[(Engine::Quorate, 1), (Engine::Quorate, 2)]),
    (Subject::Packed9, &[(Engine::Exact, 1), (Engine::Exact, 2)]),
];

/// The medians of one subject.
pub(crate) struct Row {
    subject: Subject,
    cells: Vec<(Engine, usize, Sample)>,
}

impl Row {
    /// The medians of these samples.
    pub(crate) fn new(subject: Subject, engines: &[(Engine, usize)], samples: &[Vec<Sample>]) -> Self {
        let cells = engines.iter().zip(samples).map(|((engine, threads), list)| {
            let states = list[0].states;
            assert!(list.iter().all(|one| one.states == states), "the counts of one engine differ");
            let of = |part: fn(&Sample) -> f64| median(list.iter().map(part).collect());
            let median =
                Sample { states, cpu: of(|s| s.cpu), wall: of(|s| s.wall), memory: of(|s| s.memory) };
            (*engine, *threads, median)
        });
        Row { subject, cells: cells.collect() }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The table, as Markdown.
pub(crate) fn text(rows: &[Row]) -> String {
    let mut text = String::from(
        "| model | engine | threads | states | states / CPU s | CPU | wall s | wall | bytes / state | memory |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for row in rows {
        let first = &row.cells[0].2;
        for (engine, threads, cell) in &row.cells {
            let states = cell.states as f64;
            writeln!(
                text,
                "| {} | {} | {threads} | {} | {:.0} k | {:.2}× | {:.2} | {:.2}× | {:.0} | {:.2}× |",
                row.subject.name(),
                engine.name(),
                cell.states,
                states / cell.cpu / 1e3,
                first.cpu / cell.cpu,
                cell.wall,
                first.wall / cell.wall,
                cell.memory / states,
                cell.memory / first.memory,
            )
            .expect("writing to a string does not fail");
        }
    }
    text
}

/// The same numbers, for scripts.
pub(crate) fn json(rows: &[Row]) -> String {
    let cells = rows.iter().flat_map(|row| {
        row.cells.iter().map(|(engine, threads, cell)| {
            json!({
                "model": row.subject.name(),
                "engine": engine.name(),
                "threads": threads,
                "unique_states": cell.states,
                "cpu_seconds": cell.cpu,
                "wall_seconds": cell.wall,
                "peak_bytes": cell.memory,
            })
        })
    });
    let all = json!({ "rounds": crate::ROUNDS, "medians": Value::Array(cells.collect()) });
    format!("{all:#}\n")
}
