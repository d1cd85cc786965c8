//! The state of `Voting`: nothing but the acceptors' votes and the ballots below which they will not vote.

use serde::{Deserialize, Serialize};

/// How many acceptors there are.
pub const ACCEPTORS: usize = 3;
/// How many ballots there are.
pub const BALLOTS: usize = 3;
/// How many values there are.
pub const VALUES: u8 = 2;
/// How many acceptors make a quorum.
pub const QUORUM: usize = 2;

/// A ballot, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Ballot(pub u8);

/// A value, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Value(pub u8);

/// An acceptor, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Acceptor(pub u8);

/// Everything there is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// The acceptors.
    pub acceptors: [Memory; ACCEPTORS],
}

/// One acceptor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// It casts no vote below this ballot (`maxBal`).
    pub promised: Option<Ballot>,
    /// Per ballot, its vote (`votes`).
    pub votes: [Option<Value>; BALLOTS],
}

impl State {
    /// All acceptors, in order.
    pub fn acceptors() -> impl Iterator<Item = Acceptor> {
        (0..ACCEPTORS as u8).map(Acceptor)
    }

    /// All ballots, in order.
    pub fn ballots() -> impl DoubleEndedIterator<Item = Ballot> {
        (0..BALLOTS as u8).map(Ballot)
    }

    /// All values, in order.
    pub fn values() -> impl Iterator<Item = Value> {
        (1..=VALUES).map(Value)
    }

    /// The vote of `acceptor` at `ballot`, if it cast one.
    ///
    /// # Panics
    /// If there is no such acceptor or ballot.
    pub fn vote(&self, acceptor: Acceptor, ballot: Ballot) -> Option<Value> {
        self.acceptors[acceptor.0 as usize].votes[ballot.0 as usize]
    }

    /// The ballot below which `acceptor` casts no vote.
    ///
    /// # Panics
    /// If there is no such acceptor.
    pub fn promised(&self, acceptor: Acceptor) -> Option<Ballot> {
        self.acceptors[acceptor.0 as usize].promised
    }

    /// How many states have the right type: every acceptor with any promise and any vote at each ballot.
    pub const COUNT: u128 = column_count().pow(ACCEPTORS as u32);

    /// Every state that has the right type, reachable or not.
    pub fn all() -> impl Iterator<Item = State> {
        (0..State::COUNT).map(State::unpack)
    }

    /// The state as a number below [`State::COUNT`].
    pub fn pack(&self) -> u128 {
        self.acceptors.iter().rev().fold(0, |packed, memory| packed * column_count() + memory.pack())
    }

    /// The state whose number this is.
    pub fn unpack(mut packed: u128) -> State {
        let acceptors = std::array::from_fn(|_| {
            let memory = Memory::unpack(packed % column_count());
            packed /= column_count();
            memory
        });
        State { acceptors }
    }
}

/// How many forms an acceptor's memory can take.
const fn column_count() -> u128 {
    (VALUES as u128 + 1).pow(BALLOTS as u32) * (BALLOTS as u128 + 1)
}

impl Memory {
    fn pack(&self) -> u128 {
        let promised = self.promised.map_or(0, |ballot| ballot.0 as u128 + 1);
        let vote = |value: Option<Value>| value.map_or(0, |value| value.0 as u128);
        self.votes.iter().rev().fold(promised, |packed, value| packed * (VALUES as u128 + 1) + vote(*value))
    }

    fn unpack(mut packed: u128) -> Memory {
        let votes = std::array::from_fn(|_| {
            let value = packed % (VALUES as u128 + 1);
            packed /= VALUES as u128 + 1;
            (value > 0).then_some(Value(value as u8))
        });
        Memory { promised: (packed > 0).then(|| Ballot(packed as u8 - 1)), votes }
    }
}
