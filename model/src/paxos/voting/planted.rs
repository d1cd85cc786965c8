//! Invariants that look as good and are not inductive.
//!
//! Each holds in every reachable state, so a search finds nothing against it. But it does not hold *because* of itself:
//! some state has it, unreachable, with a step to one that has not.

use quorate_spec::StateFn;

use super::Voting;
use super::property::{agreement, one_value_per_ballot, votes_safe};
use super::state::State;

/// An invariant that is too weak to carry itself.
pub struct Weaker {
    /// Its name.
    pub name: &'static str,
    /// What it lacks, in one sentence.
    pub says: &'static str,
    /// The invariant.
    pub holds: StateFn<Voting>,
}

/// Every such invariant.
pub fn all() -> [Weaker; 2] {
    [
        Weaker {
            name: "agreement-alone",
            says: "that nothing contradictory is chosen yet says nothing about what can still be chosen",
            holds: agreement_alone,
        },
        Weaker {
            name: "safe-votes-alone",
            says: "that every vote was safe does not help the next one, if two values share a ballot",
            holds: votes_safe,
        },
    ]
}

/// At most one value is chosen, and at one ballot one value is voted for.
pub fn agreement_alone(model: &Voting, state: &State) -> bool {
    agreement(model, state) && one_value_per_ballot(model, state)
}
