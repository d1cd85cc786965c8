//! What happens to the cluster, and how it is drawn.

use super::system::{Cluster, Link, View};
use quorate_spec::{Actor, Kind, Picture, Said};
use serde::{Deserialize, Serialize};

/// One thing that happens.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Event {
    /// A node tries to become the leader.
    Lead(u64),
    /// A client appends a command at a node that leads.
    Append(u64),
    /// The oldest message of a link arrives. It has this name.
    Deliver(Link, String),
    /// The oldest message of a link is lost for good.
    Lose(Link, String),
    /// The session between two nodes breaks. What was under way is lost.
    Cut(Link),
    /// A new session between the two begins, and both are told.
    Reconnect(Link),
    /// A node crashes and starts again from its disk.
    Restart(u64),
    /// `trim(None)` at a node that leads.
    Trim(u64),
    /// `snapshot(None, local)` at a node.
    Snapshot(u64, bool),
    /// Time passes at a node.
    Tick(u64),
}

impl Event {
    pub(super) const KINDS: [&'static str; 10] =
        ["lead", "append", "deliver", "lose", "cut", "reconnect", "restart", "trim", "snapshot", "tick"];

    /// The kind.
    pub fn kind(&self) -> Kind {
        Kind(match self {
            Event::Lead(_) => "lead",
            Event::Append(_) => "append",
            Event::Deliver(..) => "deliver",
            Event::Lose(..) => "lose",
            Event::Cut(_) => "cut",
            Event::Reconnect(_) => "reconnect",
            Event::Restart(_) => "restart",
            Event::Trim(_) => "trim",
            Event::Snapshot(..) => "snapshot",
            Event::Tick(_) => "tick",
        })
    }

    /// The node on whose lane it happens.
    fn at(&self) -> u64 {
        match self {
            Event::Lead(pid) | Event::Append(pid) | Event::Restart(pid) => *pid,
            Event::Trim(pid) | Event::Snapshot(pid, _) | Event::Tick(pid) => *pid,
            Event::Deliver(link, _) | Event::Lose(link, _) => link.1,
            Event::Cut(link) | Event::Reconnect(link) => link.0,
        }
    }

    fn label<const S: bool>(&self, before: &View<S>) -> String {
        let head = |link| before.links.get(link).and_then(|letters| letters.first());
        let letter = |link| head(link).map_or_else(String::new, |letter| letter.label.to_string());
        match self {
            Event::Lead(pid) => format!("node {pid}: try_become_leader()"),
            Event::Append(pid) => format!("node {pid}: append({})", before.next_command(*pid)),
            Event::Deliver(link, _) => format!("node {} receives {}", link.1, letter(link)),
            Event::Lose(link, _) => format!("{} from {} to {} is lost", letter(link), link.0, link.1),
            Event::Cut(link) => format!("the session of {} and {} breaks", link.0, link.1),
            Event::Reconnect(link) => format!("{} and {} are reconnected()", link.0, link.1),
            Event::Restart(pid) => format!("node {pid} restarts from its disk"),
            Event::Trim(pid) => format!("node {pid}: trim(None)"),
            Event::Snapshot(pid, local) => format!("node {pid}: snapshot(None, {local})"),
            Event::Tick(pid) => format!("node {pid}: tick()"),
        }
    }
}

pub(super) fn id(pid: u64) -> String {
    format!("n{pid}")
}

pub(super) fn actors<const S: bool>(cluster: &Cluster<S>) -> Vec<Actor> {
    (1..=cluster.nodes()).map(|pid| Actor::new(id(pid), "node", pid)).collect()
}

fn said<const S: bool>(view: &View<S>, link: Link, place: usize) -> Option<Said> {
    let letter = view.links.get(&link)?.get(place)?;
    let (from, to) = (id(link.0), id(link.1));
    let key = format!("{from} {to} {}", letter.text);
    Some(Said { key, kind: letter.name.to_owned(), label: letter.label.to_string(), from, to })
}

pub(super) fn picture<const S: bool>(before: &View<S>, event: &Event, after: &View<S>) -> Picture {
    let at = event.at();
    let mut picture = Picture {
        actor: Some(id(at)),
        kind: event.kind().to_string(),
        label: event.label(before),
        ..Picture::default()
    };
    // What was on each link before and is no more, from the front; all of it, where sessions broke.
    let breaks = |link: &Link| match event {
        Event::Cut(cut) => *link == *cut || (link.1, link.0) == *cut,
        Event::Restart(pid) => after.sessions && (link.0 == *pid || link.1 == *pid),
        _ => false,
    };
    match event {
        Event::Deliver(link, _) => picture.receives = said(before, *link, 0),
        Event::Lose(link, _) => picture.drops.extend(said(before, *link, 0)),
        _ => {}
    }
    for (link, letters) in &before.links {
        if breaks(link) {
            picture.drops.extend((0..letters.len()).filter_map(|place| said(before, *link, place)));
        }
    }
    for (link, letters) in &after.links {
        let taken = usize::from(matches!(event, Event::Deliver(of, _) | Event::Lose(of, _) if of == link));
        let old = before.links.get(link).map_or(0, Vec::len) - taken;
        let old = if breaks(link) { 0 } else { old };
        picture.sends.extend((old..letters.len()).filter_map(|place| said(after, *link, place)));
    }
    picture.fault = match event {
        Event::Lose(..) => Some("loss".to_owned()),
        Event::Cut(_) => Some("disconnect".to_owned()),
        Event::Restart(_) => Some("restart".to_owned()),
        _ => None,
    };
    picture
}
