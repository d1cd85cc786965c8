//! A ring of numbers: small enough to know everything about, with a place for each thing that can go wrong.

use quorate_spec::{Claims, Kind, Spec, StateFn};
use stateright::Model;

/// Counts from 0; `Up` adds one, `Jump` adds ten, and at `size` only a step back to 0 is left.
#[derive(Clone, Debug)]
pub(crate) struct Ring {
    /// The number after which `Up` and `Jump` end.
    pub(crate) size: u32,
    /// No initial state at all.
    pub(crate) empty: bool,
    /// Where `next_state` panics.
    pub(crate) trap: Option<u32>,
    /// Does a step lead from the end back to 0?
    pub(crate) closed: bool,
    /// A claim that is added: `always`.
    pub(crate) always: Option<(StateFn<Ring>, StateFn<Ring>)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Step {
    Up,
    Jump,
    Back,
}

impl Ring {
    pub(crate) fn new(size: u32) -> Self {
        Ring { size, empty: false, trap: None, closed: true, always: None }
    }

    /// With a claim that says something only where `when` holds.
    pub(crate) fn claiming(self, holds: StateFn<Ring>, when: StateFn<Ring>) -> Self {
        Ring { always: Some((holds, when)), ..self }
    }
}

impl Model for Ring {
    type State = u32;
    type Action = Step;

    fn init_states(&self) -> Vec<u32> {
        if self.empty { Vec::new() } else { vec![0] }
    }

    fn actions(&self, state: &u32, actions: &mut Vec<Step>) {
        if *state < self.size {
            actions.extend([Step::Up, Step::Jump]);
        } else if self.closed {
            actions.push(Step::Back);
        }
    }

    fn next_state(&self, state: &u32, action: Step) -> Option<u32> {
        assert!(self.trap != Some(*state) || action != Step::Jump, "trapped at {state}");
        match action {
            Step::Up => Some(state + 1),
            Step::Jump => (state + 10 <= self.size).then_some(state + 10),
            Step::Back => Some(0),
        }
    }
}

impl Spec for Ring {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("up"), Kind("jump"), Kind("back")]
    }

    fn kind(&self, action: &Step) -> Kind {
        Kind(match action {
            Step::Up => "up",
            Step::Jump => "jump",
            Step::Back => "back",
        })
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("small", "no number is above the size", |ring, n| *n <= ring.size);
        claims.always_step("near", "no step but back goes down", |_, before, action, after| {
            after > before || *action == Step::Back
        });
        claims.sometimes("full", "the size is reached", |ring, n| *n == ring.size);
        claims.at_end("ends full", "it ends at the size", |ring, n| *n == ring.size);
        if let Some((holds, when)) = self.always {
            claims.always("added", "what the test claims", holds).when(when);
        }
    }
}
