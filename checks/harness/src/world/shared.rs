//! Immutable parts that many states share, with their hash computed once.

use foldhash::quality::FixedState;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    fmt,
    hash::{BuildHasher, Hash, Hasher},
    ops::Deref,
    sync::Arc,
};

/// A 128-bit digest from `Hash`, the same in every run and on every thread.
pub(crate) fn digest<T: Hash + ?Sized>(value: &T) -> u128 {
    let low = FixedState::with_seed(0x51_0e_52_7f).hash_one(value);
    let high = FixedState::with_seed(0x9b_05_68_8c).hash_one(value);
    u128::from(high) << 64 | u128::from(low)
}

/// A value behind an `Arc` that knows its digest.
///
/// States of a world differ in one replica and a few messages from their predecessors; what did not change is
/// shared, and hashing a state reads a few cached digests instead of walking logs. `Hash` writes the digest, and
/// `Eq` compares the values themselves, so an audit that compares states by `Eq` still sees a broken `Hash` inside.
pub struct Shared<T>(Arc<(u128, T)>);

impl<T: Hash> Shared<T> {
    /// Wraps `value` and computes its digest.
    pub fn new(value: T) -> Self {
        Shared(Arc::new((digest(&value), value)))
    }
}

impl<T> Shared<T> {
    /// The digest of the value.
    pub fn digest(&self) -> u128 {
        self.0.0
    }

    /// Are both the same allocation? Then they are equal; if not, they may still be.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Arc::clone(&self.0))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0.1
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.same(other) || self.0.1 == other.0.1
    }
}

impl<T: Eq> Eq for Shared<T> {}

impl<T: Ord> PartialOrd for Shared<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> Ord for Shared<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        if self.same(other) { std::cmp::Ordering::Equal } else { self.0.1.cmp(&other.0.1) }
    }
}

impl<T> Hash for Shared<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.0.0);
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.1.fmt(f)
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.1.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de> + Hash> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Shared::new)
    }
}
