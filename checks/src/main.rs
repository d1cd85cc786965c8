//! `quorate`: checks our protocols, and cores that others publish.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A search makes and drops states on every thread. With the C library's allocator that takes a sixth of its time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let mut registry = quorate_checks::registry();
    quorate_foreign::register(&mut registry);
    quorate::cli::main(registry)
}
