//! The replica that acts in an event.

use super::node::{Cut, Step};
use super::{Checkable, Event};
use quorate_machine::NodeId;

/// The replica that acts, what it is asked to do, and where a crash cuts it off.
pub(super) fn step_of<M: Checkable>(event: &Event<M>) -> Option<(NodeId, Step<M>, Option<Cut>)> {
    let (event, cut) = match event {
        Event::CrashDuring { event, outputs, keep } => {
            (&**event, Some(Cut { outputs: *outputs, keep: *keep }))
        }
        event => (event, None),
    };
    let (id, step) = match event {
        Event::Deliver(envelope) | Event::Duplicate(envelope) => {
            (envelope.to, Step::Message(envelope.clone()))
        }
        Event::Timer { node, kind } => (*node, Step::Timer(*kind)),
        Event::Request { node, id, request } => (*node, Step::Request { id: *id, request: request.clone() }),
        Event::Sync { node } => (*node, Step::Sync),
        Event::Crash { node, keep } => (*node, Step::Crash { keep: *keep }),
        Event::Wipe { node } => (*node, Step::Wipe),
        Event::Restart { node } => (*node, Step::Restart),
        Event::Drop(_)
        | Event::Partition(_)
        | Event::LinkDown { .. }
        | Event::Heal
        | Event::CrashDuring { .. } => return None,
    };
    Some((id, step, cut))
}
