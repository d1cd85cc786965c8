//! What is said in single numbers: latency at a fixed load, cost of a message, memory of an entry, stalls.

use super::{Applied, pages};
use crate::peers::{Trio, decide};
use crate::{Clock, entries, shared};
use quorate_core::batch::Batch;
use std::time::{Duration, Instant};

/// One number.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
}

/// Medians of so many runs.
const RUNS: usize = 5;
/// Commands in one run at a fixed load.
const COMMANDS: usize = 200_000;

pub(crate) fn measure() -> Vec<Figure> {
    let mut figures = Vec::new();
    for load in [100_000, 500_000] {
        for (name, time) in ["p50", "p99", "p99.9"].into_iter().zip(latency(load)) {
            let what = format!("latency {name} at {load} commands/s, executed and answered");
            figures.push(Figure { what, value: time, unit: "µs" });
        }
    }
    for window in [1, 256] {
        let (ns, each) = message_cost(window);
        let what = format!("processor time of a message, window {window}, all three servers");
        figures.push(Figure { what, value: ns, unit: "ns" });
        let what = format!("messages of a command, window {window}");
        figures.push(Figure { what, value: each, unit: "" });
    }
    for window in [1, 256] {
        let what = format!("memory of an entry on three servers besides its 100 bytes, window {window}");
        figures.push(Figure { what, value: entry_bytes(window), unit: "bytes" });
    }
    let stalls = pages::measure();
    let state = format!("state of {:.2} GB in {} chunks", stalls.gigabytes, stalls.chunks);
    for (what, value) in [
        ("longest step while nothing is captured", stalls.quiet_ms),
        ("longest step while it is captured", stalls.captured_ms),
        ("restored from its snapshot", stalls.restored_ms),
    ] {
        figures.push(Figure { what: format!("{state}: {what}"), value, unit: "ms" });
    }
    figures
}

/// Medians, over runs, of three percentiles in µs of the time from a command's arrival to its answer, while commands
/// arrive evenly. The network takes no time and the disk none; idle time is skipped, so that an unloaded replica is
/// not measured by how a thread wakes up.
fn latency(per_second: u64) -> [f64; 3] {
    let mut runs: Vec<[f64; 3]> = (0..RUNS).map(|_| latency_once(per_second)).collect();
    std::array::from_fn(|at| {
        runs.sort_by(|a, b| a[at].total_cmp(&b[at]));
        runs[RUNS / 2][at]
    })
}

fn latency_once(per_second: u64) -> [f64; 3] {
    let mut trio = Applied::<Batch<u8>>::start(256);
    let command = shared();
    decide(&mut trio, &command, 10_000, 256);
    let gap = Duration::from_nanos(1_000_000_000 / per_second);
    let (start, mut skipped) = (Instant::now(), Duration::ZERO);
    let mut arrived = [Duration::ZERO; 256];
    let (mut sent, mut under_way, mut times) = (0_u32, 0, Vec::with_capacity(COMMANDS));
    while times.len() < COMMANDS {
        let now = start.elapsed() + skipped;
        let due = gap * sent;
        if due <= now && (sent as usize) < COMMANDS && under_way < 256 {
            let client = trio.send(command.clone()).expect("fewer than 256 are under way");
            arrived[client as usize] = due;
            (sent, under_way) = (sent + 1, under_way + 1);
            continue;
        }
        if under_way == 0 {
            skipped += due - now;
            continue;
        }
        trio.exchange();
        let now = start.elapsed() + skipped;
        under_way -= trio.host.answered.len();
        times.extend(trio.host.answered.iter().map(|client| now - arrived[*client as usize]));
    }
    times.sort_unstable();
    let at = |share: f64| times[(share * (COMMANDS - 1) as f64) as usize].as_secs_f64() * 1e6;
    [0.5, 0.99, 0.999].map(|share| (at(share) * 100.0).round() / 100.0)
}

/// Processor time of all that is done, by messages handed over, and messages by command.
fn message_cost(window: usize) -> (f64, f64) {
    let mut runs: Vec<(f64, f64)> = (0..RUNS)
        .map(|_| {
            let mut trio = Applied::<Batch<u8>>::start(window);
            let command = shared();
            decide(&mut trio, &command, 1000, window);
            let (before, clock) = (trio.host.messages, Clock::start());
            decide(&mut trio, &command, entries(window), window);
            let messages = (trio.host.messages - before) as f64;
            (clock.seconds() * 1e9 / messages, messages / entries(window) as f64)
        })
        .collect();
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ns, each) = runs[RUNS / 2];
    (ns.round(), (each * 1000.0).round() / 1000.0)
}

/// Resident memory that an entry adds, where the system tells it. The command's bytes are one and the same, shared.
fn entry_bytes(window: usize) -> f64 {
    let mut trio = Applied::<Batch<u8>>::start(window);
    let command = shared();
    decide(&mut trio, &command, 100_000, window);
    let before = resident_bytes();
    decide(&mut trio, &command, 1_000_000, window);
    let grown = resident_bytes().zip(before).map(|(now, before)| now.saturating_sub(before));
    grown.map_or(f64::NAN, |bytes| (bytes as f64 / 1e6).round())
}

fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
