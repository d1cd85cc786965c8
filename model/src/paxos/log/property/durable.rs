//! Claims about what is on disks.

use super::{decisions, told};
use crate::paxos::log::Log;
use crate::paxos::log::state::{Acceptor, Ballot, Replica, Slot, State, Value};
use quorate_spec::Claims;

/// Makes the claims on disks, where these are slower than memory or forget.
pub(super) fn claims(model: &Log, claims: &mut Claims<Log>) {
    if model.disks || model.snapshots {
        claims
            .always("PX-S16", "what was acknowledged is durable on a quorum", acknowledged_is_durable)
            .when(something_is_acknowledged);
    }
    if model.disks {
        claims
            .always("PX-S19", "no message reveals what is not synced", told_is_synced)
            .when(something_is_told_and_more_is_unsynced);
        if model.restarts > 0 {
            claims.sometimes("PX-R4", "an acceptor restarts between promise and vote", restart_before_vote);
        }
    }
}

/// PX-S16. *Paxos Made Simple* §2.5: what an acceptor must remember is preserved during failures. What a learner has learned or a leader
/// has decided is held by a phase-2 quorum: as votes on disk at one ballot, or within a snapshot of the acceptor's own.
pub fn acknowledged_is_durable(model: &Log, state: &State) -> bool {
    let mut acknowledged = told(state);
    acknowledged.all(|(slot, value)| {
        let quorum_holds = |ballot: &Ballot| {
            let holders =
                (0..model.acceptors).map(Acceptor).filter(|at| holds(state, *at, slot, *ballot, value));
            holders.count() >= model.phase2 as usize
        };
        state.owner.keys().any(quorum_holds)
    })
}

/// Would `acceptor` after a restart still know of its vote, or what came of it?
fn holds(state: &State, acceptor: Acceptor, slot: Slot, ballot: Ballot, value: Value) -> bool {
    let execution = state.replicas.get(&Replica(acceptor.0));
    let snapshot = execution.and_then(|execution| execution.snapshot.as_ref());
    let forgotten = execution
        .and_then(|execution| execution.compacted.last_key_value())
        .is_some_and(|(kept, _)| slot < *kept);
    let voted = !forgotten && state.vote(acceptor, slot, ballot) == Some(value);
    voted || snapshot.is_some_and(|snapshot| slot < snapshot.upto)
}

/// PX-S19. *Paxos Made Simple* §2.5: "an acceptor records its intended response in stable storage before actually sending
/// the response".
pub fn told_is_synced(_: &Log, state: &State) -> bool {
    state.acceptors().all(|acceptor| {
        state.disk(acceptor).is_none_or(|disk| {
            let synced = |place: &(Slot, Ballot)| state.vote(acceptor, place.0, place.1).is_some();
            disk.told.promised <= state.promised(acceptor) && disk.told.votes.iter().all(synced)
        })
    })
}

/// PX-R4: an acceptor votes at a ballot that it had promised before it restarted.
pub fn restart_before_vote(_: &Log, state: &State) -> bool {
    state.acceptors().any(|acceptor| {
        let ballot = state.disk(acceptor).map_or(Ballot::NONE, |disk| disk.promised_at_restart);
        state.votes[acceptor.0 as usize].keys().any(|(_, voted)| *voted == ballot)
    })
}

fn something_is_acknowledged(model: &Log, state: &State) -> bool {
    told(state).next().is_some() && decisions(model, state).next().is_some()
}

fn something_is_told_and_more_is_unsynced(_: &Log, state: &State) -> bool {
    state.disks.iter().zip(&state.promised).any(|(disk, promised)| {
        let told = disk.told.promised > Ballot::NONE;
        told && (disk.promised > *promised || !disk.unsynced.is_empty())
    })
}
