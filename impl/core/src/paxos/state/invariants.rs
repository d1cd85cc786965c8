//! What must hold between any two inputs.

use super::{Candidate, Leader, Progress, Replica, Role};
use crate::paxos::message::{Ballot, Slot};
use quorate_machine::Plain;

impl<C: Plain, S: Plain> Replica<C, S> {
    pub(in crate::paxos) fn assert_invariants(&self) {
        let id = self.id;
        assert!(
            self.heard == Ballot::ZERO || self.heard > self.promised(),
            "replica {id} heard {}",
            self.heard
        );
        self.assert_log();
        match &self.role {
            Role::Follower => {}
            Role::Candidate(candidate) => self.assert_candidate(candidate),
            Role::Leader(leader) => self.assert_leader(leader),
        }
    }

    fn assert_log(&self) {
        let (id, chosen, promised) = (self.id, self.chosen(), self.promised());
        let (on_disk, end) = (self.durable.chosen, self.durable.end());
        let (offset, compacted) = (self.durable.log.offset(), self.durable.snapshot_upto());
        assert!(offset <= compacted.0, "replica {id}: cut off below {offset}, snapshot up to {compacted}");
        assert!(compacted <= on_disk, "replica {id}: snapshot up to {compacted}, chosen {on_disk}");
        for (member, pin) in &self.pins {
            assert!(offset <= pin.from.0, "replica {id}: cut off below {offset}, {} for {member}", pin.from);
        }
        if let Some(partial) = &self.durable.partial {
            let (upto, of, have) = (partial.upto, partial.of, partial.chunks.len());
            assert!(partial.next() < of, "replica {id}: {have} of {of} chunks of a snapshot up to {upto}");
        }
        assert!(on_disk <= chosen && chosen <= end, "replica {id}: {on_disk} and {chosen} chosen of {end}");
        for (slot, held) in self.durable.log.iter_from(0) {
            let ballot = held.map(|(ballot, _)| ballot);
            assert!(ballot <= Some(promised), "replica {id}: slot {slot} at {ballot:?}, promised {promised}");
            let is_open = slot >= chosen.0;
            assert!(is_open || ballot.is_some(), "replica {id}: slot {slot} of {chosen} chosen is empty");
            assert!(
                !is_open || ballot != Some(Ballot::ZERO),
                "replica {id}: slot {slot} learned but not chosen"
            );
        }
    }

    fn assert_candidate(&self, candidate: &Candidate<C>) {
        let (id, quorum) = (self.id, self.config.quorums.prepare);
        assert_eq!(self.promised().node, id, "replica {id} is a candidate of another's ballot");
        assert!(
            !candidate.promises.reached(quorum),
            "replica {id} has a quorum of {quorum} and does not lead"
        );
    }

    fn assert_leader(&self, leader: &Leader<C>) {
        let (id, chosen, ballot) = (self.id, self.chosen(), self.promised());
        let Leader { floor, next, .. } = *leader;
        assert_eq!(
            (ballot.node, ballot.incarnation),
            (id, self.incarnation),
            "replica {id} leads as another"
        );
        assert!(
            floor <= chosen && chosen <= next,
            "replica {id}: floor {floor}, chosen {chosen}, next {next}"
        );
        let voted = self.durable.voted_upto(ballot, floor.max(Slot(self.durable.log.offset())));
        assert!(voted >= next, "replica {id} voted for its own proposals up to {voted} of {next}");
        for mark in &leader.acked {
            assert!(
                *mark == Slot(0) || (chosen < *mark && *mark <= next),
                "replica {id}: {mark} acknowledged"
            );
        }
        let rounds: Vec<_> = leader.reads.waiting.iter().map(|read| read.round).collect();
        let last = leader.reads.round;
        assert!(
            rounds.is_sorted() && rounds.last() <= Some(&(last + 1)),
            "replica {id}: {rounds:?} of {last}"
        );
        for Progress { matched, sent, holds, .. } in &leader.peers {
            assert!(
                holds <= matched && matched <= sent && *sent <= next,
                "replica {id}: {holds} of {matched} of {sent} of {next}"
            );
        }
        let waiting = leader.queue.len();
        assert!(waiting <= self.config.queue as usize, "replica {id}: {waiting} commands wait");
    }
}
