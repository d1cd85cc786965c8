//! Variants known to be wrong, each with the property that catches it and the steps of the shortest run.

use super::Paxos;
use crate::{Expectation, Scope};

/// A rule broken on purpose. The numbers are those of the defect list that the checks use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Defect {
    /// A proposer ignores what the promises report and proposes what it likes. *Paxos Made Simple* §2.2, P2c.
    P01,
    /// An acceptor keeps one ballot for its promise and its vote, so a promise reports an old vote as if it were cast at
    /// the ballot just promised. Sutra, *On the correctness of Egalitarian Paxos*.
    P03,
    /// The accepted value is not durable.
    P05,
    /// An acceptor answers any prepare, and so lowers its promise.
    P07,
    /// Ballots are not unique, and an acceptor answers a second prepare at the same ballot: both halves.
    P11,
    /// The first half of P11: ballots are not unique. Breaks no agreement by itself.
    P11Ballots,
    /// The second half of P11: an acceptor answers a second prepare at the same ballot. Breaks nothing by itself.
    P11Promises,
    /// Promises are counted as they arrive, not collected in a set; and the network duplicates.
    P13,
    /// A learner counts acceptors that voted for anything, and reports the last value. *Paxos Made Simple* §2.3.
    P15a,
    /// A learner counts acceptors that voted for the value at whatever ballot.
    P15b,
}

/// One defect in a scope in which it shows, or in which it shows nothing.
pub struct Planted {
    /// The defect's number: `P01`.
    pub id: &'static str,
    /// The property that must catch it; `None` for a variant that is as good as the original there.
    pub property: Option<&'static str>,
    /// The scope, with what is expected of its properties.
    pub scope: Scope<Paxos>,
}

impl Planted {
    fn new(
        id: &'static str,
        name: &'static str,
        says: &'static str,
        model: Paxos,
        expect: &[(&'static str, u32)],
    ) -> Self {
        let depth = expect.iter().map(|(_, steps)| *steps).max();
        let property = expect.first().map(|(claim, _)| *claim);
        let expect = expect.iter().map(|(claim, steps)| (*claim, Expectation::Violated { steps: *steps }));
        Planted { id, property, scope: Scope { name, says, model, depth, expect: expect.collect() } }
    }

    /// Nothing else breaks, however deep one looks.
    fn and_nothing_else(mut self) -> Self {
        self.scope.depth = None;
        self
    }
}

fn broken(defect: Defect) -> Paxos {
    Paxos { planted: Some(defect), ..Paxos::new() }
}

/// Every planted variant, in order.
pub fn all() -> Vec<Planted> {
    let mut all = of_proposers();
    all.extend(of_acceptors());
    all.extend(of_ballots());
    all.extend(of_learners());
    all.sort_by_key(|planted| planted.id);
    all
}

fn of_proposers() -> Vec<Planted> {
    let ignored = "a proposer that ignores what is reported overwrites what was chosen";
    let one = "two quorums of one need not meet";
    let half = "two halves of four acceptors need not meet";
    let counted = "one promise that arrives twice counts as two";
    let quorum_of_one = Paxos { quorum: 1, ..Paxos::new() };
    let four_acceptors = Paxos { acceptors: 4, ..Paxos::new() };
    let twice = broken(Defect::P13);
    vec![
        Planted::new("P01", "p01", ignored, broken(Defect::P01), &[("PX-S1", 12), ("PX-S10", 9)]),
        Planted::new("P09", "p09", one, quorum_of_one, &[("PX-S1", 8), ("PX-S10", 3)]),
        Planted::new("P09", "p09-four-acceptors", half, four_acceptors, &[("PX-S1", 12), ("PX-S10", 4)]),
        Planted::new("P13", "p13", counted, twice, &[("PX-S12", 3), ("PX-S10", 3), ("PX-S1", 10)]),
    ]
}

fn of_acceptors() -> Vec<Planted> {
    let newest = "an old vote that is reported at a new ballot looks newest";
    let harmless = "with two ballots an old vote that is reported at a new ballot hurts nobody";
    let forgets = "an acceptor that forgets its vote lets another value be chosen";
    let lowers = "an acceptor that lowers its promise votes behind a proposer's back";
    let three_ballots = Paxos { ballots: 3, ..broken(Defect::P03) };
    let restart = Paxos { restarts: 1, ..broken(Defect::P05) };
    let lowering = broken(Defect::P07);
    let lowered = [("PX-S7", 4), ("PX-S10", 6), ("PX-S9", 10), ("PX-S1", 12)];
    vec![
        Planted::new("P03", "p03", newest, three_ballots, &[("PX-S9", 7), ("PX-S10", 14), ("PX-S1", 17)]),
        Planted::new("P03", "p03-two-ballots", harmless, broken(Defect::P03), &[("PX-S9", 7)])
            .and_nothing_else(),
        Planted::new("P05", "p05", forgets, restart, &[("PX-S1", 13), ("PX-S9", 6), ("PX-S10", 10)]),
        Planted::new("P07", "p07", lowers, lowering, &lowered),
    ]
}

/// Two proposers at one ballot, and each half of that alone.
fn of_ballots() -> Vec<Planted> {
    let both = "two proposers at one ballot, both promised to, propose two values at it";
    let shared = "two proposers at one ballot, promised to only once, break nothing but their claim to it";
    let twice = "a second answer at the same ballot breaks nothing";
    let one_ballot = Paxos { ballots: 1, ..broken(Defect::P11) };
    let (numbering, answering) = (broken(Defect::P11Ballots), broken(Defect::P11Promises));
    vec![
        Planted::new("P11", "p11", both, one_ballot, &[("PX-S5", 2), ("PX-S6", 8), ("PX-S1", 12)]),
        Planted::new("P11", "p11-ballots", shared, numbering, &[("PX-S5", 2)]).and_nothing_else(),
        Planted::new("P11", "p11-promises", twice, answering, &[]),
    ]
}

fn of_learners() -> Vec<Planted> {
    let anything = "acceptors that voted for anything are no quorum for the last value";
    let whenever = "votes for one value at different ballots are no quorum for it";
    vec![
        Planted::new("P15", "p15a", anything, broken(Defect::P15a), &[("PX-S3", 10), ("PX-S1", 10)]),
        Planted::new("P15", "p15b", whenever, broken(Defect::P15b), &[("PX-S3", 10)]).and_nothing_else(),
    ]
}
