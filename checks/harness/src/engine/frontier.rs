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
    /// The number of the thread that produced it, and should free it: allocators like it so.
    pub(super) owner: usize,
}

impl<K> Chunk<K> {
    pub(super) fn new() -> Self {
        Chunk { kept: Vec::new(), ids: Vec::new(), ranks: Vec::new(), owner: 0 }
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

    /// A level that threads produced side by side, with identities from `fresh` on. Ranks follow from the links, which
    /// are (rank of the parent, action) and therefore the same whoever came first. Then every link is settled:
    /// (identity of the parent, action).
    pub(super) fn ranked(mut chunks: Vec<Chunk<K>>, table: &Table, parents: &[u32], fresh: u32) -> Self {
        // A counting sort by parent: links come in nearly that order already, so that memory is read in sequence.
        let mut ends = vec![0_u32; parents.len()];
        let ids = || chunks.iter().flat_map(|chunk| chunk.ids.iter().copied());
        ids().for_each(|id| ends[unlink(table.link(id)).0 as usize] += 1);
        let mut size = 0;
        for end in &mut ends {
            // From how many children a parent has to where its children begin; from there on, to where they end.
            size += std::mem::replace(end, size);
        }
        let mut children = vec![0_u64; size as usize];
        for id in ids() {
            let (parent, action) = unlink(table.link(id));
            children[ends[parent as usize] as usize] = link(action, id);
            ends[parent as usize] += 1;
        }
        let mut order = Vec::with_capacity(children.len());
        let mut rank_of = vec![0_u32; (table.next_id() - fresh) as usize];
        for (end, parent) in ends.into_iter().zip(parents) {
            let family = &mut children[order.len()..end as usize];
            family.sort_unstable();
            for child in family {
                let (action, id) = unlink(*child);
                rank_of[(id - fresh) as usize] = order.len() as u32;
                order.push(id);
                table.set_link(id, link(*parent, action));
            }
        }
        for chunk in &mut chunks {
            chunk.ranks = chunk.ids.iter().map(|id| rank_of[(id - fresh) as usize]).collect();
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
