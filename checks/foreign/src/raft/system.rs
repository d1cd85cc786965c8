//! The cluster as one system: nodes, links, what clients asked, and budgets for what may happen.

use super::claims;
use super::events::{self, Event};
use super::server::{Input, NodeView, Options, Output, Server, Start};
use super::store::Kept;
use super::words::{Change, Item, detail, name};
use crate::told::{Letter, Told, Weights};
use quorate::foreign::{Foreign, Rebuilt, Replayed};
use quorate_spec::{Actor, Claims, Kind, Picture};
use raft::eraftpb::{ConfState, Message, MessageType};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Sender and receiver.
pub type Link = (u64, u64);

/// How much may happen, or is left to happen.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct Budgets {
    /// How often nodes campaign.
    pub campaigns: u16,
    /// How many commands are proposed.
    pub proposals: u16,
    /// How many reads are asked for.
    pub reads: u16,
    /// How often leadership is to be handed over.
    pub transfers: u16,
    /// How many changes of the configuration are proposed.
    pub changes: u16,
    /// How often a leader sends heartbeats unasked.
    pub pings: u16,
    /// How often nodes tick.
    pub ticks: u16,
    /// How often nodes compact their logs.
    pub compactions: u16,
    /// How often nodes crash.
    pub restarts: u16,
    /// How many messages are lost.
    pub losses: u16,
    /// How many messages arrive twice.
    pub duplicates: u16,
    /// How many messages overtake others.
    pub overtakes: u16,
    /// How often two nodes are cut off from each other.
    pub cuts: u16,
}

/// A cluster, how it is used, and how much happens to it.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// The nodes are numbered up to this.
    pub nodes: u64,
    /// The voters at the start.
    pub voters: Vec<u64>,
    /// The learners at the start.
    pub learners: Vec<u64>,
    /// How the nodes are configured.
    pub options: Options,
    /// What may happen.
    pub budgets: Budgets,
    /// The changes of configuration that may be proposed.
    pub changes: Vec<Change>,
    /// Does the application ask nodes to campaign that are no voters?
    pub anybody_campaigns: bool,
    /// Does the application stop a leader once it has applied its own removal?
    pub removed_leaders_stop: bool,
    /// Do all clocks run alike?
    pub lockstep: bool,
    /// How random runs choose.
    pub weights: Weights,
}

/// A node in a trace.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Shown {
    /// What its public fields say.
    #[serde(flatten)]
    pub node: NodeView,
    /// What it is, whatever that is.
    pub told: Told,
}

/// A read index that a client asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Asked {
    /// The highest commit index in the cluster when it was asked for.
    pub needs: u64,
    /// The index that was given, if one was.
    pub given: Option<u64>,
}

/// The system, as far as it counts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct View {
    /// The nodes, from 1.
    pub nodes: Vec<Shown>,
    /// The messages under way, oldest first.
    pub links: BTreeMap<Link, Vec<Letter<Message>>>,
    /// The nodes that are cut off from each other.
    pub cut: BTreeSet<Link>,
    /// What may still happen.
    pub left: Budgets,
    /// The leaders of each term.
    pub leaders: BTreeMap<u64, BTreeSet<u64>>,
    /// What was ever applied at an index.
    pub applied: BTreeMap<u64, BTreeSet<Item>>,
    /// The reads, by number.
    pub reads: BTreeMap<u64, Asked>,
}

impl View {
    pub(super) fn next_command(&self) -> String {
        format!("x{}", self.left.proposals)
    }

    fn node(&self, id: u64) -> &NodeView {
        &self.nodes[place(id)].node
    }
}

fn place(id: u64) -> usize {
    usize::try_from(id).map_or(0, |id| id.saturating_sub(1))
}

/// The running system.
pub struct Live {
    nodes: Vec<Rebuilt<Server>>,
    view: View,
}

fn shown(node: &Rebuilt<Server>) -> Shown {
    Shown { node: NodeView::clone(node.view()), told: Told(node.identity()) }
}

impl Live {
    fn tell(&mut self, cluster: &Cluster, id: u64, input: Input) {
        let output = self.nodes[place(id)].tell(input);
        self.note(id, output);
        let node = self.view.node(id);
        if cluster.removed_leaders_stop && node.role == "leader" && !node.voter && node.panic.is_none() {
            let disk = self.nodes[place(id)].part().disk_after_stop();
            self.begin(cluster, id, disk);
        }
    }

