//! A predicate that says which messages are dead, checked at every use.
//!
//! A scope whose local graph is too large to close may state which messages are dead ([`Scope::dead`]). Nothing rests on
//! the statement: a message that was dropped in a local state is tried there, and in every local state that the search
//! reaches from it, over steps found before or after. If its delivery does anything in one of them, the result is void:
//! the search is made again and keeps all messages of that variant.
//!
//! [`Scope::dead`]: super::super::Scope::dead

use super::super::{Checkable, Envelope, Node, Shared};
use super::parts::is_idle;
use super::{Dead, Place};
use foldhash::fast::FixedState;
use quorate_machine::Machine;
use std::collections::{HashMap, HashSet};
use std::mem::{Discriminant, discriminant};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError, RwLock};

/// Steps that a search may still take once its result is void, so that it refutes more than one message.
const AFTER_REFUTATION: u64 = 20_000;

/// Shards of the sets that every step looks into, so that threads rarely meet.
const SHARDS: usize = 64;

/// An odd constant that spreads one of two digests before they are combined.
const MIX: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

type Set = RwLock<HashSet<u128, FixedState>>;

/// The predicate, and all that was dropped by it.
pub(crate) struct Checked<M: Machine> {
    predicate: Dead<M>,
    /// Variants of messages for which the predicate was refuted by earlier searches.
    kept: Vec<Discriminant<M::Message>>,
    /// Pairs of local state and message that were dropped, and pairs of local states that are steps.
    seen: Vec<Set>,
    record: Mutex<Record<M>>,
    /// Steps since the first refutation, itself among them.
    since: AtomicU64,
    pairs: AtomicU64,
}

/// What was dropped in each local state, and which local states follow it.
struct Record<M: Machine> {
    index: HashMap<Place, u32, FixedState>,
    places: Vec<Dropped<M>>,
    numbers: HashMap<u128, u32, FixedState>,
    envelopes: Vec<Shared<Envelope<M::Message>>>,
    refuted: Vec<Refuted<M>>,
}

/// A variant of messages for which the predicate was refuted, and a message that shows it.
pub(crate) type Refuted<M> = (Discriminant<<M as Machine>::Message>, String);

struct Dropped<M: Machine> {
    node: Shared<Node<M>>,
    messages: Vec<u64>,
    next: Vec<u32>,
}

impl<M: Checkable> Checked<M> {
    pub(in super::super) fn new(predicate: Dead<M>, kept: Vec<Discriminant<M::Message>>) -> Self {
        let record = Record {
            index: HashMap::default(),
            places: Vec::new(),
            numbers: HashMap::default(),
            envelopes: Vec::new(),
            refuted: Vec::new(),
        };
        Checked {
            predicate,
            kept,
            seen: std::iter::repeat_with(Set::default).take(SHARDS).collect(),
            record: Mutex::new(record),
            since: AtomicU64::new(0),
            pairs: AtomicU64::new(0),
        }
    }

    /// Is the message dead in the local state `node`, with so many crashes left, as far as the predicate knows?
    pub(crate) fn is_dead(
        &self,
        node: &Shared<Node<M>>,
        crashes: u8,
        envelope: &Shared<Envelope<M::Message>>,
    ) -> bool {
        if !(self.predicate)(node, crashes, envelope) || self.kept.contains(&discriminant(&envelope.message))
        {
            return false;
        }
        if self.is_new(key(node, crashes) ^ envelope.digest().wrapping_mul(MIX)) {
            let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
            let place = record.place(envelope.to.0, node, crashes);
            let number = record.number(envelope);
            let tried = record.spread(vec![(place, number)]);
            self.account(&record, tried);
        }
        true
    }

