//! One measurement: one model, one engine, in this process.

use quorate::engine::{Options, Store, Symmetry, search, search_encoded, search_packed, search_symmetric};
use quorate_checks::calibration::paxos_register::PaxosRegister;
use quorate_checks::calibration::two_phase_commit::{
    TwoPhaseCommit, canonical, packed::PackedTwoPhaseCommit, swaps,
};
use serde::{Serialize, de::DeserializeOwned};
use stateright::Checker;
use std::hash::Hash;
use std::time::Instant;

/// What is searched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    /// Two-phase commit with 8 managers, rich states.
    Rich8,
    /// The same on a `u64`.
    Packed8,
    /// Two-phase commit with 9 managers, rich states.
    Rich9,
    /// The same on a `u64`.
    Packed9,
    /// The Paxos register with 3 clients.
    Register3,
}

impl Subject {
    const ALL: [Subject; 5] =
        [Subject::Rich8, Subject::Packed8, Subject::Rich9, Subject::Packed9, Subject::Register3];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Subject::Rich8 => "2pc-8",
            Subject::Packed8 => "2pc-8-u64",
            Subject::Rich9 => "2pc-9",
            Subject::Packed9 => "2pc-9-u64",
            Subject::Register3 => "paxos-3",
        }
    }

    /// The subject of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Subject::ALL.into_iter().find(|subject| subject.name() == name)
    }
}

/// What searches it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    /// Ours, by fingerprint.
    Quorate,
    /// Ours, with the frontier as bytes.
    Encoded,
    /// Ours, by the state's own bytes, where it packs.
    Exact,
    /// Ours, with whole states compared: what an audit costs.
    Audit,
    /// Ours, orbits instead of states: what is left with every check of the canonical form.
    Orbits,
    /// stateright's `spawn_bfs`.
    Stateright,
}

impl Engine {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::Quorate => "quorate",
            Engine::Encoded => "quorate-encoded",
            Engine::Exact => "quorate-exact",
            Engine::Audit => "quorate-audit",
            Engine::Orbits => "quorate-orbits",
            Engine::Stateright => "stateright",
        }
    }

    /// The engine of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [
            Engine::Quorate,
            Engine::Encoded,
            Engine::Exact,
            Engine::Audit,
            Engine::Orbits,
            Engine::Stateright,
        ];
        all.into_iter().find(|engine| engine.name() == name)
    }
}

/// What one measurement gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Distinct states.
    pub(crate) states: u64,
    /// Seconds of CPU, all threads.
    pub(crate) cpu: f64,
    /// Seconds on the wall.
    pub(crate) wall: f64,
    /// Most memory held at once, less what was held before the search, in bytes.
    pub(crate) memory: f64,
}

impl Sample {
    /// As one line, from the process that measured to the one that asked.
    pub(crate) fn to_line(self) -> String {
        format!("{} {} {} {}", self.states, self.cpu, self.wall, self.memory)
    }

    /// The sample of such a line.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let states = words.next()?.parse().ok()?;
        let mut number = || words.next()?.parse().ok();
        Some(Sample { states, cpu: number()?, wall: number()?, memory: number()? })
    }
}

/// Measures in this process.
pub(crate) fn measure(subject: Subject, engine: Engine, threads: usize) -> Sample {
    let packed = |managers| PackedTwoPhaseCommit(TwoPhaseCommit::new(managers));
    match (subject, engine) {
        (Subject::Rich8, Engine::Orbits) => orbits(&TwoPhaseCommit::new(8), threads),
        (Subject::Rich8, _) => rich(TwoPhaseCommit::new(8), engine, threads),
        (Subject::Rich9, _) => rich(TwoPhaseCommit::new(9), engine, threads),
        (Subject::Register3, _) => rich(PaxosRegister { clients: 3 }, engine, threads),
        (Subject::Packed8, Engine::Exact) => exact(&packed(8), threads),
        (Subject::Packed9, Engine::Exact) => exact(&packed(9), threads),
        (Subject::Packed8, _) => by_hash(packed(8), engine, threads),
        (Subject::Packed9, _) => by_hash(packed(9), engine, threads),
    }
}

fn by_hash<M>(model: M, engine: Engine, threads: usize) -> Sample
where
    M: quorate_spec::Spec + Send + Sync + 'static,
    M::State: Clone + Eq + Hash + Send + Sync + 'static,
    M::Action: Clone + PartialEq + Send + Sync,
{
    sample(|| match engine {
        Engine::Stateright => model.checker().threads(threads).spawn_bfs().join().unique_state_count() as u64,
        Engine::Audit => ours(threads, |options| {
            search(&model, &Options { store: Store::Audit, ..options.clone() }).unique_states
        }),
        _ => ours(threads, |options| search(&model, options).unique_states),
    })
}

fn rich<M>(model: M, engine: Engine, threads: usize) -> Sample
where
    M: quorate_spec::Spec + Send + Sync + 'static,
    M::State: Clone + Eq + Hash + Send + Sync + Serialize + DeserializeOwned + 'static,
    M::Action: Clone + PartialEq + Send + Sync,
{
    match engine {
        Engine::Encoded => sample(|| ours(threads, |options| search_encoded(&model, options).unique_states)),
        _ => by_hash(model, engine, threads),
    }
}

fn exact(model: &PackedTwoPhaseCommit, threads: usize) -> Sample {
    sample(|| ours(threads, |options| search_packed(model, options).unique_states))
}

fn orbits(model: &TwoPhaseCommit, threads: usize) -> Sample {
    let symmetry = Symmetry { canonical, images: swaps };
    sample(|| ours(threads, |options| search_symmetric(model, &symmetry, options).unique_states))
}

fn ours(threads: usize, search: impl FnOnce(&Options) -> u64) -> u64 {
    search(&Options { threads, ..Options::default() })
}

fn sample(search: impl FnOnce() -> u64) -> Sample {
    let (before, used, started) = (kilobytes("VmRSS:"), cpu_seconds(), Instant::now());
    let states = search();
    Sample {
        states,
        cpu: cpu_seconds() - used,
        wall: started.elapsed().as_secs_f64(),
        memory: (kilobytes("VmHWM:") - before) * 1024.0,
    }
}

/// A line of `/proc/self/status`.
fn kilobytes(key: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("memory is measured on Linux");
    let line = status.lines().find(|line| line.starts_with(key)).expect("the kernel tells it");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("it is a number")
}

/// Seconds of CPU of this process, threads that have ended among them.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("time is measured on Linux");
    let after_name = stat.rsplit(')').next().expect("the name is in parentheses");
    // Fields 14 and 15 of proc(5), counted from 1 with the name as the second: user and system time, in hundredths.
    let ticks: f64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum();
    ticks / 100.0
}
