//! Variants known to be wrong, each with the property that catches it and the steps of the shortest run.

use super::Log;
use crate::{Expectation, Scope};

/// A rule broken on purpose. The numbers are those of the defect list that the checks use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Defect {
    /// A new leader ignores what the promises report, and proposes what it likes. *Paxos Made Simple* §2.2, P2c.
    P01,
    /// An acceptor tells of promises and votes that are not synced yet.
    P05Early,
    /// An acceptor answers any prepare, and so lowers its promise.
    P07,
    /// A leader counts observers among those that promised and voted.
    P09Observer,
    /// A learner counts votes for a value across ballots. *Paxos Made Simple* §2.3.
    P15,
    /// A new leader re-proposes what is reported and goes on after it, but does not fill the holes. *Paxos Made
    /// Simple* §3.
    P17,
    /// A replica executes what is decided without waiting for the slots below.
    P17Skip,
    /// A command that is decided in two slots is executed twice: nobody asks the client table.
    P19,
    /// The client table remembers the last command only, not the last of every client.
    P19Last,
    /// A snapshot leaves the client table out, so that a command is executed again after it.
    P19Table,
    /// Who has compacted a slot away reports that it never voted there.
    P21,
    /// A snapshot is labelled with its last slot instead of the first slot after it.
    P21Label,
    /// An acceptor forgets votes that no snapshot of its own covers.
    P21Unsaved,
    /// A leader answers reads without asking whether it still leads.
    P23,
    /// A new leader takes a read index before it knows what earlier ballots have decided.
    P23Index,
    /// An acknowledgement of a slot is taken for one of every slot below.
    P27,
}

/// One defect in the smallest scope in which it shows.
pub struct Planted {
    /// The defect's number: `P01`.
    pub id: &'static str,
    /// The property that must catch it.
    pub property: &'static str,
    /// The scope, with what is expected of all its properties.
    pub scope: Scope<Log>,
}

/// Every planted variant, in order.
pub fn all() -> Vec<Planted> {
    let plant = |id, property, says, model, expect: &[(&'static str, u32)]| {
        // One step more, so that an end is seen to be one.
        let depth = expect.iter().map(|(_, steps)| *steps + 1).max();
        let expect = expect.iter().map(|(claim, steps)| (*claim, Expectation::Violated { steps: *steps }));
        Planted { id, property, scope: Scope { name: id, says, model, depth, expect: expect.collect() } }
    };
    let broken = |defect| Log { planted: Some(defect), ..Log::one_slot() };
    vec![
        plant(
            "P01",
            "PX-S10",
            "a leader that ignores what is reported overwrites what was chosen",
            broken(Defect::P01),
            &[("PX-S10", 9), ("PX-S1", 12), ("PX-S4", 14)],
        ),
        plant(
            "P07",
            "PX-S7",
            "an acceptor that lowers its promise votes behind a leader's back",
            broken(Defect::P07),
            &[("PX-S7", 4), ("PX-S10", 6), ("PX-S9", 9), ("PX-S1", 12), ("PX-S4", 14)],
        ),
        plant(
            "P09",
            "PX-S1",
            "two quorums of one need not meet",
            Log { phase1: 1, phase2: 1, ..Log::one_slot() },
            &[("PX-S10", 4), ("PX-S1", 8), ("PX-S4", 10)],
        ),
        plant(
            "P15",
            "PX-S3",
            "votes at different ballots are no choice",
            broken(Defect::P15),
            &[("PX-S3", 9), ("PX-S12", 9)],
        ),
        plant(
            "P17",
            "PX-L2",
            "a hole that nobody fills stops execution for ever",
            Log { planted: Some(Defect::P17), ..Log::holes() },
            &[("PX-L2", 12)],
        ),
    ]
}
