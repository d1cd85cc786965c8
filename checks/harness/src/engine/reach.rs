//! From how many states is no end reachable? A claim about ends says nothing of them.
//!
//! Every step of the search is noted, and once the search is complete, the states from which an end can be reached are
//! found by going backwards from the ends. Only where a claim is about ends; eight bytes a step.

use super::table::Table;

/// Steps noted, at most: 64 MB.
const STEPS: usize = 8_000_000;

/// The steps of one level, as one thread notes them: from an identity to a fingerprint, which may have none yet.
#[derive(Default)]
pub(super) struct Steps {
    steps: Vec<(u32, u128)>,
    ends: Vec<u32>,
    overflow: bool,
}

impl Steps {
    /// Notes a step.
    #[inline]
    pub(super) fn step(&mut self, from: u32, to: u128) {
        if self.steps.len() < STEPS {
            self.steps.push((from, to));
        } else {
            self.overflow = true;
        }
    }

    /// Notes a state without a successor.
    pub(super) fn end(&mut self, id: u32) {
        self.ends.push(id);
    }
}

/// The state graph, as far as it was examined.
#[derive(Default)]
pub(super) struct Reach {
    from: Vec<u32>,
    to: Vec<u32>,
    ends: Vec<u32>,
    overflow: bool,
}

impl Reach {
    /// Is there room for more?
    pub(super) fn is_open(&self) -> bool {
        !self.overflow
    }

    /// Adds what one thread noted in a level, now that every state of the next has its identity.
    pub(super) fn absorb(&mut self, steps: &mut Steps, table: &Table) {
        for (from, print) in steps.steps.drain(..) {
            if let Some(to) = table.find(print) {
                self.from.push(from);
                self.to.push(to);
            }
        }
        self.ends.append(&mut steps.ends);
        if self.from.len() > STEPS || steps.overflow {
            *self = Reach { overflow: true, ..Reach::default() };
        }
    }

    /// How many of `states` states reach no end. `ids`: all identities are below it.
    pub(super) fn endless(&self, states: u64, ids: u32) -> Option<u64> {
        if self.overflow {
            return None;
        }
        // A counting sort by target: the predecessors of a state stand together.
        let mut starts = vec![0_u32; ids as usize + 1];
        self.to.iter().for_each(|to| starts[*to as usize + 1] += 1);
        for id in 0..ids as usize {
            starts[id + 1] += starts[id];
        }
        let mut places = starts.clone();
        let mut before = vec![0_u32; self.from.len()];
        for (from, to) in self.from.iter().zip(&self.to) {
            let place = &mut places[*to as usize];
            before[*place as usize] = *from;
            *place += 1;
        }
        let mut known = vec![false; ids as usize];
        let mut open = Vec::new();
        let mut reaching = 0;
        let mut meet = |id: u32, open: &mut Vec<u32>| {
            if !std::mem::replace(&mut known[id as usize], true) {
                reaching += 1;
                open.push(id);
            }
        };
        self.ends.iter().for_each(|id| meet(*id, &mut open));
        while let Some(id) = open.pop() {
            let range = starts[id as usize] as usize..starts[id as usize + 1] as usize;
            before[range].iter().for_each(|id| meet(*id, &mut open));
        }
        Some(states - reaching)
    }
}
