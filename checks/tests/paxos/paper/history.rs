//! Random executions, and what can be read off them afterwards.

use crate::cluster::{Cluster, bare};
use quorate_core::paxos::{Ballot, Config, Message, Slot, TimerKind, Value, Write};
use std::collections::{BTreeMap, BTreeSet};

/// Executions per claim, and steps in each.
const RUNS: u64 = 150;
const STEPS: usize = 250;
const REPLICAS: u16 = 3;

/// What was said and written in one execution.
pub(crate) struct History {
    /// By which the execution can be made again.
    pub(crate) seed: u64,
    pub(crate) cluster: Cluster,
}

/// A generator of random numbers (xorshift), so that a seed is all there is to a run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn node(&mut self) -> u16 {
        self.below(usize::from(REPLICAS)) as u16
    }
}

/// Checks a claim on many executions. A failure names the seed.
pub(crate) fn in_every_execution(claim: impl Fn(&History)) {
    let mut chosen = 0;
    for seed in 1..=RUNS {
        let config = Config { rejects: seed % 2 == 0, commit_messages: seed % 3 == 0, ..bare() };
        let history = execution(seed, config);
        chosen += history.chosen().len();
        claim(&history);
    }
    assert!(chosen > 100, "only {chosen} values were chosen: the claim was hardly looked at");
}

fn execution(seed: u64, config: Config) -> History {
    let mut cluster = Cluster::new(config);
    cluster.sync_at_once = false;
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    for step in 0..STEPS {
        let node = random.node();
        match random.below(20) {
            0 => cluster.crash(node, random.below(3)),
            1 if cluster.is_up(node) => cluster.timer(node, TimerKind::Election),
            2..5 if cluster.is_up(node) => drop(cluster.submit(node, step as u32)),
            5..9 if cluster.is_up(node) => cluster.sync(node, random.below(cluster.unsynced(node) + 1)),
            9 => drop(cluster.network.pop_front()),
            10..20 => deliver_some(&mut cluster, &mut random),
            _ if !cluster.is_up(node) => cluster.restart(node),
            _ => {}
        }
    }
    History { seed, cluster }
}

/// Delivers any message, and sometimes keeps it to be delivered again.
fn deliver_some(cluster: &mut Cluster, random: &mut Random) {
    if cluster.network.is_empty() {
        return;
    }
    let letter =
        cluster.network.swap_remove_back(random.below(cluster.network.len())).expect("within bounds");
    if random.below(4) == 0 {
        cluster.network.push_back(letter.clone());
    }
    if cluster.is_up(letter.1.0) {
        cluster.deliver(letter);
    }
}

impl History {
    /// Every proposal issued: slot, number, value.
    pub(crate) fn issued(&self) -> BTreeSet<(Slot, Ballot, Value<u32>)> {
        let mut issued = BTreeSet::new();
        for (.., message) in &self.cluster.sent {
            if let Message::Accept { ballot, first, values, .. } = message {
                issued.extend(
                    (first.0..).map(Slot).zip(values).map(|(slot, value)| (slot, *ballot, value.clone())),
                );
            }
        }
        issued
    }

    /// Every proposal accepted, on disk: slot, number, acceptor, value.
    pub(crate) fn accepted(&self) -> BTreeSet<(Slot, Ballot, u16, Value<u32>)> {
        let mut accepted = BTreeSet::new();
        for (node, write) in &self.cluster.written {
            if let Write::Accept { ballot, first, values } = write {
                let slots = (first.0..).map(Slot).zip(values);
                accepted.extend(slots.map(|(slot, value)| (slot, *ballot, *node, value.clone())));
            }
        }
        accepted
    }

    /// Every proposal that a majority accepted: slot, number, value.
    pub(crate) fn chosen(&self) -> BTreeSet<(Slot, Ballot, Value<u32>)> {
        let mut voters: BTreeMap<_, BTreeSet<u16>> = BTreeMap::new();
        for (slot, ballot, node, value) in self.accepted() {
            voters.entry((slot, ballot, value)).or_default().insert(node);
        }
        let majority = usize::from(REPLICAS / 2 + 1);
        voters
            .into_iter()
            .filter(|(_, nodes)| nodes.len() >= majority)
            .map(|(proposal, _)| proposal)
            .collect()
    }

    /// Who answered a prepare request of this number.
    pub(crate) fn promised(&self, number: Ballot) -> BTreeSet<u16> {
        // A proposer promises to itself without a message, as it writes its number down.
        let own = self.cluster.written.iter().filter_map(|(node, write)| match write {
            Write::Promise(ballot) if *ballot == number && number.node.0 == *node => Some(*node),
            _ => None,
        });
        let sent = self.cluster.sent.iter().filter_map(|(from, _, message)| match message {
            Message::Promise { ballot, .. } if *ballot == number => Some(from.0),
            _ => None,
        });
        own.chain(sent).collect()
    }
}
