//! Random executions of servers under clients that ask again, and what becomes of them when the failures end.

use super::history::Random;
use crate::ledger::Ledger;
use crate::servers::{Ask, Cluster, add, small};
use quorate_core::paxos::server::{Config, Response, Server};
use quorate_core::paxos::{self, Standing, TimerKind};
use quorate_machine::RequestId;
use std::collections::{BTreeMap, BTreeSet};

/// Servers of a ledger.
pub(crate) type Ledgers = Cluster<Server<Ledger>>;

/// Executions per claim, and steps in each.
const RUNS: u64 = 60;
const STEPS: usize = 1200;
const SERVERS: u16 = 3;

/// Commands of a client before the failures end. What they add must differ and fit into a byte.
const ENOUGH: u64 = 90;

/// Rounds in which everything must be well again once nothing fails any more.
const ROUNDS: usize = 30;

/// One execution: three servers, and two clients with one command under way each.
pub(crate) struct Run {
    /// By which the execution can be made again.
    pub(crate) seed: u64,
    pub(crate) cluster: Ledgers,
    random: Random,
    /// By request that is not answered: the client and the number of its command.
    asked: BTreeMap<RequestId, (u64, u64)>,
    /// By client, the number of its open command.
    open: [u64; 2],
    /// By client and number, what was answered.
    answers: BTreeMap<(u64, u64), u64>,
}

/// Everything that production has, so small that all of it happens.
fn cramped(seed: u64) -> Config {
    let log = paxos::Config {
        window: 4,
        batch: 2,
        queue: 2,
        chunk: 2,
        chunks: 2,
        reach: 8,
        heartbeats: true,
        resend: true,
        rejects: true,
        chosen_every: 3,
        retain: 2,
        pre_vote: seed.is_multiple_of(2),
        peer_window: if seed.is_multiple_of(3) { 6 } else { 0 },
        ..small().log
    };
    Config { log, compact_every: 5, ..small() }
}

/// What a client adds with its command. No two add the same in one execution.
fn value(client: u64, number: u64) -> u8 {
    (1 + client + 2 * number) as u8
}

/// Checks a claim at the end of many executions. A failure names the seed.
pub(crate) fn in_every_run(claim: impl Fn(&mut Run)) {
    in_every_step(|_| {}, claim);
}

/// Like [`in_every_run`], and `watch` sees the execution after every step.
pub(crate) fn in_every_step(mut watch: impl FnMut(&Run), claim: impl Fn(&mut Run)) {
    let mut answered = 0;
    for seed in 1..=RUNS {
        let mut run = Run::new(seed);
        for _ in 0..STEPS {
            run.step();
            watch(&run);
        }
        answered += run.answers.len();
        claim(&mut run);
    }
    assert!(answered > 200, "only {answered} commands were answered: the claim was hardly looked at");
}

impl Run {
    /// Before its first step.
    pub(crate) fn new(seed: u64) -> Self {
        let mut cluster = Ledgers::new(cramped(seed));
        cluster.sync_at_once = false;
        let random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        Run { seed, cluster, random, asked: BTreeMap::new(), open: [0; 2], answers: BTreeMap::new() }
    }

    /// Something happens: mostly what should, sometimes a failure.
    pub(crate) fn step(&mut self) {
        let node = self.random.below(SERVERS.into()) as u16;
        match (self.random.below(60), self.cluster.is_up(node)) {
            (0, true) if self.random.below(3) == 0 => {
                let kept = self.random.below(3);
                self.cluster.crash(node, kept);
            }
            (0..6, false) => self.cluster.restart(node),
            (1..6, true) => self.fire(node),
            (6..22, true) => {
                let unsynced = self.cluster.driver(node).unsynced();
                let writes =
                    if self.random.below(2) == 0 { unsynced } else { self.random.below(unsynced + 1) };
                self.cluster.sync(node, writes);
            }
            (22..50, _) => self.deliver_some(),
            (50..60, true) => self.ask(node),
            _ => {}
        }
        self.listen();
    }

    /// A timer runs out. That of elections does so least often, or nobody would lead for long.
    fn fire(&mut self, node: u16) {
        let patient = self.random.below(8) > 0;
        let armed = self.cluster.driver(node).armed().iter().copied();
        let armed: Vec<_> = armed.filter(|kind| !(patient && *kind == TimerKind::Election)).collect();
        if !armed.is_empty() {
            self.cluster.timer(node, armed[self.random.below(armed.len())]);
        }
    }

