//! Is what the clients saw linearizable? For the ledger that is easy to say, because its last state shows the order in
//! which the commands took effect: an order of the clients' choice need not be searched for.

use std::collections::BTreeMap;

/// What the clients did and saw, in real time.
#[derive(Default)]
pub(crate) struct History {
    clock: usize,
    commands: BTreeMap<u8, Command>,
    reads: Vec<Read>,
    again: usize,
}

struct Command {
    began: usize,
    /// When it was answered first, and with what.
    done: Option<(usize, u64)>,
}

struct Read {
    began: usize,
    ended: usize,
    sum: u64,
}

/// How often what happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) commands: usize,
    /// Answers that were not the first to their command.
    pub(crate) again: usize,
    pub(crate) reads: usize,
    pub(crate) installs: usize,
    pub(crate) captures: usize,
    pub(crate) evictions: usize,
    pub(crate) roles: usize,
}

impl Seen {
    pub(crate) fn add(&mut self, other: &Seen) {
        self.commands += other.commands;
        self.again += other.again;
        self.reads += other.reads;
        self.installs += other.installs;
        self.captures += other.captures;
        self.evictions += other.evictions;
        self.roles += other.roles;
    }
}

impl History {
    /// This moment, later than any before.
    pub(crate) fn now(&mut self) -> usize {
        self.clock += 1;
        self.clock
    }

    /// A command that adds `value` is sent for the first time.
    pub(crate) fn began(&mut self, value: u8) {
        let began = self.now();
        self.commands.insert(value, Command { began, done: None });
    }

    /// An attempt at it was answered: the sum before it was `output`.
    pub(crate) fn done(&mut self, value: u8, output: u64) {
        let now = self.now();
        let command = self.commands.get_mut(&value).expect("it was sent");
        match command.done {
            None => command.done = Some((now, output)),
            Some((_, first)) => {
                assert_eq!(first, output, "PX-S14: {value} was answered differently");
                self.again += 1;
            }
        }
    }

    /// A read that was asked at `began` said `sum`.
    pub(crate) fn read(&mut self, began: usize, sum: u64) {
        let ended = self.now();
        self.reads.push(Read { began, ended, sum });
    }

    /// Whether commands that took effect in this order explain it.
    ///
    /// # Panics
    /// If they do not.
    pub(crate) fn check(&self, order: &[u8]) -> Seen {
        let mut place = BTreeMap::new();
        let mut sums = vec![0];
        for (at, value) in order.iter().enumerate() {
            assert_eq!(place.insert(*value, at), None, "PX-S14: {value} was executed twice");
            sums.push(sums[at] + u64::from(*value));
        }
        for (value, command) in &self.commands {
            let Some((ended, output)) = command.done else { continue };
            let at = *place.get(value).unwrap_or_else(|| panic!("PX-S17: {value} was answered and is lost"));
            assert_eq!(sums[at], output, "PX-S17: {value} saw what nobody else does");
            for (later, other) in self.commands.iter().filter(|(_, other)| other.began > ended) {
                let in_order = place.get(later).is_none_or(|later| *later > at);
                assert!(in_order, "PX-S17: {later}, sent at {}, goes before {value}", other.began);
            }
        }
        self.reads.iter().for_each(|read| self.check_read(read, &place, &sums));
        let commands = self.commands.values().filter(|command| command.done.is_some()).count();
        Seen { commands, again: self.again, reads: self.reads.len(), ..Seen::default() }
    }

    fn check_read(&self, read: &Read, place: &BTreeMap<u8, usize>, sums: &[u64]) {
        let saw = sums.iter().position(|sum| *sum == read.sum).expect("PX-S17: a read saw what never was");
        for (value, command) in &self.commands {
            let Some(at) = place.get(value) else { continue };
            let before = command.done.is_some_and(|(ended, _)| ended < read.began);
            assert!(!before || *at < saw, "PX-S17: a read missed {value}, answered before it was asked");
            assert!(
                command.began < read.ended || *at >= saw,
                "PX-S17: a read saw {value} before it was sent"
            );
        }
        for later in self.reads.iter().filter(|later| later.began > read.ended) {
            assert!(later.sum >= read.sum, "PX-S17: a read of {} follows one of {}", later.sum, read.sum);
        }
    }
}
