//! Requests whose commands are under way at this leader.

use crate::paxos::message::Slot;
use quorate_machine::RequestId;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// By slot, who is to be told what came of it. A leader gives out slots in ascending order, so nothing is searched.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub(super) struct Waiters(VecDeque<(Slot, RequestId)>);

impl Waiters {
    /// `id` waits for what is chosen at `slot`, which is above every slot that is waited for.
    #[inline]
    pub(super) fn add(&mut self, slot: Slot, id: RequestId) {
        debug_assert!(self.0.back().is_none_or(|(last, _)| *last < slot), "slots are given out in order");
        self.0.push_back((slot, id));
    }

    /// Who waits for `slot`. Asked for one slot after the other.
    #[inline]
    pub(super) fn take(&mut self, slot: Slot) -> Option<RequestId> {
        self.0.pop_front_if(|(first, _)| *first == slot).map(|(_, id)| id)
    }

    /// Whoever waits for a slot before this one.
    pub(super) fn take_before(&mut self, slot: Slot) -> impl Iterator<Item = RequestId> {
        let count = self.0.partition_point(|(waited, _)| *waited < slot);
        self.0.drain(..count).map(|(_, id)| id)
    }

    /// Everybody.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = RequestId> {
        self.0.drain(..).map(|(_, id)| id)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first slot that is waited for.
    pub(super) fn first(&self) -> Option<Slot> {
        self.0.front().map(|(slot, _)| *slot)
    }
}