    /// Sends what a node wants sent, and notes what it applied, answered and became.
    fn note(&mut self, id: u64, output: Output) {
        let view = &mut self.view;
        view.nodes[place(id)] = shown(&self.nodes[place(id)]);
        let Shown { node, .. } = &view.nodes[place(id)];
        if node.role == "leader" {
            view.leaders.entry(node.term).or_default().insert(id);
        }
        for (index, item) in output.applied {
            view.applied.entry(index).or_default().insert(item);
        }
        for (number, index) in output.reads {
            if let Some(asked) = view.reads.get_mut(&number) {
                // The lowest, if it is answered twice.
                asked.given = Some(asked.given.map_or(index, |given| given.min(index)));
            }
        }
        for message in output.sends {
            let link = (message.from, message.to);
            let is_cut = view.cut.contains(&(link.0.min(link.1), link.0.max(link.1)));
            if !is_cut && (1..=view.nodes.len() as u64).contains(&link.1) {
                let letter = Letter::new(message.clone(), name(message.get_msg_type()), &detail(&message));
                view.links.entry(link).or_default().push(letter);
            }
        }
    }

    fn begin(&mut self, cluster: &Cluster, id: u64, disk: Kept) {
        self.nodes[place(id)] = Rebuilt::new(Start { id, disk, options: cluster.options.clone() });
        self.note(id, Output::default());
    }

    /// A message leaves its link, unless it `stays`.
    fn take(&mut self, (link, at): (Link, usize), stays: bool) -> Option<Letter<Message>> {
        let queue = self.view.links.get_mut(&link)?;
        let letter = queue.get(at)?.clone();
        if !stays {
            queue.remove(at);
        }
        if queue.is_empty() {
            self.view.links.remove(&link);
        }
        Some(letter)
    }

    /// A message arrives, or is lost. Whoever sent a snapshot is told what became of it.
    fn arrive(&mut self, cluster: &Cluster, letter: Option<Letter<Message>>, is_lost: bool) {
        let Some(Letter { message, .. }) = letter else { return };
        let (from, to) = (message.from, message.to);
        let is_snapshot = message.get_msg_type() == MessageType::MsgSnapshot;
        if !is_lost {
            self.tell(cluster, to, Input::Deliver(message));
        }
        if is_snapshot {
            self.tell(cluster, from, Input::Reported(to, !is_lost));
        }
    }

    fn read(&mut self, cluster: &Cluster, id: u64) {
        let number = u64::from(self.view.left.reads);
        let needs = self.view.nodes.iter().map(|shown| shown.node.committed).max().unwrap_or(0);
        self.view.left.reads -= 1;
        self.view.reads.insert(number, Asked { needs, given: None });
        self.tell(cluster, id, Input::Read(number));
    }

    fn network(&mut self, cluster: &Cluster, event: &Event) {
        let taken = event.takes(&self.view);
        let stays = matches!(event, Event::Duplicate(..));
        let letter = taken.and_then(|taken| self.take(taken, stays));
        let left = &mut self.view.left;
        match event {
            Event::Overtake(..) => left.overtakes -= 1,
            Event::Duplicate(..) => left.duplicates -= 1,
            Event::Lose(..) => left.losses -= 1,
            Event::Cut(link) => {
                left.cuts -= 1;
                self.view.cut.insert(*link);
                self.view.links.retain(|of, _| of != link && (of.1, of.0) != *link);
            }
            Event::Heal(link) => drop(self.view.cut.remove(link)),
            _ => {}
        }
        self.arrive(cluster, letter, matches!(event, Event::Lose(..)));
    }

    fn at_node(&mut self, cluster: &Cluster, id: u64, event: &Event) {
        let command = self.view.next_command();
        let left = &mut self.view.left;
        let (budget, input) = match event {
            Event::Campaign(_) => (&mut left.campaigns, Input::Campaign),
            Event::Propose(_) => (&mut left.proposals, Input::Propose(command)),
            Event::Transfer(_, to) => (&mut left.transfers, Input::Transfer(*to)),
            Event::Change(_, change) => (&mut left.changes, Input::Change(change.clone())),
            Event::Ping(_) => (&mut left.pings, Input::Ping),
            Event::Tick(_) => (&mut left.ticks, Input::Tick),
            Event::Compact(_) => (&mut left.compactions, Input::Compact),
            Event::Persist(_) => return self.tell(cluster, id, Input::Persist),
            Event::Read(_) => return self.read(cluster, id),
            Event::Restart(_) => {
                left.restarts -= 1;
                let disk = self.nodes[place(id)].part().disk();
                return self.begin(cluster, id, disk);
            }
            _ => return,
        };
        *budget -= 1;
        self.tell(cluster, id, input);
    }
}

