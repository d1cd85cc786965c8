//! A world that drops dead messages while it is searched, and looks over its own shoulder.

use super::acting::step_of;
use super::local::{Budgets, Builder, Checked, Fate, Reduction, Refuted, Surprise};
use super::node::{Step, Transition};
use super::{Checkable, Envelope, Event, Ghost, Network, NetworkKind, Shared, World, WorldModel};
use quorate_machine::{Machine, NodeId, RequestId};
use quorate_spec::{Claim, Claims, Remarks, Spec};
use stateright::Model;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Occasions of a kind that are all checked; of later ones a sample is.
const ALL_OF: u64 = 10_000;

/// Drops that are all tried against claims and bounds; of later ones one in 256 is.
const ALL_DROPS: u64 = 2_000;

thread_local! {
    /// Are claims being tried with a message put back?
    static TRYING: Cell<bool> = const { Cell::new(false) };
}

/// How messages are dropped in the search that is running.
pub(crate) enum Reducer<M: Machine> {
    /// By the local graph of the machine.
    Graph(Reduction<M>),
    /// By the scope's own statement.
    Stated(Checked<M>),
}

impl<M: Checkable> Reducer<M> {
    /// Is the result of the search void?
    pub(super) fn is_void(&self) -> bool {
        match self {
            Reducer::Graph(graph) => graph.is_void(),
            Reducer::Stated(checked) => checked.is_refuted(),
        }
    }

    /// Is there nothing more to be learned from the search?
    pub(super) fn is_over(&self) -> bool {
        match self {
            Reducer::Graph(graph) => graph.is_over(),
            Reducer::Stated(checked) => checked.is_over(),
        }
    }
}

/// What a world knows of the search that is running.
pub(crate) struct Reducing<M: Machine> {
    now: RwLock<Option<Arc<Reducer<M>>>>,
    /// For which variants of messages earlier searches refuted the scope's own statement.
    refuted: Mutex<Vec<Refuted<M>>>,
    /// Steps that earlier searches took and their graphs did not have.
    learned: Mutex<Vec<Surprise<M>>>,
    remembered: AtomicU64,
    dropped: AtomicU64,
    tried: AtomicU64,
    failures: Mutex<BTreeSet<String>>,
}

impl<M: Machine> Default for Reducing<M> {
    fn default() -> Self {
        Reducing {
            now: RwLock::default(),
            refuted: Mutex::default(),
            learned: Mutex::default(),
            remembered: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            tried: AtomicU64::new(0),
            failures: Mutex::default(),
        }
    }
}

impl<M: Checkable> Reducing<M> {
    /// The local graph by which messages are dropped now, if any are.
    pub(super) fn current(&self) -> Option<Arc<Reducer<M>>> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, reduction: Option<Reducer<M>>) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = reduction.map(Arc::new);
    }

    fn fail(&self, failure: String) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).insert(failure);
    }

    /// Is this remembered step one of those that are computed again: the first 10,000, and one in 1,000 after?
    pub(super) fn is_sampled(&self, key: u128) -> bool {
        (self.remembered.load(Relaxed) < ALL_OF && self.remembered.fetch_add(1, Relaxed) < ALL_OF)
            || ((key >> 64) as u64).is_multiple_of(1_000)
    }

    /// A step that was remembered must be what it is when it is computed again.
    pub(super) fn compare(&self, one: &Transition<M>, other: &Transition<M>, step: &Step<M>) {
        if one.node != other.node || one.seen != other.seen || one.unsynced_at != other.unsynced_at {
            self.fail(format!(
                "the machine is not a function of its state and input: {step:?} led to two different results"
            ));
        }
    }
}

impl<M: Checkable, G: Ghost<M>> WorldModel<M, G> {
    /// Closes the local graph for the search that begins.
    pub(super) fn begin_reduction(&self) {
        self.forget();
        self.reducing.set(None);
        self.reducing.failures.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.reducing.remembered.store(0, Relaxed);
        let is_monotone = self.scope().network == NetworkKind::Monotone;
        if !self.scope().reduced || !is_monotone || self.steps.is_none() {
            return;
        }
        let refuted = self.reducing.refuted.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = refuted.iter().map(|(variant, _)| *variant).collect();
        drop(refuted);
        self.reducing.dropped.store(0, Relaxed);
        self.reducing.tried.store(0, Relaxed);
        self.reducing.set(match self.scope().dead {
            Some(dead) => Some(Reducer::Stated(Checked::new(dead, kept))),
            None => self.local_graph().map(Reducer::Graph),
        });
    }

