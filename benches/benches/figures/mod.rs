//! What is said in single numbers: latency at a fixed load, cost of a message, memory of an entry, stalls.

mod pages;

use crate::shared;
use quorate_benches::applied::Applied;
use quorate_benches::clock::{now, timed};
use quorate_benches::ours::Ours;
use quorate_benches::trio::{Trio, decide};
use quorate_core::batch::Batch;
use std::time::Duration;

/// Heartbeats in an election period.
const BEATS: usize = 5;

/// One number.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
}

/// How much is done for a number.
pub(crate) struct Effort {
    /// Medians of so many runs.
    runs: usize,
    /// Commands in one run.
    commands: usize,
    /// Pages of 64 KiB in the state that is captured.
    pub(crate) pages: usize,
    /// How often it is captured.
    pub(crate) captures: usize,
}

impl Effort {
    /// What is reported.
    pub(crate) const FULL: Effort = Effort { runs: 5, commands: 200_000, pages: 16 * 1024, captures: 5 };
    /// Enough to see that it runs.
    pub(crate) const SMOKE: Effort = Effort { runs: 1, commands: 1000, pages: 64, captures: 2 };
}

pub(crate) fn measure(effort: &Effort) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut say = |what: String, value: f64, unit| {
        let value = (value * 1000.0).round() / 1000.0;
        figures.push(Figure { what, value, unit });
    };
    for load in [100_000, 500_000] {
        let times = latency(effort, load);
        for (name, time) in ["half", "99 %", "99.9 %"].into_iter().zip(times) {
            say(format!("at {load} commands a second, {name} are executed and answered within"), time, "µs");
        }
    }
    for window in [1, 64, 256] {
        let (ns, each) = message_cost(effort, window);
        let under_way = format!("{window} under way");
        say(format!("messages for a command, {under_way}"), each, "");
        say(
            format!("processor time for a message, all that is done on three servers, {under_way}"),
            ns,
            "ns",
        );
        let (bytes, allocations) = footprint(effort, window);
        let kept =
            "memory that a command adds on three servers, which share its own 100 bytes and its record";
        say(format!("{kept}, {under_way}"), bytes, "bytes");
        say(format!("requests for memory for a command, on three servers, {under_way}"), allocations, "");
    }
    for (who, checks) in [("that asks who hears it", true), ("that does not ask who hears it", false)] {
        let (ns, messages) = idle_cost(effort, checks);
        let period = format!("an election period of {BEATS} heartbeats of an idle leader {who}");
        say(format!("{period}: messages"), messages, "");
        say(format!("{period}: processor time on three servers"), ns, "ns");
    }
    let stalls = pages::measure(effort);
    let state = format!("a state of {:.2} GB, captured in {} steps", stalls.gigabytes, stalls.chunks);
    for (what, value) in [
        ("longest step while it is not captured", stalls.quiet_ms),
        ("longest command while it is captured", stalls.command_ms),
        ("the step that begins to capture it", stalls.first_ms),
        ("longest step that captures a part", stalls.part_ms),
        ("the last step, which lets go of the snapshot before", stalls.last_ms),
        ("restored from its snapshot in", stalls.restored_ms),
    ] {
        say(format!("{state}: {what}"), value, "ms");
    }
    figures
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Medians, over runs, of three percentiles in µs of the time from a command's arrival to its answer, while commands
/// arrive evenly. The network takes no time and the disk none. The clock is the thread's time on its processor, and
/// idle time is skipped, so that neither other programs nor the waking of a thread are measured.
fn latency(effort: &Effort, per_second: u64) -> [f64; 3] {
    let runs: Vec<[f64; 3]> = (0..effort.runs).map(|_| latency_once(effort.commands, per_second)).collect();
    std::array::from_fn(|at| median(runs.iter().map(|run| run[at]).collect()))
}

fn latency_once(commands: usize, per_second: u64) -> [f64; 3] {
    let mut trio = Applied::<Batch<u8>>::start(256);
    let command = shared();
    decide(&mut trio, &command, 10_000, 256);
    let gap = Duration::from_nanos(1_000_000_000 / per_second);
    let (start, mut skipped) = (now(), Duration::ZERO);
    let mut arrived = [Duration::ZERO; 256];
    let (mut sent, mut under_way, mut times) = (0_u32, 0, Vec::with_capacity(commands));
    while times.len() < commands {
        let time = now() - start + skipped;
        let due = gap * sent;
        if due <= time && (sent as usize) < commands && under_way < 256 {
            let client = trio.send(command.clone()).expect("fewer than 256 are under way");
            arrived[client as usize] = due;
            (sent, under_way) = (sent + 1, under_way + 1);
            continue;
        }
        if under_way == 0 {
            skipped += due - time;
            continue;
        }
        trio.exchange();
        let time = now() - start + skipped;
        under_way -= trio.host.answered.len();
        times.extend(trio.host.answered.iter().map(|client| time - arrived[*client as usize]));
    }
    times.sort_unstable();
    let at = |share: f64| times[(share * (times.len() - 1) as f64) as usize].as_secs_f64() * 1e6;
    [0.5, 0.99, 0.999].map(at)
}

/// Processor time in ns of all that is done, by messages handed over, and messages by command.
fn message_cost(effort: &Effort, window: usize) -> (f64, f64) {
    let runs: Vec<(f64, f64)> = (0..effort.runs)
        .map(|_| {
            let mut trio = Applied::<Batch<u8>>::start(window);
            let command = shared();
            decide(&mut trio, &command, 1000, window);
            let before = trio.host.messages;
            let ((), time) = timed(|| decide(&mut trio, &command, effort.commands, window));
            let messages = (trio.host.messages - before) as f64;
            (time.as_secs_f64() * 1e9 / messages, messages / effort.commands as f64)
        })
        .collect();
    (median(runs.iter().map(|run| run.0).collect()), median(runs.iter().map(|run| run.1).collect()))
}

/// Processor time in ns of all that is done in an election period in which nobody asks for anything, and its messages.
fn idle_cost(effort: &Effort, checks: bool) -> (f64, f64) {
    let periods = (effort.commands / BEATS).max(1);
    let runs: Vec<(f64, f64)> = (0..effort.runs)
        .map(|_| {
            let mut trio = Ours::<Batch<u8>, false>::led(1, checks);
            decide(&mut trio, &shared(), 1000, 1);
            let mut messages = 0;
            let ((), time) = timed(|| (0..periods).for_each(|_| messages += trio.idle_period(BEATS)));
            (time.as_secs_f64() * 1e9 / periods as f64, messages as f64 / periods as f64)
        })
        .collect();
    (median(runs.iter().map(|run| run.0).collect()), median(runs.iter().map(|run| run.1).collect()))
}

/// Bytes kept, and requests for memory, by command: counted by a program of its own.
fn footprint(effort: &Effort, window: usize) -> (f64, f64) {
    // Close below a power of two, where what a queue has in reserve is least.
    let commands = (effort.commands * 5).to_string();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_paxos_footprint"))
        .args([window.to_string(), commands])
        .output()
        .expect("the program stands beside this one");
    let line = String::from_utf8_lossy(&output.stdout);
    let mut numbers = line.split_whitespace().filter_map(|number| number.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(bytes), Some(allocations)) => (bytes, allocations),
        _ => panic!("paxos_footprint: {line}{}", String::from_utf8_lossy(&output.stderr)),
    }
}