    /// Delivers a message, mostly the oldest; loses one now and then, and keeps one to deliver it again.
    fn deliver_some(&mut self) {
        let waiting = self.cluster.network.len();
        if waiting == 0 {
            return;
        }
        let fate = self.random.below(16);
        let at = if fate < 12 { 0 } else { self.random.below(waiting) };
        let letter = self.cluster.network.remove(at).expect("within bounds");
        if fate == 15 {
            self.cluster.network.push_back(letter.clone());
        }
        if fate != 14 && self.cluster.is_up(letter.1.0) {
            self.cluster.deliver(letter);
        }
    }

    /// One of the clients sends its open command to `node`, perhaps again.
    fn ask(&mut self, node: u16) {
        let client = self.random.below(2) as u64;
        if self.open[client as usize] >= ENOUGH {
            return;
        }
        let command = self.command(client);
        let id = self.cluster.ask(node, command);
        self.asked.insert(id, (client, self.open[client as usize]));
    }

    fn command(&self, client: u64) -> Ask {
        let number = self.open[client as usize];
        add(client, number, value(client, number))
    }

    /// The clients look at what they were answered. Every answer to a command is that of the first time.
    fn listen(&mut self) {
        let answered: Vec<_> =
            self.asked.keys().copied().filter(|id| self.cluster.reply(*id).is_some()).collect();
        for id in answered {
            let (client, number) = self.asked.remove(&id).expect("it was asked");
            if let Some(Response::Done { output }) = self.cluster.reply(id) {
                let first = *self.answers.entry((client, number)).or_insert(*output);
                assert_eq!(first, *output, "seed {}: command {number} of client {client}", self.seed);
                let open = &mut self.open[client as usize];
                *open = (*open).max(number + 1);
            }
        }
    }

    /// Nothing fails any more. How many rounds it takes until each client has had two more commands answered and every
    /// server has executed everything; `None` if that does not come to pass.
    pub(crate) fn heal(&mut self) -> Option<usize> {
        for node in 0..SERVERS {
            if !self.cluster.is_up(node) {
                self.cluster.restart(node);
            }
            let writes = self.cluster.driver(node).unsynced();
            self.cluster.sync(node, writes);
        }
        self.cluster.sync_at_once = true;
        let wanted = self.open.map(|number| number + 2);
        (1..=ROUNDS).find(|_| {
            self.round();
            let is_answered = self.open.iter().zip(wanted).all(|(open, wanted)| *open >= wanted);
            let applied: BTreeSet<_> = (0..SERVERS).map(|node| self.cluster.server(node).applied()).collect();
            is_answered && applied.len() == 1
        })
    }

    /// Every timer fires once, those of elections only while nobody leads, and the clients ask the leader.
    fn round(&mut self) {
        self.cluster.deliver_all();
        for node in 0..SERVERS {
            if self.leader().is_none() {
                self.cluster.timer(node, TimerKind::Election);
                self.cluster.deliver_all();
            }
            for kind in [TimerKind::Heartbeat, TimerKind::Resend, TimerKind::Capture] {
                self.cluster.timer(node, kind);
                self.cluster.deliver_all();
            }
        }
        if let Some(leader) = self.leader() {
            for client in 0..2 {
                let command = self.command(client);
                let id = self.cluster.ask(leader, command);
                self.asked.insert(id, (client, self.open[client as usize]));
            }
        }
        self.cluster.deliver_all();
        self.listen();
    }

    fn leader(&self) -> Option<u16> {
        let leads = |node: &u16| self.cluster.server(*node).replica().standing() == Standing::Leader;
        (0..SERVERS).filter(leads).max_by_key(|node| self.cluster.server(*node).replica().promised())
    }

    /// Asserts that each command took effect at most once, and that each answer is the sum before its command, in the
    /// one order in which every server executes. To be called when everything is well again.
    pub(crate) fn assert_each_once(&self) {
        let (seed, entries) = (self.seed, &self.cluster.server(0).state().entries);
        let once: BTreeSet<u8> = entries.iter().copied().collect();
        assert_eq!(once.len(), entries.len(), "seed {seed}: executed twice in {entries:?}");
        for ((client, number), output) in &self.answers {
            let at = entries.iter().position(|entry| *entry == value(*client, *number));
            let at = at.unwrap_or_else(|| panic!("seed {seed}: {number} of client {client} is lost"));
            let before: u64 = entries[..at].iter().copied().map(u64::from).sum();
            assert_eq!(before, *output, "seed {seed}: {number} of client {client} saw another state");
        }
    }
}
