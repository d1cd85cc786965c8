//! A sign of a leader starts the election timer anew.
//!
//! The driver knows which timers are armed, and not when each was: that a timer which is armed starts anew cannot be seen
//! in the world. So the claim gives the message once more to a copy of the machine as it was, and looks at what it wants
//! done.

use super::{Claims, Event, Model, Paxos, State, Told, replica};
use quorate::world::Envelope;
use quorate_core::paxos::{Message, Standing, TimerKind};
use quorate_machine::Output;

pub(super) fn rearms<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step(
            "re-arms",
            "a follower that hears of its leader starts its election timer anew",
            starts_anew,
        )
        .when_step(hears_of_leader);
}

/// A heartbeat or a probe, of a ballot that the receiver accepts, reaches a follower that may campaign.
fn heard<'e, M: Paxos, D: Told<M>>(
    before: &State<M, D>,
    event: &'e Event<M>,
) -> Option<&'e Envelope<M::Message>> {
    let (Event::Deliver(envelope) | Event::Duplicate(envelope)) = event else { return None };
    let (Message::Commit { ballot, .. } | Message::Probe { ballot, .. }) = &envelope.message else {
        return None;
    };
    let core = replica(before, envelope.to)?;
    let may_lead = !core.is_stopped() && !core.is_observer();
    let follows = core.standing() == Standing::Follower || *ballot > core.promised();
    (may_lead && follows && *ballot >= core.promised()).then_some(envelope)
}

fn hears_of_leader<M: Paxos, D: Told<M>>(
    _: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    heard(before, event).is_some()
}

fn starts_anew<M: Paxos, D: Told<M>>(
    _: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let Some(Envelope { from, to, message }) = heard(before, event) else { return true };
    let Some(driver) = before.node(*to).driver() else { return true };
    let (mut driver, mut out) = (driver.clone(), Vec::new());
    driver.message(*from, message.clone(), &mut out);
    out.iter().any(|output: &Output<M>| matches!(output, Output::SetTimer(TimerKind::Election)))
}
