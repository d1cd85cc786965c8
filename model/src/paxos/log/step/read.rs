//! Reads that take no slot: read index. Ongaro, *Consensus: Bridging Theory and Practice*, §6.4, has it for Raft.

use crate::paxos::log::Log;
use crate::paxos::log::planted::Defect;
use crate::paxos::log::state::{Acceptor, Ballot, Call, Operation, Read, Replica, Slot, State};

impl Log {
    /// The leader of `ballot` begins `read`. Its index must cover all that may have been decided and answered: what was
    /// decided at its own ballot, and what a phase-1 quorum reported to it. Of what is decided at a higher ballot the
    /// leader does not know; if any is by now, not enough acceptors will confirm.
    pub(super) fn read_index(&self, state: &State, read: u8, ballot: Ballot, index: Slot) -> Option<State> {
        if state.reads.contains_key(&read) || state.promisers(ballot).count() < self.phase1 as usize {
            return None;
        }
        let own = state.decided.iter().filter(|(_, decision)| decision.ballot == ballot);
        let covers_own = own.into_iter().all(|(slot, _)| *slot < index);
        let covered = |acceptor: &Acceptor| reported_end(state, *acceptor, ballot) <= index;
        let covers_reports = state.promisers(ballot).filter(covered).count() >= self.phase1 as usize;
        if !covers_own || !(covers_reports || self.planted == Some(Defect::P23Index)) {
            return None;
        }
        let mut next = state.clone();
        next.reads.insert(read, Read { ballot, index, confirmed: Default::default() });
        let call = Call { after: state.answered().collect(), ..Call::default() };
        next.calls.insert(Operation::Read(read), call);
        Some(next)
    }

    /// `replica` answers `read`, which enough acceptors have confirmed, once it has executed all below the index.
    pub(super) fn read(&self, state: &State, read: u8, replica: Replica) -> Option<State> {
        let begun = state.reads.get(&read)?;
        let execution = state.replicas.get(&replica)?;
        let operation = Operation::Read(read);
        let confirmed = begun.confirmed.len() >= self.phase1 as usize || self.planted == Some(Defect::P23);
        let executed = execution.executed >= begun.index || self.planted == Some(Defect::P23Early);
        if !confirmed || !executed || !state.calls.get(&operation)?.answers.is_empty() {
            return None;
        }
        let mut next = state.clone();
        let count = execution.object.applied.len() as u64;
        next.calls.get_mut(&operation)?.answers.insert(begun.index, count);
        Some(next)
    }
}

/// The first slot above all that the promise of `ballot` by `acceptor` reports, or would if it had not compacted.
fn reported_end(state: &State, acceptor: Acceptor, ballot: Ballot) -> Slot {
    let votes = state.votes[acceptor.0 as usize].keys();
    let reported = votes.filter(|(_, lower)| *lower < ballot).map(|(slot, _)| Slot(slot.0 + 1)).max();
    reported.unwrap_or(Slot(0)).max(state.reports_from(acceptor, ballot))
}

/// `acceptor` has promised nothing above the ballot of the leader that began `read`, and says so.
pub(super) fn confirm(state: &State, read: u8, acceptor: Acceptor) -> Option<State> {
    let begun = state.reads.get(&read)?;
    state.promised.get(acceptor.0 as usize)?;
    if state.believed(acceptor) > begun.ballot || begun.confirmed.contains(&acceptor) {
        return None;
    }
    let mut next = state.clone();
    next.reads.get_mut(&read)?.confirmed.insert(acceptor);
    Some(next)
}
