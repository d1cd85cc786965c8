//! The states of one level, in chunks that threads take and free one by one.

use super::table::Table;

/// States in a chunk: enough to make taking one cheap, few enough that memory is freed as the level is consumed.
pub(super) const CHUNK: usize = 256;

/// Some states of a level.
pub(super) struct Chunk<K> {
    /// The states, as the search keeps them.
    pub(super) kept: Vec<K>,
    /// Their identities.
    pub(super) ids: Vec<u32>,
    /// Their places in the order of the level: the order in which one thread alone would have found them.
    pub(super) ranks: Vec<u32>,
}

impl<K> Chunk<K> {
    pub(super) fn new() -> Self {
        Chunk { kept: Vec::new(), ids: Vec::new(), ranks: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn push(&mut self, kept: K, id: u32) {
        if self.kept.capacity() == 0 {
            self.kept.reserve_exact(CHUNK);
            self.ids.reserve_exact(CHUNK);
        }
        self.kept.push(kept);
        self.ids.push(id);
    }
}

/// One level.
pub(super) struct Frontier<K> {
    /// Its chunks, in the order in which they were produced.
    pub(super) chunks: Vec<Chunk<K>>,
    /// The identity at every rank.
    pub(super) order: Vec<u32>,
    /// Do the chunks hold the states by ascending rank?
    pub(super) in_order: bool,
}

impl<K> Frontier<K> {
    pub(super) fn len(&self) -> usize {
        self.chunks.iter().map(Chunk::len).sum()
    }

    /// A level whose chunks one thread produced in order.
    pub(super) fn in_order(mut chunks: Vec<Chunk<K>>) -> Self {
        let mut order = Vec::with_capacity(chunks.iter().map(Chunk::len).sum());
        for chunk in &mut chunks {
            let first = order.len() as u32;
            chunk.ranks = (first..first + chunk.ids.len() as u32).collect();
            order.extend_from_slice(&chunk.ids);
        }
        Frontier { chunks, order, in_order: true }
    }

    /// A level that threads produced side by side. Ranks follow from the links, which are (rank of the parent,
    /// action) and therefore the same whoever came first. Then every link is settled: (identity of the parent,
    /// action).
    pub(super) fn ranked(mut chunks: Vec<Chunk<K>>, table: &Table, parents: &[u32]) -> Self {
        let mut found: Vec<(u64, u32, u32)> = Vec::with_capacity(chunks.iter().map(Chunk::len).sum());
        for (number, chunk) in chunks.iter_mut().enumerate() {
            chunk.ranks = vec![0; chunk.ids.len()];
            found.extend(
                chunk
                    .ids
                    .iter()
                    .enumerate()
                    .map(|(place, id)| (table.link(*id), number as u32, place as u32)),
            );
        }
        // The threads' outputs are runs that are nearly sorted already; the stable sort makes use of that.
        found.sort();
        let mut order = Vec::with_capacity(found.len());
        for (rank, (link, number, place)) in found.into_iter().enumerate() {
            let chunk = &mut chunks[number as usize];
            let id = chunk.ids[place as usize];
            chunk.ranks[place as usize] = rank as u32;
            order.push(id);
            table.set_link(id, settled(link, parents));
        }
        Frontier { chunks, order, in_order: false }
    }

    /// The same level with its chunks in order, so that one thread can go through it alone.
    pub(super) fn sorted(self) -> Self {
        if self.in_order {
            return self;
        }
        let mut places: Vec<Option<K>> = std::iter::repeat_with(|| None).take(self.order.len()).collect();
        for chunk in self.chunks {
            for (kept, rank) in chunk.kept.into_iter().zip(chunk.ranks) {
                places[rank as usize] = Some(kept);
            }
        }
        let mut chunks = vec![Chunk::new()];
        for (kept, id) in places.into_iter().zip(&self.order) {
            if chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
                chunks.push(Chunk::new());
            }
            let chunk = chunks.last_mut().expect("a chunk was just put there");
            chunk.push(kept.expect("every rank of a level belongs to one state"), *id);
        }
        Frontier::in_order(chunks)
    }
}

/// A link packs where a state came from and which action led to it.
pub(super) fn link(from: u32, action: u32) -> u64 {
    u64::from(from) << 32 | u64::from(action)
}

/// The two halves of a link.
pub(super) fn unlink(link: u64) -> (u32, u32) {
    ((link >> 32) as u32, link as u32)
}

fn settled(found: u64, parents: &[u32]) -> u64 {
    let (rank, action) = unlink(found);
    link(parents[rank as usize], action)
}
