//! The world as a model: which events are possible, and what each does.

use super::{
    Checkable, Event, Ghost, Left, Links, Memo, Network, NetworkKind, Observation, Persistence, Scope,
    Shared, Split, World,
    acting::step_of,
    asked::Asked,
    digest,
    local::{Fate, MOST_STEPS},
    network::Envelope,
    node::{self, Cut, Node, Step, Transition, Writes},
    reduce::{Reducer, Reducing},
    scope::Takes,
};
use quorate_machine::NodeId;
use quorate_spec::{Claim, Claims};
use stateright::Model;
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// An odd constant that spreads one of two digests before they are combined.
const MIX: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// Machines of one kind in a [`Scope`], with history `G` kept beside them.
pub struct WorldModel<M: Checkable, G: Ghost<M>> {
    scope: Scope<M, G>,
    pub(super) claims: Vec<fn(&mut Claims<Self>)>,
    /// What each step does to a replica; nothing is remembered where no state comes twice.
    pub(super) steps: Option<Memo<Transition<M>>>,
    pub(super) reducing: Reducing<M>,
    pub(super) asked: Asked,
    /// Local steps after which the local graph is cut.
    pub(super) most_local: usize,
    pub(super) own_claims: OnceLock<Vec<Claim<Self>>>,
}

impl<M: Checkable, G: Ghost<M>> fmt::Debug for WorldModel<M, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WorldModel({})", self.scope)
    }
}

impl<M: Checkable, G: Ghost<M>> WorldModel<M, G> {
    /// A world in `scope` that claims nothing yet.
    pub fn new(scope: Scope<M, G>) -> Self {
        WorldModel {
            scope,
            claims: Vec::new(),
            steps: Some(Memo::default()),
            reducing: Reducing::default(),
            asked: Asked::default(),
            most_local: MOST_STEPS,
            own_claims: OnceLock::new(),
        }
    }

    /// Computes every step anew. For random runs: they hardly ever meet a pair of state and input twice, and what a
    /// search gains by remembering would fill the memory.
    pub fn forgetting(mut self) -> Self {
        self.steps = None;
        self
    }

    /// Adds claims about the world.
    pub fn claim(mut self, claims: fn(&mut Claims<Self>)) -> Self {
        self.claims.push(claims);
        self
    }

    /// What bounds it.
    pub fn scope(&self) -> &Scope<M, G> {
        &self.scope
    }

    /// Gives back the memory in which steps are remembered. They are computed again when they are needed.
    pub fn forget(&self) {
        self.steps.iter().for_each(Memo::clear);
    }

    /// How many different (replica state, input) pairs were computed and are remembered.
    pub fn local_steps(&self) -> usize {
        self.steps.as_ref().map_or(0, Memo::len)
    }

    /// What `event` shows when it happens in `world`, in order; nothing if it is not possible.
    pub fn observations(&self, world: &World<M, G>, event: &Event<M>) -> Vec<Observation<M>> {
        match self.transition(world, event) {
            Some(transition) => transition.seen.clone(),
            None => Vec::new(),
        }
    }

    /// Calls `each` with what `event` shows when it happens in `world`, in order.
    pub(crate) fn each_observation(
        &self,
        world: &World<M, G>,
        event: &Event<M>,
        each: impl FnMut(&Observation<M>),
    ) {
        if let Some(transition) = self.transition(world, event) {
            transition.seen.iter().for_each(each);
        }
    }

