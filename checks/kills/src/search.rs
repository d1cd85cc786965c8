//! One search of one scope, told as one line of JSON.

use quorate::engine::{Ended, Limits, Options, Report, Stop, search};
use quorate::verdict::Verdict;
use quorate_spec::Spec;
use serde_json::{Value, json};
use std::{env, fmt::Debug, hash::Hash, process::ExitCode};

/// A scope that can be searched: its name, what bounds it, and the model.
pub type Entry<M> = (&'static str, fn() -> (String, M));

/// Searches the scope that the command line names until the first violation, and says what was found. With `--trace` the
/// shortest run follows on the standard error.
pub fn main<M>(scopes: &[Entry<M>]) -> ExitCode
where
    M: Spec + Sync,
    M::State: Clone + Debug + Hash + Eq + Send + Sync,
    M::Action: Clone + Debug + Send + Sync,
{
    let arguments: Vec<String> = env::args().skip(1).collect();
    let named = arguments.iter().find(|argument| !argument.starts_with("--"));
    let Some((_, make)) = scopes.iter().find(|(name, _)| Some(*name) == named.map(String::as_str)) else {
        let names: Vec<&str> = scopes.iter().map(|(name, _)| *name).collect();
        eprintln!("name one of these scopes: {}", names.join(", "));
        return ExitCode::FAILURE;
    };
    let (bounds, model) = make();
    let limits = Limits { seconds: Some(SECONDS), bytes: Some(BYTES), ..Limits::default() };
    let options = Options { stop: Stop::FirstViolation, limits, ..Options::default() };
    let report = search(&model, &options);
    if arguments.iter().any(|argument| argument == "--trace") {
        trace(&report);
    }
    println!("{}", told(&bounds, &report));
    ExitCode::SUCCESS
}

/// Where a search is cut. A scope that comes near it is too large.
const SECONDS: f64 = 400.0;
const BYTES: u64 = 4 << 30;

fn told<M: Spec>(bounds: &str, report: &Report<M>) -> Value {
    let mut violated: Vec<Value> = Vec::new();
    let mut vacuous: Vec<&str> = Vec::new();
    for finding in &report.findings {
        match &finding.verdict {
            Verdict::Violated(run) => {
                violated.push(json!({ "property": finding.claim.id(), "steps": run.len() }));
            }
            Verdict::Vacuous | Verdict::Unreached => vacuous.push(finding.claim.id()),
            _ => {}
        }
    }
    let ended = match &report.ended {
        Ended::Complete => "complete".to_owned(),
        Ended::Stopped => "stopped".to_owned(),
        Ended::Empty => "empty".to_owned(),
        Ended::Bounded { limit, .. } => format!("cut at {limit}"),
        Ended::Panicked { message, run, during } => {
            let steps = run.len() + usize::from(during.is_some());
            violated.push(json!({ "property": "no-panic", "steps": steps }));
            format!("panicked: {message}")
        }
    };
    json!({
        "bounds": bounds,
        "ended": ended,
        "violated": violated,
        "vacuous": vacuous,
        "remarks": report.remarks.failures,
        "states": report.unique_states,
        "levels": report.depth,
        "seconds": report.wall_seconds,
    })
}

fn trace<M: Spec>(report: &Report<M>)
where
    M::Action: Debug,
{
    for finding in &report.findings {
        if let Verdict::Violated(run) = &finding.verdict {
            eprintln!("{}: {}", finding.claim.id(), finding.claim.text());
            run.actions().enumerate().for_each(|(at, action)| eprintln!("{:>4}  {action:?}", at + 1));
        }
    }
    if let Ended::Panicked { run, during, .. } = &report.ended {
        run.actions().chain(during).enumerate().for_each(|(at, step)| eprintln!("{:>4}  {step:?}", at + 1));
    }
}
