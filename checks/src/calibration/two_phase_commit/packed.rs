//! The same protocol on a state of one `u64`, which steps natively: no packing and unpacking around a rich state.
//!
//! From bit 0: four bits a resource manager (two of its state, one for its message, one for the transaction manager
//! having heard it), then two of the transaction manager, then the messages Commit and Abort.

use super::Messages;
use super::model::{Action, RmState, State, TmState, TwoPhaseCommit, kind, kinds};
use quorate::engine::Packed;
use quorate_spec::{Claims, Kind, Spec};
use stateright::{Model, Property};

/// The state. Managers' nibbles first, so that up to 15 managers fit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Bits(pub u64);

impl Packed for Bits {
    fn pack(&self) -> u128 {
        u128::from(self.0)
    }

    fn unpack(packed: u128) -> Self {
        Bits(packed as u64)
    }
}

const SENT: u64 = 0b0100;
const HEARD: u64 = 0b1000;
/// The lowest bit of every nibble.
const ONES: u64 = 0x1111_1111_1111_1111;

/// The model on bits.
#[derive(Clone, Debug)]
pub struct PackedTwoPhaseCommit(pub TwoPhaseCommit);

impl PackedTwoPhaseCommit {
    fn tm_shift(&self) -> usize {
        4 * self.0.managers
    }

    fn commit_sent(&self) -> u64 {
        1 << (self.tm_shift() + 2)
    }

    fn abort_sent(&self) -> u64 {
        1 << (self.tm_shift() + 3)
    }

    /// The lowest bit of every manager's nibble.
    fn ones(&self) -> u64 {
        ONES & ((1 << self.tm_shift()) - 1)
    }

    fn tm(&self, bits: u64) -> u64 {
        bits >> self.tm_shift() & 3
    }

    /// The same state, rich.
    pub fn unfold(&self, Bits(bits): Bits) -> State {
        let nibble = |rm: usize| bits >> (4 * rm) & 15;
        let rm_states = [RmState::Working, RmState::Prepared, RmState::Committed, RmState::Aborted];
        let all = 0..self.0.managers;
        let mut messages: std::collections::BTreeSet<Messages> =
            all.clone().filter(|rm| nibble(*rm) & SENT != 0).map(Messages::Prepared).collect();
        messages.extend((bits & self.commit_sent() != 0).then_some(Messages::Commit));
        messages.extend((bits & self.abort_sent() != 0).then_some(Messages::Abort));
        State {
            rms: all.clone().map(|rm| rm_states[(nibble(rm) & 3) as usize]).collect(),
            tm: [TmState::Init, TmState::Committed, TmState::Aborted][self.tm(bits) as usize],
            tm_prepared: all.map(|rm| nibble(rm) & HEARD != 0).collect(),
            messages,
        }
    }

    /// Does some manager, or (with `all`) every manager, have this state?
    fn managers_are(&self, bits: u64, wanted: RmState, all: bool) -> bool {
        let differs = bits ^ (wanted as u64 * self.ones());
        let different = (differs | differs >> 1) & self.ones();
        if all { different == 0 } else { different != self.ones() }
    }
}

impl Model for PackedTwoPhaseCommit {
    type State = Bits;
    type Action = Action;

    fn init_states(&self) -> Vec<Bits> {
        vec![Bits(0)]
    }

    fn actions(&self, Bits(bits): &Bits, actions: &mut Vec<Action>) {
        let undecided = self.tm(*bits) == TmState::Init as u64;
        if undecided {
            if (bits & (HEARD * self.ones())).count_ones() as usize >= self.0.needed() {
                actions.push(Action::TmCommit);
            }
            actions.push(Action::TmAbort);
        }
        let (commit, abort) = (bits & self.commit_sent() != 0, bits & self.abort_sent() != 0);
        for rm in 0..self.0.managers {
            let nibble = bits >> (4 * rm);
            if undecided && nibble & SENT != 0 {
                actions.push(Action::TmReceivePrepared(rm));
            }
            if nibble & 3 == RmState::Working as u64 {
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

    fn next_state(&self, Bits(bits): &Bits, action: Action) -> Option<Bits> {
        let set = |rm: usize, state: RmState| bits & !(3 << (4 * rm)) | (state as u64) << (4 * rm);
        Some(Bits(match action {
            Action::TmCommit => bits | (TmState::Committed as u64) << self.tm_shift() | self.commit_sent(),
            Action::TmAbort => bits | (TmState::Aborted as u64) << self.tm_shift() | self.abort_sent(),
            Action::TmReceivePrepared(rm) => bits | HEARD << (4 * rm),
            Action::RmPrepare(rm) => set(rm, RmState::Prepared) | SENT << (4 * rm),
            Action::RmChooseToAbort(rm) | Action::RmReceiveAbort(rm) => set(rm, RmState::Aborted),
            Action::RmReceiveCommit(rm) => set(rm, RmState::Committed),
        }))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("2PC-1", consistent),
            Property::sometimes("2PC-2", all_aborted),
            Property::sometimes("2PC-3", all_committed),
        ]
    }
}

fn consistent(model: &PackedTwoPhaseCommit, Bits(bits): &Bits) -> bool {
    let some = |state| model.managers_are(*bits, state, false);
    !(some(RmState::Aborted) && some(RmState::Committed))
}

fn all_aborted(model: &PackedTwoPhaseCommit, Bits(bits): &Bits) -> bool {
    model.managers_are(*bits, RmState::Aborted, true)
}

fn all_committed(model: &PackedTwoPhaseCommit, Bits(bits): &Bits) -> bool {
    model.managers_are(*bits, RmState::Committed, true)
}

impl Spec for PackedTwoPhaseCommit {
    fn kinds(&self) -> Vec<Kind> {
        kinds()
    }

    fn kind(&self, action: &Action) -> Kind {
        kind(action)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("2PC-1", "no manager has aborted while another has committed", consistent);
        claims.sometimes("2PC-2", "all managers abort", all_aborted);
        claims.sometimes("2PC-3", "all managers commit", all_committed);
    }
}
