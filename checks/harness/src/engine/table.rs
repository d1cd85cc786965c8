//! The set of fingerprints seen, and the log of parents: what a search keeps of every state.
//!
//! Open addressing over buckets of one cache line, three fingerprints each, so that most look-ups touch memory once.
//! Threads insert at the same time: a slot is claimed by compare-and-swap, filled, then published. Only growing
//! needs the table alone; the search holds it in an `RwLock` for that.
//!
//! A fingerprint's home is its high bits scaled to the number of buckets. That keeps the order of fingerprints when
//! the table grows, so growing streams through memory and frees the old table as it fills the new one.

use std::hint::spin_loop;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::*};

/// Slots in a bucket: 3 × (8 + 8 + 4) bytes are the most that fit into 64.
const SLOTS: usize = 3;
/// Buckets in a piece: the unit in which a table gets and returns memory (256 KiB).
const PIECE: usize = 4096;
/// Entries in a piece of the parent log (64 KiB).
const LOG_PIECE: usize = 8192;
/// How many states fit before the table grows: three quarters of its slots.
const FULL: (u64, u64) = (3, 4);
/// Identities taken from the common counter at a time, so that threads rarely meet there.
const BLOCK: u32 = 256;

const EMPTY: u32 = 0;
const BUSY: u32 = 1;
/// What is added to an identity to tell it from `EMPTY` and `BUSY`.
const BASE: u32 = 2;
/// The most states that 32-bit identities can name.
pub(super) const MOST_STATES: u32 = u32::MAX - 1024 * BLOCK;

#[derive(Default)]
#[repr(align(64))]
struct Bucket {
    low: [AtomicU64; SLOTS],
    high: [AtomicU64; SLOTS],
    mark: [AtomicU32; SLOTS],
}

fn piece() -> Box<[Bucket]> {
    std::iter::repeat_with(Bucket::default).take(PIECE).collect()
}

/// Which of two links to one new state stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keeping {
    /// The first that arrives. For one thread that goes through a level in order.
    First,
    /// The least one, whoever arrives first. For threads that race; `fresh` is the first identity of the next level.
    Least {
        /// The first identity of the level being generated: links of older states are settled.
        fresh: u32,
    },
}

/// What an insertion found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Seen {
    /// A state not seen before, now with this identity.
    New(u32),
    /// A state seen before.
    Known,
    /// A state seen before, by a link that was greater than the one given, which replaced it.
    Lowered(u32),
}

/// Identities that one thread may give to new states.
#[derive(Default)]
pub(super) struct Ids(Range<u32>);

impl Ids {
    fn take(&mut self) -> u32 {
        self.0.next().expect("identities are reserved before states are inserted")
    }

    /// Forgets what is left, so that the next identity is a fresh one.
    pub(super) fn discard(&mut self) {
        self.0 = 0..0;
    }
}

/// The set and the log.
pub(super) struct Table {
    pieces: Vec<Box<[Bucket]>>,
    /// While the table grows: emptied pieces, to be used again.
    spare: Vec<Box<[Bucket]>>,
    buckets: u64,
    links: Vec<Box<[AtomicU64]>>,
    next: AtomicU32,
    capacity: u32,
}

impl Table {
    pub(super) fn new() -> Self {
        let mut table = Table {
            pieces: Vec::new(),
            spare: Vec::new(),
            buckets: 0,
            links: Vec::new(),
            next: AtomicU32::new(0),
            capacity: 0,
        };
        table.set_size(1);
        table.allocate_all();
        table
    }

    /// The identity that the next reservation starts with; all states so far have lesser ones.
    pub(super) fn next_id(&self) -> u32 {
        self.next.load(Relaxed)
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        (self.pieces.len() * PIECE * size_of::<Bucket>() + self.links.len() * LOG_PIECE * size_of::<u64>())
            as u64
    }

    /// Makes sure that `ids` holds at least `count` identities. `false` if the table must grow first.
    #[inline]
    pub(super) fn reserve(&self, ids: &mut Ids, count: usize) -> bool {
        ids.0.len() >= count || self.reserve_block(ids, count)
    }

