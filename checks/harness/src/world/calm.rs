//! A world runs on without faults: for claims that say what comes about in the end.

use super::{
    Checkable, Envelope, Event, Ghost, Left, Links, Network, NetworkKind, Shared, Split, World, WorldModel,
    left::TIMER_KINDS,
};
use quorate_machine::NodeId;

/// Deliveries between two rounds of timers, at most. More are a storm, which does not settle.
const DELIVERIES: usize = 20_000;

/// How timers run while nothing fails.
pub struct Calm<M: Checkable, G: Ghost<M>> {
    /// Rounds, at most. In each, every timer that is armed fires once, but for those of the kind `seldom`.
    pub rounds: usize,
    /// Of this kind one fires in a round, that of one replica after the other: timers that run out because nothing was
    /// heard for long, such as an election's.
    pub seldom: M::TimerKind,
    /// Do the links that have failed stay down? Then what was sent over them waits on, and the rest of the network must
    /// do without.
    pub links_stay_down: bool,
    /// Is everything as it should be in the end?
    pub is_settled: fn(&WorldModel<M, G>, &World<M, G>) -> bool,
}

impl<M: Checkable, G: Ghost<M>> Clone for Calm<M, G> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M: Checkable, G: Ghost<M>> Copy for Calm<M, G> {}

impl<M: Checkable, G: Ghost<M>> WorldModel<M, G> {
    /// Does `world` settle once nothing fails any more? The network is whole, or only its links stay down, as `calm` says;
    /// whoever is down restarts, every message arrives, once, every disk writes, and timers run. The budgets and the bound of
    /// the scope do not bound that, and its clients ask nothing new.
    ///
    /// The same world always settles in the same way, so a claim may ask this, and a run that breaks it replays like any
    /// other.
    ///
    /// ```
    /// use quorate::world::{Calm, Checkable, Ghost, World, WorldModel};
    ///
    /// /// Wherever a run has come to, all replicas are up in the end.
    /// fn recovers<M: Checkable, G: Ghost<M>>(model: &WorldModel<M, G>, world: &World<M, G>, seldom: M::TimerKind) -> bool {
    ///     let is_settled = |_: &WorldModel<M, G>, world: &World<M, G>| {
    ///         world.nodes().iter().all(|node| node.driver().is_some())
    ///     };
    ///     model.settles(world, &Calm { rounds: 10, seldom, links_stay_down: false, is_settled })
    /// }
    /// ```
    pub fn settles(&self, world: &World<M, G>, calm: &Calm<M, G>) -> bool {
        self.settled(world, calm).is_some()
    }

    /// The world that `world` becomes once nothing fails any more, when it has settled; `None` if it does not. See
    /// [`WorldModel::settles`].
    pub fn settled(&self, world: &World<M, G>, calm: &Calm<M, G>) -> Option<World<M, G>> {
        let mut world = world.clone();
        world.split = Split::NONE;
        if !calm.links_stay_down {
            world.down = Links::NONE;
        }
        for id in self.ids() {
            self.happens(&mut world, Event::Restart { node: id });
        }
        for round in 0..calm.rounds {
            if !self.delivers_all(&mut world) {
                return None;
            }
            if (calm.is_settled)(self, &world) {
                return Some(world);
            }
            let turn = NodeId(u16::try_from(round).unwrap_or_default() % self.scope().replicas.max(1));
            for (id, kind) in self.armed(&world, calm.seldom, turn) {
                self.happens(&mut world, Event::Timer { node: id, kind });
            }
        }
        (self.delivers_all(&mut world) && (calm.is_settled)(self, &world)).then_some(world)
    }

    /// The timers of a round.
    fn armed(&self, world: &World<M, G>, seldom: M::TimerKind, turn: NodeId) -> Vec<(NodeId, M::TimerKind)> {
        let up = self.ids().filter_map(|id| Some((id, world.node(id).driver()?)));
        let armed = up.flat_map(|(id, driver)| driver.armed().iter().map(move |kind| (id, *kind)));
        armed.filter(|(id, kind)| *kind != seldom || *id == turn).collect()
    }

    /// Everything arrives, once, and everything is written; false if there is no end to it.
    fn delivers_all(&self, world: &mut World<M, G>) -> bool {
        for _ in 0..DELIVERIES {
            let mut events: Vec<_> = self.ids().map(|id| Event::Sync { node: id }).collect();
            self.push_deliveries(world, &mut events);
            events.retain(|event| matches!(event, Event::Sync { .. } | Event::Deliver(_)));
            if !events.into_iter().any(|event| self.happens(world, event)) {
                // Nothing comes of the others.
                self.passes(world, |world, sent| world.is_cut(sent.from, sent.to));
                return true;
            }
        }
        false
    }

    /// Of the messages on their way only those stay that `waits` says.
    fn passes(&self, world: &mut World<M, G>, waits: impl Fn(&World<M, G>, &Envelope<M::Message>) -> bool) {
        let mut network = Network::clone(&world.network);
        network.retain(|sent| waits(world, sent));
        world.network = Shared::new(network);
    }

    /// Takes the step, if it is one, whatever is left of the budgets. A message that arrives is not there any more.
    fn happens(&self, world: &mut World<M, G>, event: Event<M>) -> bool {
        world.left = Left { timers: [u8::MAX; TIMER_KINDS], ..world.left };
        let outcome = self.outcome(world, &event, None);
        let has_next = outcome.is_some();
        if let Some(outcome) = outcome {
            *world = outcome.next;
            if let Event::Deliver(envelope) = &event
                && self.scope().network == NetworkKind::Monotone
            {
                self.passes(world, |_, sent| *sent != **envelope);
            }
        }
        has_next
    }
}
