//! Paxos as tutorials often tell it, which is not Paxos.
//!
//! # The article
//!
//! "The proposer draws a random number and sends it to all acceptors. An acceptor agrees if the number equals its own
//! state. When enough acceptors agree, the learner takes the smallest agreed value." There are no ballots and there
//! is no first phase. What an acceptor's own state is, and how many agreements are enough, is left open; every
//! reading of it is a [`Variant`].
//!
//! # What is modelled
//!
//! Two proposers and three acceptors unless said otherwise; each proposer draws one number from 1 to the number of
//! proposers. Where an acceptor has a state of its own from the start, it is 1, 2 or 3, and every combination is an
//! initial state. The network is unordered and keeps every message until it is delivered; delivering it is one step,
//! and so is one broadcast. Whoever disagrees stays silent. A learner thinks again at every agreement that arrives.
//! A crashed acceptor never comes back, and crashes are budgeted.
//!
//! # What comes out
//!
//! The shortest runs, in steps; two learners where agreement is asked, one where a run gets stuck:
//!
//! | reading | acceptor | learner | broken |
//! |---|---|---|---|
//! | N1 | adopts the first value, agrees iff equal | smallest of any agreements | PX-S4 in 6, PX-S1 in 6 |
//! | N2 | same | smallest after two agreements, mixed values | PX-S4 in 8, PX-S1 in 9 |
//! | N3 | same | value with two equal agreements | safe; stuck in 9 with a crash, in 15 with three proposers |
//! | N4 | overwrites, always agrees | smallest value with two equal agreements | PX-S4 in 10, PX-S1 in 10 |
//! | N5 | fixed own state, agrees iff equal | smallest of any | PX-S4 in 6, PX-S1 in 6; stuck in 8 |
//! | N6 | answers with its own state | smallest of any | PX-S2 in 3, PX-S4 in 5, PX-S1 in 5 |
//! | N7 | adopts the first value, agrees iff equal | smallest after all three agree | safe; stuck in 9 with a crash |
//!
//! N3 and N7 are the lesson. They are safe because an acceptor never changes its mind, and they block for the same
//! reason. Ballots, and a first phase that asks what may have been chosen already, exist so that acceptors *can*
//! change their minds without breaking anything: see [`super::single_decree`].
//!
//! | property | function | source |
//! |---|---|---|
//! | PX-S1 agreement | [`property::agreement`] | *Paxos Made Simple* §2.1 |
//! | PX-S2 validity | [`property::validity`] | *Paxos Made Simple* §2.1 |
//! | PX-S4 stability | [`property::stability`] | *Paxos Made Simple* §2.1 |
//! | PX-L1 a run that ends has learned | [`property::learned`] | *Paxos Made Simple* §2.1 |
//! | PX-R1 a value is learned | [`property::learned`] | |
//!
//! Not modelled: loss and duplication of messages, and restarts. The readings fall without them.

pub mod action;
mod picture;
pub mod planted;
pub mod property;
pub mod state;
mod step;

use action::Action;
use quorate_spec::{Actor, Claims, Kind, Picture, Spec};
use serde::{Deserialize, Serialize};
use state::{Acceptor, Learner, Number, State};
use stateright::{Model, Property};

/// A reading of the article.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Variant {
    /// Adopts the first value; smallest of any agreements.
    N1,
    /// Adopts the first value; smallest of two agreements, equal or not.
    N2,
    /// Adopts the first value; the value with two equal agreements.
    N3,
    /// Overwrites; the smallest value with two equal agreements.
    N4,
    /// Has a fixed state and agrees iff equal; smallest of any agreements.
    N5,
    /// Answers with its own fixed state; smallest of any answers.
    N6,
    /// Adopts the first value; smallest after all have agreed.
    N7,
}

impl Variant {
    /// All readings, in order.
    pub const ALL: [Variant; 7] =
        [Variant::N1, Variant::N2, Variant::N3, Variant::N4, Variant::N5, Variant::N6, Variant::N7];

    /// The name of the model with this reading: `naive-n1`.
    pub fn name(self) -> &'static str {
        match self {
            Variant::N1 => "naive-n1",
            Variant::N2 => "naive-n2",
            Variant::N3 => "naive-n3",
            Variant::N4 => "naive-n4",
            Variant::N5 => "naive-n5",
            Variant::N6 => "naive-n6",
            Variant::N7 => "naive-n7",
        }
    }

    /// Has an acceptor a state of its own from the start?
    fn has_own_state(self) -> bool {
        matches!(self, Variant::N5 | Variant::N6)
    }
}

/// The article's Paxos, in one reading and with bounds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Naive {
    /// The reading.
    pub variant: Variant,
    /// How many proposers there are. They draw numbers from 1 to this.
    pub proposers: u8,
    /// How many learners there are.
    pub learners: u8,
    /// How many acceptors may crash.
    pub crashes: u8,
    /// The acceptors' own states at the start, if not all combinations are asked for. Only for readings in which
    /// acceptors have a state of their own.
    pub start: Option<[Number; 3]>,
}

impl Naive {
    /// Two proposers, three acceptors, two learners, no crash, every start.
    pub fn new(variant: Variant) -> Self {
        Naive { variant, proposers: 2, learners: 2, crashes: 0, start: None }
    }

    /// How many acceptors there are: the article has three.
    pub fn acceptors(&self) -> u8 {
        3
    }

    /// The largest number that a proposer may draw.
    pub fn numbers(&self) -> Number {
        self.proposers
    }

    fn starts(&self) -> Vec<[Option<Number>; 3]> {
        if !self.variant.has_own_state() {
            return vec![[None; 3]];
        }
        if let Some(start) = self.start {
            return vec![start.map(Some)];
        }
        let mut own = Vec::new();
        for first in 1..=3 {
            for second in 1..=3 {
                own.extend((1..=3).map(|third| [Some(first), Some(second), Some(third)]));
            }
        }
        if self.variant == Variant::N6 {
            // The plainest refutation starts where no acceptor's state can have been proposed: put it first.
            own.reverse();
        }
        own
    }
}

impl Model for Naive {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let start = |own: [Option<Number>; 3]| State {
            drawn: vec![None; self.proposers as usize],
            acceptors: own.into_iter().map(|own| Acceptor { own, crashed: false }).collect(),
            learners: vec![Learner { agreed: Default::default(), learned: None }; self.learners as usize],
            proposals: Default::default(),
            agrees: Default::default(),
        };
        self.starts().into_iter().map(start).collect()
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

impl Spec for Naive {
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds = vec![Kind("Propose"), Kind("Receive"), Kind("Learn")];
        if self.crashes > 0 {
            kinds.push(Kind("Crash"));
        }
        kinds
    }

    fn kind(&self, action: &Action) -> Kind {
        kind(action)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        property::claims(self, claims);
    }

    fn actors(&self, init: &State) -> Vec<Actor> {
        picture::actors(init)
    }

    fn picture(&self, before: &State, action: &Action, after: &State) -> Picture {
        picture::picture(before, action, after)
    }
}

fn kind(action: &Action) -> Kind {
    match action {
        Action::Propose { .. } => Kind("Propose"),
        Action::Receive(_) => Kind("Receive"),
        Action::Learn(_) => Kind("Learn"),
        Action::Crash { .. } => Kind("Crash"),
    }
}