    fn reserve_block(&self, ids: &mut Ids, count: usize) -> bool {
        let size = BLOCK.max(count as u32);
        let grab = |next: u32| next.checked_add(size).filter(|end| *end <= self.capacity);
        let Ok(start) = self.next.fetch_update(Relaxed, Relaxed, grab) else { return false };
        if ids.0.end == start {
            // Nobody else took any: one thread alone numbers states in the order of discovery, without a gap.
            ids.0.end = start + size;
        } else {
            ids.0 = start..start + size;
        }
        true
    }

    #[inline]
    fn home(&self, fingerprint: u128) -> usize {
        let high = (fingerprint >> 64) as u64;
        ((u128::from(high) * u128::from(self.buckets)) >> 64) as usize
    }

    #[inline]
    fn bucket(&self, index: usize) -> &Bucket {
        &self.pieces[index / PIECE][index % PIECE]
    }

    /// Begins to load the home of a fingerprint. Touching several before inserting them overlaps their waits.
    #[inline]
    pub(super) fn touch(&self, fingerprint: u128) -> u32 {
        self.bucket(self.home(fingerprint)).mark[0].load(Relaxed)
    }

    /// Inserts a fingerprint; a new one gets an identity of `ids`, and `link` in the parent log.
    #[inline]
    pub(super) fn insert(&self, fingerprint: u128, link: u64, ids: &mut Ids, keeping: Keeping) -> Seen {
        let (low, high) = (fingerprint as u64, (fingerprint >> 64) as u64);
        let mut index = self.home(fingerprint);
        loop {
            let bucket = self.bucket(index);
            for slot in 0..SLOTS {
                let mut mark = bucket.mark[slot].load(Acquire);
                if mark == EMPTY {
                    match bucket.mark[slot].compare_exchange(EMPTY, BUSY, Acquire, Acquire) {
                        Ok(_) => return self.publish(bucket, slot, (low, high), link, ids),
                        Err(other) => mark = other,
                    }
                }
                while mark == BUSY {
                    spin_loop();
                    mark = bucket.mark[slot].load(Acquire);
                }
                if bucket.low[slot].load(Relaxed) == low && bucket.high[slot].load(Relaxed) == high {
                    return self.met_again(mark - BASE, link, keeping);
                }
            }
            index = if index + 1 == self.buckets as usize { 0 } else { index + 1 };
        }
    }

    /// The identity of the state of a fingerprint, if it was inserted.
    pub(super) fn find(&self, fingerprint: u128) -> Option<u32> {
        let (low, high) = (fingerprint as u64, (fingerprint >> 64) as u64);
        let mut index = self.home(fingerprint);
        loop {
            let bucket = self.bucket(index);
            for slot in 0..SLOTS {
                match bucket.mark[slot].load(Acquire) {
                    EMPTY => return None,
                    BUSY => {}
                    mark if bucket.low[slot].load(Relaxed) == low
                        && bucket.high[slot].load(Relaxed) == high =>
                    {
                        return Some(mark - BASE);
                    }
                    _ => {}
                }
            }
            index = if index + 1 == self.buckets as usize { 0 } else { index + 1 };
        }
    }

    /// The fingerprint of an identity. It goes through the whole table.
    pub(super) fn print_of(&self, id: u32) -> Option<u128> {
        let mut entries = self.entries();
        let (low, high, _) = entries.find(|(_, _, mark)| *mark == id + BASE)?;
        Some(u128::from(high) << 64 | u128::from(low))
    }

    #[inline]
    fn publish(&self, bucket: &Bucket, slot: usize, print: (u64, u64), link: u64, ids: &mut Ids) -> Seen {
        let id = ids.take();
        bucket.low[slot].store(print.0, Relaxed);
        bucket.high[slot].store(print.1, Relaxed);
        self.set_link(id, link);
        bucket.mark[slot].store(id + BASE, Release);
        Seen::New(id)
    }

    #[inline]
    fn met_again(&self, id: u32, link: u64, keeping: Keeping) -> Seen {
        let Keeping::Least { fresh } = keeping else { return Seen::Known };
        if id < fresh || self.link(id) <= link {
            return Seen::Known;
        }
        let before = self.links[id as usize / LOG_PIECE][id as usize % LOG_PIECE].fetch_min(link, Relaxed);
        if before > link { Seen::Lowered(id) } else { Seen::Known }
    }

