//! The cluster as one system: nodes, links that are first in, first out, and budgets for what may happen.

use super::claims;
use super::disk::{Command, Defect, after_crash};
use super::events::{self, Event};
use super::server::{Input, NodeView, Server, Start, detail, name};
use crate::told::{Letter, Told, Weights};
use omnipaxos::messages::Message;
use omnipaxos_storage::memory_storage::MemoryStorage;
use quorate::foreign::{Foreign, Rebuilt, Replayed};
use quorate_spec::{Actor, Claims, Kind, Picture};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Sender and receiver.
pub type Link = (u64, u64);

/// How much may happen, or is left to happen. Lists have a place for each node.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct Budgets {
    /// How often each node may try to lead.
    pub leads: Vec<u16>,
    /// How many commands each node may be given, while it leads.
    pub appends: Vec<u16>,
    /// How often each node may crash and start again.
    pub restarts: Vec<u16>,
    /// How many messages are lost for good.
    pub losses: u16,
    /// How often a session breaks.
    pub cuts: u16,
    /// How often the log is trimmed.
    pub trims: u16,
    /// How often a snapshot is made.
    pub snapshots: u16,
    /// How often a node ticks. Without any, there are no heartbeats.
    pub ticks: u16,
}

/// A cluster, and how much happens to it.
#[derive(Clone, Debug)]
pub struct Cluster<const SNAPSHOTS: bool> {
    /// What may happen.
    pub budgets: Budgets,
    /// Entries that a node batches.
    pub batch: usize,
    /// Do nodes 1 and 3 never hear of each other?
    pub parted: bool,
    /// Does a crash break the node's sessions, as it does over TCP? If not, what is under way stays so, and nobody is
    /// told of anything.
    pub sessions: bool,
    /// What is wrong with the disks.
    pub defect: Defect,
    /// How random runs choose.
    pub weights: Weights,
}

impl<const S: bool> Cluster<S> {
    /// Nodes may lead and be given commands so often; nothing else happens.
    pub fn new(leads: &[u16], appends: &[u16]) -> Self {
        let (leads, appends, restarts) = (leads.to_vec(), appends.to_vec(), vec![0; leads.len()]);
        let budgets = Budgets { leads, appends, restarts, ..Budgets::default() };
        Cluster { budgets, batch: 1, parted: false, sessions: true, defect: Defect::None, weights: &[] }
    }

    pub(super) fn nodes(&self) -> u64 {
        self.budgets.leads.len() as u64
    }

    fn start_of(&self, pid: u64, disk: MemoryStorage<Command<S>>) -> Start<S> {
        Start { pid, nodes: self.nodes(), batch: self.batch, disk }
    }
}

/// A node in a trace.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Shown<const S: bool> {
    /// What its public functions say.
    #[serde(flatten)]
    pub node: NodeView<S>,
    /// What it is, whatever that is.
    pub told: Told,
}

/// The system, as far as it counts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct View<const S: bool> {
    /// The nodes, from 1.
    pub nodes: Vec<Shown<S>>,
    /// The messages under way, oldest first.
    pub links: BTreeMap<Link, Vec<Letter<Message<Command<S>>>>>,
    /// The sessions that are broken.
    pub down: BTreeSet<Link>,
    /// What may still happen.
    pub left: Budgets,
    /// What was ever read as decided at an index.
    pub decided: BTreeMap<usize, BTreeSet<Command<S>>>,
    #[serde(skip)]
    pub(super) sessions: bool,
}

impl<const S: bool> View<S> {
    /// The command that node `pid` is given next.
    pub(super) fn next_command(&self, pid: u64) -> String {
        command::<S>(&self.left, pid).map_or_else(String::new, |Command(at, number)| format!("{at}.{number}"))
    }
}

fn place(pid: u64) -> usize {
    usize::try_from(pid).map_or(0, |pid| pid.saturating_sub(1))
}

fn command<const S: bool>(left: &Budgets, pid: u64) -> Option<Command<S>> {
    left.appends.get(place(pid)).map(|left| Command(pid, *left))
}

/// The running system.
pub struct Live<const S: bool> {
    nodes: Vec<Rebuilt<Server<S>>>,
    view: View<S>,
    parted: bool,
    heartbeats: bool,
}

