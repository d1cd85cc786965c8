//! Random runs: messages are lost, repeated and reordered, disks lag, servers crash, clients ask again elsewhere. What
//! the clients saw must be linearizable, and at the end everybody agrees. A failure names its seed.

use crate::cluster::{Answer, Cluster, Serves, small, stamp};
use crate::history::{History, Seen};
use crate::ledger::Ledger;
use crate::planted::{AtProposalOnly, LocalRead, Wrong};
use quorate_core::paxos::server::{Config, Notice, Request, Response, Server};
use quorate_core::paxos::{self, Standing, TimerKind};
use quorate_core::session::Limits;
use quorate_machine::RequestId;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Marsaglia's xorshift: enough for choosing, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }
}

/// Everything that production has, so small that all of it happens.
fn cramped(seed: u64) -> Config {
    let log = paxos::Config {
        window: 4,
        batch: 2,
        queue: 2,
        chunk: 2,
        chunks: 1 + (seed % 2) as u32,
        reach: 8,
        heartbeats: true,
        resend: true,
        rejects: true,
        chosen_every: 3,
        retain: 2,
        reads: 3,
        observers: u16::from(seed.is_multiple_of(5)),
        pre_vote: seed.is_multiple_of(2),
        peer_window: if seed.is_multiple_of(3) { 6 } else { 0 },
        ..small().log
    };
    Config { log, clients: Limits { residents: 2, sessions: 1, pipeline: 2 }, compact_every: 5 }
}

/// Two clients, who number their commands, ask again elsewhere, and remember what they saw.
struct Run<M: Serves> {
    cluster: Cluster<M>,
    dice: Dice,
    history: History,
    /// By request that is not answered: which command it is an attempt at, or which read.
    asked: BTreeMap<RequestId, Asked>,
    /// By client: its open commands, and the lowest number that it wants answered.
    open: [Vec<u64>; 2],
    issued: [u64; 2],
    cut_off: Option<u16>,
}

#[derive(Clone, Copy)]
enum Asked {
    Command { client: usize, sequence: u64 },
    Read { began: usize },
    Session,
}

/// What a client adds with its command. No two add the same.
fn value(client: usize, sequence: u64) -> u8 {
    (1 + client as u64 + 2 * sequence) as u8
}

impl<M: Serves> Run<M> {
    fn new(seed: u64) -> Self {
        let mut cluster = Cluster::new(cramped(seed));
        cluster.sync_at_once = false;
        let dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let (history, asked) = (History::default(), BTreeMap::new());
        Run { cluster, dice, history, asked, open: [vec![], vec![]], issued: [0; 2], cut_off: None }
    }

    fn step(&mut self) {
        let node = self.dice.below(self.cluster.members().into()) as u16;
        match self.dice.below(100) {
            0..55 => self.network(),
            55..67 => self.timer(node),
            67..80 => self.disk(node),
            80..82 => self.cut_off = (self.cut_off.is_none()).then_some(node),
            82 => self.crash(node),
            83..87 => self.restart(node),
            _ => self.client(node),
        }
        self.listen();
    }

    fn network(&mut self) {
        let waiting = self.cluster.network.len();
        if waiting == 0 {
            return;
        }
        let fate = self.dice.below(20);
        // Mostly the oldest: what is always reordered never gets anywhere.
        let at = if fate < 14 { 0 } else { self.dice.below(waiting) };
        let letter = self.cluster.network.remove(at).expect("it is there");
        if fate == 19 {
            self.cluster.network.push_back(letter.clone());
        }
        let is_cut = self.cut_off.is_some_and(|node| node == letter.0.0 || node == letter.1.0);
        if fate != 18 && !is_cut && self.cluster.is_up(letter.1.0) {
            self.cluster.deliver(letter);
        }
    }

    fn timer(&mut self, node: u16) {
        if !self.cluster.is_up(node) {
            return;
        }
        let armed: Vec<_> = self.cluster.driver(node).armed().iter().copied().collect();
        let Some(kind) = armed.get(self.dice.below(armed.len())).copied() else { return };
        if kind != TimerKind::Election || self.dice.below(4) == 0 {
            self.cluster.timer(node, kind);
        }
    }

    fn disk(&mut self, node: u16) {
        if self.cluster.is_up(node) {
            let unsynced = self.cluster.driver(node).unsynced();
            let writes = if self.dice.below(3) == 0 { self.dice.below(unsynced + 1) } else { unsynced };
            self.cluster.sync(node, writes);
        }
    }

    fn crash(&mut self, node: u16) {
        if self.cluster.is_up(node) {
            let kept = self.dice.below(self.cluster.driver(node).unsynced() + 1);
            self.cluster.crash(node, kept);
        }
    }

    fn restart(&mut self, node: u16) {
        if !self.cluster.is_up(node) {
            self.cluster.restart(node);
        }
    }

    /// A command of its own, one again, or a read.
    fn client(&mut self, node: u16) {
        let client = self.dice.below(2);
        if !self.cluster.is_up(node) {
            return;
        }
        match self.dice.below(8) {
            0 => self.ask(node, Asked::Session, Request::Open),
            1 | 2 => {
                let began = self.history.now();
                self.ask(node, Asked::Read { began }, Request::Read { query: () });
            }
            3..6 if self.issued[client] < self.wanted(client) + 2 && self.issued[client] < 100 => {
                let sequence = self.issued[client];
                self.issued[client] += 1;
                self.open[client].push(sequence);
                self.history.began(value(client, sequence));
                self.attempt(node, client, sequence);
            }
            _ if !self.open[client].is_empty() => {
                let sequence = self.open[client][self.dice.below(self.open[client].len())];
                self.attempt(node, client, sequence);
            }
            _ => {}
        }
    }

