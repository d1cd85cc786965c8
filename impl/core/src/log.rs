//! A growing sequence of numbered slots, some of them empty, whose beginning can be cut off.
//!
//! Values arrive in batches, all of a batch with the same tag, and are kept as they arrive: filling the slots of a
//! thousand values is one step, and so is reading them again. How they arrived is invisible: two logs with the same
//! contents compare, hash and show alike.

use crate::batch::Batch;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::{fmt, hash, iter, ops::Range};

/// Slots `offset..end`, each empty, or full with a tag and a value. The last one is full.
#[derive(Clone, Serialize, Deserialize)]
pub struct Log<K, T> {
    offset: u64,
    /// In order, without overlaps, none of them empty.
    runs: VecDeque<Run<K, T>>,
}

/// Neighbouring full slots with one tag.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run<K, T> {
    /// The first of the slots.
    pub first: u64,
    /// The tag of them all.
    pub tag: K,
    /// Their values.
    pub values: Batch<T>,
}

impl<K: Copy, T> Run<K, T> {
    /// One past the last of the slots.
    pub fn end(&self) -> u64 {
        self.first + self.values.len() as u64
    }

    /// The part of the run that lies within `slots`, which must overlap it.
    fn within(&self, slots: Range<u64>) -> Self {
        let (first, end) = (self.first.max(slots.start), self.end().min(slots.end));
        let values = if (first, end) == (self.first, self.end()) {
            self.values.clone()
        } else {
            self.values.part((first - self.first) as usize..(end - self.first) as usize)
        };
        Run { first, tag: self.tag, values }
    }
}

impl<K, T> Default for Log<K, T> {
    fn default() -> Self {
        Log { offset: 0, runs: VecDeque::new() }
    }
}

impl<K: Copy, T> Log<K, T> {
    /// The first slot that is not cut off.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// One past the last full slot; the offset if there is none.
    pub fn end(&self) -> u64 {
        self.runs.back().map_or(self.offset, Run::end)
    }

    /// The tag and the value at `slot`; nothing if it is empty, cut off, or past the end.
    pub fn get(&self, slot: u64) -> Option<(K, &T)> {
        let run = self.run_at(slot)?;
        Some((run.tag, &run.values[(slot - run.first) as usize]))
    }

    /// The run that holds `slot`.
    #[inline]
    pub fn run_at(&self, slot: u64) -> Option<&Run<K, T>> {
        self.runs.get(self.first_ending_after(slot)).filter(|run| run.first <= slot)
    }

    /// One past the full slots, contiguous from `from`, that have this tag; `from` if there are none.
    pub fn tagged_upto(&self, from: u64, tag: K) -> u64
    where
        K: PartialEq,
    {
        if let Some(newest) = self.runs.back().filter(|run| run.first <= from) {
            return if newest.tag == tag { newest.end().max(from) } else { from };
        }
        let runs = self.runs.range(self.first_ending_after(from)..);
        let (mut upto, mut runs) = (from, runs.take_while(|run| run.tag == tag));
        while let Some(run) = runs.next().filter(|run| run.first <= upto) {
            upto = run.end();
        }
        upto
    }

    /// Fills the slots from `first` on. Those that are cut off stay so, and those before `first` stay empty.
    #[inline]
    pub fn put(&mut self, first: u64, tag: K, values: Batch<T>) {
        if values.is_empty() {
            return;
        }
        if first >= self.end() {
            self.runs.push_back(Run { first, tag, values });
        } else {
            self.put_over(Run { first, tag, values });
        }
    }

    fn put_over(&mut self, new: Run<K, T>) {
        if new.end() > self.offset {
            self.replace(if new.first < self.offset { new.within(self.offset..u64::MAX) } else { new });
        }
    }

    fn replace(&mut self, new: Run<K, T>) {
        let from = self.first_ending_after(new.first);
        let before =
            self.runs.get(from).filter(|run| run.first < new.first).map(|run| run.within(0..new.first));
        let overlap = self.runs.range(from..).take_while(|run| run.first < new.end()).count();
        let last = overlap.checked_sub(1).and_then(|last| self.runs.get(from + last));
        let after = last.filter(|run| run.end() > new.end()).map(|run| run.within(new.end()..u64::MAX));
        self.runs.drain(from..from + overlap);
        for (at, run) in (from..).zip(before.into_iter().chain(iter::once(new)).chain(after)) {
            self.runs.insert(at, run);
        }
    }

    /// Cuts off the slots before `offset`; nothing if they already are.
    pub fn cut(&mut self, offset: u64) {
        if offset <= self.offset {
            return;
        }
        self.offset = offset;
        self.runs.drain(..self.first_ending_after(offset));
        if let Some(run) = self.runs.front_mut().filter(|run| run.first < offset) {
            *run = run.within(offset..u64::MAX);
        }
    }

    /// The full slots among `slots`, by runs.
    pub fn runs(&self, slots: Range<u64>) -> impl Iterator<Item = Run<K, T>> {
        let from = self.first_ending_after(slots.start);
        let wanted = slots.clone();
        let overlapping = self.runs.range(from..).take_while(move |run| run.first < wanted.end);
        overlapping.map(move |run| run.within(slots.clone()))
    }

