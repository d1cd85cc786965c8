//! Which messages a replica that follows the protocol could have sent.

use super::{Ballot, Entry, Message, Slot};
use crate::quorum::Members;
use quorate_machine::NodeId;

impl<C, S> Message<C, S> {
    /// Whether a replica that follows the protocol could have sent this from `from` to `to`, as far as the message
    /// alone can tell. What is not plausible is ignored: a message that decodes may still be nonsense, and no
    /// arithmetic behind this door needs to think of it.
    pub fn is_plausible(&self, from: NodeId, to: NodeId, members: Members) -> bool {
        let voters = members.votes(from) && members.votes(to);
        let slots = |first: Slot, count: usize| first.after(count) <= Slot::LIMIT;
        match self {
            Message::Prepare { ballot, from: first } | Message::PreVote { ballot, from: first } => {
                voters && ballot.belongs_to(from) && slots(*first, 0)
            }
            Message::Promise { ballot, chosen, first, accepted, more } => {
                let goes_on = !more || !accepted.is_empty();
                voters && ballot.belongs_to(to) && goes_on && is_pledge(*ballot, *chosen, *first, accepted)
            }
            Message::Reject { promised } => {
                voters && members.votes(promised.node) && promised.belongs_to(promised.node)
            }
            Message::Accept { ballot, floor, first, values, chosen } => {
                voters
                    && ballot.belongs_to(from)
                    && floor <= first
                    && !values.is_empty()
                    && slots(*first, values.len())
                    && *chosen <= first.after(values.len())
            }
            Message::Accepted { ballot, upto } => voters && ballot.belongs_to(to) && slots(*upto, 0),
            Message::Commit { ballot, chosen } => {
                members.votes(from) && ballot.belongs_to(from) && slots(*chosen, 0)
            }
            Message::Probe { ballot, .. } | Message::TimeoutNow { ballot } => {
                voters && ballot.belongs_to(from)
            }
            Message::Introduce { epoch } | Message::Known { epoch } => voters && from != to && *epoch != 0,
            Message::Alive { ballot, .. } | Message::PreGrant { ballot } => voters && ballot.belongs_to(to),
            Message::CatchUp { from: first } => members.contains(from) && slots(*first, 0),
            Message::Learn { first, entries, chosen } => {
                let upto = first.after(entries.len());
                members.contains(from) && !entries.is_empty() && slots(*chosen, 0) && upto <= *chosen
            }
            Message::Snapshot { upto, at, of, .. } => {
                members.contains(from) && at < of && *upto > Slot(0) && slots(*upto, 0)
            }
            Message::Fetch { from: first, upto, .. } => {
                members.contains(from) && first < upto && slots(*upto, 0)
            }
        }
    }
}

fn is_pledge<C>(ballot: Ballot, chosen: Slot, first: Slot, accepted: &[Option<Entry<C>>]) -> bool {
    let last = first.after(accepted.len());
    let is_final = usize::try_from(chosen.since(first)).unwrap_or(usize::MAX);
    last <= Slot::LIMIT
        && chosen <= last.max(first)
        && accepted.iter().take(is_final).all(Option::is_some)
        && accepted.iter().flatten().all(|entry| entry.ballot <= ballot)
}

impl Ballot {
    /// Whether `node` can have made this ballot.
    fn belongs_to(self, node: NodeId) -> bool {
        self.node == node && (1..=Ballot::LAST_ROUND).contains(&self.round)
    }
}