    /// The lowest number that the client wants answered.
    fn wanted(&self, client: usize) -> u64 {
        self.open[client].iter().copied().min().unwrap_or(self.issued[client])
    }

    fn attempt(&mut self, node: u16, client: usize, sequence: u64) {
        let stamp = stamp(client as u64, sequence, self.wanted(client).min(sequence));
        let request = Request::Execute { stamp, command: value(client, sequence) };
        self.ask(node, Asked::Command { client, sequence }, request);
    }

    fn ask(&mut self, node: u16, asked: Asked, request: Request<u8, ()>) {
        let id = self.cluster.ask(node, request);
        self.asked.insert(id, asked);
    }

    /// What was answered since.
    fn listen(&mut self) {
        let answered: Vec<_> =
            self.asked.keys().filter_map(|id| Some((*id, self.cluster.reply(*id)?.clone()))).collect();
        for (id, answer) in answered {
            let asked = self.asked.remove(&id).expect("it was asked");
            self.hear(asked, answer);
        }
    }

    fn hear(&mut self, asked: Asked, answer: Answer) {
        match (asked, answer) {
            (_, Response::NotLeader { .. } | Response::Full) => {}
            (Asked::Command { client, sequence }, Response::Done { output }) => {
                self.history.done(value(client, sequence), output);
                self.open[client].retain(|open| *open != sequence);
            }
            // An earlier attempt was answered, and another command has acknowledged it.
            (Asked::Command { client, sequence }, Response::Refused(_)) => {
                assert!(!self.open[client].contains(&sequence), "an open command is refused");
            }
            (Asked::Read { began }, Response::Answer { answer, .. }) => self.history.read(began, answer),
            (Asked::Session, Response::Opened { .. }) => {}
            (_, answer) => panic!("not an answer to what was asked: {answer:?}"),
        }
    }

    /// Everything works again: every open command is answered, and the servers are equal.
    fn heal(&mut self) {
        self.cut_off = None;
        let members = self.cluster.members();
        (0..members).for_each(|node| self.restart(node));
        self.cluster.sync_at_once = true;
        (0..members).for_each(|node| self.cluster.sync(node, self.cluster.driver(node).unsynced()));
        for round in 0..200 {
            let node = round % members;
            for kind in [TimerKind::Election, TimerKind::Resend, TimerKind::Heartbeat, TimerKind::Capture] {
                let leads = |node| self.cluster.server(node).replica().standing() == Standing::Leader;
                if kind != TimerKind::Election || !(0..members).any(leads) {
                    self.cluster.timer(node, kind);
                }
                self.cluster.deliver_all();
            }
            for client in 0..2 {
                self.open[client].clone().into_iter().for_each(|open| self.attempt(node, client, open));
            }
            self.cluster.deliver_all();
            self.listen();
            let applied = |node| self.cluster.server(node).applied();
            let is_equal = (1..members).all(|node| applied(node) == applied(0));
            if is_equal && self.open.iter().all(Vec::is_empty) {
                return;
            }
        }
        panic!("it does not settle: {:?} are open", self.open);
    }
}

/// One run, and what was seen in it.
///
/// # Panics
/// If something is wrong.
fn run<M: Serves>(seed: u64, steps: usize) -> Seen {
    let mut run = Run::<M>::new(seed);
    (0..steps).for_each(|_| run.step());
    run.heal();
    let ledger = run.cluster.server(0).state().clone();
    let mut seen = run.history.check(&ledger.entries);
    for (_, notice) in &run.cluster.notices {
        seen.installs += usize::from(matches!(notice, Notice::Log(paxos::Notice::Installed { .. })));
        seen.captures += usize::from(matches!(notice, Notice::Capturing(_)));
        seen.evictions += usize::from(matches!(notice, Notice::Evicted(_)));
        seen.roles += usize::from(matches!(notice, Notice::Log(paxos::Notice::Role(Standing::Leader))));
    }
    seen
}

#[test]
fn random_runs_are_linearizable_and_settle() {
    let mut all = Seen::default();
    for seed in 0..1000 {
        let seen = catch_unwind(|| run::<Server<Ledger>>(seed, 2000));
        all.add(&seen.unwrap_or_else(|_| panic!("seed {seed}")));
    }
    println!("{all:?}");
    let Seen { commands, again, reads, installs, captures, evictions, roles } = all;
    for (count, what) in [
        (commands, "commands"),
        (again, "answers given again"),
        (reads, "reads"),
        (installs, "installs"),
        (captures, "captures"),
        (evictions, "evictions"),
        (roles, "leaders"),
    ] {
        assert!(count > 20, "{count} {what}: too few to mean anything");
    }
}

/// The first seed at which a server with a defect is found out, and what is said.
fn complaint<M: Serves>() -> (u64, String) {
    for seed in 0..50 {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run::<M>(seed, 2000))) {
            let text = panic.downcast_ref::<String>().cloned();
            return (seed, text.unwrap_or_else(|| "no text".into()));
        }
    }
    panic!("the defect is not found in 50 runs")
}

#[test]
fn planted_p19_is_found_by_random_runs() {
    let (_, said) = complaint::<Wrong<AtProposalOnly>>();
    assert!(said.contains("PX-S14"), "{said}");
}

#[test]
fn planted_p23_is_found_by_random_runs() {
    let (_, said) = complaint::<Wrong<LocalRead>>();
    assert!(said.contains("a read"), "{said}");
}
