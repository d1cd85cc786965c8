//! What one thread counts while it searches, and what it finds.

use super::coverage::Coverage;
use quorate_spec::{Claim, Kind, Shape, Truth};
use stateright::Model;

/// Where a claim was decided. The order is that in which one thread alone would have come by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Event {
    /// The state's place in its level.
    pub(super) rank: u32,
    /// The number of the action out of that state, if the claim is about a step.
    pub(super) action: Option<u32>,
    /// The state's identity.
    pub(super) id: u32,
}

/// The counts of one thread, or of all.
#[derive(Clone)]
pub(super) struct Tally {
    /// For every claim: how often it was put to the test (`sometimes`: how often it held).
    pub(super) triggers: Vec<u64>,
    /// For every claim: where it was decided first in this level.
    pub(super) events: Vec<Option<Event>>,
    /// How often each kind of action was taken.
    pub(super) coverage: Coverage,
    /// Steps: every action that led to a state, seen before or not.
    pub(super) transitions: u64,
    /// Steps that were not taken, because they leave the model's boundary.
    pub(super) outside: u64,
    /// States found.
    pub(super) found: u64,
    /// States examined.
    pub(super) examined: u64,
}

impl Tally {
    pub(super) fn new(claims: usize, kinds: &[Kind]) -> Self {
        Tally {
            triggers: vec![0; claims],
            events: vec![None; claims],
            coverage: Coverage::new(kinds),
            transitions: 0,
            outside: 0,
            found: 0,
            examined: 0,
        }
    }

    /// Moves another's counts here, and leaves it empty.
    pub(super) fn absorb(&mut self, other: &mut Tally) {
        for (mine, theirs) in self.triggers.iter_mut().zip(&mut other.triggers) {
            *mine += std::mem::take(theirs);
        }
        for (mine, theirs) in self.events.iter_mut().zip(&mut other.events) {
            if let Some(event) = theirs.take() {
                note(mine, event);
            }
        }
        self.coverage.add(&other.coverage);
        other.coverage.clear();
        self.transitions += std::mem::take(&mut other.transitions);
        self.outside += std::mem::take(&mut other.outside);
        self.found += std::mem::take(&mut other.found);
        self.examined += std::mem::take(&mut other.examined);
    }

    /// Puts the claims about single states to the test. Returns whether one of them was violated.
    #[inline]
    pub(super) fn state<M: Model>(
        &mut self,
        model: &M,
        claims: &[Claim<M>],
        state: &M::State,
        at: Event,
    ) -> bool {
        let mut violated = false;
        for (number, claim) in claims.iter().enumerate() {
            let truth = claim.at_state(model, state);
            if truth == Truth::Silent {
                continue;
            }
            self.triggers[number] += 1;
            if truth == Truth::Broken || matches!(claim.shape(), Shape::Sometimes(_)) {
                note(&mut self.events[number], at);
            }
            violated |= truth == Truth::Broken;
        }
        violated
    }

    /// Puts the claims about steps to the test.
    pub(super) fn step<M: Model>(
        &mut self,
        model: &M,
        claims: &[Claim<M>],
        (before, action, after): (&M::State, &M::Action, &M::State),
        at: Event,
    ) {
        for (number, claim) in claims.iter().enumerate() {
            self.judge(number, claim.over_step(model, before, action, after), at);
        }
    }

    /// Puts the claims about ends to the test, at a state without a successor.
    pub(super) fn end<M: Model>(&mut self, model: &M, claims: &[Claim<M>], state: &M::State, at: Event) {
        for (number, claim) in claims.iter().enumerate() {
            self.judge(number, claim.at_end(model, state), at);
        }
    }

    #[inline]
    fn judge(&mut self, claim: usize, truth: Truth, at: Event) {
        self.triggers[claim] += u64::from(truth != Truth::Silent);
        if truth == Truth::Broken {
            note(&mut self.events[claim], at);
        }
    }
}

fn note(slot: &mut Option<Event>, event: Event) {
    if slot.is_none_or(|known| event < known) {
        *slot = Some(event);
    }
}