impl<const S: bool> Live<S> {
    fn tell(&mut self, pid: u64, input: Input<S>) {
        let messages = self.nodes[place(pid)].tell(input);
        self.serve(pid, messages);
    }

    /// Sends what a node wants sent, and notes what it reads as decided.
    fn serve(&mut self, pid: u64, messages: Vec<Message<Command<S>>>) {
        let node = &self.nodes[place(pid)];
        for (index, command) in node.view().reads.iter().enumerate() {
            if let Some(command) = command {
                self.view.decided.entry(index).or_default().insert(*command);
            }
        }
        self.view.nodes[place(pid)] = Shown { node: node.view().clone(), told: Told(node.identity()) };
        for message in messages {
            let link = (message.get_sender(), message.get_receiver());
            let is_cut = self.view.down.contains(&(link.0.min(link.1), link.0.max(link.1)));
            let is_heartbeat = matches!(message, Message::BLE(_));
            if is_cut || (is_heartbeat && !self.heartbeats) || (self.parted && link.0 + link.1 == 1 + 3) {
                continue;
            }
            let letter = Letter::new(message.clone(), name(&message), &detail(&message));
            self.view.links.entry(link).or_default().push(letter);
        }
    }

    fn take(&mut self, link: Link) -> Option<Letter<Message<Command<S>>>> {
        let queue = self.view.links.get_mut(&link)?;
        let letter = queue.remove(0);
        if queue.is_empty() {
            self.view.links.remove(&link);
        }
        Some(letter)
    }

    fn forget(&mut self, (a, b): Link) {
        self.view.links.remove(&(a, b));
        self.view.links.remove(&(b, a));
    }

    fn reconnect(&mut self, (a, b): Link) {
        self.tell(a, Input::Reconnected(b));
        self.tell(b, Input::Reconnected(a));
    }

    fn restart(&mut self, cluster: &Cluster<S>, pid: u64) {
        let disk = self.nodes[place(pid)].part().disk();
        let disk = after_crash(&disk, cluster.defect).expect("a disk in memory");
        self.nodes[place(pid)] = Rebuilt::new(cluster.start_of(pid, disk));
        let others = (1..=cluster.nodes()).filter(|other| cluster.sessions && *other != pid);
        others.clone().for_each(|other| self.forget((pid, other)));
        let hello = self.nodes[place(pid)].part().hello();
        self.serve(pid, hello);
        for other in others {
            let link = (pid.min(other), pid.max(other));
            if !self.view.down.contains(&link) {
                self.reconnect(link);
            }
        }
    }
}

fn spend(budget: &mut u16) {
    *budget = budget.saturating_sub(1);
}

impl<const S: bool> Foreign for Cluster<S> {
    type Live = Live<S>;
    type Event = Event;
    type Projection = View<S>;

    fn start(&self) -> Live<S> {
        let start = |pid| Rebuilt::new(self.start_of(pid, MemoryStorage::default()));
        let nodes: Vec<Rebuilt<Server<S>>> = (1..=self.nodes()).map(start).collect();
        let shown =
            |node: &Rebuilt<_>| Shown { node: NodeView::clone(node.view()), told: Told(node.identity()) };
        let view = View {
            nodes: nodes.iter().map(shown).collect(),
            links: BTreeMap::new(),
            down: BTreeSet::new(),
            left: self.budgets.clone(),
            decided: BTreeMap::new(),
            sessions: self.sessions,
        };
        let mut live = Live { nodes, view, parted: self.parted, heartbeats: self.budgets.ticks > 0 };
        for pid in 1..=self.nodes() {
            let hello = live.nodes[place(pid)].part().hello();
            live.serve(pid, hello);
        }
        live
    }

