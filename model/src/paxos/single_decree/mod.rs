//! Single-decree Paxos, as Lamport wrote it down.
//!
//! # The algorithm
//!
//! A proposer starts a ballot by asking all acceptors to take part (1a, [`action::Action::Prepare`]). An acceptor that
//! takes part in none higher promises to take part in none lower, and reports its last vote (1b, `Promise`). With promises
//! from a quorum the proposer proposes one value (2a, `Propose`): any value if the quorum reports no vote, else the value
//! reported at the highest ballot. An acceptor that has not promised a higher ballot votes for it (2b, `Accept`). A value
//! is chosen when a quorum has voted for it at one ballot.
//!
//! This is what the two safe readings in [`super::naive`] lack: an acceptor may vote again, at a higher ballot, because
//! whoever starts that ballot has found out first what may have been chosen below it. Why that suffices is the invariant
//! of [`super::voting`]; here messages do what `Voting` does by looking.
//!
//! Sources: Lamport, *Paxos Made Simple* §2; the TLA+ module `Paxos` (github.com/tlaplus/Examples,
//! `specifications/Paxos`).
//!
//! # What is modelled
//!
//! Three acceptors, any two of which are a quorum; two values; two or three ballots. The messages ever sent are one set
//! that only grows, as in the TLA+ module, so a message may be received late, in any order, again and again, or never: the
//! network loses, duplicates and reorders without a step of its own. An acceptor that votes again for what it voted for
//! changes nothing, and that is no step. With that, the number of states is the TLA+ module's: 3,921 with two ballots,
//! 185,369 with three, and 443 and 17,153 if one does not tell acceptors or values apart ([`Paxos::canonical`]).
//!
//! Two things are said here that Lamport leaves out. Every ballot belongs to one of two proposers in turn, which adds no
//! states and lets PX-S5 be claimed. And an acceptor may restart, within a budget: as everything it knows is durable,
//! nothing comes of it unless a defect is planted. Learners have no state: [`Paxos::learned`] is what one could conclude.
//!
//! # What is claimed
//!
//! | property | function | source |
//! |---|---|---|
//! | PX-S1 agreement | [`property::agreement`] | *Paxos Made Simple* §2.1 |
//! | PX-S2 validity | [`property::validity`] | *Paxos Made Simple* §2.1 |
//! | PX-S3 integrity | [`property::integrity`] | *Paxos Made Simple* §2.3 |
//! | PX-S4 stability | [`property::stability`] | *Paxos Made Simple* §2.1 |
//! | PX-S5 ballot unique | [`property::ballot_unique`] | *Paxos Made Simple* §2.2 |
//! | PX-S6 one value per ballot | [`property::one_value_per_ballot`] | `Voting`, `OneValuePerBallot` |
//! | PX-S7 promise monotone | [`property::promise_monotone`] | *Paxos Made Simple* §2.2 |
//! | PX-S8 promise respected | [`property::promise_respected`] | *Paxos Made Simple* §2.2 (P1a) |
//! | PX-S9 votes rise, and are reported as cast | [`property::vote_honest`] | *Paxos Made Simple* §2.2 |
//! | PX-S10 safe at | [`property::safe_at`] | `Voting`, `SafeAt` |
//! | PX-S11 quorums intersect | [`property::quorums_intersect`] | arithmetic |
//! | PX-S12 quorums are distinct acceptors | [`property::quorum_distinct`] | *Paxos Made Simple* §2.2 |
//! | PX-R1 a value is chosen | [`property::a_value_is_chosen`] | |
//! | PX-R2 a value is adopted | [`property::a_value_is_adopted`] | |
//! | PX-R3 a proposal is refused | [`property::a_proposal_is_refused`] | |
//! | PX-R4 a restart between promise and vote | [`property::restart_before_vote`] | |
//!
//! # What the planted variants teach
//!
//! * Bounds decide. With two ballots P03 breaks no agreement, with three it does in 17 steps. P15 in its second form
//!   needs four, and then 20 steps; PX-S3 catches it with two, in 10.
//! * Some mutants are equivalent. Each half of P11 alone breaks no agreement; one of them breaks nothing at all.
//! * Inner properties fire first: PX-S9 at 7 steps where agreement falls at 17, PX-S12 at 3 where it falls at 10.

pub mod action;
mod learner;
mod picture;
pub mod planted;
pub mod property;
pub mod scopes;
pub mod state;
mod step;
mod symmetry;

use action::Action;
use planted::Defect;
use quorate_spec::{Actor, Claims, Kind, Picture, Spec};
use state::{Ballot, Memory, Proposer, State, Value};
use stateright::{Model, Property};

/// Single-decree Paxos with its bounds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Paxos {
    /// How many acceptors there are.
    pub acceptors: u8,
    /// How many acceptors make a quorum.
    pub quorum: u8,
    /// How many proposers share the ballots among them, in turns.
    pub proposers: u8,
    /// How many values may be proposed.
    pub values: u8,
    /// How many ballots may be started.
    pub ballots: u8,
    /// How many restarts of acceptors there may be.
    pub restarts: u8,
    /// The rule that is broken on purpose, if any.
    pub planted: Option<Defect>,
}

impl Paxos {
    /// Three acceptors, two proposers, two values, two ballots, no restart.
    pub fn new() -> Self {
        Paxos { acceptors: 3, quorum: 2, proposers: 2, values: 2, ballots: 2, restarts: 0, planted: None }
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = Value> + use<> {
        (1..=self.values).map(Value)
    }

    /// The proposers that may start `ballot`: one, in turns, unless the numbering is broken on purpose.
    pub fn owners(&self, ballot: Ballot) -> impl Iterator<Item = Proposer> + use<> {
        let shared = matches!(self.planted, Some(Defect::P11 | Defect::P11Ballots));
        let turn = ballot.0 % self.proposers;
        (0..self.proposers).filter(move |proposer| shared || *proposer == turn).map(Proposer)
    }
}

impl Default for Paxos {
    fn default() -> Self {
        Paxos::new()
    }
}

impl Model for Paxos {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let acceptors = vec![Memory::default(); self.acceptors as usize];
        vec![State { acceptors, messages: Default::default(), restarts: 0 }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.possible(state, actions);
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        self.apply(state, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        crate::second_opinion::properties(self)
    }
}

impl Spec for Paxos {
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds = ["Prepare", "Promise", "Propose", "Accept"].map(Kind).to_vec();
        if self.restarts > 0 {
            kinds.push(Kind("Restart"));
        }
        kinds
    }

    fn kind(&self, action: &Action) -> Kind {
        kind(action)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        property::claims(self, claims);
    }

    fn actors(&self, _: &State) -> Vec<Actor> {
        picture::actors(self)
    }

    fn picture(&self, before: &State, action: &Action, after: &State) -> Picture {
        picture::picture(before, action, after)
    }
}

fn kind(action: &Action) -> Kind {
    match action {
        Action::Prepare { .. } => Kind("Prepare"),
        Action::Promise { .. } => Kind("Promise"),
        Action::Propose { .. } => Kind("Propose"),
        Action::Accept { .. } => Kind("Accept"),
        Action::Restart { .. } => Kind("Restart"),
    }
}
