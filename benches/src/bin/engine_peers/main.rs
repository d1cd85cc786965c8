//! The engine beside stateright's breadth-first search, in one run: seconds of CPU, peak memory, two threads.
//!
//! Every measurement is a process of its own, so that neither finds memory or caches that the other has warmed; it
//! is made five times, the engines taking turns, and the median counts. Both search the same model for the same
//! claims. `cargo run --release -p quorate-benches --bin engine_peers [PATH.json]` prints a table, and writes JSON.

mod measure;
mod table;

use measure::{Engine, Sample, Subject};
use std::process::{Command, ExitCode};

/// How often each measurement is made. The median of these counts.
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["measure", subject, engine, threads] => {
            let (Some(subject), Some(engine), Ok(threads)) =
                (Subject::named(subject), Engine::named(engine), threads.parse())
            else {
                eprintln!("unknown subject, engine or number of threads");
                return ExitCode::FAILURE;
            };
            println!("{}", measure::measure(subject, engine, threads).to_line());
            ExitCode::SUCCESS
        }
        [] => compare(None),
        [path] if !path.starts_with('-') => compare(Some(path)),
        _ => {
            eprintln!("usage: engine_peers [PATH.json]");
            ExitCode::FAILURE
        }
    }
}

/// Measures everything, prints the table, and writes the JSON.
fn compare(path: Option<&str>) -> ExitCode {
    let rows: Vec<table::Row> = table::PLAN
        .iter()
        .map(|(subject, engines)| {
            eprintln!("measuring {} ...", subject.name());
            let samples = rounds(*subject, engines);
            table::Row::new(*subject, engines, &samples)
        })
        .collect();
    print!("{}", table::text(&rows));
    if let Some(path) = path
        && let Err(error) = std::fs::write(path, table::json(&rows))
    {
        eprintln!("{path}: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Samples of every engine, which take turns so that a slow minute of the machine hits all of them.
fn rounds(subject: Subject, engines: &[(Engine, usize)]) -> Vec<Vec<Sample>> {
    let mut samples = vec![Vec::new(); engines.len()];
    for _ in 0..ROUNDS {
        for ((engine, threads), list) in engines.iter().zip(&mut samples) {
            list.push(apart(subject, *engine, *threads));
        }
    }
    samples
}

/// One measurement in a process of its own.
fn apart(subject: Subject, engine: Engine, threads: usize) -> Sample {
    let program = std::env::current_exe().expect("a running program has a path");
    let output = Command::new(program)
        .args(["measure", subject.name(), engine.name(), &threads.to_string()])
        .output()
        .expect("this program can start itself");
    let line = String::from_utf8_lossy(&output.stdout);
    Sample::from_line(&line).unwrap_or_else(|| panic!("a measurement failed: {output:?}"))
}
