//! The command line of any registry: `check`, `list`, `replay`, `trace`, `explore`.
//!
//! ```no_run
//! use quorate::registry::Registry;
//!
//! fn main() -> std::process::ExitCode {
//!     let mut registry = Registry::new("my-checks", "My protocol, and what must be true of it");
//!     // registry.add(Search::new("my-protocol", "my-model", MyModel::new(), Form::serde()));
//!     quorate::cli::main(registry)
//! }
//! ```
//!
//! Exit codes: 0 when every expectation is met; 1 when one is not, or a trace does not replay; 2 for bad usage, an
//! unknown name or a file that cannot be used; 3 when interrupted, or cut where complete was meant.

mod args;
mod check;
mod explore;
mod list;
mod out;
mod paint;
mod report;
mod trace;

use crate::registry::Registry;
use args::{Cli, Command, TraceCommand};
use clap::{CommandFactory, FromArgMatches};
use paint::Paint;
use std::process::ExitCode;

/// What ends a command before its work is done: a message, and exit code 2.
pub(crate) struct Failure(String);

fn fail(message: String) -> Failure {
    Failure(message)
}

/// Runs the command line that this process was given.
pub fn main(registry: Registry) -> ExitCode {
    let command =
        Cli::command().name(registry.program()).bin_name(registry.program()).about(registry.about());
    let matches = command.get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    match run(&registry, &cli.command) {
        Ok(code) => ExitCode::from(code),
        Err(Failure(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(registry: &Registry, command: &Command) -> Result<u8, Failure> {
    let paint = Paint::for_stdout();
    match command {
        Command::Check(args) => check::check(registry, args, paint),
        Command::List { protocols } => list::list(registry, protocols, paint),
        Command::Replay { trace, traces } => trace::replay(registry, trace, traces, paint),
        Command::Trace(TraceCommand::Verify { traces }) => trace::verify(registry, traces, paint),
        Command::Trace(TraceCommand::Export { trace, output }) => trace::export(registry, trace, output),
        Command::Trace(TraceCommand::Minimise { trace, output, states }) => {
            trace::minimise(registry, trace, output, *states)
        }
        Command::Explore(args) => explore::explore(registry, args),
    }
}

/// Every protocol named must be one of the registry's.
fn known_protocols(registry: &Registry, named: &[String]) -> Result<(), Failure> {
    let known: Vec<&str> = registry.protocols().iter().map(|protocol| protocol.name.as_str()).collect();
    match named.iter().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(fail(format!("there is no protocol {unknown}; known are {}", known.join(", ")))),
        None => Ok(()),
    }
}
