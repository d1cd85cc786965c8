//! What the log means: the values that were announced as chosen, and the state after each of them.

use super::{ledger::Ledger, limits::LIMITS, machine::Command};
use quorate::world::Shared;
use quorate_core::{
    paxos::{Slot, Value},
    session::{ClientId, Opened, Sequence, Stamp, Table},
};
use quorate_machine::Replicated;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The replicated state between two slots.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct State {
    /// The ledger.
    pub ledger: Ledger,
    /// The client table.
    pub clients: Table<u64>,
}

/// The log, and what it means.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Reference {
    chosen: Vec<Value<Command>>,
    /// By slot, the state before it; and one more.
    states: Vec<Shared<State>>,
    /// By command, the slot in which it took effect.
    executed: BTreeMap<(ClientId, Sequence), Slot>,
    /// Two servers announced different values for one slot, or one announced a slot that nobody could know to follow.
    pub disagreed: bool,
    /// The sessions, residents' apart, in which a command was given.
    used: BTreeSet<ClientId>,
    /// How often a session had to go while one was in use and another had never been.
    pub choices: u32,
    /// One that was in use went then.
    pub unfair: bool,
}

impl Default for Reference {
    fn default() -> Self {
        let state = State { ledger: Ledger::default(), clients: Table::new(LIMITS) };
        Reference {
            chosen: Vec::new(),
            states: vec![Shared::new(state)],
            executed: BTreeMap::new(),
            disagreed: false,
            used: BTreeSet::new(),
            choices: 0,
            unfair: false,
        }
    }
}

/// What was new in what a server announced.
#[derive(Clone, Copy, Default, Debug)]
pub struct News {
    /// No-ops.
    pub noops: u32,
    /// Commands that had been executed in an earlier slot.
    pub repeated: u32,
}

impl Reference {
    /// Is all of it known already? Then nothing changes.
    pub fn knows(&self, first: Slot, values: &[Value<Command>]) -> bool {
        let known =
            usize::try_from(first.0).ok().and_then(|first| self.chosen.get(first..first + values.len()));
        known == Some(values)
    }

    /// A server announces these values as chosen. `meant` says whose a command is.
    pub fn choose(&mut self, first: Slot, values: &[Value<Command>], meant: fn(&Stamp) -> Stamp) -> News {
        let mut news = News::default();
        for (slot, value) in (first.0..).zip(values) {
            let at = usize::try_from(slot).unwrap_or(usize::MAX);
            match self.chosen.get(at) {
                Some(known) => self.disagreed |= known != value,
                None if at == self.chosen.len() => self.execute(Slot(slot), value, meant, &mut news),
                None => self.disagreed = true,
            }
        }
        news
    }

    fn execute(&mut self, slot: Slot, value: &Value<Command>, meant: fn(&Stamp) -> Stamp, news: &mut News) {
        self.chosen.push(value.clone());
        let Some(before) = self.states.last().cloned() else { return };
        let Value::Command(command) = value else {
            news.noops += 1;
            return self.states.push(before);
        };
        let State { mut ledger, mut clients } = State::clone(&before);
        match command {
            Command::Open => {
                if let Ok(Opened { evicted: Some(evicted), .. }) = clients.open(slot.0) {
                    self.judge(&before.clients, evicted);
                }
            }
            Command::Execute { stamp, command } => {
                if clients.clients().any(|client| client == stamp.client) {
                    self.used.insert(stamp.client);
                }
                let mut is_first = false;
                // A refusal is the client's business.
                let _ = clients.execute(slot.0, stamp, || {
                    is_first = true;
                    ledger.apply(slot.0, command)
                });
                news.repeated += u32::from(!is_first);
                if is_first {
                    let stamp = meant(stamp);
                    self.executed.entry((stamp.client, stamp.sequence)).or_insert(slot);
                }
            }
        }
        self.states.push(Shared::new(State { ledger, clients }));
    }

    /// PX-S24: of these sessions one had to go.
    fn judge(&mut self, sessions: &Table<u64>, evicted: ClientId) {
        let others = sessions.clients().filter(|client| client.0 >= LIMITS.residents.into());
        let (used, unused): (Vec<_>, Vec<_>) = others.partition(|client| self.used.contains(client));
        let is_choice = !used.is_empty() && !unused.is_empty();
        self.choices += u32::from(is_choice);
        self.unfair |= is_choice && used.contains(&evicted);
    }

    /// The state after exactly the slots before `upto`.
    pub fn state(&self, upto: Slot) -> Option<&State> {
        self.states.get(usize::try_from(upto.0).ok()?).map(|state| &**state)
    }

    /// The slot in which a command took effect.
    pub fn slot(&self, key: &(ClientId, Sequence)) -> Option<Slot> {
        self.executed.get(key).copied()
    }

    /// What is chosen there.
    pub fn value(&self, slot: Slot) -> Option<&Value<Command>> {
        self.chosen.get(usize::try_from(slot.0).ok()?)
    }

    /// Is nothing chosen?
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }
}
