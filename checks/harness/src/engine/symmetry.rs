//! Searching orbits instead of states.
//!
//! If some permutation of equal parts turns one state into another, only one of the two need be expanded. States are
//! told apart by the fingerprint of a canonical form; the states themselves stay as they were reached, so that every
//! run in a report is a run of the model, with its own ids.
//!
//! That is sound only if permuted states have permuted successors, and if claims do not tell them apart. Both are
//! checked at every state found, against its images; a disagreement is a line in
//! [`Report::asymmetries`](super::Report::asymmetries), and the report is not green. Claims about steps are not
//! compared: the image of an action is not known here.

use super::fingerprint::fingerprint;
use super::keep::Keep;
use quorate_spec::{Claim, Shape};
use stateright::Model;
use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// The most members of an orbit that are compared with each other.
const MEMBERS: usize = 24;
/// The most disagreements that are noted.
const LINES: usize = 20;

/// What of a model is interchangeable.
pub struct Symmetry<M: Model, C> {
    /// The state without the names of what is interchangeable: equal for two states only if a permutation turns one
    /// into the other. If it is equal for *all* such states, orbits are merged completely; if not, the search
    /// is still sound, and longer. Sort what is interchangeable; do not try all permutations.
    pub canonical: fn(&M, &M::State) -> C,
    /// Images of a state under permutations that generate all others: every swap of neighbours, for one.
    pub images: fn(&M, &M::State) -> Vec<M::State>,
}

/// By canonical form.
pub(super) struct Quotient<'a, M: Model, C> {
    model: &'a M,
    claims: Vec<Claim<M>>,
    symmetry: &'a Symmetry<M, C>,
    asymmetries: Mutex<BTreeSet<String>>,
}

impl<'a, M: Model, C: Hash> Quotient<'a, M, C>
where
    M::State: Clone + Eq,
{
    pub(super) fn new(model: &'a M, claims: Vec<Claim<M>>, symmetry: &'a Symmetry<M, C>) -> Self {
        Quotient { model, claims, symmetry, asymmetries: Mutex::default() }
    }

    pub(super) fn asymmetries(self) -> Vec<String> {
        self.asymmetries.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }

    fn print(&self, state: &M::State) -> u128 {
        fingerprint(&(self.symmetry.canonical)(self.model, state))
    }

    /// Fingerprints of the successors, sorted: equal for symmetric states.
    fn successors(&self, state: &M::State) -> Vec<u128> {
        let next = self.model.next_states(state).into_iter().filter(|next| self.model.within_boundary(next));
        let mut prints: Vec<u128> = next.map(|next| self.print(&next)).collect();
        prints.sort_unstable();
        prints
    }

    /// Compares a state with members of its orbit.
    fn compare(&self, state: &M::State) {
        let (print, successors) = (self.print(state), self.successors(state));
        let mut members = vec![state.clone()];
        let mut next = 0;
        while next < members.len() && members.len() < MEMBERS {
            for image in (self.symmetry.images)(self.model, &members[next]) {
                if members.len() < MEMBERS && !members.contains(&image) {
                    members.push(image);
                }
            }
            next += 1;
        }
        for member in &members[1..] {
            if self.print(member) == print && self.successors(member) != successors {
                self.note("symmetric states have different successors".to_owned());
            }
            for claim in self.claims.iter().filter(|claim| differs(self.model, claim, state, member)) {
                self.note(format!("{}: symmetric states are told apart", claim.id()));
            }
        }
    }

    fn note(&self, line: String) {
        let mut lines = self.asymmetries.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < LINES {
            lines.insert(line);
        }
    }
}

fn differs<M: Model>(model: &M, claim: &Claim<M>, one: &M::State, other: &M::State) -> bool {
    let (Shape::Always(holds) | Shape::AtEnd(holds) | Shape::Sometimes(holds)) = claim.shape() else {
        return false;
    };
    let value = |state| claim.triggered_at(model, state).then(|| holds(model, state));
    value(one) != value(other)
}

impl<M, C> Keep<M> for Quotient<'_, M, C>
where
    M: Model + Sync,
    M::State: Clone + Eq + Send,
    C: Hash,
{
    type Kept = M::State;

    #[inline]
    fn fingerprint(&self, _: &M, state: &M::State) -> u128 {
        self.print(state)
    }

    fn keep(&self, state: M::State) -> M::State {
        self.compare(&state);
        state
    }

    fn open(&self, kept: M::State) -> M::State {
        kept
    }

    fn is_exact(&self) -> bool {
        false
    }

    fn is_quotient(&self) -> bool {
        true
    }
}
