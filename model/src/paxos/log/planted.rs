//! Variants known to be wrong, each with the property that catches it and the steps of the shortest run.

use super::Log;
use crate::{Expectation, Scope};

/// A rule broken on purpose. The numbers are those of the defect list that the checks use; a word after the number tells
/// a relative of that defect. P25, a lease read under clock drift, has no place here: no read relies on a lease.
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
    /// A replica takes over whatever snapshot comes, also one that is behind it.
    P21Older,
    /// An acceptor forgets votes that no snapshot of its own covers.
    P21Unsaved,
    /// A leader answers reads without asking whether it still leads.
    P23,
    /// Who answers a read does not wait until it has executed up to the read index.
    P23Early,
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
    let mut all = agreement();
    all.extend(durability());
    all.extend(execution());
    all.extend(snapshots());
    all.extend(reads());
    all.sort_by_key(|planted| planted.id);
    all
}

fn plant(
    id: &'static str,
    property: &'static str,
    says: &'static str,
    model: Log,
    expect: &[(&'static str, u32)],
) -> Planted {
    // One step more, so that an end is seen to be one.
    let depth = expect.iter().map(|(_, steps)| *steps + 1).max();
    let expect = expect.iter().map(|(claim, steps)| (*claim, Expectation::Violated { steps: *steps }));
    Planted { id, property, scope: Scope { name: id, says, model, depth, expect: expect.collect() } }
}

fn broken(defect: Defect, model: Log) -> Log {
    Log { planted: Some(defect), ..model }
}

fn agreement() -> Vec<Planted> {
    vec![
        plant(
            "P01",
            "PX-S10",
            "a leader that ignores what is reported overwrites what was chosen",
            broken(Defect::P01, Log::one_slot()),
            &[("PX-S10", 9), ("PX-S1", 12), ("PX-S4", 14)],
        ),
        plant(
            "P07",
            "PX-S7",
            "an acceptor that lowers its promise votes behind a leader's back",
            broken(Defect::P07, Log::one_slot()),
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
            broken(Defect::P15, Log::one_slot()),
            &[("PX-S3", 9), ("PX-S12", 9)],
        ),
        plant(
            "P17",
            "PX-L2",
            "a hole that nobody fills stops execution for ever",
            broken(Defect::P17, Log::holes()),
            &[("PX-L2", 12)],
        ),
    ]
}

fn durability() -> Vec<Planted> {
    vec![
        plant(
            "P05-early",
            "PX-S19",
            "a message that is sent before its write is synced tells what a crash undoes",
            broken(Defect::P05Early, Log::durability()),
            &[("PX-S19", 3), ("PX-S12", 6), ("PX-S10", 7), ("PX-S3", 11), ("PX-S16", 11)],
        ),
        plant(
            "P27",
            "PX-S16",
            "a vote above a gap acknowledges what nobody holds",
            broken(Defect::P27, Log::acknowledgements()),
            &[("PX-S16", 16), ("PX-S3", 16), ("PX-S12", 16)],
        ),
    ]
}

fn execution() -> Vec<Planted> {
    vec![
        plant(
            "P09-observer",
            "PX-S12",
            "an observer that is counted makes a quorum of too few acceptors",
            broken(Defect::P09Observer, Log::observer()),
            &[("PX-S12", 4), ("PX-S3", 7), ("PX-S16", 7), ("PX-S13", 8)],
        ),
        plant(
            "P17-skip",
            "PX-S13",
            "a replica that does not wait at a hole executes another log",
            broken(Defect::P17Skip, Log::exactly_once()),
            &[("PX-S13", 8)],
        ),
        plant(
            "P19",
            "PX-S14",
            "a command that is decided in two slots takes effect twice",
            broken(Defect::P19, Log::exactly_once()),
            &[("PX-S14", 14), ("PX-S17", 16)],
        ),
        plant(
            "P19-last",
            "PX-S14",
            "a client table that forgets clients lets their retries take effect again",
            broken(Defect::P19Last, Log::retries()),
            &[("PX-S14", 18), ("PX-S17", 20)],
        ),
    ]
}

fn snapshots() -> Vec<Planted> {
    vec![
        plant(
            "P19-table",
            "PX-S15",
            "after a snapshot without the client table a retry takes effect again",
            broken(Defect::P19Table, Log::snapshots()),
            &[("PX-S15", 9), ("PX-S14", 15)],
        ),
        plant(
            "P21",
            "PX-S1",
            "a leader takes the silence of who has compacted for a report of nothing",
            broken(Defect::P21, Log::compaction()),
            &[("PX-S10", 13), ("PX-S1", 15), ("PX-S13", 15)],
        ),
        plant(
            "P21-label",
            "PX-S15",
            "a snapshot that is one slot ahead of its label",
            broken(Defect::P21Label, Log::snapshots()),
            &[("PX-S15", 9), ("PX-S13", 11)],
        ),
        plant(
            "P21-older",
            "PX-S16",
            "an older snapshot, installed over a newer one, loses what was compacted in between",
            broken(Defect::P21Older, Log::snapshots()),
            &[("PX-S16", 17)],
        ),
        plant(
            "P21-unsaved",
            "PX-S16",
            "a vote that is forgotten before a snapshot holds it is not durable",
            broken(Defect::P21Unsaved, Log::compaction()),
            &[("PX-S16", 9)],
        ),
    ]
}

fn reads() -> Vec<Planted> {
    vec![
        plant(
            "P23",
            "PX-S17",
            "a deposed leader answers a read from what it has",
            broken(Defect::P23, Log::reads()),
            &[("PX-S17", 13)],
        ),
        plant(
            "P23-early",
            "PX-S17",
            "a replica that lags answers a read before it has executed up to the index",
            broken(Defect::P23Early, Log::reads()),
            &[("PX-S17", 14)],
        ),
        plant(
            "P23-index",
            "PX-S17",
            "a new leader that has decided nothing yet takes too low an index",
            broken(Defect::P23Index, Log::reads()),
            &[("PX-S17", 16)],
        ),
    ]
}
