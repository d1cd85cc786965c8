//! What can happen in a world: every event that is on offer, and what an event of another run is here.

use super::{
    Checkable, Event, Ghost, Links, NetworkKind, Shared, Split, World, WorldModel,
    network::Envelope,
    scope::{Comeback, Takes},
};
use quorate_machine::{NodeId, RequestId};
use quorate_spec::Again;

impl<M: Checkable, G: Ghost<M>> WorldModel<M, G> {
    /// What clients may ask now: the next request of the script, or what [`super::Scope::clients`] says. And the name
    /// of that request.
    pub fn asks(&self, world: &World<M, G>) -> (RequestId, Vec<M::Request>) {
        let (scope, next) = (self.scope(), world.left.next_request);
        let mut requests: Vec<_> = scope.requests.get(usize::from(next)).cloned().into_iter().collect();
        let asked = usize::from(next).saturating_sub(scope.requests.len());
        if let Some((asks, ask)) = scope.clients
            && requests.is_empty()
            && asked < usize::from(asks)
        {
            ask(world, &mut requests);
        }
        (RequestId(next.into()), requests)
    }

    /// For each of the outputs of `event`, how many writes are unsynced once so many of them were performed: what a
    /// crash in between can leave. Empty if the event is not possible.
    pub fn outputs(&self, world: &World<M, G>, event: &Event<M>) -> Vec<usize> {
        self.transition(world, event).map_or_else(Vec::new, |transition| transition.unsynced_at.clone())
    }

    pub(super) fn may_ask(&self, world: &World<M, G>, id: RequestId, request: &M::Request) -> bool {
        let (next, requests) = self.asks(world);
        id == next && requests.contains(request)
    }

    /// Is the event left out because nothing comes of it: the replica stays as it is, and nothing at all is observed? A
    /// request always is: whoever asks is at least turned down, and the next request waits for this one.
    fn is_hidden(&self, world: &World<M, G>, event: &Event<M>) -> bool {
        match event {
            Event::Deliver(envelope) => {
                self.scope().network == NetworkKind::Monotone && self.idle_delivery(world, envelope)
            }
            Event::Duplicate(envelope) => self.idle_delivery(world, envelope),
            _ => false,
        }
    }

    /// What `event`, taken in another run, is in `world`: a request is named by how many came before it.
    pub(super) fn event_again(&self, world: &World<M, G>, event: &Event<M>) -> Again<Event<M>> {
        // Where deliveries that change nothing are not on offer, it takes a look.
        if self.scope().network == NetworkKind::Monotone {
            return Again::Look;
        }
        let event = match event {
            Event::Request { node, request, .. } => {
                Event::Request { node: *node, id: self.asks(world).0, request: request.clone() }
            }
            Event::CrashDuring { event, outputs, keep } => {
                let Again::Here(event) = self.event_again(world, event) else { return Again::Gone };
                let unsynced = self.outputs(world, &event).get(*outputs).copied();
                if *outputs == 0
                    || unsynced.is_none_or(|unsynced| *keep > unsynced)
                    || !self.scope().crash_within
                {
                    return Again::Gone;
                }
                Event::CrashDuring { event: Box::new(event), outputs: *outputs, keep: *keep }
            }
            event => event.clone(),
        };
        let is_on_offer = self.possible(world, &event)
            && self.spend(world, &event).is_some()
            && !self.is_hidden(world, &event);
        if is_on_offer { Again::Here(event) } else { Again::Gone }
    }

    /// Every event that is on offer.
    pub(super) fn push_events(&self, world: &World<M, G>, events: &mut Vec<Event<M>>) {
        self.push_deliveries(world, events);
        for id in self.ids() {
            self.push_local_events(world, id, events);
        }
        self.push_partitions(world, events);
        if self.ids().any(|id| world.left.crashes.of(id) > 0) {
            self.push_crashes(world, events);
        }
    }

    fn push_local_events(&self, world: &World<M, G>, id: NodeId, events: &mut Vec<Event<M>>) {
        let node = world.node(id);
        let Some(driver) = node.driver() else {
            if self.scope().comeback == Comeback::Later {
                events.push(Event::Restart { node: id });
            }
            return;
        };
        for (at, kind) in self.scope().timers.keys().enumerate() {
            if world.left.timers[at] > 0 && driver.armed().contains(kind) {
                events.push(Event::Timer { node: id, kind: *kind });
            }
        }
        let (number, requests) = self.asks(world);
        events.extend(requests.into_iter().map(|request| Event::Request { node: id, id: number, request }));
        if driver.writes_to_next_release().is_some() {
            events.push(Event::Sync { node: id });
        }
    }

    pub(super) fn push_deliveries(&self, world: &World<M, G>, events: &mut Vec<Event<M>>) {
        let mut last = None;
        for envelope in world.network.messages() {
            if last.is_some_and(|last: &Shared<Envelope<M::Message>>| last == envelope) {
                continue;
            }
            last = Some(envelope);
            if world.is_cut(envelope.from, envelope.to) {
                if self.scope().network != NetworkKind::Monotone {
                    events.push(Event::Drop(envelope.clone()));
                }
                continue;
            }
            let delivery = Event::Deliver(envelope.clone());
            if !self.is_hidden(world, &delivery) {
                events.push(delivery);
            }
            let copy = Event::Duplicate(envelope.clone());
            if world.left.duplicates > 0 && !self.is_hidden(world, &copy) {
                events.push(copy);
            }
            if world.left.drops > 0 {
                events.push(Event::Drop(envelope.clone()));
            }
        }
    }

    fn push_partitions(&self, world: &World<M, G>, events: &mut Vec<Event<M>>) {
        let is_lossy = self.scope().network != NetworkKind::Monotone;
        if is_lossy && !(world.split.is_none() && world.down.is_none()) {
            events.push(Event::Heal);
        }
        if is_lossy && world.split.is_none() && world.left.partitions > 0 {
            events.extend(Split::all(self.scope().replicas).map(Event::Partition));
        }
        if world.left.links > 0 {
            let working =
                Links::all(self.scope().replicas).filter(|(from, to)| !world.down.is_down(*from, *to));
            events.extend(working.map(|(from, to)| Event::LinkDown { from, to }));
        }
    }

    fn push_crashes(&self, world: &World<M, G>, events: &mut Vec<Event<M>>) {
        let whole = events.len();
        for id in self.ids() {
            let node = world.node(id);
            if node.driver().is_some() && world.left.crashes.of(id) > 0 {
                let survivors = 0..=node.unsynced().len();
                let crashes = survivors.map(|keep| Event::Crash { node: id, keep });
                events.extend(crashes.filter(|_| self.scope().crash_takes != Takes::Disk));
                if self.scope().crash_takes != Takes::Memory {
                    events.push(Event::Wipe { node: id });
                }
            }
        }
        if !self.scope().crash_within {
            return;
        }
        for at in 0..whole {
            let event = events[at].clone();
            let may_crash = event.node().is_some_and(|id| world.left.crashes.of(id) > 0);
            if !may_crash {
                continue;
            }
            for (outputs, unsynced) in self.outputs(world, &event).into_iter().enumerate().skip(1) {
                for keep in 0..=unsynced {
                    let event = Box::new(event.clone());
                    events.push(Event::CrashDuring { event, outputs, keep });
                }
            }
        }
    }
}
