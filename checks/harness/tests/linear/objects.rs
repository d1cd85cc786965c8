//! Objects of the literature, each as a sequential specification.

use quorate::linear::{History, OperationId, Sequential};
use std::collections::VecDeque;

/// A register, 0 at first.
pub(crate) struct Register;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Access {
    Write(u8),
    Read,
    /// From the first value to the second.
    Cas(u8, u8),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Told {
    Done,
    Value(u8),
    Swapped(bool),
}

impl Register {
    pub(crate) fn invoke(state: u8, access: Access) -> (u8, Told) {
        match access {
            Access::Write(value) => (value, Told::Done),
            Access::Read => (state, Told::Value(state)),
            Access::Cas(from, to) if from == state => (to, Told::Swapped(true)),
            Access::Cas(..) => (state, Told::Swapped(false)),
        }
    }
}

impl Sequential for Register {
    type State = u8;
    type Operation = Access;
    type Response = Told;
    type Key = ();

    fn init(&self) -> u8 {
        0
    }

    fn step(&self, state: &u8, access: &Access, told: Option<&Told>) -> impl IntoIterator<Item = u8> {
        let (after, tells) = Register::invoke(*state, *access);
        told.is_none_or(|told| *told == tells).then_some(after)
    }
}

/// Adds to a counter, and answers what it was.
pub(crate) struct FetchAdd;

impl Sequential for FetchAdd {
    type State = u32;
    type Operation = u32;
    type Response = u32;
    type Key = ();

    fn init(&self) -> u32 {
        0
    }

    fn step(&self, state: &u32, add: &u32, told: Option<&u32>) -> impl IntoIterator<Item = u32> {
        told.is_none_or(|told| told == state).then_some(state + add)
    }
}

/// A queue, first in first out.
pub(crate) struct Queue;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Turn {
    Enqueue(char),
    Dequeue,
}

impl Sequential for Queue {
    type State = VecDeque<char>;
    type Operation = Turn;
    /// What a dequeue took; `None` for an enqueue, and from an empty queue.
    type Response = Option<char>;
    type Key = ();

    fn init(&self) -> VecDeque<char> {
        VecDeque::new()
    }

    fn step(
        &self,
        state: &VecDeque<char>,
        turn: &Turn,
        told: Option<&Option<char>>,
    ) -> impl IntoIterator<Item = VecDeque<char>> {
        let mut after = state.clone();
        let tells = match turn {
            Turn::Enqueue(item) => {
                after.push_back(*item);
                None
            }
            Turn::Dequeue => after.pop_front(),
        };
        told.is_none_or(|told| *told == tells).then_some(after)
    }
}

/// A set that hands out any of its members: not deterministic.
pub(crate) struct Bag;

impl Sequential for Bag {
    type State = Vec<char>;
    type Operation = Turn;
    type Response = Option<char>;
    type Key = ();

    fn init(&self) -> Vec<char> {
        Vec::new()
    }

    fn step(
        &self,
        state: &Vec<char>,
        turn: &Turn,
        told: Option<&Option<char>>,
    ) -> impl IntoIterator<Item = Vec<char>> {
        let with = |item| {
            let mut after = state.clone();
            after.push(item);
            after.sort_unstable();
            after
        };
        let without = |at: usize| {
            let mut after = state.clone();
            (Some(after.remove(at)), after)
        };
        let outcomes: Vec<(Option<char>, Vec<char>)> = match turn {
            Turn::Enqueue(item) => vec![(None, with(*item))],
            Turn::Dequeue if state.is_empty() => vec![(None, Vec::new())],
            Turn::Dequeue => (0..state.len()).map(without).collect(),
        };
        outcomes
            .into_iter()
            .filter(move |(tells, _)| told.is_none_or(|told| told == tells))
            .map(|(_, after)| after)
    }
}

/// Registers by name. With `split` they are judged one by one.
pub(crate) struct Store {
    pub(crate) split: bool,
}

impl Sequential for Store {
    type State = std::collections::BTreeMap<u8, u8>;
    type Operation = (u8, Access);
    type Response = Told;
    type Key = u8;

    fn init(&self) -> Self::State {
        Self::State::new()
    }

    fn step(
        &self,
        state: &Self::State,
        (name, access): &(u8, Access),
        told: Option<&Told>,
    ) -> impl IntoIterator<Item = Self::State> {
        let (after, tells) = Register::invoke(state.get(name).copied().unwrap_or(0), *access);
        let mut states = state.clone();
        states.insert(*name, after);
        told.is_none_or(|told| *told == tells).then_some(states)
    }

    fn key(&self, (name, _): &(u8, Access)) -> Option<u8> {
        self.split.then_some(*name)
    }
}

/// An operation with its response and its place in time, as papers draw it.
pub(crate) struct Bar<O, R> {
    client: u64,
    asked: O,
    told: Option<R>,
    from: u32,
    to: u32,
}

/// `client` asks at `from` and is told at `to`.
pub(crate) fn bar<O, R>(client: u64, from: u32, to: u32, asked: O, told: R) -> Bar<O, R> {
    Bar { client, asked, told: Some(told), from, to }
}

/// `client` asks at `from` and never knows.
pub(crate) fn open<O, R>(client: u64, from: u32, asked: O) -> Bar<O, R> {
    Bar { client, asked, told: None, from, to: u32::MAX }
}

/// The history that bars draw. What happens at one time happens in the order of the list, responses last.
pub(crate) fn history<O: Clone, R: Clone>(bars: &[Bar<O, R>]) -> History<O, R> {
    let mut events: Vec<(u32, bool, usize)> = Vec::new();
    for (number, bar) in bars.iter().enumerate() {
        events.push((bar.from, false, number));
        events.push((bar.to, true, number));
    }
    events.sort_unstable();
    let mut history = History::default();
    let mut ids: Vec<Option<OperationId>> = vec![None; bars.len()];
    for (_, ends, number) in events {
        let bar = &bars[number];
        match (ids[number], &bar.told) {
            (None, _) => ids[number] = Some(history.invoke(bar.client, bar.asked.clone())),
            (Some(id), Some(told)) if ends => history.complete(id, told.clone()).expect("it is open"),
            (Some(id), _) => history.unknown(id).expect("it is open"),
        }
    }
    history
}