    /// The full and empty slots from `from` (or the offset) to the end, with their numbers.
    pub fn iter_from(&self, from: u64) -> impl Iterator<Item = (u64, Option<(K, &T)>)> {
        (from.max(self.offset)..self.end()).map(|slot| (slot, self.get(slot)))
    }

    /// The index of the first run that ends after `slot`. Most questions are about the newest runs, so the search
    /// starts there and takes steps of doubling length.
    fn first_ending_after(&self, slot: u64) -> usize {
        if let Some(newest) = self.runs.back().filter(|run| run.first <= slot) {
            return self.runs.len() - usize::from(slot < newest.end());
        }
        let (mut after, mut step) = (self.runs.len().saturating_sub(1), 1);
        let mut before = 0;
        while let Some(at) = after.checked_sub(step) {
            let run = &self.runs[at];
            if run.end() <= slot {
                before = at + 1;
                break;
            }
            if run.first <= slot {
                return at;
            }
            (after, step) = (at, step * 2);
        }
        while before < after {
            let middle = before + (after - before) / 2;
            if self.runs[middle].end() <= slot {
                before = middle + 1;
            } else {
                after = middle;
            }
        }
        after
    }
}

impl<K: Copy + PartialEq, T: PartialEq> PartialEq for Log<K, T> {
    fn eq(&self, other: &Self) -> bool {
        self.offset == other.offset
            && self.end() == other.end()
            && self.iter_from(0).zip(other.iter_from(0)).all(|(here, there)| here == there)
    }
}

impl<K: Copy + Eq, T: Eq> Eq for Log<K, T> {}

impl<K: Copy + hash::Hash, T: hash::Hash> hash::Hash for Log<K, T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        (self.offset, self.end()).hash(state);
        self.iter_from(0).for_each(|(_, held)| held.hash(state));
    }
}

impl<K: Copy + fmt::Debug, T: fmt::Debug> fmt::Debug for Log<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter_from(0).filter_map(|(slot, held)| Some((slot, held?)))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn contents(log: &Log<u8, u64>) -> Vec<(u64, Option<(u8, u64)>)> {
        log.iter_from(0).map(|(slot, held)| (slot, held.map(|(tag, value)| (tag, *value)))).collect()
    }

    #[test]
    fn a_slot_past_the_end_leaves_a_hole() {
        let mut log = Log::default();
        log.put(2, 1, Batch::one(20));
        assert_eq!((log.get(0), log.get(2), log.end()), (None, Some((1, &20)), 3));
        log.put(0, 2, Batch::one(0));
        assert_eq!(contents(&log), [(0, Some((2, 0))), (1, None), (2, Some((1, 20)))]);
    }

    #[test]
    fn what_is_cut_off_stays_so() {
        let mut log = Log::default();
        log.put(0, 1, (0..4).collect());
        log.cut(3);
        log.put(1, 2, (1..3).collect());
        assert_eq!((log.offset(), log.get(1), log.get(3), log.end()), (3, None, Some((1, &3)), 4));
        log.cut(9);
        assert_eq!((log.offset(), log.end()), (9, 9));
        log.put(8, 2, (8..10).collect());
        assert_eq!(contents(&log), [(9, Some((2, 9)))]);
    }

    #[test]
    fn reading_far_away_finds_nothing() {
        let mut log: Log<u8, u64> = Log::default();
        log.put(5, 0, Batch::one(5));
        assert_eq!((log.get(u64::MAX), log.get(0)), (None, None));
        assert_eq!(log.iter_from(u64::MAX).count() + log.runs(7..u64::MAX).count(), 0);
    }

    /// Every way to put three short runs over one another, against a map.
    #[test]
    fn it_holds_what_a_map_would_hold_however_it_arrived() {
        let shapes: Vec<(u64, u64)> =
            (0..6).flat_map(|first| (1..4).map(move |length| (first, length))).collect();
        for a in &shapes {
            for b in &shapes {
                for c in &shapes {
                    let (mut log, mut map, mut singles) = (Log::default(), BTreeMap::new(), Log::default());
                    for (tag, (first, length)) in (0..).zip([a, b, c]) {
                        log.put(*first, tag, (*first..first + length).collect());
                        for slot in *first..first + length {
                            map.insert(slot, tag);
                            singles.put(slot, tag, Batch::one(slot));
                        }
                    }
                    let full: BTreeMap<_, _> =
                        contents(&log).into_iter().filter_map(|(s, h)| Some((s, h?.0))).collect();
                    assert_eq!(full, map, "{a:?} {b:?} {c:?}");
                    assert_eq!(log, singles);
                    let by_runs = log.runs(2..5).flat_map(|run| run.first..run.end());
                    assert!(by_runs.eq(map.range(2..5).map(|(slot, _)| *slot)), "{a:?} {b:?} {c:?}");
                }
            }
        }
    }
}
