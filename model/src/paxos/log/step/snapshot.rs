//! Snapshots, and the compaction that they allow.

use crate::paxos::log::Log;
use crate::paxos::log::planted::Defect;
use crate::paxos::log::state::{Acceptor, Replica, Slot, Snapshot, State};

impl Log {
    /// `replica` takes a snapshot of the state that it has reached, beyond the one that it has.
    pub(super) fn capture(&self, state: &State, replica: Replica) -> Option<State> {
        let execution = state.replicas.get(&replica)?;
        let mut snapshot = Snapshot { upto: execution.executed, object: execution.object.clone() };
        if execution.snapshot.as_ref().map_or(Slot(0), |newest| newest.upto) >= snapshot.upto {
            return None;
        }
        match self.planted {
            Some(Defect::P19Table) => snapshot.object.table.clear(),
            Some(Defect::P21Label) => snapshot.upto = Slot(snapshot.upto.0 - 1),
            _ => {}
        }
        let mut next = state.clone();
        next.snapshots.insert(snapshot.clone());
        next.replicas.get_mut(&replica)?.snapshot = Some(snapshot);
        Some(next)
    }

    /// The acceptor of `replica` forgets its votes below `upto`, which its own snapshot covers.
    pub(super) fn compact(&self, state: &State, replica: Replica, upto: Slot) -> Option<State> {
        let execution = state.replicas.get(&replica)?;
        let promised = state.promised.get(replica.0 as usize).map(|_| state.believed(Acceptor(replica.0)))?;
        let covered = match self.planted {
            Some(Defect::P21Unsaved) => execution.executed,
            _ => execution.snapshot.as_ref()?.upto,
        };
        let kept = execution.compacted.last_key_value().map_or(Slot(0), |(kept, _)| *kept);
        if upto > covered || upto <= kept {
            return None;
        }
        let mut next = state.clone();
        next.replicas.get_mut(&replica)?.compacted.insert(upto, promised);
        Some(next)
    }

    /// `replica` takes over a snapshot of the state after more slots than it has executed.
    pub(super) fn install(&self, state: &State, replica: Replica, upto: Slot) -> Option<State> {
        let executed = state.replicas.get(&replica)?.executed;
        let snapshot = state.snapshots.iter().find(|snapshot| snapshot.upto == upto)?;
        let ahead = upto > executed || (upto < executed && self.planted == Some(Defect::P21Older));
        if !ahead {
            return None;
        }
        let mut next = state.clone();
        let execution = next.replicas.get_mut(&replica)?;
        execution.executed = upto;
        execution.object = snapshot.object.clone();
        execution.snapshot = Some(snapshot.clone());
        execution.installed = upto;
        Some(next)
    }
}
