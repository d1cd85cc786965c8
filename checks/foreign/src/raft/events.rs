//! What happens to the cluster, and how it is drawn.

use super::system::{Cluster, Link, View};
use super::words::Change;
use quorate_spec::{Actor, Kind, Picture, Said};
use serde::{Deserialize, Serialize};

/// One thing that happens.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Event {
    /// The oldest message of a link arrives. It has this name.
    Deliver(Link, String),
    /// The newest message of a link arrives before the others.
    Overtake(Link, String),
    /// The oldest message of a link arrives, and will arrive again.
    Duplicate(Link, String),
    /// The oldest message of a link is lost.
    Lose(Link, String),
    /// A node campaigns.
    Campaign(u64),
    /// A client proposes a command at a leader.
    Propose(u64),
    /// A client asks a node for a read index.
    Read(u64),
    /// A leader is asked to hand over.
    Transfer(u64, u64),
    /// An operator proposes a change of the configuration at a leader.
    Change(u64, Change),
    /// A leader sends heartbeats.
    Ping(u64),
    /// Time passes at a node.
    Tick(u64),
    /// Time passes at all nodes alike.
    TickAll,
    /// The oldest of what waits for a node's disk is written.
    Persist(u64),
    /// A node compacts its log.
    Compact(u64),
    /// A node crashes and starts again from its disk.
    Restart(u64),
    /// Two nodes are cut off from each other, both ways.
    Cut(Link),
    /// They hear of each other again.
    Heal(Link),
}

impl Event {
    /// The kind.
    pub fn kind(&self) -> Kind {
        Kind(match self {
            Event::Deliver(..) => "deliver",
            Event::Overtake(..) => "overtake",
            Event::Duplicate(..) => "duplicate",
            Event::Lose(..) => "lose",
            Event::Campaign(_) => "campaign",
            Event::Propose(_) => "propose",
            Event::Read(_) => "read",
            Event::Transfer(..) => "transfer",
            Event::Change(..) => "change",
            Event::Ping(_) => "ping",
            Event::Tick(_) | Event::TickAll => "tick",
            Event::Persist(_) => "persist",
            Event::Compact(_) => "compact",
            Event::Restart(_) => "restart",
            Event::Cut(_) => "cut",
            Event::Heal(_) => "heal",
        })
    }

    /// The node to which it happens, if it is one.
    pub(super) fn at(&self) -> Option<u64> {
        match self {
            Event::Deliver(link, _) | Event::Overtake(link, _) | Event::Duplicate(link, _) => Some(link.1),
            Event::Campaign(id) | Event::Propose(id) | Event::Read(id) | Event::Transfer(id, _) => Some(*id),
            Event::Change(id, _) | Event::Ping(id) | Event::Tick(id) | Event::Persist(id) => Some(*id),
            Event::Compact(id) | Event::Restart(id) => Some(*id),
            Event::Lose(..) | Event::TickAll | Event::Cut(_) | Event::Heal(_) => None,
        }
    }

    /// The message that it takes: its link, and its place there.
    pub(super) fn takes(&self, view: &View) -> Option<(Link, usize)> {
        match self {
            Event::Deliver(link, _) | Event::Duplicate(link, _) | Event::Lose(link, _) => Some((*link, 0)),
            Event::Overtake(link, _) => Some((*link, view.links.get(link)?.len().checked_sub(1)?)),
            _ => None,
        }
    }

    fn label(&self, before: &View) -> String {
        let taken = self.takes(before).and_then(|(link, place)| before.links.get(&link)?.get(place));
        let letter = taken.map_or_else(String::new, |letter| letter.label.to_string());
        match self {
            Event::Deliver(link, _) => format!("node {} receives {letter}", link.1),
            Event::Overtake(link, _) => format!("node {} receives {letter} early", link.1),
            Event::Duplicate(link, _) => format!("node {} receives {letter}, which is duplicated", link.1),
            Event::Lose(link, _) => format!("{letter} from {} to {} is lost", link.0, link.1),
            Event::Campaign(id) => format!("node {id}: campaign()"),
            Event::Propose(id) => format!("node {id}: propose(\"{}\")", before.next_command()),
            Event::Read(id) => format!("node {id}: read_index({})", before.left.reads),
            Event::Transfer(id, to) => format!("node {id}: transfer_leader({to})"),
            Event::Change(id, change) => format!("node {id}: propose_conf_change({change:?})"),
            Event::Ping(id) => format!("node {id}: ping()"),
            Event::Tick(id) => format!("node {id}: tick()"),
            Event::TickAll => "all nodes: tick()".to_owned(),
            Event::Persist(id) => format!("node {id}: on_persist_ready()"),
            Event::Compact(id) => format!("node {id} compacts its log"),
            Event::Restart(id) => format!("node {id} restarts from its disk"),
            Event::Cut(link) => format!("{} and {} are cut off from each other", link.0, link.1),
            Event::Heal(link) => format!("{} and {} hear of each other again", link.0, link.1),
        }
    }
}

fn id(id: u64) -> String {
    format!("n{id}")
}

pub(super) fn actors(cluster: &Cluster) -> Vec<Actor> {
    let role = |id| if cluster.learners.contains(&id) { "learner" } else { "node" };
    (1..=cluster.nodes).map(|node| Actor::new(id(node), role(node), node)).collect()
}

fn said(view: &View, link: Link, place: usize) -> Option<Said> {
    let letter = view.links.get(&link)?.get(place)?;
    let (from, to) = (id(link.0), id(link.1));
    let key = format!("{from} {to} {}", letter.text);
    Some(Said { key, kind: letter.name.to_owned(), label: letter.label.to_string(), from, to })
}

pub(super) fn picture(before: &View, event: &Event, after: &View) -> Picture {
    let mut picture = Picture {
        actor: event.at().map(id),
        kind: event.kind().to_string(),
        label: event.label(before),
        ..Picture::default()
    };
    let taken = event.takes(before);
    let said_taken = taken.and_then(|(link, place)| said(before, link, place));
    match event {
        Event::Lose(..) => picture.drops.extend(said_taken),
        _ => picture.receives = said_taken,
    }
    let cut = |link: &Link| matches!(event, Event::Cut(cut) if link == cut || (link.1, link.0) == *cut);
    for (link, letters) in before.links.iter().filter(|(link, _)| cut(link)) {
        picture.drops.extend((0..letters.len()).filter_map(|place| said(before, *link, place)));
    }
    let stays = matches!(event, Event::Duplicate(..));
    for (link, letters) in &after.links {
        let gone = usize::from(!stays && taken.is_some_and(|(of, _)| of == *link));
        let old = before.links.get(link).map_or(0, Vec::len) - gone;
        picture.sends.extend((old..letters.len()).filter_map(|place| said(after, *link, place)));
    }
    picture.fault = match event {
        Event::Lose(..) => Some("loss".to_owned()),
        Event::Cut(_) => Some("partition".to_owned()),
        Event::Restart(_) => Some("restart".to_owned()),
        _ => None,
    };
    picture
}
