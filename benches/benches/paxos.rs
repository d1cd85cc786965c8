//! Decided entries per second at the log layer, beside omnipaxos and raft-rs.
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
//! Above the log, a client's command is executed once on all three replicas and answered: the `applied` rows, beside the
//! log's own rate in the same run. What is said in single numbers is in `applied/figures.rs`.
//!
//! `cargo bench -p quorate-benches --bench paxos -- --summary [FILE]` prints one table of medians with ratios, and
//! writes it as JSON; without `--summary` criterion measures the same.

mod applied;
mod peers;

use applied::{Applied, figures};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use peers::{Trio, decide, omni::Omni, ours::Ours, raft::Raft};
use quorate_core::batch::Batch;
use std::time::Duration;

const WINDOWS: [usize; 3] = [1, 64, 256];

const COMMAND_BYTES: usize = 100;
/// Medians of this many runs.
const RUNS: usize = 7;

fn owned() -> Vec<u8> {
    vec![7; COMMAND_BYTES]
}

fn shared() -> Batch<u8> {
    owned().into()
}

/// Entries decided in one run: enough for some 50 ms.
fn entries(window: usize) -> usize {
    if window == 1 { 50_000 } else { 200_000 }
}

/// One run, as decided entries per second of this thread's time on a processor. There is one thread and it never
/// waits, so on a quiet machine that is the time on the wall.
fn once<T: Trio>(command: &T::Command, window: usize) -> f64 {
    let mut trio = T::start(window);
    decide(&mut trio, command, 1000, window);
    let start = Clock::start();
    decide(&mut trio, command, entries(window), window);
    entries(window) as f64 / start.seconds()
}

/// The thread's time on a processor where the system tells it, and time on the wall elsewhere.
struct Clock(Duration);

impl Clock {
    fn start() -> Self {
        Clock(now())
    }

    fn seconds(&self) -> f64 {
        (now() - self.0).as_secs_f64()
    }
}

fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

type Run = Box<dyn Fn(usize) -> f64>;

fn contenders() -> Vec<(&'static str, &'static str, Run)> {
    vec![
        ("quorate", "shared", Box::new(|window| once::<Ours<Batch<u8>, false>>(&shared(), window))),
        ("omnipaxos", "shared", Box::new(|window| once::<Omni<Batch<u8>>>(&shared(), window))),
        ("quorate", "owned", Box::new(|window| once::<Ours<Vec<u8>, false>>(&owned(), window))),
        ("omnipaxos", "owned", Box::new(|window| once::<Omni<Vec<u8>>>(&owned(), window))),
        (
            "quorate, commit messages",
            "owned",
            Box::new(|window| once::<Ours<Vec<u8>, true>>(&owned(), window)),
        ),
        ("quorate, applied", "shared", Box::new(|window| once::<Applied<Batch<u8>>>(&shared(), window))),
        ("quorate, applied", "owned", Box::new(|window| once::<Applied<Vec<u8>>>(&owned(), window))),
        ("raft-rs", "owned", Box::new(|window| once::<Raft>(&owned(), window))),
    ]
}

/// Runs are interleaved, so that a slow moment of the machine hits all alike.
fn measure() -> Vec<Row> {
    let contenders = contenders();
    let mut rows = Vec::new();
    for window in WINDOWS {
        let mut rates = vec![Vec::new(); contenders.len()];
        for _ in 0..RUNS {
            for (rates, (_, _, run)) in rates.iter_mut().zip(&contenders) {
                rates.push(run(window));
            }
        }
        for (mut rates, (name, command, _)) in rates.into_iter().zip(&contenders) {
            rates.sort_by(f64::total_cmp);
            rows.push(Row { name, command, window, per_second: rates[RUNS / 2].round() });
        }
    }
    rows
}

/// One line of the summary.
#[derive(serde::Serialize)]
struct Row {
    name: &'static str,
    command: &'static str,
    window: usize,
    per_second: f64,
}

fn summary(path: Option<&String>) {
    let rows = measure();
    println!("| log | commands | window 1 | window 64 | window 256 |");
    println!("|---|---|---|---|---|");
    let of = |name: &str, command: &str, window| {
        let same = |row: &&Row| row.name == name && row.command == command && row.window == window;
        rows.iter().find(same).map_or(f64::NAN, |row| row.per_second)
    };
    for (name, command, _) in contenders() {
        let cells = WINDOWS.map(|window| {
            let (rate, ours) = (of(name, command, window), of("quorate", command, window));
            format!("{:.2} M/s ({:.2}×)", rate / 1e6, rate / ours)
        });
        println!("| {name} | {command} | {} |", cells.join(" | "));
    }
    let figures = figures::measure();
    println!("\n| what | |\n|---|---|");
    for figures::Figure { what, value, unit } in &figures {
        println!("| {what} | {value} {unit} |");
    }
    if let Some(path) = path {
        let json = serde_json::to_string_pretty(&serde_json::json!({ "rates": rows, "figures": figures }))
            .expect("numbers and names");
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
    if arguments.iter().any(|a| a == "--quick") {
        for window in WINDOWS {
            let all = contenders();
            let mut rates = vec![Vec::new(); 7];
            for _ in 0..(if window == 1 { 15 } else { 7 }) {
                for (i, rates) in rates.iter_mut().enumerate() { if i != 4 { rates.push(all[i].2(window) / 1e6);} }
            }
            print!("window {window}: ");
            for (rates, c) in rates.iter_mut().zip(&all) {
                if rates.is_empty() { continue }
                rates.sort_by(f64::total_cmp);
                print!("{} {} {:.2} | ", c.0, c.1, rates[rates.len() / 2]);
            }
            println!();
        }
        return;
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--summary") {
        let is_path = |argument: &&String| !argument.starts_with('-');
        return summary(arguments.get(at + 1).filter(is_path));
    }
    let mut criterion = Criterion::default().configure_from_args();
    bench::<Ours<Batch<u8>, false>>(&mut criterion, "quorate-shared", &shared());
    bench::<Omni<Batch<u8>>>(&mut criterion, "omnipaxos-shared", &shared());
    bench::<Ours<Vec<u8>, false>>(&mut criterion, "quorate-owned", &owned());
    bench::<Omni<Vec<u8>>>(&mut criterion, "omnipaxos-owned", &owned());
    bench::<Applied<Batch<u8>>>(&mut criterion, "quorate-applied-shared", &shared());
    bench::<Applied<Vec<u8>>>(&mut criterion, "quorate-applied-owned", &owned());
    bench::<Raft>(&mut criterion, "raft-rs-owned", &owned());
    criterion.final_summary();
}
