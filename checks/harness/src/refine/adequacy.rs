//! Adequacy: does the mapping say anything?

use quorate_spec::Kind;
use std::{
    cell::Cell,
    fmt,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

/// An action of the specification that a scope need not reach, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiver {
    /// The kind of action.
    pub kind: Kind,
    /// Why the scope cannot reach it.
    pub reason: &'static str,
}

/// What a refinement check exercised.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Adequacy {
    /// How often each kind of action of the specification was named by a concrete step.
    pub hits: Vec<(Kind, u64)>,
    /// Concrete steps that are no step of the specification.
    pub stutters: u64,
    /// Concrete steps in all.
    pub steps: u64,
    /// Different abstract states met.
    pub image: u64,
    /// Kinds that were waived, with the reason.
    pub waived: Vec<Waiver>,
}

impl Adequacy {
    /// The kinds that were neither named nor waived. Not empty means: the check is not green.
    pub fn missed(&self) -> Vec<Kind> {
        let waived = |kind: &Kind| self.waived.iter().any(|waiver| waiver.kind == *kind);
        let unhit = self.hits.iter().filter(|(kind, hits)| *hits == 0 && !waived(kind));
        unhit.map(|(kind, _)| *kind).collect()
    }

    /// The share of steps that are stutters, from 0 to 1.
    pub fn stutter_share(&self) -> f64 {
        if self.steps == 0 { 0.0 } else { self.stutters as f64 / self.steps as f64 }
    }
}

impl fmt::Display for Adequacy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hit = self.hits.iter().filter(|(_, hits)| *hits > 0).count();
        write!(f, "{hit} of {} actions hit", self.hits.len())?;
        let is_hit = |kind| self.hits.iter().any(|(known, hits)| *known == kind && *hits > 0);
        for waiver in self.waived.iter().filter(|waiver| !is_hit(waiver.kind)) {
            write!(f, ", {} waived ({})", waiver.kind, waiver.reason)?;
        }
        for kind in self.missed() {
            write!(f, ", {kind} NEVER HIT")?;
        }
        write!(f, ", image {} states, {:.0} % stutters", self.image, 100.0 * self.stutter_share())
    }
}

/// Counters that many threads raise without meeting: one row for each of a few threads.
pub(super) struct Tally {
    rows: Vec<Row>,
}

#[repr(align(128))]
struct Row(Vec<AtomicU64>);

const ROWS: usize = 16;

thread_local! {
    static ROW: Cell<usize> = const { Cell::new(usize::MAX) };
}

static NEXT_ROW: AtomicUsize = AtomicUsize::new(0);

impl Tally {
    pub(super) fn new(counters: usize) -> Self {
        let row = |_| Row((0..counters).map(|_| AtomicU64::new(0)).collect());
        Tally { rows: (0..ROWS).map(row).collect() }
    }

    pub(super) fn raise(&self, counter: usize) {
        let row = ROW.with(|row| {
            if row.get() == usize::MAX {
                row.set(NEXT_ROW.fetch_add(1, Ordering::Relaxed) % ROWS);
            }
            row.get()
        });
        self.rows[row].0[counter].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn reset(&self) {
        self.rows.iter().flat_map(|row| &row.0).for_each(|counter| counter.store(0, Ordering::Relaxed));
    }

    pub(super) fn total(&self, counter: usize) -> u64 {
        self.rows.iter().map(|row| row.0[counter].load(Ordering::Relaxed)).sum()
    }
}
