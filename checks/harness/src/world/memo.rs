//! Remembers what a step does to a replica.
//!
//! A machine is a pure value, so a step is a function of the replica's state and the input. A search meets the same
//! pair in very many global states: each is computed once. Keys are 128-bit digests; see the report's collision odds.

use foldhash::fast::FixedState;
use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

/// Shards, so that threads rarely meet.
const SHARDS: usize = 64;

type Shard<V> = RwLock<HashMap<u128, Arc<V>, FixedState>>;

/// A concurrent table from digests to shared values.
pub(crate) struct Memo<V> {
    shards: Vec<Shard<V>>,
}

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Memo { shards: (0..SHARDS).map(|_| RwLock::default()).collect() }
    }
}

impl<V> Memo<V> {
    /// The value at `key`, computed by `make` the first time.
    ///
    /// # Panics
    /// If `make` does; nothing is then remembered.
    pub(crate) fn get_or(&self, key: u128, make: impl FnOnce() -> V) -> Arc<V> {
        self.get_or_say(key, make).0
    }

    /// Like [`Memo::get_or`]; says too whether the value was remembered.
    pub(crate) fn get_or_say(&self, key: u128, make: impl FnOnce() -> V) -> (Arc<V>, bool) {
        let shard = &self.shards[(key >> 7) as usize % SHARDS];
        if let Some(found) = shard.read().unwrap_or_else(|broken| broken.into_inner()).get(&key) {
            return (Arc::clone(found), true);
        }
        let made = Arc::new(make());
        let mut table = shard.write().unwrap_or_else(|broken| broken.into_inner());
        (Arc::clone(table.entry(key).or_insert(made)), false)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            *shard.write().unwrap_or_else(|broken| broken.into_inner()) = HashMap::default();
        }
    }

    /// How many values are remembered.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|s| s.read().unwrap_or_else(|broken| broken.into_inner()).len()).sum()
    }
}
