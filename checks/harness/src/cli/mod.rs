//! The command line of any registry: `check`, `list`, `replay`, `trace`, `report`, `explore`.
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
#[cfg(test)]
mod hostile;
mod kills;
mod list;
mod out;
mod paint;
mod report;
#[cfg(test)]
mod sampled_tests;
#[cfg(test)]
mod tests;
mod trace;

use crate::escape::visible;
use crate::guard::caught;
use crate::registry::Registry;
use args::{Cli, Command, TraceCommand};
use clap::{CommandFactory, FromArgMatches};
use out::Out;
use paint::Paint;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// What ends a command before its work is done: a message, and exit code 2.
pub(crate) struct Failure(String);

fn fail(message: String) -> Failure {
    Failure(message)
}

/// Runs the command line that this process was given.
pub fn main(registry: Registry) -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        if !crate::guard::is_quiet() {
            panic.to_string().lines().for_each(|line| eprintln!("{}", visible(line)));
            let trace = std::backtrace::Backtrace::capture();
            if trace.status() == std::backtrace::BacktraceStatus::Captured {
                eprintln!("{trace}");
            }
        }
    }));
    ExitCode::from(run(&registry, std::env::args_os(), &mut std::io::stdout(), Paint::for_stdout()))
}

/// Runs `arguments` (the program's name first), writing to `stdout`; the exit code comes back.
fn run(
    registry: &Registry,
    arguments: impl IntoIterator<Item = OsString>,
    stdout: &mut dyn Write,
    paint: Paint,
) -> u8 {
    let command =
        Cli::command().name(registry.program()).bin_name(registry.program()).about(registry.about());
    let parsed = command.try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(told) => {
            // Help is asked for, and is no error; if even that cannot be printed, there is nobody to tell.
            drop(told.print());
            return u8::try_from(told.exit_code()).unwrap_or(2);
        }
    };
    // Checks catch what they run; this is for a model that panics while a trace of it is looked at.
    match caught(|| execute(registry, &cli.command, stdout, paint)) {
        Ok(Ok(code)) => code,
        Ok(Err(Failure(message))) => {
            eprintln!("error: {}", visible(&message));
            2
        }
        Err(message) => {
            eprintln!("error: the model panicked: {}", visible(&message));
            1
        }
    }
}

fn execute(
    registry: &Registry,
    command: &Command,
    stdout: &mut dyn Write,
    paint: Paint,
) -> Result<u8, Failure> {
    let out = &mut Out::new(stdout, paint);
    match command {
        Command::Check(args) => check::check(registry, args, out, paint),
        Command::List { protocols } => list::list(registry, protocols, out, paint),
        Command::Replay { trace, traces } => trace::replay(registry, trace, traces, out, paint),
        Command::Trace(TraceCommand::Verify { traces }) => trace::verify(registry, traces, out, paint),
        Command::Trace(TraceCommand::Export { trace, output }) => trace::export(registry, trace, output),
        Command::Trace(TraceCommand::Minimise { trace, output, states }) => {
            trace::minimise(registry, trace, output, *states, out)
        }
        Command::Report(args) => kills::report(registry, args, out, paint),
        Command::Explore(args) => explore::explore(registry, args, out),
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