impl Cluster {
    fn at_nodes(&self, view: &View, events: &mut Vec<Event>) {
        let left = &view.left;
        for id in 1..=self.nodes {
            let node = view.node(id);
            if node.panic.is_some() {
                continue;
            }
            let leads = node.role == "leader";
            // An application that waits for its disk does not let time pass meanwhile.
            let settled = node.unwritten == 0;
            let mut may = |when: bool, event: Event| events.extend(when.then_some(event));
            let may_campaign = !leads && settled && (self.anybody_campaigns || node.voter);
            may(left.campaigns > 0 && may_campaign, Event::Campaign(id));
            may(left.proposals > 0 && leads, Event::Propose(id));
            may(left.reads > 0, Event::Read(id));
            may(left.pings > 0 && leads, Event::Ping(id));
            may(left.ticks > 0 && settled && !self.lockstep, Event::Tick(id));
            may(!settled, Event::Persist(id));
            may(left.compactions > 0 && node.applied > node.first, Event::Compact(id));
            may(left.restarts > 0, Event::Restart(id));
            if left.changes > 0 && leads {
                events.extend(self.changes.iter().map(|change| Event::Change(id, change.clone())));
            }
            for other in 1..=self.nodes {
                let mut may = |when: bool, event: Event| events.extend(when.then_some(event));
                may(left.transfers > 0 && leads && other != id, Event::Transfer(id, other));
                let link = (id, other);
                let is_cut = view.cut.contains(&link);
                may(left.cuts > 0 && id < other && !is_cut, Event::Cut(link));
                may(is_cut, Event::Heal(link));
            }
        }
    }
}

impl Foreign for Cluster {
    type Live = Live;
    type Event = Event;
    type Projection = View;

    fn start(&self) -> Live {
        let conf = ConfState::from((self.voters.clone(), self.learners.clone()));
        let is_member = |id| self.voters.contains(&id) || self.learners.contains(&id);
        let start = |id| {
            let disk = if is_member(id) { Kept::member(&conf) } else { Kept::default() };
            Rebuilt::new(Start { id, disk, options: self.options.clone() })
        };
        let nodes: Vec<Rebuilt<Server>> = (1..=self.nodes).map(start).collect();
        let view = View {
            nodes: nodes.iter().map(shown).collect(),
            links: BTreeMap::new(),
            cut: BTreeSet::new(),
            left: self.budgets.clone(),
            leaders: BTreeMap::new(),
            applied: BTreeMap::new(),
            reads: BTreeMap::new(),
        };
        Live { nodes, view }
    }

    fn events(&self, live: &Live) -> Vec<Event> {
        let (view, left) = (&live.view, &live.view.left);
        let mut events = Vec::new();
        for (link, letters) in &view.links {
            let alive = view.node(link.1).panic.is_none();
            let head = || letters[0].name.to_owned();
            events.extend(alive.then(|| Event::Deliver(*link, head())));
            events.extend((alive && left.duplicates > 0).then(|| Event::Duplicate(*link, head())));
            events.extend((left.losses > 0).then(|| Event::Lose(*link, head())));
            let last = letters.last().filter(|_| alive && left.overtakes > 0 && letters.len() > 1);
            events.extend(last.map(|last| Event::Overtake(*link, last.name.to_owned())));
        }
        self.at_nodes(view, &mut events);
        if self.lockstep && left.ticks > 0 {
            events.push(Event::TickAll);
        }
        events
    }

    fn apply(&self, live: &mut Live, event: &Event) {
        match event {
            Event::TickAll => {
                live.view.left.ticks -= 1;
                (1..=self.nodes).for_each(|id| live.tell(self, id, Input::Tick));
            }
            Event::Deliver(..) | Event::Overtake(..) | Event::Duplicate(..) => live.network(self, event),
            Event::Lose(..) | Event::Cut(_) | Event::Heal(_) => live.network(self, event),
            at_node => {
                let id = at_node.at().expect("it happens at a node");
                live.at_node(self, id, at_node);
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
            ("overtake", b.overtakes > 0),
            ("duplicate", b.duplicates > 0),
            ("lose", b.losses > 0),
            ("campaign", b.campaigns > 0),
            ("propose", b.proposals > 0),
            ("read", b.reads > 0),
            ("transfer", b.transfers > 0),
            ("change", b.changes > 0),
            ("ping", b.pings > 0),
            ("tick", b.ticks > 0),
            ("persist", self.options.asynchronous),
            ("compact", b.compactions > 0),
            ("restart", b.restarts > 0),
            ("cut", b.cuts > 0),
            ("heal", b.cuts > 0),
        ];
        kinds.into_iter().filter(|(_, is)| *is).map(|(name, _)| Kind(name)).collect()
    }

    fn kind(&self, event: &Event) -> Kind {
        event.kind()
    }

    fn claims(&self, claims: &mut Claims<Replayed<Self>>) {
        claims::add(self, claims);
    }

    fn snapshot(&self, live: &Live) -> Option<Live> {
        Some(Live { nodes: live.nodes.iter().map(Rebuilt::copy).collect(), view: live.view.clone() })
    }

    fn actors(&self) -> Vec<Actor> {
        events::actors(self)
    }

    fn picture(&self, before: &View, event: &Event, after: &View) -> Picture {
        events::picture(before, event, after)
    }
}
