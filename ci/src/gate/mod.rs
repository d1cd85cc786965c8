//! What must pass before a change lands, one line a step, and for each failure its own words and the line that
//! reproduces it.

mod explorer;
mod kills;
mod output;
mod step;

use crate::{tidy, tree::Tree};
use std::path::Path;
use step::{Done, Gate, Step};

pub use step::say;

/// Set to `1` where everything a step needs must be installed, so that a missing tool fails instead of being
/// passed over.
pub const REQUIRE_ALL: &str = "QUORATE_REQUIRE_ALL";

/// Where `fast` has the results of `quorate check` written, below the root.
pub const CHECK_JSON: &str = "target/quorate/check.json";

/// The steps of [`fast`], in order.
pub const STEPS: [&str; 12] = [
    "format",
    "tidy",
    "explorer-build",
    "lint",
    "docs",
    "test",
    "explorer-types",
    "explorer-test",
    "explorer-browser",
    "check",
    "kills",
    "bench-smoke",
];

/// Everything that must pass, or the named steps of it. True if it did.
pub fn fast(root: &Path, only: &[String]) -> bool {
    let mut gate = Gate::new(root, only);
    gate.run(&Step::new("format", "cargo fmt --all -- --check -l --color never"));
    if gate.wants("tidy") {
        gate.record(run_tidy(root));
    }
    explorer::build(&mut gate);
    gate.run(&Step::new(
        "lint",
        "cargo clippy --workspace --all-targets --locked --message-format short -- -D warnings",
    ));
    gate.run(
        &Step::new("docs", "cargo doc --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings"),
    );
    gate.run(&Step::new("test", "cargo test --workspace --locked --no-fail-fast"));
    explorer::tests(&mut gate);
    check_as_tested(&mut gate);
    kills::some(&mut gate);
    gate.run(&benches());
    gate.finish()
}

/// `quorate check` with wider bounds, and every defect in the source of the core.
pub fn deep(root: &Path) -> bool {
    let mut gate = Gate::new(root, &[]);
    gate.run(&check("--deep --json target/quorate/deep.json"));
    kills::all(&mut gate);
    gate.finish_without_tests()
}

/// Every bench once, unmeasured.
pub fn bench_smoke(root: &Path) -> bool {
    let mut gate = Gate::new(root, &[]);
    gate.run(&benches());
    gate.finish_without_tests()
}

/// `quorate check` and the benches, measured; the results of the benches go into `folder`.
pub(crate) fn measure(root: &Path, folder: &Path) -> bool {
    let mut gate = Gate::new(root, &[]);
    if let Err(error) = std::fs::create_dir_all(folder) {
        say(&format!("{}: {error}", folder.display()));
        return false;
    }
    let folder = folder.display();
    let engine =
        format!("cargo run --release --locked -p quorate-benches --bin engine_peers {folder}/engine.json");
    let log =
        format!("cargo bench --locked -p quorate-benches --bench paxos -- --summary {folder}/paxos.json");
    gate.run(&check(&format!("--json {CHECK_JSON}")));
    gate.run(&Step::new("engine bench", &engine));
    gate.run(&Step::new("log bench", &log));
    gate.finish_without_tests()
}

fn check(arguments: &str) -> Step {
    let line = format!("cargo run --release --locked --bin quorate -- check --progress never {arguments}");
    Step::new("check", &line)
}

/// `quorate check` by the program that the tests were built with, beside this one. Cargo would build everything again: for
/// a program alone it chooses other features than for tests. And what is built for tests looks for overflow too.
fn check_as_tested(gate: &mut Gate<'_>) {
    let own = std::env::current_exe().unwrap_or_default().with_file_name("quorate");
    let program = own.strip_prefix(gate.root).unwrap_or(&own).display().to_string();
    if gate.prepare(&Step::new("check", "cargo test --workspace --locked --no-run")) {
        gate.run(&Step::new("check", &format!("{program} check --progress never --json {CHECK_JSON}")));
    }
}

fn benches() -> Step {
    Step::new("bench-smoke", "cargo bench --locked -p quorate-benches --benches -- --test")
}

fn run_tidy(root: &Path) -> Done {
    let clock = std::time::Instant::now();
    let mut done = Done::new("tidy");
    match Tree::read(root) {
        Ok(tree) => done.complaints = tidy::check(&tree).iter().map(ToString::to_string).collect(),
        Err(error) => done.complaints.push(error.to_string()),
    }
    done.ok = done.complaints.is_empty();
    done.reproduce = vec!["cargo run -p quorate-ci -- tidy".into()];
    done.seconds = clock.elapsed().as_secs_f64();
    done
}