    /// From here on nothing is dropped any more.
    pub(super) fn end_reduction(&self) -> Remarks {
        let mut remarks = Remarks::default();
        let (dropped, tried) = (self.reducing.dropped.load(Relaxed), self.reducing.tried.load(Relaxed));
        let told = |by: String| {
            format!(
                "dead messages dropped {dropped} times, {by}; {tried} drops tried against claims and bounds"
            )
        };
        match self.reducing.current().as_deref() {
            Some(Reducer::Graph(graph)) => {
                let surprises = graph.surprises();
                remarks.again = !surprises.is_empty();
                remarks.reductions.push(told(graph.told()));
                self.reducing.learned.lock().unwrap_or_else(PoisonError::into_inner).extend(surprises);
            }
            Some(Reducer::Stated(checked)) => {
                let (places, pairs) = checked.tried();
                remarks.again = checked.is_refuted();
                let mut refuted = self.reducing.refuted.lock().unwrap_or_else(PoisonError::into_inner);
                remarks.lines.extend(refuted.iter().map(|(_, shown)| {
                    format!("stated to be dead, and acts, so that its kind is kept: {shown}")
                }));
                refuted.extend(checked.refuted());
                let by = format!(
                    "by a statement, each tried in all that follows ({pairs} pairs, {places} local states)"
                );
                remarks.reductions.push(told(by));
            }
            None => {}
        }
        self.reducing.set(None);
        let failures = self.reducing.failures.lock().unwrap_or_else(PoisonError::into_inner);
        remarks.failures.extend(failures.iter().cloned());
        drop(failures);
        self.forget();
        remarks
    }

    pub(super) fn local_graph(&self) -> Option<Reduction<M>> {
        let scope = self.scope();
        let learned = self.reducing.learned.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let requests = self.requests(&learned);
        let asked = requests.iter().map(|(id, _)| id.0 as usize + 1).max().unwrap_or(0);
        let budgets = Budgets::of(scope, asked)?;
        let worlds = self.init_states();
        let first = worlds.first()?;
        let perform = |id, node: &_, step: &_, crashes, cut| {
            let step = || self.local(id, node, step, self.writes(crashes), cut);
            catch_unwind(AssertUnwindSafe(step)).ok()
        };
        let within = |id, transition: &_| self.is_within_alone(first, id, transition);
        let mut builder = Builder::new(budgets, scope.replicas, &perform, &within);
        builder.timers = scope.timers.keys().copied().collect();
        builder.requests = requests;
        builder.crash_within = scope.crash_within;
        builder.crash_takes = scope.crash_takes;
        builder.shares_crashes = !scope.foretold;
        builder.most = self.most_local;
        for world in &worlds {
            for (id, node) in self.ids().zip(world.nodes()) {
                builder.root(id, node, world.left());
            }
            world.network().messages().iter().for_each(|sent| builder.sent_at_start(sent));
        }
        learned.iter().for_each(|surprise| builder.force(surprise));
        Some(builder.close())
    }

    /// What clients may ask: the script, and what they asked in an earlier search.
    fn requests(&self, learned: &[Surprise<M>]) -> Vec<(RequestId, M::Request)> {
        let script = self.scope().requests.iter().cloned().enumerate();
        let mut requests: Vec<_> = script.map(|(at, request)| (RequestId(at as u64), request)).collect();
        for surprise in learned {
            if let Step::Request { id, request } = &surprise.step
                && !requests.contains(&(*id, request.clone()))
            {
                requests.push((*id, request.clone()));
            }
        }
        requests
    }

    /// Does the scope's bound allow this step, were it the first and only one? A bound that looks for what must not
    /// have happened says here already that it must not. That only keeps the graph small: a search that takes the step
    /// all the same says so.
    fn is_within_alone(&self, first: &World<M, G>, id: NodeId, step: &Transition<M>) -> bool {
        let Some((_, within)) = self.scope().bound else { return true };
        let judge = || {
            let mut world = first.clone();
            let mut network = Network::default();
            step.sends.iter().for_each(|sent| network.add(sent.clone(), NetworkKind::Monotone));
            world.network = Shared::new(network);
            world.nodes[usize::from(id.0)] = step.node.clone();
            let mut ghost = G::clone(&world.ghost);
            step.seen.iter().for_each(|seen| ghost.observe(id, seen));
            world.ghost = Shared::new(ghost);
            within(&world)
        };
        catch_unwind(AssertUnwindSafe(judge)).unwrap_or(true)
    }

    /// A step that the local graph does not have makes the search void.
    pub(super) fn foresee(
        &self,
        reducer: &Reducer<M>,
        world: &World<M, G>,
        event: &Event<M>,
        next: &World<M, G>,
        taken: (NodeId, &Transition<M>),
    ) {
        let (id, taken) = taken;
        let reduction = match reducer {
            Reducer::Graph(reduction) => reduction,
            Reducer::Stated(checked) => {
                let shares = world.left.crashes != next.left.crashes;
                for at in self.ids().filter(|at| *at == id || shares) {
                    let of = |world: &'_ World<M, G>| (world.node(at).clone(), world.left.crashes.of(at));
                    let (before, after) = (of(world), of(next));
                    checked.step(at.0, (&before.0, before.1), (&after.0, after.1));
                }
                return;
            }
        };
        let (node, crashes) = (world.node(id), world.left.crashes.of(id));
        if taken.known.load(Relaxed) || !reduction.is_closed(id, node, crashes) {
            return;
        }
        if let Some((id, step, cut)) = step_of(event) {
            reduction.surprise(Surprise { id, node: node.clone(), crashes, step, cut });
        }
    }

