//! A shared, immutable run of values.
//!
//! A leader sends the same values to every peer, writes them to its own log and announces them once they are chosen.
//! A [`Batch`] makes each of these copies, and a copy of a part, a count instead of a clone. It compares, hashes and
//! serialises exactly as the slice that it stands for, so sharing is invisible to a search.

use quorate_machine::Weigh;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, fmt, hash, ops::Deref, ops::Range, sync::Arc};

/// A shared, immutable run of values.
pub struct Batch<T> {
    all: Arc<[T]>,
    /// The part of `all` that this batch stands for.
    from: u32,
    to: u32,
}

impl<T> Batch<T> {
    /// A batch of one, in one allocation.
    pub fn one(value: T) -> Self {
        Batch { all: Arc::new([value]), from: 0, to: 1 }
    }

    /// A part of this batch, by positions in it, sharing its memory.
    ///
    /// # Panics
    /// If the range is not within the batch.
    #[inline(always)]
    pub fn part(&self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.len(), "{range:?} of {} values", self.len());
        let (from, to) = (self.from + range.start as u32, self.from + range.end as u32);
        Batch { all: Arc::clone(&self.all), from, to }
    }

    fn whole(all: Arc<[T]>) -> Self {
        let to = u32::try_from(all.len()).expect("a batch of fewer than 2^32 values");
        Batch { all, from: 0, to }
    }
}

/// The bytes of a command that is shared rather than copied.
impl Weigh for Batch<u8> {
    #[inline]
    fn weight(&self) -> u64 {
        u64::from(self.to - self.from)
    }
}

impl<T> Clone for Batch<T> {
    fn clone(&self) -> Self {
        Batch { all: Arc::clone(&self.all), ..*self }
    }
}

impl<T> Deref for Batch<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.all[self.from as usize..self.to as usize]
    }
}

impl<T> From<Vec<T>> for Batch<T> {
    fn from(values: Vec<T>) -> Self {
        Batch::whole(values.into())
    }
}

impl<T> FromIterator<T> for Batch<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Batch::whole(values.into_iter().collect())
    }
}

impl<'a, T> IntoIterator for &'a Batch<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Batch<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Batch<T> {}

impl<T: PartialOrd> PartialOrd for Batch<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: Ord> Ord for Batch<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: hash::Hash> hash::Hash for Batch<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: fmt::Debug> fmt::Debug for Batch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Serialize> Serialize for Batch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Batch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Batch::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_slice_that_it_stands_for() {
        let batch: Batch<u8> = vec![0, 1, 2, 3, 4].into();
        let part = batch.part(1..4).part(1..3);
        assert_eq!(*part, [2, 3]);
        assert_eq!(part, Batch::from(vec![2, 3]));
        assert!(part > Batch::one(2));
    }

    #[test]
    #[should_panic = "3..6 of 5 values"]
    fn a_part_that_is_not_within_is_refused() {
        let _ = Batch::from(vec![0; 5]).part(3..6);
    }
}
