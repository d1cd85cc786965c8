//! `quorate`: checks our protocols, and cores that others publish.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut registry = quorate_checks::registry();
    quorate_foreign::register(&mut registry);
    quorate::cli::main(registry)
}
