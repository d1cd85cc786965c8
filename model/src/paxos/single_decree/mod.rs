//! Single-decree Paxos.

pub mod action;
mod learner;
pub mod planted;
pub mod property;
pub mod scopes;
pub mod state;
mod step;
mod symmetry;

use action::Action;
use planted::Defect;
use quorate_spec::{Claims, Kind, Spec};
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
        match action {
            Action::Prepare { .. } => Kind("Prepare"),
            Action::Promise { .. } => Kind("Promise"),
            Action::Propose { .. } => Kind("Propose"),
            Action::Accept { .. } => Kind("Accept"),
            Action::Restart { .. } => Kind("Restart"),
        }
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        property::claims(self, claims);
    }
}
