//! The command line's words.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ops::Range;
use std::path::PathBuf;

/// Exit codes, as `--help` lists them.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  every expectation is met
  1  an expectation is not met, or a trace does not replay
  2  bad usage, an unknown name, or a file that cannot be used
  3  interrupted, or cut where complete was meant";

#[derive(Parser, Debug)]
#[command(version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Run the checks: of all protocols, or of those named
    Check(CheckArgs),
    /// List the protocols, their checks, and what each expects
    List {
        /// Only these protocols
        protocols: Vec<String>,
    },
    /// Show a trace step by step, replaying it in its model
    Replay {
        /// A trace file, or the id of one in the traces folder
        trace: String,
        /// Where traces are looked for by id
        #[arg(long, value_name = "DIR", default_value = crate::registry::TRACES)]
        traces: PathBuf,
    },
    /// Verify, shorten or export traces
    #[command(subcommand)]
    Trace(TraceCommand),
    /// Run the checks of what is known to be wrong, and say which notices what
    Report(ReportArgs),
    /// Look at traces and models in the browser
    Explore(ExploreArgs),
}

#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    /// Only these protocols
    pub(super) protocols: Vec<String>,
    /// Only this property, by its id
    #[arg(long, value_name = "ID")]
    pub(super) property: Option<String>,
    /// Only the checks of this scope
    #[arg(long, value_name = "NAME")]
    pub(super) scope: Option<String>,
    /// Only the checks that make random runs, from these seeds instead of their own
    #[arg(long, value_name = "FROM..TO", value_parser = seeds)]
    pub(super) seeds: Option<Range<u64>>,
    /// The larger scopes too; being cut is allowed there, and said
    #[arg(long)]
    pub(super) deep: bool,
    /// Cut searches and random runs before this process holds so many gigabytes
    #[arg(long, value_name = "GB", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) memory: u16,
    /// Worker threads of each search [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// Keep whole states and compare them: slow, and it finds a broken `Hash`
    #[arg(long)]
    pub(super) audit: bool,
    /// Write one JSON object a line, one line a property; `-` for standard output
    #[arg(long, value_name = "PATH")]
    pub(super) json: Option<PathBuf>,
    /// Where traces are written
    #[arg(long, value_name = "DIR", default_value = crate::registry::TRACES)]
    pub(super) traces: PathBuf,
    /// Show progress on standard error, if that is a terminal
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    pub(super) progress: Progress,
}

/// Reads `FROM..TO`.
pub(super) fn seeds(text: &str) -> Result<Range<u64>, String> {
    let form = "seeds are FROM..TO, two whole numbers, TO not among them: 300..400";
    let (from, to) = text.split_once("..").ok_or(form)?;
    let number = |text: &str| text.parse().map_err(|error| format!("{text:?}: {error}; {form}"));
    let (from, to): (u64, u64) = (number(from)?, number(to)?);
    if from >= to {
        return Err(format!("there is no seed from {from} to below {to}; {form}"));
    }
    Ok(from..to)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Progress {
    /// On a terminal
    Auto,
    /// Not at all
    Never,
}

#[derive(Subcommand, Debug)]
pub(super) enum TraceCommand {
    /// Replay traces and compare everything they say
    Verify {
        /// Trace files
        #[arg(required = true)]
        traces: Vec<PathBuf>,
    },
    /// Write a trace as a page (.html), a Rust test (.rs) or Markdown (.md)
    Export {
        /// A trace file
        trace: PathBuf,
        /// The file to write; its ending says the form
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Drop the steps that the finding does not need
    Minimise {
        /// A trace file
        trace: PathBuf,
        /// The file to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Also look for a shorter run among so many states
        #[arg(long, default_value_t = 100_000)]
        states: u64,
    },
}

#[derive(Args, Debug)]
pub(super) struct ReportArgs {
    /// Where traces are written; the report goes beside it
    #[arg(long, value_name = "DIR", default_value = crate::registry::TRACES)]
    pub(super) traces: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct ExploreArgs {
    /// A trace, a folder of traces, a protocol or a model [default: the traces folder]
    pub(super) what: Option<String>,
    /// The port on the loopback interface; 0 takes a free one
    #[arg(long, default_value_t = 7777)]
    pub(super) port: u16,
    /// Serve stateright's own Explorer over the model instead
    #[arg(long)]
    pub(super) stateright: bool,
}