    fn events(&self, live: &Live<S>) -> Vec<Event> {
        let (left, view) = (&live.view.left, &live.view);
        let heads = || view.links.iter().map(|(link, letters)| (*link, letters[0].name.to_owned()));
        let mut events: Vec<Event> = heads().map(|(link, name)| Event::Deliver(link, name)).collect();
        for (pid, Shown { node, .. }) in (1..).zip(&view.nodes) {
            let at = place(pid);
            let mut may = |when: bool, event: Event| events.extend(when.then_some(event));
            may(left.leads[at] > 0 && !node.leads, Event::Lead(pid));
            may(left.appends[at] > 0 && node.leads, Event::Append(pid));
            may(left.restarts[at] > 0, Event::Restart(pid));
            may(left.trims > 0 && node.leads, Event::Trim(pid));
            may(left.snapshots > 0 && node.decided > node.compacted, Event::Snapshot(pid, true));
            may(left.snapshots > 0 && node.leads, Event::Snapshot(pid, false));
            may(left.ticks > 0, Event::Tick(pid));
            for other in pid + 1..=self.nodes() {
                let is_down = view.down.contains(&(pid, other));
                may(left.cuts > 0 && !is_down, Event::Cut((pid, other)));
                may(is_down, Event::Reconnect((pid, other)));
            }
        }
        if left.losses > 0 {
            events.extend(heads().map(|(link, name)| Event::Lose(link, name)));
        }
        let is_dead = |pid: u64| view.nodes[place(pid)].node.panic.is_some();
        events.retain(|event| match event {
            Event::Lead(pid) | Event::Append(pid) | Event::Restart(pid) | Event::Tick(pid) => !is_dead(*pid),
            Event::Trim(pid) | Event::Snapshot(pid, _) => !is_dead(*pid),
            Event::Deliver(link, _) => !is_dead(link.1),
            Event::Lose(..) | Event::Cut(_) | Event::Reconnect(_) => true,
        });
        events
    }

    fn apply(&self, live: &mut Live<S>, event: &Event) {
        let left = &mut live.view.left;
        match event {
            Event::Lead(pid) => {
                spend(&mut left.leads[place(*pid)]);
                live.tell(*pid, Input::Lead);
            }
            Event::Append(pid) => {
                let command = command(left, *pid).expect("a node of the cluster");
                spend(&mut left.appends[place(*pid)]);
                live.tell(*pid, Input::Append(command));
            }
            Event::Deliver(link, _) => {
                if let Some(letter) = live.take(*link) {
                    live.tell(link.1, Input::Deliver(letter.message));
                }
            }
            Event::Lose(link, _) => {
                spend(&mut left.losses);
                live.take(*link);
            }
            Event::Cut(link) => {
                spend(&mut left.cuts);
                live.view.down.insert(*link);
                live.forget(*link);
            }
            Event::Reconnect(link) => {
                live.view.down.remove(link);
                live.reconnect(*link);
            }
            Event::Restart(pid) => {
                spend(&mut left.restarts[place(*pid)]);
                live.restart(self, *pid);
            }
            Event::Trim(pid) => {
                spend(&mut left.trims);
                live.tell(*pid, Input::Trim(None));
            }
            Event::Snapshot(pid, local) => {
                spend(&mut left.snapshots);
                live.tell(*pid, Input::Snapshot { local: *local });
            }
            Event::Tick(pid) => {
                spend(&mut left.ticks);
                live.tell(*pid, Input::Tick);
            }
        }
    }

    fn project(&self, live: &Live<S>) -> View<S> {
        live.view.clone()
    }

    fn kinds(&self) -> Vec<Kind> {
        let b = &self.budgets;
        let some = |each: &[u16]| each.iter().any(|n| *n > 0);
        let possible = [some(&b.leads), some(&b.appends), true, b.losses > 0, b.cuts > 0, b.cuts > 0];
        let possible =
            possible.into_iter().chain([some(&b.restarts), b.trims > 0, b.snapshots > 0, b.ticks > 0]);
        Event::KINDS.into_iter().zip(possible).filter(|(_, is)| *is).map(|(name, _)| Kind(name)).collect()
    }

    fn kind(&self, event: &Event) -> Kind {
        event.kind()
    }

    fn claims(&self, claims: &mut Claims<Replayed<Self>>) {
        claims::add(self, claims);
    }

    fn snapshot(&self, live: &Live<S>) -> Option<Live<S>> {
        let Live { nodes, view, parted, heartbeats } = live;
        let nodes = nodes.iter().map(Rebuilt::copy).collect();
        Some(Live { nodes, view: view.clone(), parted: *parted, heartbeats: *heartbeats })
    }

    fn actors(&self) -> Vec<Actor> {
        events::actors(self)
    }

    fn picture(&self, before: &View<S>, event: &Event, after: &View<S>) -> Picture {
        events::picture(before, event, after)
    }
}