    /// What becomes of the message in this world.
    pub(super) fn fate(
        &self,
        reducer: &Reducer<M>,
        world: &World<M, G>,
        envelope: &Shared<Envelope<M::Message>>,
    ) -> Fate {
        let Some(node) = world.nodes.get(usize::from(envelope.to.0)) else { return Fate::Alive };
        let crashes = world.left.crashes.of(envelope.to);
        match reducer {
            Reducer::Graph(reduction) => reduction.fate(node, crashes, envelope),
            Reducer::Stated(checked) if checked.is_dead(node, crashes, envelope) => Fate::Dead,
            Reducer::Stated(_) => Fate::Alive,
        }
    }

    /// Drops the messages that are dead now and were not in `world`. A message that the local graph does not know makes
    /// the search void.
    pub(super) fn bury(
        &self,
        reducer: &Reducer<M>,
        world: &World<M, G>,
        next: &mut World<M, G>,
        dropped: &mut Vec<Shared<Envelope<M::Message>>>,
    ) {
        let crashed = world.left.crashes != next.left.crashes;
        let changed = |to: NodeId| -> bool {
            let to = usize::from(to.0);
            crashed || to >= next.nodes.len() || !world.nodes[to].same(&next.nodes[to])
        };
        let mut dead = Vec::new();
        for sent in next.network.messages() {
            if !changed(sent.to) && world.network.contains(sent) {
                continue;
            }
            match self.fate(reducer, next, sent) {
                Fate::Dead => dead.push(sent.clone()),
                Fate::Alive => {}
                Fate::Unforeseen => {
                    let (id, step) = (sent.to, Step::Message(sent.clone()));
                    let (node, crashes) = (next.node(id).clone(), next.left.crashes.of(id));
                    if let Reducer::Graph(graph) = reducer {
                        graph.surprise(Surprise { id, node, crashes, step, cut: None });
                    }
                }
            }
        }
        if dead.is_empty() {
            return;
        }
        let mut network = Network::clone(&next.network);
        network.retain(|envelope| !dead.contains(envelope));
        next.network = Shared::new(network);
        dropped.extend(dead);
    }

    /// Claims, bounds and clients must not depend on what was dropped: tried on a sample, with a message put back.
    pub(super) fn try_without(
        &self,
        world: &World<M, G>,
        event: &Event<M>,
        next: &World<M, G>,
        dropped: &[Shared<Envelope<M::Message>>],
    ) {
        // A claim may itself look at what can happen next: that is no step of the search.
        if TRYING.get() {
            return;
        }
        for envelope in dropped {
            let number = self.reducing.dropped.fetch_add(1, Relaxed);
            let odd = (envelope.digest() ^ next.ghost.digest()) as u64 ^ number;
            if number >= ALL_DROPS && !odd.is_multiple_of(256) {
                continue;
            }
            self.reducing.tried.fetch_add(1, Relaxed);
            let mut network = Network::clone(&next.network);
            network.add(envelope.clone(), NetworkKind::Monotone);
            let whole = World { network: Shared::new(network), ..next.clone() };
            TRYING.set(true);
            let differs = catch_unwind(AssertUnwindSafe(|| self.differs(world, event, next, &whole)));
            TRYING.set(false);
            // A claim that panics does so in the search too, which reports it.
            if let Ok(Some(reads)) = differs {
                self.reducing.fail(format!(
                    "{reads} depends on a message that nobody will react to any more, {envelope:?}: search the scope \
                     with `reduced: false`"
                ));
            }
        }
    }

    /// Names what has another value in `whole` than in `next`.
    fn differs(
        &self,
        world: &World<M, G>,
        event: &Event<M>,
        next: &World<M, G>,
        whole: &World<M, G>,
    ) -> Option<String> {
        if let Some((words, within)) = self.scope().bound
            && within(next) != within(whole)
        {
            return Some(format!("the bound `{words}`"));
        }
        if self.scope().clients.is_some() && self.asks(next) != self.asks(whole) {
            return Some("what clients ask".to_owned());
        }
        let differs = |claim: &&Claim<Self>| {
            claim.at_state(self, next) != claim.at_state(self, whole)
                || claim.at_end(self, next) != claim.at_end(self, whole)
                || claim.over_step(self, world, event, next) != claim.over_step(self, world, event, whole)
        };
        self.own_claims().iter().find(differs).map(|claim| format!("claim {}", claim.id()))
    }

    fn own_claims(&self) -> &[Claim<Self>] {
        self.own_claims.get_or_init(|| {
            let mut claims = Claims::default();
            Spec::claims(self, &mut claims);
            claims.as_slice().to_vec()
        })
    }
}
