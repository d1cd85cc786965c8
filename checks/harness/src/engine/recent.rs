//! The states that one thread met last, so that meeting them again costs no trip to memory.
//!
//! Most successors were seen before, and most of those a moment ago: siblings reach the same states, and a step that
//! changes nothing leads back to where it started. This is a small direct-mapped cache before the table, one a
//! thread, that fits into the core's own cache.

/// The least and the most places, as powers of two. 2^15 places are half a megabyte.
const LEAST: u32 = 8;
const MOST: u32 = 15;
/// States found for every place of the cache, while it still grows.
const STATES_PER_PLACE: u64 = 4;

pub(super) struct Recent {
    prints: Vec<u128>,
    /// Links, at the same places, where they are compared.
    links: Vec<u64>,
    compare: bool,
}

/// Places that hold nothing: what is in each does not belong there.
fn vacant(places: usize) -> Vec<u128> {
    (0..places as u128).map(|place| !place).collect()
}

impl Recent {
    pub(super) fn new() -> Self {
        Recent { prints: vacant(1 << LEAST), links: Vec::new(), compare: false }
    }

    /// Was this state met before (and, where links are compared, by one no greater than this)? If not, it is
    /// remembered: the caller takes it to the table. `false` does not say that the state is new.
    ///
    /// A link in the cache may be greater than the one that the table holds by now, never less.
    #[inline]
    pub(super) fn knew(&mut self, fingerprint: u128, link: u64) -> bool {
        // By the low bits: the table goes by the high ones.
        let place = fingerprint as usize & (self.prints.len() - 1);
        if self.prints[place] == fingerprint && (!self.compare || self.links[place] <= link) {
            return true;
        }
        self.prints[place] = fingerprint;
        if self.compare {
            self.links[place] = link;
        }
        false
    }

    /// Before a level: grows with the search, because small searches should not pay for a large cache. Links of
    /// levels that were not compared are forgotten.
    pub(super) fn prepare(&mut self, found: u64, compare: bool) {
        let wanted = 1 << (found / STATES_PER_PLACE).max(1).ilog2().clamp(LEAST, MOST);
        if wanted > self.prints.len() {
            self.prints = vacant(wanted);
        }
        self.compare = compare;
        if compare {
            self.links.clear();
            self.links.resize(self.prints.len(), u64::MAX);
        }
    }
}
