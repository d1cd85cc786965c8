//! `quorate`: checks our protocols.

use std::process::ExitCode;

fn main() -> ExitCode {
    quorate::cli::main(quorate_checks::registry())
}
