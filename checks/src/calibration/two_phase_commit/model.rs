//! State, actions, steps and claims.

use super::picture;
use quorate_spec::{Actor, Claims, Kind, Picture, Spec};
use serde::{Deserialize, Serialize};
use stateright::{Model, Property};
use std::collections::BTreeSet;

/// What a resource manager has done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum RmState {
    /// It works on the transaction.
    Working,
    /// It has promised to commit or abort as it is told.
    Prepared,
    /// It has committed.
    Committed,
    /// It has aborted.
    Aborted,
}

/// What the transaction manager has done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum TmState {
    /// It has not decided.
    Init,
    /// It has decided to commit.
    Committed,
    /// It has decided to abort.
    Aborted,
}

/// A message that was sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Messages {
    /// From a resource manager.
    Prepared(usize),
    /// From the transaction manager, to all.
    Commit,
    /// From the transaction manager, to all.
    Abort,
}

/// The whole system.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct State {
    /// Of every resource manager.
    pub rms: Vec<RmState>,
    /// Of the transaction manager.
    pub tm: TmState,
    /// For every resource manager: has the transaction manager received that it is prepared?
    pub tm_prepared: Vec<bool>,
    /// Every message ever sent.
    pub messages: BTreeSet<Messages>,
}

/// Everything that can happen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Action {
    /// The transaction manager has heard from enough, and commits.
    TmCommit,
    /// The transaction manager aborts of its own accord.
    TmAbort,
    /// The transaction manager receives that a resource manager is prepared.
    TmReceivePrepared(usize),
    /// A resource manager prepares.
    RmPrepare(usize),
    /// A working resource manager aborts of its own accord.
    RmChooseToAbort(usize),
    /// A resource manager is told to commit.
    RmReceiveCommit(usize),
    /// A resource manager is told to abort.
    RmReceiveAbort(usize),
}

/// How many votes the transaction manager waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Votes {
    /// All of them.
    All,
    /// Planted: one is not waited for. With 7 resource managers the shortest way to disagreement is 15 steps:
    /// 6 prepare, 6 are heard, the decision, one commits, and the one that nobody waited for aborts.
    AllButOne,
}

/// Two-phase commit among this many resource managers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TwoPhaseCommit {
    /// How many resource managers.
    pub managers: usize,
    /// How many of their votes the transaction manager waits for.
    pub votes: Votes,
}

impl TwoPhaseCommit {
    /// The correct protocol.
    pub fn new(managers: usize) -> Self {
        TwoPhaseCommit { managers, votes: Votes::All }
    }

    /// The planted bug.
    pub fn planted(managers: usize) -> Self {
        TwoPhaseCommit { managers, votes: Votes::AllButOne }
    }

    /// How many votes it takes to commit.
    pub(super) fn needed(&self) -> usize {
        match self.votes {
            Votes::All => self.managers,
            Votes::AllButOne => self.managers - 1,
        }
    }
}

impl Model for TwoPhaseCommit {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            rms: vec![RmState::Working; self.managers],
            tm: TmState::Init,
            tm_prepared: vec![false; self.managers],
            messages: BTreeSet::new(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.tm == TmState::Init {
            if state.tm_prepared.iter().filter(|heard| **heard).count() >= self.needed() {
                actions.push(Action::TmCommit);
            }
            actions.push(Action::TmAbort);
        }
        let commit = state.messages.contains(&Messages::Commit);
        let abort = state.messages.contains(&Messages::Abort);
        for rm in 0..self.managers {
            if state.tm == TmState::Init && state.messages.contains(&Messages::Prepared(rm)) {
                actions.push(Action::TmReceivePrepared(rm));
            }
            if state.rms[rm] == RmState::Working {
                actions.push(Action::RmPrepare(rm));
                actions.push(Action::RmChooseToAbort(rm));
            }
            if commit {
                actions.push(Action::RmReceiveCommit(rm));
            }
            if abort {
                actions.push(Action::RmReceiveAbort(rm));
            }
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::TmCommit => {
                state.tm = TmState::Committed;
                state.messages.insert(Messages::Commit);
            }
            Action::TmAbort => {
                state.tm = TmState::Aborted;
                state.messages.insert(Messages::Abort);
            }
            Action::TmReceivePrepared(rm) => state.tm_prepared[rm] = true,
            Action::RmPrepare(rm) => {
                state.rms[rm] = RmState::Prepared;
                state.messages.insert(Messages::Prepared(rm));
            }
            Action::RmChooseToAbort(rm) | Action::RmReceiveAbort(rm) => state.rms[rm] = RmState::Aborted,
            Action::RmReceiveCommit(rm) => state.rms[rm] = RmState::Committed,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("2PC-1", |_, state| consistent(state)),
            Property::sometimes("2PC-2", |_, state| all_aborted(state)),
            Property::sometimes("2PC-3", |_, state| all_committed(state)),
        ]
    }
}

fn consistent(state: &State) -> bool {
    !(state.rms.contains(&RmState::Aborted) && state.rms.contains(&RmState::Committed))
}

fn all_aborted(state: &State) -> bool {
    state.rms.iter().all(|rm| *rm == RmState::Aborted)
}

fn all_committed(state: &State) -> bool {
    state.rms.iter().all(|rm| *rm == RmState::Committed)
}

/// The kinds of actions, for the rich and the packed model.
pub(super) fn kinds() -> Vec<Kind> {
    let kinds = ["commit", "abort", "hear", "prepare", "choose to abort", "receive commit", "receive abort"];
    kinds.map(Kind).to_vec()
}

/// The kind of an action, for the rich and the packed model.
pub(super) fn kind(action: &Action) -> Kind {
    Kind(match action {
        Action::TmCommit => "commit",
        Action::TmAbort => "abort",
        Action::TmReceivePrepared(_) => "hear",
        Action::RmPrepare(_) => "prepare",
        Action::RmChooseToAbort(_) => "choose to abort",
        Action::RmReceiveCommit(_) => "receive commit",
        Action::RmReceiveAbort(_) => "receive abort",
    })
}

impl Spec for TwoPhaseCommit {
    fn kinds(&self) -> Vec<Kind> {
        kinds()
    }

    fn kind(&self, action: &Action) -> Kind {
        kind(action)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("2PC-1", "no manager has aborted while another has committed", |_, s| consistent(s));
        claims.sometimes("2PC-2", "all managers abort", |_, s| all_aborted(s));
        claims.sometimes("2PC-3", "all managers commit", |_, s| all_committed(s));
    }

    fn actors(&self, _init: &State) -> Vec<Actor> {
        picture::actors(self)
    }

    fn picture(&self, before: &State, action: &Action, after: &State) -> Picture {
        picture::picture(before, action, after)
    }
}
