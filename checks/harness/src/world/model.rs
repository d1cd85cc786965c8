//! The world as a model: which events are possible, and what each does.

use super::{
    Checkable, Event, Ghost, Left, Memo, Network, NetworkKind, Observation, Persistence, Scope, Shared,
    World, digest,
    network::Envelope,
    node::{self, Cut, Node, Step, Transition, Writes},
    scope::Comeback,
};
use quorate_machine::{NodeId, RequestId};
use quorate_spec::Claims;
use stateright::Model;
use std::{fmt, sync::Arc};

/// An odd constant that spreads one of two digests before they are combined.
const MIX: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// Machines of one kind in a [`Scope`], with history `G` kept beside them.
pub struct WorldModel<M: Checkable, G: Ghost<M>> {
    scope: Scope<M, G>,
    pub(super) claims: Vec<fn(&mut Claims<Self>)>,
    steps: Memo<Transition<M>>,
}

impl<M: Checkable, G: Ghost<M>> fmt::Debug for WorldModel<M, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WorldModel({})", self.scope)
    }
}

impl<M: Checkable, G: Ghost<M>> WorldModel<M, G> {
    /// A world in `scope` that claims nothing yet.
    pub fn new(scope: Scope<M, G>) -> Self {
        WorldModel { scope, claims: Vec::new(), steps: Memo::default() }
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

    /// How many different (replica state, input) pairs were computed so far.
    pub fn local_steps(&self) -> usize {
        self.steps.len()
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

    /// Does the delivery of `envelope` change nothing but, perhaps, what a client is told?
    pub fn idle_delivery(&self, world: &World<M, G>, envelope: &Shared<Envelope<M::Message>>) -> bool {
        let event = Event::Deliver(envelope.clone());
        self.transition(world, &event).is_none_or(|transition| transition.idle)
    }

    fn transition(&self, world: &World<M, G>, event: &Event<M>) -> Option<Arc<Transition<M>>> {
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
            Event::Request { node, id, request } => {
                (*node, Step::Request { id: *id, request: request.clone() })
            }
            Event::Sync { node } => (*node, Step::Sync),
            Event::Crash { node, keep } => (*node, Step::Crash { keep: *keep }),
            Event::Restart { node } => (*node, Step::Restart),
            Event::Drop(_) | Event::CrashDuring { .. } => return None,
        };
        let node = world.nodes.get(usize::from(id.0))?;
        Some(self.local(id, node, &step, self.writes(&world.left, id), cut))
    }

    /// When writes reach the disk of `id`: at once, if no crash of it is left that could take them away.
    fn writes(&self, left: &Left, id: NodeId) -> Writes {
        let persistence = |crashes: u8| {
            if self.scope.foretold && crashes == 0 { Persistence::Atomic } else { self.scope.persistence }
        };
        let crashes = left.crashes.of(id);
        Writes { now: persistence(crashes), after_crash: persistence(crashes.saturating_sub(1)) }
    }

    fn local(
        &self,
        id: NodeId,
        node: &Shared<Node<M>>,
        step: &Step<M>,
        writes: Writes,
        cut: Option<Cut>,
    ) -> Arc<Transition<M>> {
        let key = match (step, cut) {
            // The common case: two cached digests, mixed.
            (Step::Message(envelope), None) => {
                let salt = u128::from(writes.now == Persistence::Atomic);
                node.digest().rotate_left(1) ^ envelope.digest().wrapping_add(salt).wrapping_mul(MIX)
            }
            _ => digest(&(id, node, step, writes, cut)),
        };
        self.steps.get_or(key, || node::perform(&self.scope, id, node, step, writes, cut))
    }

    fn push_local_events(&self, world: &World<M, G>, id: NodeId, events: &mut Vec<Event<M>>) {
        let node = world.node(id);
        let Some(driver) = node.driver() else {
            if self.scope.comeback == Comeback::Later {
                events.push(Event::Restart { node: id });
            }
            return;
        };
        for (at, kind) in self.scope.timers.keys().enumerate() {
            if world.left.timers[at] > 0 && driver.armed().contains(kind) {
                events.push(Event::Timer { node: id, kind: *kind });
            }
        }
        if let Some(request) = self.scope.requests.get(usize::from(world.left.next_request)) {
            let number = RequestId(u64::from(world.left.next_request));
            let event = Event::Request { node: id, id: number, request: request.clone() };
            let refused = || self.transition(world, &event).is_none_or(|step| step.idle);
            if self.scope.refusals || !refused() {
                events.push(event);
            }
        }
        if driver.writes_to_next_release().is_some() {
            events.push(Event::Sync { node: id });
        }
    }

    fn push_deliveries(&self, world: &World<M, G>, events: &mut Vec<Event<M>>) {
        let lossy = self.scope.network != NetworkKind::Monotone;
        let mut last = None;
        for envelope in world.network.messages() {
            if last.is_some_and(|last: &Shared<Envelope<M::Message>>| last == envelope) {
                continue;
            }
            last = Some(envelope);
            if lossy || !self.idle_delivery(world, envelope) {
                events.push(Event::Deliver(envelope.clone()));
            }
            if world.left.duplicates > 0 && !self.idle_delivery(world, envelope) {
                events.push(Event::Duplicate(envelope.clone()));
            }
            if world.left.drops > 0 {
                events.push(Event::Drop(envelope.clone()));
            }
        }
    }

    fn push_crashes(&self, world: &World<M, G>, events: &mut Vec<Event<M>>) {
        let whole = events.len();
        for id in self.ids() {
            let node = world.node(id);
            if node.driver().is_some() && world.left.crashes.of(id) > 0 {
                let survivors = 0..=node.unsynced().len();
                events.extend(survivors.map(|keep| Event::Crash { node: id, keep }));
            }
        }
        if !self.scope.crash_within {
            return;
        }
        for at in 0..whole {
            let event = events[at].clone();
            let may_crash = event.node().is_some_and(|id| world.left.crashes.of(id) > 0);
            let Some(transition) = self.transition(world, &event).filter(|_| may_crash) else { continue };
            for (outputs, unsynced) in transition.unsynced_at.iter().enumerate().skip(1) {
                for keep in 0..=*unsynced {
                    let event = Box::new(event.clone());
                    events.push(Event::CrashDuring { event, outputs, keep });
                }
            }
        }
    }

    /// Takes what `event` uses up; `None` if it is not there.
    fn spend(&self, world: &World<M, G>, event: &Event<M>) -> Option<(Left, Option<Network<M>>)> {
        let mut left = world.left;
        let mut network = None;
        let lossy = self.scope.network != NetworkKind::Monotone;
        match event {
            Event::Deliver(envelope) if lossy => network = Some(without(&world.network, envelope)?),
            Event::Deliver(envelope) => drop(world.network.contains(envelope).then_some(())?),
            Event::Duplicate(envelope) => {
                world.network.contains(envelope).then_some(())?;
                left.duplicates = left.duplicates.checked_sub(1)?;
            }
            Event::Drop(envelope) => {
                left.drops = left.drops.checked_sub(1)?;
                network = Some(without(&world.network, envelope)?);
            }
            Event::Timer { kind, .. } => {
                let at = self.scope.timers.keys().position(|known| known == kind)?;
                left.timers[at] = left.timers[at].checked_sub(1)?;
            }
            Event::Request { id, request, .. } => {
                let next = usize::from(left.next_request);
                let expected = self.scope.requests.get(next)?;
                (id.0 == next as u64 && request == expected).then_some(())?;
                left.next_request += 1;
            }
            Event::Crash { node, .. } => left.crashes = left.crashes.without_one(*node)?,
            Event::CrashDuring { event, .. } => {
                (left, network) = self.spend(world, event)?;
                left.crashes = left.crashes.without_one(event.node()?)?;
            }
            Event::Sync { .. } | Event::Restart { .. } => {}
        }
        Some((left, network))
    }

    fn possible(&self, world: &World<M, G>, event: &Event<M>) -> bool {
        let Some(id) = event.node() else { return true };
        let Some(node) = world.nodes.get(usize::from(id.0)) else { return false };
        match event {
            Event::Restart { .. } => node.driver().is_none(),
            Event::Timer { kind, .. } => node.driver().is_some_and(|d| d.armed().contains(kind)),
            Event::Sync { .. } => node.driver().is_some_and(|d| d.writes_to_next_release().is_some()),
            Event::Crash { keep, .. } => node.driver().is_some() && *keep <= node.unsynced().len(),
            Event::CrashDuring { event, .. } => node.driver().is_some() && self.possible(world, event),
            Event::Request { .. } => node.driver().is_some(),
            // On a lossy network a message to a replica that is down is lost; a monotone one keeps it.
            Event::Deliver(_) | Event::Duplicate(_) => {
                node.driver().is_some() || self.scope.network != NetworkKind::Monotone
            }
            Event::Drop(_) => true,
        }
    }

    fn after(&self, world: &World<M, G>, event: &Event<M>) -> Option<World<M, G>> {
        if !self.possible(world, event) {
            return None;
        }
        let (left, network) = self.spend(world, event)?;
        let mut next = world.clone();
        next.left = left;
        let mut changed = network.is_some();
        let mut network = network.unwrap_or_default();
        if let (Some(id), Some(step)) = (event.node(), self.transition(world, event)) {
            if step.idle && !changed && left == world.left {
                return None;
            }
            next.nodes[usize::from(id.0)] = step.node.clone();
            let new = |sent: &&Shared<Envelope<M::Message>>| {
                self.scope.network != NetworkKind::Monotone || !world.network.contains(sent)
            };
            for sent in step.sends.iter().filter(new) {
                if !changed {
                    changed = true;
                    network = Network::clone(&world.network);
                }
                network.add(sent.clone(), self.scope.network);
            }
            if !step.seen.is_empty() && size_of::<G>() > 0 {
                let mut ghost = G::clone(&next.ghost);
                step.seen.iter().for_each(|seen| ghost.observe(id, seen));
                next.ghost = Shared::new(ghost);
            }
        }
        if changed {
            next.network = Shared::new(network);
        }
        if self.scope.bound.is_some_and(|(_, within)| !within(&next)) {
            return None;
        }
        self.bury(&mut next);
        Some(next)
    }

    /// Drops the messages that are dead.
    fn bury(&self, world: &mut World<M, G>) {
        let Some(dead) = self.scope.dead else { return };
        if world.network.messages().iter().any(|envelope| dead(world, envelope)) {
            let mut network = Network::clone(&world.network);
            network.retain(|envelope| !dead(world, envelope));
            world.network = Shared::new(network);
        }
    }
}

fn without<M: Checkable>(
    network: &Network<M>,
    envelope: &Shared<Envelope<M::Message>>,
) -> Option<Network<M>> {
    let mut network = network.clone();
    network.remove(envelope).then_some(network)
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
            left,
            ghost: Shared::new(ghost.clone()),
        };
        Left::of(&self.scope).into_iter().map(world).collect()
    }

    fn actions(&self, world: &Self::State, events: &mut Vec<Self::Action>) {
        self.push_deliveries(world, events);
        for id in self.ids() {
            self.push_local_events(world, id, events);
        }
        if self.ids().any(|id| world.left.crashes.of(id) > 0) {
            self.push_crashes(world, events);
        }
    }

    fn next_state(&self, world: &Self::State, event: Self::Action) -> Option<Self::State> {
        self.after(world, &event)
    }
}
