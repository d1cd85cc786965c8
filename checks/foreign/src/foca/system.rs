//! The cluster as one system: nodes, packets under way, and budgets for what may happen.

use super::claims;
use super::server::{Id, Input, NodeView, Server, Start};
use crate::told::{Letter, Told, Weights};
use foca::{Codec, PostcardCodec};
use quorate::foreign::{Foreign, Rebuilt, Replayed};
use quorate_spec::{Actor, Claims, Kind, Picture, Said};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sender and receiver.
pub type Link = (u8, u8);

/// One thing that happens.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Event {
    /// The oldest packet of a link arrives. Its message has this name.
    Deliver(Link, String),
    /// It arrives, and will arrive again.
    Duplicate(Link, String),
    /// It is lost.
    Lose(Link, String),
    /// A node announces itself to another, as it does to join.
    Announce(u8, u8),
    /// A node's next timer fires.
    Fire(u8),
    /// A node leaves the cluster.
    Leave(u8),
    /// A node is started anew, with a new identity.
    Restart(u8),
}

/// How much may happen, or is left to happen.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct Budgets {
    /// How often a node announces itself.
    pub announces: u16,
    /// How many timers fire.
    pub timers: u16,
    /// How many packets are lost.
    pub losses: u16,
    /// How many packets arrive twice.
    pub duplicates: u16,
    /// How often nodes leave.
    pub leaves: u16,
    /// How often nodes are started anew.
    pub restarts: u16,
}

/// A cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// How many nodes.
    pub nodes: u8,
    /// See [`Start::extended`].
    pub extended: bool,
    /// What may happen.
    pub budgets: Budgets,
    /// How random runs choose.
    pub weights: Weights,
}

/// A node in a trace.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Shown {
    /// What is to be seen of it.
    #[serde(flatten)]
    pub node: NodeView,
    /// What it is, whatever that is.
    pub told: Told,
}

/// The system, as far as it counts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct View {
    /// The nodes, from 1.
    pub nodes: Vec<Shown>,
    /// The packets under way, oldest first.
    pub links: BTreeMap<Link, Vec<Letter<Vec<u8>>>>,
    /// What may still happen.
    pub left: Budgets,
}

/// The running system.
pub struct Live {
    nodes: Vec<Rebuilt<Server>>,
    view: View,
}

fn shown(node: &Rebuilt<Server>) -> Shown {
    Shown { node: NodeView::clone(node.view()), told: Told(node.identity()) }
}

fn name(data: &[u8]) -> (&'static str, String) {
    let mut codec = PostcardCodec;
    let Ok(header) = Codec::<Id>::decode_header(&mut codec, data) else { return ("junk", String::new()) };
    let text = format!("{:?}", header.message);
    let names = ["PingReq", "Ping", "IndirectPing", "IndirectAck", "ForwardedAck", "Ack", "Announce", "Feed"];
    let names = names.into_iter().chain(["Gossip", "Broadcast", "TurnUndead"]);
    let name = names.into_iter().find(|name| text.starts_with(name)).unwrap_or("message");
    (name, format!(" of {}.{} to {}.{}", header.src.0, header.src.1, header.dst.0, header.dst.1))
}

impl Live {
    fn tell(&mut self, at: u8, input: Input) {
        let place = usize::from(at) - 1;
        let sends = self.nodes[place].tell(input);
        self.view.nodes[place] = shown(&self.nodes[place]);
        for (to, data) in sends.into_iter().filter(|(to, _)| usize::from(to.0) <= self.view.nodes.len()) {
            let (name, detail) = name(&data);
            self.view.links.entry((at, to.0)).or_default().push(Letter::new(data, name, &detail));
        }
    }

    fn take(&mut self, link: Link, stays: bool) -> Option<Vec<u8>> {
        let queue = self.view.links.get_mut(&link)?;
        let data = Vec::clone(&queue.first()?.message);
        if !stays {
            queue.remove(0);
        }
        if queue.is_empty() {
            self.view.links.remove(&link);
        }
        Some(data)
    }
}

impl Foreign for Cluster {
    type Live = Live;
    type Event = Event;
    type Projection = View;

    fn start(&self) -> Live {
        let start = |node| Rebuilt::new(Start { id: Id(node, 0), extended: self.extended });
        let nodes: Vec<Rebuilt<Server>> = (1..=self.nodes).map(start).collect();
        let view = View {
            nodes: nodes.iter().map(shown).collect(),
            links: BTreeMap::new(),
            left: self.budgets.clone(),
        };
        Live { nodes, view }
    }

    fn events(&self, live: &Live) -> Vec<Event> {
        let (view, left) = (&live.view, &live.view.left);
        let mut events = Vec::new();
        for (link, letters) in &view.links {
            let head = || letters[0].name.to_owned();
            events.push(Event::Deliver(*link, head()));
            events.extend((left.losses > 0).then(|| Event::Lose(*link, head())));
            events.extend((left.duplicates > 0).then(|| Event::Duplicate(*link, head())));
        }
        for (at, Shown { node, .. }) in (1..).zip(&view.nodes) {
            if node.panic.is_some() {
                continue;
            }
            let others = (1..=self.nodes).filter(|other| *other != at && left.announces > 0);
            events.extend(others.map(|other| Event::Announce(at, other)));
            events.extend((left.timers > 0 && node.timers > 0).then_some(Event::Fire(at)));
            events.extend((left.leaves > 0 && !node.knows.is_empty()).then_some(Event::Leave(at)));
            events.extend((left.restarts > 0).then_some(Event::Restart(at)));
        }
        events
    }

