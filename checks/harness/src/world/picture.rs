//! How an event of a world looks on the board.

use super::{Checkable, Event, Ghost, Observation, World, WorldModel, network::Envelope};
use quorate_machine::NodeId;
use quorate_spec::{Actor, Picture, Said, Spec, short};
use std::fmt::Debug;

fn actor_id(node: NodeId) -> String {
    format!("r{node}")
}

/// The first word of a Debug text: the variant's name.
fn word(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned()
}

/// `submit 1` for `Submit(1)`; a request with named parts stays as it is.
fn plain(request: &impl Debug) -> String {
    let text = short(request);
    if text.contains('{') { text } else { text.to_lowercase().replace(['(', ')'], " ").trim().to_owned() }
}

fn called<M: Checkable, G: Ghost<M>>(model: &WorldModel<M, G>, message: &M::Message) -> String {
    model.scope().call.map_or_else(|| short(message), |call| call(message))
}

fn said<M: Checkable, G: Ghost<M>>(model: &WorldModel<M, G>, envelope: &Envelope<M::Message>) -> Said {
    Said {
        key: format!("{}>{} {:?}", envelope.from, envelope.to, envelope.message),
        kind: word(&envelope.message),
        label: called(model, &envelope.message),
        from: actor_id(envelope.from),
        to: actor_id(envelope.to),
    }
}

/// One lane for each replica.
pub(super) fn actors<M: Checkable, G: Ghost<M>>(model: &WorldModel<M, G>) -> Vec<Actor> {
    model.ids().map(|id| Actor::new(actor_id(id), "replica", id)).collect()
}

/// The step `event` from `before`.
pub(super) fn picture<M: Checkable, G: Ghost<M>>(
    model: &WorldModel<M, G>,
    before: &World<M, G>,
    event: &Event<M>,
    after: &World<M, G>,
) -> Picture {
    let mut picture = Picture { kind: model.kind(event).0.to_owned(), ..Picture::default() };
    let whole = if let Event::CrashDuring { event, .. } = event { event } else { event };
    if let Event::Deliver(envelope) | Event::Duplicate(envelope) = whole {
        picture.receives = Some(said(model, envelope));
    }
    if let Event::Drop(envelope) = event {
        picture.drops.push(said(model, envelope));
    }
    if let Some(node) = event.node() {
        picture.actor = Some(actor_id(node));
        let sent = model.observations(before, event).into_iter().filter_map(|seen| match seen {
            Observation::Sent { to, message } => Some(said(model, &Envelope { to, from: node, message })),
            _ => None,
        });
        picture.sends = sent.collect();
    }
    let is_back = |node| after.node(node).driver().is_some();
    picture.fault = match event {
        Event::Crash { node, .. } if is_back(*node) => Some("crash and restart".to_owned()),
        Event::CrashDuring { .. } if event.node().is_some_and(is_back) => {
            Some("crash and restart".to_owned())
        }
        Event::Crash { .. } | Event::CrashDuring { .. } => Some("crash".to_owned()),
        Event::Wipe { .. } => Some("disk lost".to_owned()),
        Event::Restart { .. } => Some("restart".to_owned()),
        Event::Drop(_) => Some("loss".to_owned()),
        Event::Partition(_) => Some("partition".to_owned()),
        Event::LinkDown { .. } => Some("link".to_owned()),
        _ => None,
    };
    picture.label = label(model, event);
    picture
}

fn label<M: Checkable, G: Ghost<M>>(model: &WorldModel<M, G>, event: &Event<M>) -> String {
    let called = |envelope: &Envelope<M::Message>| called(model, &envelope.message);
    match event {
        Event::Deliver(envelope) => format!("replica {} receives {}", envelope.to, called(envelope)),
        Event::Duplicate(envelope) => {
            format!("replica {} receives a copy of {}", envelope.to, called(envelope))
        }
        Event::Drop(envelope) => format!("the network loses {}", called(envelope)),
        Event::Partition(split) => {
            let apart: Vec<_> = model.ids().filter(|id| split.parts(*id, NodeId(0))).map(actor_id).collect();
            format!("the network falls apart: {} cannot reach the others", apart.join(" and "))
        }
        Event::LinkDown { from, to } => format!("replica {to} cannot hear replica {from} any more"),
        Event::Heal => "the network is whole again".to_owned(),
        Event::Timer { node, kind } => format!("replica {node}: {kind:?} timer runs out"),
        Event::Request { node, request, .. } => format!("replica {node} is asked to {}", plain(request)),
        Event::Sync { node } => format!("replica {node}: the disk has its writes"),
        Event::Crash { node, keep: 0 } => format!("replica {node} crashes"),
        Event::Crash { node, keep } => format!("replica {node} crashes; {keep} unsynced writes survive"),
        Event::Wipe { node } => format!("replica {node} crashes and loses its disk"),
        Event::CrashDuring { event, outputs, keep } => {
            format!(
                "{}, and crashes after {outputs} outputs; {keep} unsynced writes survive",
                label(model, event)
            )
        }
        Event::Restart { node } => format!("replica {node} restarts"),
    }
}
