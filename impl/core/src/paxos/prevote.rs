//! Pre-votes: a replica that misses a leader asks whether others do before it makes a ballot, so that one that was cut
//! off and returns does not depose a leader who is well. Nothing is promised and nothing written.
//!
//! Source: Ongaro, *Consensus: Bridging Theory and Practice* (2014), section 9.6; there a log must also be recent
//! enough, which phase 1 does not need.

use super::message::{Ballot, Chunk, Message, Payload, Slot, Standing, TimerKind};
use super::state::{Poll, Replica};
use crate::quorum::Tally;
use quorate_machine::{Effects, NodeId};

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// The election timer fired: nothing was heard of a leader for long. A leader arms it to wait for its successor, and
    /// to see whether it is still heard.
    pub(super) fn election_timeout(&mut self, effects: &mut Effects<Self>) {
        if self.standing() == Standing::Leader {
            self.end_period(effects);
        } else if !self.is_admitted() {
            self.introduce(effects);
        } else if self.config.pre_vote {
            self.ask_for_grants(effects);
        } else {
            self.campaign(effects);
        }
    }

    /// Starts to wait, anew, for a sign of a leader. Who may not lead does not wait.
    pub(super) fn await_leader(&self, effects: &mut Effects<Self>) {
        if !self.stopped && !self.is_observer() {
            effects.set_timer(TimerKind::Election);
        }
    }

    fn ask_for_grants(&mut self, effects: &mut Effects<Self>) {
        let Some(ballot) = self.next_ballot() else { return };
        self.lonely = true;
        self.poll = Some(Poll { ballot, grants: Tally::default() });
        self.await_leader(effects);
        let from = self.chosen();
        self.peers().for_each(|peer| effects.send(peer, Message::PreVote { ballot, from }));
        self.pre_grant(self.id, ballot, effects);
    }

    /// Somebody asks whether this replica would promise `ballot`. Who lags so far behind that it would not be promised
    /// anything is taught right away.
    pub(super) fn pre_vote(&mut self, ballot: Ballot, from: Slot, effects: &mut Effects<Self>) {
        if ballot <= self.promised() {
            return self.reject(ballot.node, effects);
        }
        if !self.lonely {
            return;
        }
        if self.must_teach(from) {
            self.teach(ballot.node, from, effects);
        } else {
            effects.send(ballot.node, Message::PreGrant { ballot });
        }
    }

    /// Somebody would promise the ballot. A quorum of those, and it is made; unless a higher one was heard of since: a
    /// ballot above that one is another question, and its leader may be well.
    pub(super) fn pre_grant(&mut self, from: NodeId, ballot: Ballot, effects: &mut Effects<Self>) {
        let Some(poll) = self.poll.as_mut().filter(|poll| poll.ballot == ballot) else { return };
        poll.grants.add(from);
        if !poll.grants.reached(self.config.quorums.prepare) {
            return;
        }
        if self.next_ballot() == Some(ballot) {
            self.campaign(effects);
        } else {
            self.poll = None;
        }
    }

    /// Somebody leads: there is no reason to campaign.
    pub(super) fn note_leader(&mut self) {
        self.lonely = false;
        self.poll = None;
    }
}