    /// The replicas' ids.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<M, G> {
        (0..self.scope.replicas).map(NodeId)
    }

    /// Does the delivery of `envelope` leave its receiver as it is, and show nothing at all?
    pub fn idle_delivery(&self, world: &World<M, G>, envelope: &Shared<Envelope<M::Message>>) -> bool {
        let event = Event::Deliver(envelope.clone());
        self.transition(world, &event).is_none_or(|transition| transition.idle)
    }

    pub(super) fn transition(&self, world: &World<M, G>, event: &Event<M>) -> Option<Arc<Transition<M>>> {
        let (id, step, cut) = step_of(event)?;
        let node = world.nodes.get(usize::from(id.0))?;
        Some(self.local(id, node, &step, self.writes(world.left.crashes.of(id)), cut))
    }

    /// When writes reach the disk of a replica with so many crashes left: at once, if no crash could take them away.
    pub(super) fn writes(&self, crashes: u8) -> Writes {
        let persistence = |crashes: u8| {
            if self.scope.foretold && crashes == 0 { Persistence::Atomic } else { self.scope.persistence }
        };
        Writes { now: persistence(crashes), after_crash: persistence(crashes.saturating_sub(1)) }
    }

    pub(super) fn local(
        &self,
        id: NodeId,
        node: &Shared<Node<M>>,
        step: &Step<M>,
        writes: Writes,
        cut: Option<Cut>,
    ) -> Arc<Transition<M>> {
        let Some(steps) = &self.steps else {
            return Arc::new(node::perform(&self.scope, id, node, step, writes, cut));
        };
        let key = match (step, cut) {
            // The common case: two cached digests, mixed.
            (Step::Message(envelope), None) => {
                let salt = u128::from(writes.now == Persistence::Atomic);
                node.digest().rotate_left(1) ^ envelope.digest().wrapping_add(salt).wrapping_mul(MIX)
            }
            _ => digest(&(id, node, step, writes, cut)),
        };
        let again = || node::perform(&self.scope, id, node, step, writes, cut);
        let (transition, is_remembered) = steps.get_or_say(key, again);
        if is_remembered && self.reducing.is_sampled(key) {
            self.reducing.compare(&transition, &again(), step);
        }
        transition
    }

    /// Takes what `event` uses up; `None` if it is not there.
    pub(super) fn spend(&self, world: &World<M, G>, event: &Event<M>) -> Option<(Left, Option<Network<M>>)> {
        let mut left = world.left;
        let mut network = None;
        let lossy = self.scope.network != NetworkKind::Monotone;
        match event {
            Event::Deliver(envelope) if lossy => network = Some(world.network.without(envelope)?),
            Event::Deliver(envelope) => drop(world.network.contains(envelope).then_some(())?),
            Event::Duplicate(envelope) => {
                world.network.contains(envelope).then_some(())?;
                left.duplicates = left.duplicates.checked_sub(1)?;
            }
            Event::Drop(envelope) => {
                // Where nothing is delivered it is no further fault that a message is lost.
                if !world.is_cut(envelope.from, envelope.to) {
                    left.drops = left.drops.checked_sub(1)?;
                }
                network = Some(world.network.without(envelope)?);
            }
            Event::Timer { kind, .. } => {
                let at = self.scope.timers.keys().position(|known| known == kind)?;
                left.timers[at] = left.timers[at].checked_sub(1)?;
            }
            Event::Request { id, request, .. } => {
                self.may_ask(world, *id, request).then_some(())?;
                left.next_request += 1;
            }
            Event::Partition(_) => left.partitions = left.partitions.checked_sub(1)?,
            Event::LinkDown { .. } => left.links = left.links.checked_sub(1)?,
            Event::Crash { node, .. } | Event::Wipe { node } => {
                left.crashes = left.crashes.without_one(*node)?
            }
            Event::CrashDuring { event, .. } => {
                (left, network) = self.spend(world, event)?;
                left.crashes = left.crashes.without_one(event.node()?)?;
            }
            Event::Sync { .. } | Event::Restart { .. } | Event::Heal => {}
        }
        Some((left, network))
    }

    pub(super) fn possible(&self, world: &World<M, G>, event: &Event<M>) -> bool {
        let lossy = self.scope.network != NetworkKind::Monotone;
        let Some(id) = event.node() else {
            return match event {
                Event::Partition(split) => world.split.is_none() && split.is_of(self.scope.replicas),
                Event::Heal => lossy && !(world.split.is_none() && world.down.is_none()),
                Event::LinkDown { from, to } => {
                    Links::all(self.scope.replicas).any(|link| link == (*from, *to))
                        && !world.down.is_down(*from, *to)
                }
                Event::Drop(_) => lossy,
                _ => true,
            };
        };
        let Some(node) = world.nodes.get(usize::from(id.0)) else { return false };
        match event {
            Event::Restart { .. } => node.driver().is_none(),
            Event::Timer { kind, .. } => node.driver().is_some_and(|d| d.armed().contains(kind)),
            Event::Sync { .. } => node.driver().is_some_and(|d| d.writes_to_next_release().is_some()),
            Event::Crash { keep, .. } => {
                let takes_memory = self.scope.crash_takes != Takes::Disk;
                takes_memory && node.driver().is_some() && *keep <= node.unsynced().len()
            }
            Event::Wipe { .. } => self.scope.crash_takes != Takes::Memory && node.driver().is_some(),
            Event::CrashDuring { event, .. } => node.driver().is_some() && self.possible(world, event),
            Event::Request { .. } => node.driver().is_some(),
            // On a lossy network a message to a replica that is down is lost; a monotone one keeps it.
            Event::Deliver(envelope) | Event::Duplicate(envelope) => {
                (node.driver().is_some() || lossy) && !world.is_cut(envelope.from, envelope.to)
            }
            Event::Drop(_) | Event::Partition(_) | Event::LinkDown { .. } | Event::Heal => true,
        }
    }

    /// The world after `event`, if that is within the scope's bound. With a reduction, messages that are dead are dropped,
    /// and what that rests on is tried.
    pub(super) fn after(
        &self,
        world: &World<M, G>,
        event: &Event<M>,
        reduction: Option<Arc<Reducer<M>>>,
    ) -> Option<World<M, G>> {
        let Outcome { mut next, transition, mut dropped } =
            self.outcome(world, event, reduction.as_deref())?;
        if self.scope.bound.is_some_and(|(_, within)| !within(&next)) {
            return None;
        }
        if next.left.next_request != world.left.next_request {
            self.asked.note(next.left.next_request);
        }
        if let Some(reduction) = &reduction {
            if let Some((id, step)) = &transition {
                self.foresee(reduction, world, event, &next, (*id, step));
            }
            self.bury(reduction, world, &mut next, &mut dropped);
            self.try_without(world, event, &next, &dropped);
        }
        Some(next)
    }

    /// What comes of `event`, wherever it leads. With a reduction, what is sent and dead at once is left out.
    pub(super) fn outcome(
        &self,
        world: &World<M, G>,
        event: &Event<M>,
        reduction: Option<&Reducer<M>>,
    ) -> Option<Outcome<M, G>> {
        if !self.possible(world, event) {
            return None;
        }
        let (left, network) = self.spend(world, event)?;
        let mut next = world.clone();
        next.left = left;
        match event {
            Event::Partition(split) => next.split = *split,
            Event::LinkDown { from, to } => next.down = next.down.with(*from, *to),
            Event::Heal => (next.split, next.down) = (Split::NONE, Links::NONE),
            _ => {}
        }
        let is_lossy = self.scope.network != NetworkKind::Monotone;
        let mut network = network;
        let transition = event.node().zip(self.transition(world, event));
        let mut dropped = Vec::new();
        if let Some((id, step)) = &transition {
            if step.idle && network.is_none() && left == world.left {
                return None;
            }
            // An equal node stays the very same one, so that a step that changes nothing is seen to.
            let node = &mut next.nodes[usize::from(id.0)];
            if node.digest() != step.node.digest() {
                *node = step.node.clone();
            }
            for sent in &step.sends {
                if !is_lossy && world.network.contains(sent) {
                    continue;
                }
                let fate = reduction.map(|reduction| self.fate(reduction, &next, sent));
                if fate == Some(Fate::Dead) {
                    dropped.push(sent.clone());
                    continue;
                }
                let network = network.get_or_insert_with(|| Network::clone(&world.network));
                network.add(sent.clone(), self.scope.network);
            }
            next.ghost = self.remember(&world.ghost, *id, step);
        }
        if let Some(network) = network {
            next.network = Shared::new(network);
        }
        Some(Outcome { next, transition, dropped })
    }

    /// The history once replica `id` showed what `step` shows; the very same one if nothing in it changed.
    fn remember(&self, ghost: &Shared<G>, id: NodeId, step: &Transition<M>) -> Shared<G> {
        if step.seen.is_empty() || size_of::<G>() == 0 {
            return ghost.clone();
        }
        let mut next = G::clone(ghost);
        step.seen.iter().for_each(|seen| next.observe(id, seen));
        if next == **ghost { ghost.clone() } else { Shared::new(next) }
    }
}

