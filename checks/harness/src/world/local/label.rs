//! What must have happened before a local state or a message can exist.
//!
//! A label counts, for each replica, the timers that fired and the crashes that were suffered in the causal past, and
//! what this replica itself was asked. Two pasts that meet are joined; a past that spends more than the scope's budgets
//! is impossible. Labels only prune: a smaller label allows more.

use super::super::{Left, Scope, TIMER_KINDS};
use quorate_machine::{Machine, NodeId};

/// Fields of a label; a scope that needs more is not reduced.
const FIELDS: usize = 64;

/// Labels that one local state or message keeps; beyond that they are merged into what they have in common.
const KEPT: usize = 16;

/// A causal past.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Label([u8; FIELDS]);

/// A scope's budgets, and where a label counts each.
#[derive(Debug)]
pub(in super::super) struct Budgets {
    replicas: usize,
    timers: Vec<u8>,
    crashes: u8,
    foretold: bool,
}

impl Budgets {
    /// The budgets of `scope`, in which clients ask `requests` times in all; `None` if no label can count them.
    pub(in super::super) fn of<M: Machine, G>(scope: &Scope<M, G>, requests: usize) -> Option<Budgets> {
        let timers: Vec<u8> = scope.timers.values().copied().collect();
        let replicas = usize::from(scope.replicas);
        let budgets = Budgets { replicas, timers, crashes: scope.crashes, foretold: scope.foretold };
        (budgets.fixed() + replicas + requests <= FIELDS && replicas < 255).then_some(budgets)
    }

    /// Where the fields begin that are equal in all pasts or not set: foretold crashes, and who was asked what.
    fn fixed(&self) -> usize {
        self.replicas * (self.timers.len() + 1)
    }

    /// The past of replica `id` at its start; `left` says which crashes are foretold.
    pub(super) fn start(&self, id: NodeId, left: &Left) -> Label {
        let mut label = Label([0; FIELDS]);
        if self.foretold {
            label.0[self.fixed() + usize::from(id.0)] = 1 + left.crashes.of(id);
        }
        label
    }

    /// The past that allows everything.
    pub(super) fn nothing(&self) -> Label {
        Label([0; FIELDS])
    }

    /// The past as a message carries it: what its sender was asked stays behind, or there would be too many pasts.
    pub(super) fn sent(&self, label: &Label) -> Label {
        let mut label = *label;
        label.0[self.fixed() + self.replicas..].fill(0);
        label
    }

    /// Both pasts together, of a replica with so many crashes left; `None` if they exclude each other.
    pub(super) fn join(&self, one: &Label, other: &Label, crashes_left: u8) -> Option<Label> {
        let mut both = *one;
        let fixed = self.fixed();
        for (mine, theirs) in both.0[..fixed].iter_mut().zip(&other.0[..fixed]) {
            *mine = (*mine).max(*theirs);
        }
        for (mine, theirs) in both.0[fixed..].iter_mut().zip(&other.0[fixed..]) {
            if *mine != 0 && *theirs != 0 && mine != theirs {
                return None;
            }
            *mine = (*mine).max(*theirs);
        }
        self.fits(&both, crashes_left).then_some(both)
    }

    /// After replica `id` spent what `used` says.
    pub(super) fn spend(&self, label: &Label, id: NodeId, used: &Used, crashes_left: u8) -> Option<Label> {
        let (mut label, id, kinds) = (*label, usize::from(id.0), self.timers.len());
        if let Some(kind) = used.timer {
            label.0[id * kinds + kind] = label.0[id * kinds + kind].saturating_add(1);
        }
        if used.crash {
            label.0[self.replicas * kinds + id] += 1;
        }
        if let Some(request) = used.request {
            let asked = label.0.get_mut(self.fixed() + self.replicas + request)?;
            if *asked != 0 {
                return None;
            }
            *asked = id as u8 + 1;
        }
        self.fits(&label, crashes_left).then_some(label)
    }

    fn fits(&self, label: &Label, crashes_left: u8) -> bool {
        let kinds = self.timers.len();
        debug_assert!(kinds <= TIMER_KINDS);
        let fired =
            |kind: usize| -> u32 { (0..self.replicas).map(|id| u32::from(label.0[id * kinds + kind])).sum() };
        if self.timers.iter().enumerate().any(|(kind, budget)| fired(kind) > u32::from(*budget)) {
            return false;
        }
        let suffered = |id: usize| u32::from(label.0[self.replicas * kinds + id]);
        let foretold = |id: usize| u32::from(label.0[self.fixed() + id]).saturating_sub(1);
        let crashes: u32 = (0..self.replicas).map(|id| suffered(id).max(foretold(id))).sum();
        let left = if self.foretold { 0 } else { u32::from(crashes_left) };
        crashes + left <= u32::from(self.crashes)
    }

    /// What all these pasts have in common.
    fn common(&self, labels: &[Label]) -> Label {
        let mut common = labels[0];
        for label in &labels[1..] {
            let fixed = self.fixed();
            for (at, (mine, theirs)) in common.0.iter_mut().zip(&label.0).enumerate() {
                *mine = if at < fixed || mine == theirs { (*mine).min(*theirs) } else { 0 };
            }
        }
        common
    }

    /// Adds a past to the least ones of a place; `false` if one of them allows as much.
    pub(super) fn add(&self, labels: &mut Vec<Label>, new: Label) -> bool {
        if labels.iter().any(|label| self.allows(label, &new)) {
            return false;
        }
        labels.retain(|label| !self.allows(&new, label));
        labels.push(new);
        if labels.len() > KEPT {
            *labels = vec![self.common(labels)];
        }
        true
    }

    /// Does `one` allow all that `other` allows?
    fn allows(&self, one: &Label, other: &Label) -> bool {
        let fixed = self.fixed();
        let fewer = one.0[..fixed].iter().zip(&other.0[..fixed]).all(|(one, other)| one <= other);
        fewer && one.0[fixed..].iter().zip(&other.0[fixed..]).all(|(one, other)| *one == 0 || one == other)
    }
}

/// What one local step takes from the budgets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Used {
    pub(super) timer: Option<usize>,
    pub(super) request: Option<usize>,
    pub(super) crash: bool,
}
