//! Disks that are slower than memory: writing, syncing, telling, and what a crash takes away.

use crate::paxos::log::Log;
use crate::paxos::log::planted::Defect;
use crate::paxos::log::state::{Acceptor, Ballot, Replica, Slot, State, Value};

/// `acceptor` goes by `ballot` from now on. Where it has no disk to wait for, that is durable and told at once.
pub(super) fn write_promise(state: &mut State, acceptor: Acceptor, ballot: Ballot) {
    match state.disks.get_mut(acceptor.0 as usize) {
        Some(disk) => disk.promised = ballot,
        None => state.promised[acceptor.0 as usize] = ballot,
    }
}

/// `acceptor` votes.
pub(super) fn write_vote(state: &mut State, acceptor: Acceptor, place: (Slot, Ballot), value: Value) {
    match state.disks.get_mut(acceptor.0 as usize) {
        Some(disk) => disk.unsynced.insert(place, value),
        None => state.votes[acceptor.0 as usize].insert(place, value),
    };
}

/// What `acceptor` has written becomes durable: all of it, as it could have been synced earlier.
pub(super) fn sync(state: &State, acceptor: Acceptor) -> Option<State> {
    let disk = state.disk(acceptor)?;
    if disk.promised == state.promised(acceptor) && disk.unsynced.is_empty() {
        return None;
    }
    let mut next = state.clone();
    let index = acceptor.0 as usize;
    next.promised[index] = disk.promised;
    let written = std::mem::take(&mut next.disks[index].unsynced);
    next.votes[index].extend(written);
    Some(next)
}

/// `replica` loses what is in memory only: its acceptor what is not synced, its execution what is in no snapshot.
pub(super) fn restart(state: &State, replica: Replica) -> Option<State> {
    let mut next = state.clone();
    let index = replica.0 as usize;
    if let Some(disk) = next.disks.get_mut(index) {
        let promised = state.promised[index];
        let voted = state.votes[index].keys().any(|(_, ballot)| *ballot == promised);
        disk.promised = promised;
        disk.unsynced.clear();
        disk.promised_at_restart = if voted { Ballot::NONE } else { promised };
    }
    if let Some(execution) = next.replicas.get_mut(&replica) {
        let durable = execution.snapshot.clone();
        execution.executed = durable.as_ref().map_or(Slot(0), |snapshot| snapshot.upto);
        execution.object = durable.map_or_else(Default::default, |snapshot| snapshot.object);
    }
    (next != *state).then_some(next)
}

impl Log {
    /// `acceptor` tells of everything that its disk holds: who hears of more than it needs can leave it.
    pub(super) fn tell(&self, state: &State, acceptor: Acceptor) -> Option<State> {
        let disk = state.disk(acceptor)?;
        let mut told = disk.told.clone();
        told.promised = told.promised.max(state.promised(acceptor));
        told.votes.extend(state.votes[acceptor.0 as usize].keys());
        if self.planted == Some(Defect::P05Early) {
            told.promised = told.promised.max(disk.promised);
            told.votes.extend(disk.unsynced.keys());
        }
        if told == disk.told {
            return None;
        }
        let mut next = state.clone();
        next.disks[acceptor.0 as usize].told = told;
        Some(next)
    }
}