/// What an event leads to.
pub(super) struct Outcome<M: Checkable, G: Ghost<M>> {
    pub(super) next: World<M, G>,
    /// Which replica acted, and how.
    transition: Option<(NodeId, Arc<Transition<M>>)>,
    /// What it sent, and nobody will react to.
    dropped: Vec<Shared<Envelope<M::Message>>>,
}

impl<M: Checkable, G: Ghost<M>> Model for WorldModel<M, G> {
    type State = World<M, G>;
    type Action = Event<M>;

    fn init_states(&self) -> Vec<Self::State> {
        let mut ghost = G::default();
        let mut network = Network::default();
        let mut nodes = Vec::new();
        for id in self.ids() {
            let booted = node::boot(&self.scope, id);
            booted.seen.iter().for_each(|seen| ghost.observe(id, seen));
            booted.sends.iter().for_each(|sent| network.add(sent.clone(), self.scope.network));
            nodes.push(booted.node);
        }
        let world = |left| World {
            nodes: nodes.clone(),
            network: Shared::new(network.clone()),
            split: Split::NONE,
            down: Links::NONE,
            left,
            ghost: Shared::new(ghost.clone()),
        };
        Left::of(&self.scope).into_iter().map(world).collect()
    }

    fn actions(&self, world: &Self::State, events: &mut Vec<Self::Action>) {
        if self.reducing.current().is_some_and(|reduction| reduction.is_over()) {
            return;
        }
        self.push_events(world, events);
    }

    fn next_state(&self, world: &Self::State, event: Self::Action) -> Option<Self::State> {
        self.after(world, &event, self.reducing.current())
    }
}