    /// The search takes a step from one local state of replica `id` to another.
    pub(crate) fn step(&self, id: u16, from: (&Shared<Node<M>>, u8), to: (&Shared<Node<M>>, u8)) {
        let (before, after) = (key(from.0, from.1), key(to.0, to.1));
        if before == after || !self.is_new(before.rotate_left(1) ^ after.wrapping_mul(MIX)) {
            return;
        }
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, to) = (record.place(id, from.0, from.1), record.place(id, to.0, to.1));
        if from != to && !record.places[from as usize].next.contains(&to) {
            record.places[from as usize].next.push(to);
            let dropped = record.places[from as usize].messages.clone();
            let pairs = bits(&dropped).map(|number| (to, number)).collect();
            let tried = record.spread(pairs);
            self.account(&record, tried);
        }
    }

    fn account(&self, record: &Record<M>, tried: u64) {
        self.pairs.fetch_add(tried, Relaxed);
        if !record.refuted.is_empty() {
            self.since.fetch_max(1, Relaxed);
        }
    }

    fn is_new(&self, key: u128) -> bool {
        let shard = &self.seen[(key >> 7) as usize % SHARDS];
        if shard.read().unwrap_or_else(PoisonError::into_inner).contains(&key) {
            return false;
        }
        shard.write().unwrap_or_else(PoisonError::into_inner).insert(key)
    }

    /// Did a message that was dropped turn out to be alive?
    pub(crate) fn is_refuted(&self) -> bool {
        self.since.load(Relaxed) > 0
    }

    /// Is there nothing more to be learned from this search?
    pub(crate) fn is_over(&self) -> bool {
        self.is_refuted() && self.since.fetch_add(1, Relaxed) > AFTER_REFUTATION
    }

    /// The variants of messages that were dropped and are alive, each with a message that shows it.
    pub(crate) fn refuted(&self) -> Vec<Refuted<M>> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).refuted.clone()
    }

    /// How many pairs of local state and dropped message were tried.
    pub(crate) fn tried(&self) -> (usize, u64) {
        let places = self.record.lock().unwrap_or_else(PoisonError::into_inner).places.len();
        (places, self.pairs.load(Relaxed))
    }
}

fn key<M: Machine>(node: &Shared<Node<M>>, crashes: u8) -> u128 {
    node.digest().wrapping_add(u128::from(crashes).wrapping_mul(MIX))
}

fn bits(words: &[u64]) -> impl Iterator<Item = u32> {
    let numbers = |(at, word): (usize, &u64)| {
        let word = *word;
        (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at as u32 * 64 + bit)
    };
    words.iter().enumerate().flat_map(numbers)
}

impl<M: Checkable> Record<M> {
    fn place(&mut self, id: u16, node: &Shared<Node<M>>, crashes: u8) -> u32 {
        let number = self.places.len() as u32;
        let place = *self.index.entry((id, node.digest(), crashes)).or_insert(number);
        if place == number {
            self.places.push(Dropped { node: node.clone(), messages: Vec::new(), next: Vec::new() });
        }
        place
    }

    fn number(&mut self, envelope: &Shared<Envelope<M::Message>>) -> u32 {
        let next = self.envelopes.len() as u32;
        let number = *self.numbers.entry(envelope.digest()).or_insert(next);
        if number == next {
            self.envelopes.push(envelope.clone());
        }
        number
    }

    /// Tries these pairs of local state and message, and carries each to the local states that follow. Returns how many
    /// pairs were new.
    fn spread(&mut self, mut pairs: Vec<(u32, u32)>) -> u64 {
        let mut tried = 0;
        while let Some((place, number)) = pairs.pop() {
            let dropped = &mut self.places[place as usize];
            let word = number as usize / 64;
            if dropped.messages.len() <= word {
                dropped.messages.resize(word + 1, 0);
            }
            if dropped.messages[word] >> (number % 64) & 1 == 1 {
                continue;
            }
            dropped.messages[word] |= 1 << (number % 64);
            tried += 1;
            let envelope = &self.envelopes[number as usize];
            // While the replica is down nothing is delivered.
            if dropped.node.driver().is_some() && !is_idle(&dropped.node, envelope, &mut None) {
                let variant = discriminant(&envelope.message);
                if self.refuted.iter().all(|(known, _)| *known != variant) {
                    self.refuted.push((variant, format!("{envelope:?}")));
                }
            }
            pairs.extend(dropped.next.iter().map(|next| (*next, number)));
        }
        tried
    }
}
