//! Messages that no longer matter, as stated for the core.
//!
//! In small scopes the harness finds out by itself which messages are dead. Where the local graph of the core is too
//! large for that, this statement stands in. It describes the correct core; a search tries every drop on the core at
//! hand, in every local state that it reaches afterwards, and does without the statement once it is refuted.

use super::machine::{Part, Paxos};
use quorate::world::{Envelope, Node};
use quorate_core::paxos::{Ballot, Message, Replica, Standing};
use quorate_machine::Plain;

/// Will the receiver, a bare replica, never react to this message again?
pub fn dead<M: Paxos>(node: &Node<M>, crashes: u8, envelope: &Envelope<Message<u8, Part>>) -> bool {
    let Some(driver) = node.driver() else { return false };
    is_dead(driver.machine().replica(), node.durable().promised, crashes, &envelope.message)
}

/// Will `replica`, which may yet crash so many times, and whose disk has promised this, never react to the message again?
///
/// Where there are rejects, a message of a low ballot is answered, and so never dead.
pub fn is_dead<C: Plain, S: Plain>(
    replica: &Replica<C, S>,
    promised: Ballot,
    crashes: u8,
    message: &Message<C, S>,
) -> bool {
    // A crash can undo what memory knows, never what the disk does.
    let is_silent = !replica.config().rejects;
    let outbid = |ballot: &Ballot| is_silent && promised > *ballot;
    let keeps_memory = crashes == 0;
    let heard = replica.promised().max(replica.heard());
    match message {
        // A ballot belongs to one life, so a candidate or leader that stopped being it never is again.
        Message::Promise { ballot, .. } => {
            replica.standing() != Standing::Candidate || replica.promised() != *ballot
        }
        Message::Accepted { ballot, upto } => {
            replica.standing() != Standing::Leader
                || replica.promised() != *ballot
                // With windows per peer, the leader also learns from it how far the other one is; with a quorum check,
                // that the other one is there.
                || (!replica.config().quorum_check
                    && replica.config().peer_window == 0
                    && *upto <= replica.chosen())
        }
        Message::Prepare { ballot, .. } | Message::Accept { ballot, .. } => outbid(ballot),
        Message::Commit { ballot, chosen } => {
            outbid(ballot) || (keeps_memory && *ballot <= heard && *chosen <= replica.chosen())
        }
        Message::Learn { chosen, .. } => keeps_memory && *chosen <= replica.chosen(),
        Message::Snapshot { upto, .. } => keeps_memory && *upto <= replica.chosen(),
        Message::Alive { ballot, .. } => {
            replica.standing() != Standing::Leader || replica.promised() != *ballot
        }
        // A replica asks for what is above what it has promised.
        Message::PreVote { ballot, .. } => is_silent && promised >= *ballot,
        Message::PreGrant { ballot } => promised >= *ballot,
        Message::TimeoutNow { ballot } | Message::Probe { ballot, .. } => outbid(ballot),
        // Whoever is admitted asks no more, unless it loses its disk.
        Message::Known { .. } => crashes == 0 && replica.durable().may_vote(),
        Message::Introduce { .. } => false,
        // Whoever asks to be taught may be taught more later.
        Message::CatchUp { .. } | Message::Fetch { .. } => false,
        Message::Reject { promised: other } => promised >= *other || (keeps_memory && heard >= *other),
    }
}
