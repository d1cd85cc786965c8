//! How often each kind of action was taken.

use quorate_spec::Kind;

/// Places in the cache that finds a kind by the address of its name. A power of two.
const CACHE: usize = 64;

/// Counts by kind: the declared kinds first, in their order, then others that turned up.
#[derive(Clone)]
pub(super) struct Coverage {
    counts: Vec<(Kind, u64)>,
    /// Address and length of a name, and its index in `counts`.
    cache: [(usize, usize, usize); CACHE],
}

impl Coverage {
    pub(super) fn new(kinds: &[Kind]) -> Self {
        Coverage { counts: kinds.iter().map(|kind| (*kind, 0)).collect(), cache: [(0, 0, 0); CACHE] }
    }

    /// The index of a kind, for [`Coverage::count`].
    #[inline]
    pub(super) fn index(&mut self, kind: Kind) -> usize {
        let (address, length) = (kind.0.as_ptr() as usize, kind.0.len());
        let place = (address.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as usize) >> (usize::BITS - 6)) % CACHE;
        let known = self.cache[place];
        if known.0 == address && known.1 == length {
            return known.2;
        }
        let index = self.find(kind);
        self.cache[place] = (address, length, index);
        index
    }

    #[inline]
    pub(super) fn count(&mut self, index: usize) {
        self.counts[index].1 += 1;
    }

    /// Adds another thread's counts.
    pub(super) fn add(&mut self, other: &Coverage) {
        other.counts.iter().for_each(|(kind, count)| self.put(*kind, *count));
    }

    /// Adds to the count of one kind.
    pub(super) fn put(&mut self, kind: Kind, count: u64) {
        let index = self.find(kind);
        self.counts[index].1 += count;
    }

    pub(super) fn clear(&mut self) {
        self.counts.iter_mut().for_each(|(_, count)| *count = 0);
    }

    pub(super) fn counts(&self) -> &[(Kind, u64)] {
        &self.counts
    }

    fn find(&mut self, kind: Kind) -> usize {
        self.counts.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
            self.counts.push((kind, 0));
            self.counts.len() - 1
        })
    }
}