    /// The link of a state: its parent and the action taken there.
    #[inline]
    pub(super) fn link(&self, id: u32) -> u64 {
        self.links[id as usize / LOG_PIECE][id as usize % LOG_PIECE].load(Relaxed)
    }

    /// Sets the link of a state.
    #[inline]
    pub(super) fn set_link(&self, id: u32, link: u64) {
        self.links[id as usize / LOG_PIECE][id as usize % LOG_PIECE].store(link, Relaxed);
    }

    /// Can it grow no further, because identities run out?
    pub(super) fn is_exhausted(&self) -> bool {
        self.capacity == MOST_STATES
    }

    /// Half as much room again. Pieces of the old table become pieces of the new one as soon as they are empty.
    pub(super) fn grow(&mut self) {
        let old = std::mem::take(&mut self.pieces);
        self.set_size(old.len() + old.len().div_ceil(2));
        for mut piece in old.into_iter().rev() {
            for bucket in piece.iter_mut().rev() {
                let Bucket { low, high, mark } = std::mem::take(bucket);
                for ((low, high), mark) in low.into_iter().zip(high).zip(mark) {
                    let mark = mark.into_inner();
                    if mark != EMPTY {
                        self.place(low.into_inner(), high.into_inner(), mark);
                    }
                }
            }
            self.spare.push(piece);
        }
        self.allocate_all();
        self.spare = Vec::new();
    }

    /// Puts back an entry that is known to be absent, while the table is held alone.
    pub(super) fn place(&mut self, low: u64, high: u64, mark: u32) {
        let mut index = self.home(u128::from(high) << 64 | u128::from(low));
        loop {
            let piece_of = &mut self.pieces[index / PIECE];
            if piece_of.is_empty() {
                *piece_of = self.spare.pop().unwrap_or_else(piece);
            }
            let bucket = &mut piece_of[index % PIECE];
            for slot in 0..SLOTS {
                if *bucket.mark[slot].get_mut() == EMPTY {
                    *bucket.low[slot].get_mut() = low;
                    *bucket.high[slot].get_mut() = high;
                    *bucket.mark[slot].get_mut() = mark;
                    return;
                }
            }
            index = if index + 1 == self.buckets as usize { 0 } else { index + 1 };
        }
    }

    /// Every entry, for a checkpoint: low and high half of the fingerprint, and the mark.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u64, u64, u32)> + '_ {
        self.pieces.iter().flat_map(|piece| piece.iter()).flat_map(|bucket| {
            (0..SLOTS).filter_map(move |slot| {
                let mark = bucket.mark[slot].load(Relaxed);
                (mark != EMPTY)
                    .then(|| (bucket.low[slot].load(Relaxed), bucket.high[slot].load(Relaxed), mark))
            })
        })
    }

    /// An empty table with room for all identities below `next`, to be filled with [`Table::place`].
    pub(super) fn with_room(next: u32) -> Self {
        let mut table = Table::new();
        let mut pieces = 1_usize;
        while table.capacity < next {
            pieces += pieces.div_ceil(2);
            table.set_size(pieces);
        }
        table.allocate_all();
        table.next = AtomicU32::new(next);
        table
    }

    fn set_size(&mut self, pieces: usize) {
        self.pieces = std::iter::repeat_with(|| Box::from([])).take(pieces).collect();
        self.buckets = (pieces * PIECE) as u64;
        let room = self.buckets * SLOTS as u64 * FULL.0 / FULL.1;
        self.capacity = room.min(u64::from(MOST_STATES)) as u32;
        let log_pieces = (self.capacity as usize).div_ceil(LOG_PIECE);
        self.links.resize_with(log_pieces, || {
            std::iter::repeat_with(|| AtomicU64::new(0)).take(LOG_PIECE).collect()
        });
    }

    fn allocate_all(&mut self) {
        for slot in self.pieces.iter_mut().filter(|slot| slot.is_empty()) {
            *slot = self.spare.pop().unwrap_or_else(piece);
        }
    }
}
