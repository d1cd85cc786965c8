//! Decided entries per second at the log layer, beside omnipaxos and raft-rs, and what the server on top of it costs.
//!
//! Three replicas in one thread, commands of 100 bytes, messages handed over in memory, storage in memory, nothing
//! synced, the network perfect, everybody's own batching on, everybody's log growing. A closed loop keeps `window`
//! commands in flight; an entry counts when the leader knows it to be decided. Our followers and raft-rs's are handed
//! every decided entry as well; omnipaxos's are not asked for them. omnipaxos tells followers what is decided with a
//! message of its own; ours and raft-rs do so with the next proposal or heartbeat, and one row shows ours with a
//! message of its own.
//!
//! Commands come in two kinds: `owned` bytes are copied wherever a protocol clones an entry, `shared` bytes are
//! counted. raft-rs takes owned bytes only.
//!
//! `cargo bench -p quorate-benches --bench paxos -- --summary [FILE]` prints medians with ratios, and writes them as
//! JSON; `--rates [FILE]` has what is decided a second alone. Without either criterion measures the rates, and `-- --test`
//! runs everything once.

mod figures;
mod peers;
mod report;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use figures::Effort;
use peers::{omni::Omni, raft::Raft};
use quorate_benches::applied::Applied;
use quorate_benches::clock::timed;
use quorate_benches::ours::Ours;
use quorate_benches::trio::{Trio, decide};
use quorate_core::batch::Batch;
use quorate_core::paxos::server::Command;
use quorate_core::session::{ClientId, Sequence, Stamp};

const WINDOWS: [usize; 3] = [1, 64, 256];
const COMMAND_BYTES: usize = 100;
/// Medians of this many runs.
const RUNS: usize = 11;

fn owned() -> Vec<u8> {
    vec![7; COMMAND_BYTES]
}

fn shared() -> Batch<u8> {
    owned().into()
}

/// What a server puts into the log for a client's command.
fn record<C>(command: C) -> Command<C> {
    let stamp = Stamp { client: ClientId(0), sequence: Sequence(0), acknowledged: Sequence(0) };
    Command::Execute { stamp, command }
}

/// Entries decided in one run: enough for some 50 ms.
fn entries(window: usize) -> usize {
    if window == 1 { 50_000 } else { 200_000 }
}

/// One run, as decided entries per second.
fn once<T: Trio>(command: &T::Command, window: usize) -> f64 {
    let mut trio = T::start(window);
    decide(&mut trio, command, 1000, window);
    let ((), time) = timed(|| decide(&mut trio, command, entries(window), window));
    entries(window) as f64 / time.as_secs_f64()
}

/// Somebody who decides commands: a name, the kind of commands, and a run with so many of them under way.
struct Contender {
    name: &'static str,
    command: &'static str,
    run: Box<dyn Fn(usize) -> f64>,
}

fn contenders() -> Vec<Contender> {
    let new = |name, command, run: Box<dyn Fn(usize) -> f64>| Contender { name, command, run };
    vec![
        new("quorate", "shared", Box::new(|window| once::<Ours<Batch<u8>, false>>(&shared(), window))),
        new("omnipaxos", "shared", Box::new(|window| once::<Omni<Batch<u8>>>(&shared(), window))),
        new("quorate", "owned", Box::new(|window| once::<Ours<Vec<u8>, false>>(&owned(), window))),
        new("omnipaxos", "owned", Box::new(|window| once::<Omni<Vec<u8>>>(&owned(), window))),
        new("raft-rs", "owned", Box::new(|window| once::<Raft>(&owned(), window))),
        new(
            "quorate, commit messages",
            "owned",
            Box::new(|window| once::<Ours<Vec<u8>, true>>(&owned(), window)),
        ),
        new(
            "quorate, records of a server",
            "shared",
            Box::new(|window| once::<Ours<Command<Batch<u8>>, false>>(&record(shared()), window)),
        ),
        new("quorate, applied", "shared", Box::new(|window| once::<Applied<Batch<u8>>>(&shared(), window))),
        new(
            "quorate, records of a server",
            "owned",
            Box::new(|window| once::<Ours<Command<Vec<u8>>, false>>(&record(owned()), window)),
        ),
        new("quorate, applied", "owned", Box::new(|window| once::<Applied<Vec<u8>>>(&owned(), window))),
    ]
}

/// Runs are interleaved, so that a slow moment of the machine hits all alike.
fn rates() -> Vec<report::Rate> {
    let contenders = contenders();
    let mut rows = Vec::new();
    for window in WINDOWS {
        let mut rates = vec![Vec::new(); contenders.len()];
        for _ in 0..RUNS {
            for (rates, contender) in rates.iter_mut().zip(&contenders) {
                rates.push((contender.run)(window));
            }
        }
        for (mut rates, Contender { name, command, .. }) in rates.into_iter().zip(&contenders) {
            rates.sort_by(f64::total_cmp);
            rows.push(report::Rate { name, command, window, per_second: rates[RUNS / 2].round() });
        }
    }
    rows
}

/// The decided rates alone, without the figures, which take minutes.
fn rates_alone(path: Option<&String>) {
    let rates = rates();
    print!("{}", report::rates(&rates));
    write(path, &serde_json::json!({ "rates": rates }));
}

fn summary(path: Option<&String>) {
    let rates = rates();
    print!("{}", report::rates(&rates));
    let figures = figures::measure(&Effort::FULL);
    print!("{}", report::figures(&figures));
    write(path, &serde_json::json!({ "rates": rates, "figures": figures }));
}

fn write(path: Option<&String>, results: &serde_json::Value) {
    if let Some(path) = path {
        let json = serde_json::to_string_pretty(results).expect("numbers and names");
        std::fs::write(path, json).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
}

fn bench<T: Trio>(criterion: &mut Criterion, name: &str, command: &T::Command) {
    let mut group = criterion.benchmark_group("paxos/decided");
    for window in WINDOWS {
        let count = 10_000;
        group.throughput(Throughput::Elements(count as u64));
        group.sample_size(10);
        group.bench_function(BenchmarkId::new(name, window), |bencher| {
            let measured = |mut trio: T| {
                decide(&mut trio, command, count, window);
                trio
            };
            bencher.iter_batched(|| T::start(window), measured, BatchSize::LargeInput);
        });
    }
    group.finish();
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // If the flag is there: the path after it, if there is one.
    let after = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        Some(arguments.get(at + 1).filter(|argument| !argument.starts_with('-')))
    };
    if let Some(path) = after("--summary") {
        return summary(path);
    }
    if let Some(path) = after("--rates") {
        return rates_alone(path);
    }
    let mut criterion = Criterion::default().configure_from_args();
    bench::<Ours<Batch<u8>, false>>(&mut criterion, "quorate-shared", &shared());
    bench::<Omni<Batch<u8>>>(&mut criterion, "omnipaxos-shared", &shared());
    bench::<Ours<Vec<u8>, false>>(&mut criterion, "quorate-owned", &owned());
    bench::<Omni<Vec<u8>>>(&mut criterion, "omnipaxos-owned", &owned());
    bench::<Applied<Batch<u8>>>(&mut criterion, "quorate-applied-shared", &shared());
    bench::<Applied<Vec<u8>>>(&mut criterion, "quorate-applied-owned", &owned());
    bench::<Raft>(&mut criterion, "raft-rs-owned", &owned());
    if arguments.iter().any(|argument| argument == "--test") {
        assert!(!report::figures(&figures::measure(&Effort::SMOKE)).is_empty());
    }
    criterion.final_summary();
}