    fn apply(&self, live: &mut Live, event: &Event) {
        let left = &mut live.view.left;
        match event {
            Event::Deliver(link, _) | Event::Duplicate(link, _) => {
                let stays = matches!(event, Event::Duplicate(..));
                left.duplicates -= u16::from(stays);
                if let Some(data) = live.take(*link, stays) {
                    live.tell(link.1, Input::Deliver(data));
                }
            }
            Event::Lose(link, _) => {
                left.losses -= 1;
                live.take(*link, false);
            }
            Event::Announce(at, to) => {
                left.announces -= 1;
                let to = live.view.nodes[usize::from(*to) - 1].node.id;
                live.tell(*at, Input::Announce(to));
            }
            Event::Fire(at) => {
                left.timers -= 1;
                live.tell(*at, Input::Fire);
            }
            Event::Leave(at) => {
                left.leaves -= 1;
                live.tell(*at, Input::Leave);
            }
            Event::Restart(at) => {
                left.restarts -= 1;
                let place = usize::from(*at) - 1;
                let Id(node, number) = live.view.nodes[place].node.id;
                let start = Start { id: Id(node, number + 1), extended: self.extended };
                live.nodes[place] = Rebuilt::new(start);
                live.view.nodes[place] = shown(&live.nodes[place]);
            }
        }
    }

    fn project(&self, live: &Live) -> View {
        live.view.clone()
    }

    fn kinds(&self) -> Vec<Kind> {
        let b = &self.budgets;
        let kinds = [
            ("deliver", true),
            ("duplicate", b.duplicates > 0),
            ("lose", b.losses > 0),
            ("announce", b.announces > 0),
            ("fire", b.timers > 0),
            ("leave", b.leaves > 0),
            ("restart", b.restarts > 0),
        ];
        kinds.into_iter().filter(|(_, is)| *is).map(|(name, _)| Kind(name)).collect()
    }

    fn kind(&self, event: &Event) -> Kind {
        Kind(match event {
            Event::Deliver(..) => "deliver",
            Event::Duplicate(..) => "duplicate",
            Event::Lose(..) => "lose",
            Event::Announce(..) => "announce",
            Event::Fire(_) => "fire",
            Event::Leave(_) => "leave",
            Event::Restart(_) => "restart",
        })
    }

    fn claims(&self, claims: &mut Claims<Replayed<Self>>) {
        claims::add(claims);
    }

    fn snapshot(&self, live: &Live) -> Option<Live> {
        Some(Live { nodes: live.nodes.iter().map(Rebuilt::copy).collect(), view: live.view.clone() })
    }

    fn actors(&self) -> Vec<Actor> {
        (1..=self.nodes).map(|node| Actor::new(format!("n{node}"), "node", node)).collect()
    }

    fn picture(&self, before: &View, event: &Event, after: &View) -> Picture {
        let said = |view: &View, link: Link, place: usize| {
            let letter = view.links.get(&link)?.get(place)?;
            let (from, to) = (format!("n{}", link.0), format!("n{}", link.1));
            let key = format!("{from} {to} {}", letter.text);
            Some(Said { key, kind: letter.name.to_owned(), label: letter.label.to_string(), from, to })
        };
        let (at, taken) = match event {
            Event::Deliver(link, _) | Event::Duplicate(link, _) | Event::Lose(link, _) => {
                (link.1, Some(*link))
            }
            Event::Announce(at, _) | Event::Fire(at) | Event::Leave(at) | Event::Restart(at) => (*at, None),
        };
        let head = taken.and_then(|link| said(before, link, 0));
        let words = head.as_ref().map_or_else(String::new, |said| said.label.clone());
        let label = match event {
            Event::Deliver(..) => format!("node {at} receives {words}"),
            Event::Duplicate(..) => format!("node {at} receives {words}, which is duplicated"),
            Event::Lose(link, _) => format!("{words} from {} is lost", link.0),
            Event::Announce(_, to) => format!("node {at}: announce({to})"),
            Event::Fire(_) => format!("node {at}: handle_timer()"),
            Event::Leave(_) => format!("node {at}: leave_cluster()"),
            Event::Restart(_) => format!("node {at} is started anew"),
        };
        let mut picture = Picture {
            actor: Some(format!("n{at}")),
            kind: self.kind(event).to_string(),
            label,
            ..Picture::default()
        };
        match event {
            Event::Lose(..) => {
                (picture.drops, picture.fault) = (head.into_iter().collect(), Some("loss".into()))
            }
            Event::Restart(_) => picture.fault = Some("restart".to_owned()),
            _ => picture.receives = head,
        }
        let stays = matches!(event, Event::Duplicate(..));
        for (link, letters) in &after.links {
            let gone = usize::from(!stays && taken == Some(*link));
            let old = before.links.get(link).map_or(0, Vec::len) - gone;
            picture.sends.extend((old..letters.len()).filter_map(|place| said(after, *link, place)));
        }
        picture
    }
}
