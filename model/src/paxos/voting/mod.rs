//! Lamport's `Voting`: why Paxos is safe, without a single message.
//!
//! # The algorithm
//!
//! Acceptors vote in numbered ballots; a value is chosen when a quorum votes for it at one ballot. An acceptor may give up
//! voting below a ballot at any time (`IncreaseMaxBal`). It votes for `v` at ballot `b` (`VoteFor`) only if nobody voted
//! for another value at `b`, and some quorum *shows `v` safe at `b`*: its members vote below `b` no more, and at the last
//! ballot below `b` at which one of them voted, one voted for `v`. How an acceptor can know that, is what messages are for:
//! see [`super::single_decree`].
//!
//! Source: Lamport, the TLA+ modules `Voting` and `Consensus` (github.com/tlaplus/Examples, `specifications/Paxos`).
//!
//! # What is modelled
//!
//! Three acceptors, any two of which are a quorum; three ballots; two values. An acceptor has at most one vote at each
//! ballot: in `Voting` this is part of the invariant that `OneValuePerBallot` gives, here it is in the type.
//!
//! # What is claimed
//!
//! The state is so small that *every state of the right type* can be visited, reachable or not: there are
//! [`state::State::COUNT`] of them. So the invariant [`property::inductive_invariant`] can be shown to be inductive: it
//! holds initially, and each step from any state that has it leads to one that has it. Whatever implements `Voting` has
//! agreement for a reason that does not depend on how deep anyone searched.
//!
//! | property | function | source |
//! |---|---|---|
//! | PX-S1 agreement | [`property::agreement`] | `Consensus`, `Inv` |
//! | PX-S4 stability | [`property::stability`] | `Consensus`, `Next` |
//! | PX-S6 one value per ballot | [`property::one_value_per_ballot`] | `Voting`, `OneValuePerBallot` |
//! | PX-S7 promise monotone | [`property::promise_monotone`] | `Voting`, `IncreaseMaxBal` |
//! | PX-S8 promise respected | [`property::promise_respected`] | `Voting`, `VoteFor` |
//! | PX-S10 safe at | [`property::votes_safe`], [`property::inductive_invariant`] | `Voting`, `VotesSafe`, `Inv` |
//! | PX-R1 a value is chosen | [`property::a_value_is_chosen`] | |
//! | PX-R2 a value is adopted | [`property::a_value_is_adopted`] | |

pub mod action;
mod picture;
pub mod planted;
pub mod property;
pub mod state;
mod step;
mod symmetry;

use action::Action;
use quorate_spec::{Actor, Claims, Kind, Picture, Spec};
use state::State;
use stateright::{Model, Property};

/// `Voting`, with 3 acceptors, 3 ballots and 2 values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Voting;

impl Model for Voting {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, _: &State, actions: &mut Vec<Action>) {
        step::possible(actions);
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        step::apply(state, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        crate::second_opinion::properties(self)
    }
}

impl Spec for Voting {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("IncreaseMaxBal"), Kind("VoteFor")]
    }

    fn kind(&self, action: &Action) -> Kind {
        kind(action)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        property::claims(claims);
    }

    fn actors(&self, _: &State) -> Vec<Actor> {
        picture::actors()
    }

    fn picture(&self, _: &State, action: &Action, _: &State) -> Picture {
        picture::picture(action)
    }
}

fn kind(action: &Action) -> Kind {
    match action {
        Action::IncreaseMaxBal { .. } => Kind("IncreaseMaxBal"),
        Action::VoteFor { .. } => Kind("VoteFor"),
    }
}
