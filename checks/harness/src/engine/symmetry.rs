//! Searching orbits instead of states.
//!
//! If some permutation of equal parts turns one state into another, only one of the two need be expanded. States are
//! told apart by the fingerprint of a canonical form; the states themselves stay as they were reached, so that every
//! run in a report is a run of the model, with its own ids.
//!
//! That is sound only if permuted states have permuted successors, and if claims do not tell them apart. Both are
//! checked at every state found, against its images; a disagreement is a line in
//! [`Report::asymmetries`](super::Report::asymmetries), and the report is not green. Claims about steps are not
//! compared there: the image of an action is not known here.
//!
//! A canonical form may still merge too much, and images cannot show that: they come from the permutations that were
//! named. So a sample of the states that arrive at a known class is compared with the state that founded it: the value
//! of every claim, and the set of classes that they lead to, each with what the claims say of the step there.

use super::fingerprint::fingerprint;
use super::keep::{Flaws, Keep};
use super::sample::{Store, lock};
use quorate_spec::{Claim, Shape, Truth};
use stateright::Model;
use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::Mutex;

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
    classes: Mutex<Store<(Facts, M::State)>>,
    pair: Mutex<Option<(M::State, M::State)>>,
}

/// What is the same for all states that may be merged.
#[derive(PartialEq)]
struct Facts {
    /// What each claim says of the state.
    truths: Vec<Truth>,
    /// The classes that it leads to, with what the claims say of the steps.
    successors: u128,
}

impl<'a, M: Model, C: Hash> Quotient<'a, M, C>
where
    M::State: Clone + Eq,
{
    pub(super) fn new(model: &'a M, claims: Vec<Claim<M>>, symmetry: &'a Symmetry<M, C>) -> Self {
        Quotient {
            model,
            claims,
            symmetry,
            asymmetries: Mutex::default(),
            classes: Mutex::default(),
            pair: Mutex::default(),
        }
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

    fn facts(&self, state: &M::State) -> Facts
    where
        M::Action: Clone,
    {
        let (mut actions, mut successors, mut is_end) = (Vec::new(), Vec::new(), true);
        self.model.actions(state, &mut actions);
        for action in actions {
            let Some(next) = self.model.next_state(state, action.clone()) else { continue };
            is_end = false;
            if self.model.within_boundary(&next) {
                let over = |claim: &Claim<M>| claim.over_step(self.model, state, &action, &next) as u8;
                let truths: Vec<u8> = self.claims.iter().map(over).collect();
                successors.push(fingerprint(&(self.print(&next), truths)));
            }
        }
        successors.sort_unstable();
        // A set: how many ways lead to a class makes no difference to what can be reached.
        successors.dedup();
        let truth = |claim: &Claim<M>| match claim.shape() {
            Shape::AtEnd(_) if is_end => claim.at_end(self.model, state),
            _ => claim.at_state(self.model, state),
        };
        Facts {
            truths: self.claims.iter().map(truth).collect(),
            successors: fingerprint(&(is_end, successors)),
        }
    }

    /// Compares a state with the one that founded its class.
    fn compare_with_founder(&self, print: u128, state: &M::State)
    where
        M::Action: Clone,
    {
        let mut classes = lock(&self.classes);
        let Some((facts, founder)) = classes.get(print) else {
            if classes.has_room() {
                let facts = self.facts(state);
                classes.put(print, (facts, state.clone()));
            }
            return;
        };
        if founder == state {
            return;
        }
        let own = self.facts(state);
        if own == *facts {
            return;
        }
        for (claim, (one, other)) in self.claims.iter().zip(facts.truths.iter().zip(&own.truths)) {
            if one != other {
                self.note(format!("{}: the canonical form merges states that it tells apart", claim.id()));
            }
        }
        if own.successors != facts.successors {
            self.note("the canonical form merges states that have different successors".to_owned());
        }
        lock(&self.pair).get_or_insert_with(|| (founder.clone(), state.clone()));
    }

    fn note(&self, line: String) {
        let mut lines = lock(&self.asymmetries);
        if lines.len() < LINES {
            lines.insert(line);
        }
    }
}

fn differs<M: Model>(model: &M, claim: &Claim<M>, one: &M::State, other: &M::State) -> bool {
    let (Shape::Always(holds) | Shape::AtEnd(holds) | Shape::Sometimes(holds)) = claim.shape() else {
        return false;
    };
    let value = |state| claim.triggered_at(model, state).then(|| holds.holds(model, state));
    value(one) != value(other)
}

impl<M, C> Keep<M> for Quotient<'_, M, C>
where
    M: Model + Sync,
    M::State: Clone + Eq + Send,
    M::Action: Clone,
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
    fn arrive(&self, _: &M, print: u128, state: &M::State) {
        self.compare_with_founder(print, state);
    }

    fn flaws(&self) -> Flaws<M> {
        lock(&self.classes).clear();
        Flaws {
            merged: std::mem::take(&mut *lock(&self.asymmetries)).into_iter().collect(),
            pair: lock(&self.pair).take(),
            ..Flaws::default()
        }
    }
}
