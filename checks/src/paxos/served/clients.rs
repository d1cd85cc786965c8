//! What clients did and were told, in real time, and what they may do next.

use super::{
    ledger::{Adder, Operation},
    limits::LIMITS,
    machine::Asked,
};
use quorate::linear::{Conclusion, History, check};
use quorate_core::{
    paxos::server::Request,
    session::{ClientId, Sequence, Stamp},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// One command: what it adds, when it was first sent, and when it was first answered, with what.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub(super) struct Command {
    /// What it adds. No two commands add the same.
    amount: u32,
    began: u32,
    done: Option<(u32, u64)>,
}

/// One read that was answered.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
struct Read {
    began: u32,
    ended: u32,
    sum: u64,
}

/// What clients did and were told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct Clients {
    commands: BTreeMap<(ClientId, Sequence), Command>,
    reads: Vec<Read>,
    /// By client, the lowest number whose reply it still wanted when it said so last.
    acknowledged: BTreeMap<ClientId, Sequence>,
    /// Sessions that were opened and not refused since.
    sessions: Vec<ClientId>,
}

/// Numbers that a client of a session of its own gives, at most: its commands' amounts are told apart by that.
const VISITS: u64 = 3;

impl Clients {
    /// A command is sent, perhaps again.
    pub fn send(&mut self, now: u32, stamp: &Stamp, amount: u32) {
        let command = Command { amount, began: now, done: None };
        self.commands.entry((stamp.client, stamp.sequence)).or_insert(command);
        let wanted = self.acknowledged.entry(stamp.client).or_default();
        *wanted = stamp.acknowledged.max(*wanted);
    }

    /// An attempt at a command is answered. Says whether it is the first answer, or the same again.
    pub fn hear(&mut self, now: u32, key: (ClientId, Sequence), output: u64) -> bool {
        let Some(command) = self.commands.get_mut(&key) else { return false };
        command.done.get_or_insert((now, output)).1 == output
    }

    /// A read is answered.
    pub fn read(&mut self, began: u32, ended: u32, sum: u64) {
        self.reads.push(Read { began, ended, sum });
    }

    /// A session is open. Says whether its name is new.
    pub fn opened(&mut self, client: ClientId) -> bool {
        let is_new = !self.sessions.contains(&client) && self.issued(client) == 0;
        self.sessions.push(client);
        is_new && !is_resident(client)
    }

    /// A session is refused. Says whether it may be: a resident's never goes.
    pub fn evicted(&mut self, client: ClientId) -> bool {
        self.sessions.retain(|session| *session != client);
        !is_resident(client)
    }

    /// Has the client said that it needs this reply no more?
    pub fn gave_up(&self, (client, sequence): (ClientId, Sequence)) -> bool {
        self.acknowledged.get(&client).is_some_and(|wanted| sequence < *wanted)
    }

    /// Is there an order of these operations that explains every answer?
    pub fn linearizable(&self, budget: u64) -> Conclusion<()> {
        let mut events = Vec::new();
        for command in self.commands.values() {
            let done = command.done.map(|(at, sum)| (at, Some(sum)));
            events.push((command.began, Operation::Add(command.amount), done));
        }
        let reads = self.reads.iter();
        events.extend(reads.map(|read| (read.began, Operation::Read, Some((read.ended, Some(read.sum))))));
        let mut moments = BTreeMap::new();
        for (index, (began, _, done)) in events.iter().enumerate() {
            moments.insert(*began, (index, None));
            moments.extend(done.map(|(ended, sum)| (ended, (index, sum))));
        }
        let (mut history, mut ids) = (History::default(), vec![None; events.len()]);
        for (index, told) in moments.into_values() {
            match (ids[index], told) {
                (Some(id), Some(sum)) => drop(history.complete(id, sum)),
                _ => ids[index] = Some(history.invoke(index as u64, events[index].1)),
            }
        }
        check(&Adder, &history, budget)
    }

    /// How many commands a client has numbered.
    pub fn issued(&self, client: ClientId) -> u64 {
        self.of(client).next_back().map_or(0, |(sequence, _)| sequence.0 + 1)
    }

    /// The lowest number whose reply the client still wants.
    fn wanted(&self, client: ClientId) -> u64 {
        let open = self.of(client).find(|(_, command)| command.done.is_none());
        open.map_or_else(|| self.issued(client), |(sequence, _)| sequence.0)
    }

    fn of(&self, client: ClientId) -> impl DoubleEndedIterator<Item = (Sequence, &Command)> {
        let all = (client, Sequence(0))..=(client, Sequence(u64::MAX));
        self.commands.range(all).map(|((_, sequence), command)| (*sequence, command))
    }

    fn attempt(&self, client: ClientId, sequence: u64) -> Asked {
        let acknowledged = Sequence(self.wanted(client).min(sequence));
        let stamp = Stamp { client, sequence: Sequence(sequence), acknowledged };
        Request::Execute { stamp, command: amount(client, sequence) }
    }

    /// The next command of a client, if it may have one more under way.
    pub fn next(&self, client: ClientId) -> Option<Asked> {
        let (issued, wanted) = (self.issued(client), self.wanted(client));
        // Who may lose its session has one command under way: an outcome that nobody learns makes a history hard to judge.
        let (most, together) =
            if is_resident(client) { (1000, u64::from(LIMITS.pipeline)) } else { (VISITS, 1) };
        (issued < wanted + together && issued < most).then(|| self.attempt(client, issued))
    }

    /// What a client may send again: what is not answered, and what it was answered last, as if the network had kept
    /// a copy.
    pub fn again(&self, client: ClientId) -> impl Iterator<Item = Asked> {
        let last = self.wanted(client).saturating_sub(1);
        (last..self.issued(client)).map(move |sequence| self.attempt(client, sequence))
    }

    /// Who may ask: the residents, and whoever has a session.
    pub fn all(&self) -> impl Iterator<Item = ClientId> {
        (0..LIMITS.residents).map(|client| ClientId(client.into())).chain(self.sessions.iter().copied())
    }
}

fn is_resident(client: ClientId) -> bool {
    client.0 < u64::from(LIMITS.residents)
}

/// What a command adds: its last four digits name it, and those before make the sums of different commands differ, so
/// that a sum says which commands it has seen.
fn amount(client: ClientId, sequence: u64) -> u32 {
    let name = if is_resident(client) {
        1000 * (client.0 + 1) + sequence
    } else {
        1000 * (u64::from(LIMITS.residents) + 1) + VISITS * client.0 + sequence
    };
    let digits = name.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    u32::try_from(digits % 10_000 * 10_000 + name % 10_000).unwrap_or(u32::MAX)
}
