//! Whether a leader still hears a quorum. One that does not can have nothing chosen, and while it says that it leads
//! those whom it reaches elect nobody else: it steps down.
//!
//! While it leads its election timer runs, and each time that it fires a quorum must have answered since it last did. So
//! a leader that hears no quorum any more leads for less than two periods. A vote is an answer, and so is the answer to a
//! probe: with each heartbeat a leader probes those whom it has not heard in this period, so under load nothing is said
//! that would not be said without, and an idle leader says one word to each of the others in a period.
//!
//! Source: Ongaro, *Consensus: Bridging Theory and Practice* (2014), section 6.2. That pre-votes need it is what Jensen,
//! Howard and Mortier show in *Examining Raft's behaviour during partial network failures* (2021).

use super::message::{Ballot, Chunk, Message, Payload, TimerKind};
use super::state::{Replica, Role};
use quorate_machine::{Effects, NodeId};

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// A leader starts to wait, anew, for the answers of a quorum. Its own it has.
    pub(super) fn await_answers(&mut self, effects: &mut Effects<Self>) {
        if let Role::Leader(leader) = &mut self.role
            && self.config.quorum_check
        {
            leader.answered = vec![false; usize::from(self.config.replicas)];
            leader.answered[usize::from(self.id.0)] = true;
            effects.set_timer(TimerKind::Election);
        }
    }

    /// A replica has answered something that was said at `ballot`.
    #[inline]
    pub(super) fn note_answer(&mut self, from: NodeId, ballot: Ballot) {
        let promised = self.durable.promised;
        if let Role::Leader(leader) = &mut self.role
            && ballot == promised
            && let Some(answered) = leader.answered.get_mut(usize::from(from.0))
        {
            *answered = true;
        }
    }

    /// With the heartbeat: a word to those of the others that have not answered in this period, unless a read probes
    /// them anyway.
    pub(super) fn probe_the_silent(&self, effects: &mut Effects<Self>) {
        let Some(leader) = self.leading() else { return };
        let ballot = self.promised();
        let is_silent = |peer: &NodeId| leader.answered.get(usize::from(peer.0)) == Some(&false);
        for peer in self.peers().filter(is_silent).filter(|peer| !leader.reads.asks(*peer)) {
            effects.send(peer, Message::Probe { ballot, round: 0 });
        }
    }

    /// The election timer of a leader fired: its period is over, and so is its patience with its successor, if it is
    /// about to hand over. Without a leader it misses one, and says so to whoever asks.
    pub(super) fn end_period(&mut self, effects: &mut Effects<Self>) {
        let Some(leader) = self.leading() else { return };
        let count = leader.answered.iter().filter(|answered| **answered).count();
        if self.config.quorum_check && count < usize::from(self.config.quorums.accept) {
            self.step_down(None, effects);
            self.lonely = self.config.pre_vote;
            return;
        }
        self.give_up_transfer(effects);
        self.await_answers(effects);
    }
}
