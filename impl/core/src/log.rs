//! A growing sequence of numbered slots, some of them empty, whose beginning can be cut off.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Slots `offset..end`, each empty or full. The last one is always full, so that equal contents are equal values.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Log<T> {
    offset: u64,
    slots: VecDeque<Option<T>>,
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Log::starting_at(0)
    }
}

impl<T> Log<T> {
    /// An empty log whose first slot will be `offset`.
    pub fn starting_at(offset: u64) -> Self {
        Log { offset, slots: VecDeque::new() }
    }

    /// The first slot that is not cut off.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// One past the last full slot; the offset if there is none.
    pub fn end(&self) -> u64 {
        self.offset + self.slots.len() as u64
    }

    /// What is at `slot`; nothing if it is empty, cut off, or past the end.
    pub fn get(&self, slot: u64) -> Option<&T> {
        let index = usize::try_from(slot.checked_sub(self.offset)?).ok()?;
        self.slots.get(index)?.as_ref()
    }

    /// Fills `slot`. Slots between the end and it become empty ones; a slot that is cut off stays so.
    ///
    /// The caller bounds how far past the end a slot may lie: every slot on the way takes memory.
    pub fn put(&mut self, slot: u64, value: T) {
        let Some(index) = slot.checked_sub(self.offset) else { return };
        let index = usize::try_from(index).expect("a slot that is kept in memory has an index");
        if index == self.slots.len() {
            self.slots.push_back(Some(value));
            return;
        }
        if index > self.slots.len() {
            self.slots.resize_with(index + 1, || None);
        }
        self.slots[index] = Some(value);
    }

    /// Cuts off the slots before `offset`; nothing if they already are.
    pub fn cut(&mut self, offset: u64) {
        let gone = usize::try_from(offset.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        self.slots.drain(..gone.min(self.slots.len()));
        self.offset = self.offset.max(offset);
    }

    /// The full and empty slots from `from` (or the offset) to the end, with their numbers.
    pub fn iter_from(&self, from: u64) -> impl Iterator<Item = (u64, Option<&T>)> {
        let first = from.max(self.offset);
        let skip = usize::try_from(first - self.offset).unwrap_or(usize::MAX).min(self.slots.len());
        (first..).zip(self.slots.range(skip..).map(Option::as_ref))
    }

    /// Whether the last slot is full, as it must be.
    pub fn is_trimmed(&self) -> bool {
        !matches!(self.slots.back(), Some(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_past_the_end_leaves_a_hole() {
        let mut log = Log::default();
        log.put(2, 'c');
        assert_eq!((log.get(0), log.get(2), log.end()), (None, Some(&'c'), 3));
        log.put(0, 'a');
        assert_eq!(log.iter_from(0).collect::<Vec<_>>(), [(0, Some(&'a')), (1, None), (2, Some(&'c'))]);
        assert!(log.is_trimmed());
    }

    #[test]
    fn what_is_cut_off_stays_so() {
        let mut log = Log::default();
        (0..4).for_each(|slot| log.put(slot, slot));
        log.cut(3);
        log.put(1, 1);
        assert_eq!((log.offset(), log.get(1), log.get(3), log.end()), (3, None, Some(&3), 4));
        log.cut(9);
        assert_eq!((log.offset(), log.end()), (9, 9));
        assert_eq!(log, Log::starting_at(9));
    }

    #[test]
    fn reading_far_away_finds_nothing() {
        let log: Log<u8> = Log::starting_at(5);
        assert_eq!(log.get(u64::MAX), None);
        assert_eq!(log.iter_from(u64::MAX).count(), 0);
    }
}
