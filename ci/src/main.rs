//! `cargo run -p quorate-ci -- fast|deep|tidy|kills|bench-smoke|readme|trusted`.

use clap::{Parser, Subcommand};
use quorate_ci::{gate, kills, readme, tidy, tree::Tree, trusted};
use std::{io, path::Path, process::ExitCode};

#[derive(Parser)]
#[command(name = "quorate-ci", about = "The gate: everything that must pass, one line a step")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Format, rules, lints, documents, tests, the explorer's page, `quorate check`, some defects
    /// of `kills`, and a smoke run of the benches.
    Fast {
        /// Only these steps.
        #[arg(value_parser = gate::STEPS)]
        only: Vec<String>,
    },
    /// `quorate check --deep`: wider bounds, with the results as JSON lines in target/quorate/deep.json; and all of `kills`.
    Deep,
    /// The rules of the design alone: arrows, grid, sizes, banned things, documents.
    Tidy,
    /// Plants defects in a copy of the core, and sees each killed by the scope that its patch names.
    Kills {
        /// Only these; all of them if none is named.
        ids: Vec<String>,
        /// Print the shortest runs.
        #[arg(long)]
        trace: bool,
        /// Write the table of checks/kills, if all run and are killed.
        #[arg(long, conflicts_with = "ids")]
        write: bool,
    },
    /// Every bench once, unmeasured.
    BenchSmoke,
    /// Write the generated tables of README.md from the results of `quorate check --json` and of the benches.
    Readme {
        /// Run `quorate check` and the benches first, for some minutes.
        #[arg(long)]
        measure: bool,
    },
    /// Write TRUSTED.md: what remains to be believed, how many lines each has, and the test that attacks it.
    Trusted,
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("ci/ stands in the repository");
    let result = match Arguments::parse().command {
        Command::Fast { only } => Ok(gate::fast(root, &only)),
        Command::Deep => Ok(gate::deep(root)),
        Command::Kills { ids, trace, write } => run_kills(root, ids, trace, write),
        Command::BenchSmoke => Ok(gate::bench_smoke(root)),
        Command::Tidy => run_tidy(root),
        Command::Readme { measure } if measure && !readme::measure(root) => Ok(false),
        Command::Readme { .. } => readme::write(root).map(|()| true),
        Command::Trusted => trusted::write(root).map(|()| true),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("quorate-ci: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_kills(root: &Path, ids: Vec<String>, trace: bool, write: bool) -> io::Result<bool> {
    let choice = if ids.is_empty() { kills::Choice::All } else { kills::Choice::Named(ids) };
    let outcome = if write { kills::write(root)? } else { kills::check(root, &choice, trace)? };
    outcome.complaints.iter().for_each(|complaint| gate::say(&format!("    | {complaint}")));
    gate::say(&format!("kills: {} killed, {} complaints", outcome.kills.len(), outcome.complaints.len()));
    Ok(outcome.complaints.is_empty())
}

fn run_tidy(root: &Path) -> io::Result<bool> {
    let tree = Tree::read(root)?;
    let findings = tidy::check(&tree);
    for finding in &findings {
        gate::say(&finding.to_string());
    }
    gate::say(&format!("tidy: {} findings in {} files", findings.len(), tree.files().count()));
    Ok(findings.is_empty())
}
