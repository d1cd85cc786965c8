//! In which local states is a message alive? Where its delivery does something, and wherever such a state can follow.

/// The local graph of one replica: for each local state the messages whose delivery does something there, as bits,
/// and the local states that may follow.
pub(super) struct Acting {
    pub(super) acts: Vec<Box<[u64]>>,
    pub(super) successors: Vec<Vec<u32>>,
}

/// The bits of [`Acting::acts`], and of every local state that may follow.
pub(super) fn alive(acting: Acting) -> Vec<Box<[u64]>> {
    let Acting { acts: mut alive, successors } = acting;
    let mut predecessors: Vec<Vec<u32>> = vec![Vec::new(); alive.len()];
    for (from, successors) in successors.iter().enumerate() {
        for to in successors {
            predecessors[*to as usize].push(from as u32);
        }
    }
    // Successors come later than what they follow, mostly: going backwards, one pass does nearly all.
    let mut queue: Vec<u32> = (0..alive.len() as u32).collect();
    let mut queued = vec![true; alive.len()];
    while let Some(at) = queue.pop() {
        queued[at as usize] = false;
        for &before in &predecessors[at as usize] {
            if before != at && absorb(&mut alive, before as usize, at as usize) && !queued[before as usize] {
                queued[before as usize] = true;
                queue.push(before);
            }
        }
    }
    alive
}

/// Adds the bits of `from` to those of `into`; were any new?
fn absorb(bits: &mut [Box<[u64]>], into: usize, from: usize) -> bool {
    let from = bits[from].clone();
    let mut grew = false;
    for (into, from) in bits[into].iter_mut().zip(&from) {
        grew |= *from & !*into != 0;
        *into |= from;
    }
    grew
}
