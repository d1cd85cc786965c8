//! Systems that can be neither cloned nor compared: driven by replay.
//!
//! A foreign core (a Raft library, say) rarely derives `Clone`, `Eq` and `Hash`. It can still be searched: a state is
//! the list of events that led to it, a fork re-runs the list from the start, and a *projection* that the user writes
//! says what of the system counts as its state. The price is time, counted in [`Replayed::cost`]; the code under check
//! stays as it is.
//!
//! *Less replay.* A state keeps the system that was driven to it, and its first successor takes that system over, so a
//! random run applies each event once. Every further successor of the state needs a system of its own: a copy, where
//! [`Foreign::snapshot`] can make one, and a replay from the start where it cannot. A system whose parts cannot be
//! cloned can still be copied if it is built of [`Rebuilt`] parts. One fork in [`AUDITED`] is made in both ways, and
//! the two must agree.
//!
//! A projection that leaves out something on which the system's behaviour depends makes a search skip states, and a
//! claim that fails there reads as holding. [`sample_projection`] looks for that. A system that hides its state
//! altogether has a projection that is right without looking inside: what every part of it was told since it started,
//! in order, for a deterministic part that was told the same is in the same state.

mod caught;
mod fickle;
mod kept;
mod past;
mod rebuilt;
mod sample;

pub use caught::caught;
pub use past::Past;
pub use rebuilt::{Part, Rebuilt};
pub use sample::{Difference, ProjectionSample, sample_projection};

use fickle::Fickle;
use kept::{Count, Kept};
use past::History;
use quorate_spec::{Actor, Again, Claims, Kind, Picture, Remarks, Spec, short};
use sample::replay;
use serde::Serialize;
use stateright::Model;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::{fmt, fmt::Debug, hash::Hash};

/// A system driven by replay.
///
/// It must be deterministic: the same events from the start give the same projection. [`Replayed`] checks that on
/// every replay, and panics where it fails. And whoever asks again what may happen in a state hears the same, in the same
/// order: [`Replayed`] asks again on every replay, in the first thousand states and in one in 64 later, and a search or
/// random runs in which the answers differ are not green.
pub trait Foreign: Sync + Sized {
    /// The running system.
    type Live: Send;
    /// One thing that happens to it.
    type Event: Clone + Debug + PartialEq + Send + Sync;
    /// What of the system counts as its state. Two systems of one projection must behave alike from then on; what is
    /// left out is not explored, and the scope must say so.
    type Projection: Clone + Eq + Hash + Debug + Serialize + Send + Sync;

    /// The system at its start.
    fn start(&self) -> Self::Live;

    /// What may happen now.
    fn events(&self, live: &Self::Live) -> Vec<Self::Event>;

    /// Lets `event` happen.
    fn apply(&self, live: &mut Self::Live, event: &Self::Event);

    /// The state that counts.
    fn project(&self, live: &Self::Live) -> Self::Projection;

    /// Every kind of event.
    fn kinds(&self) -> Vec<Kind>;

    /// The kind of one event.
    fn kind(&self, event: &Self::Event) -> Kind;

    /// What must hold, of projections.
    fn claims(&self, claims: &mut Claims<Replayed<Self>>);

    /// A copy of the running system that shares nothing with it; `None` if it cannot be copied. The states of a search
    /// keep one each, as long as these are no more than 200,000; the others are led to by replay.
    fn snapshot(&self, _live: &Self::Live) -> Option<Self::Live> {
        None
    }

    /// The lanes of a run's picture, in order.
    fn actors(&self) -> Vec<Actor> {
        Vec::new()
    }

    /// How the step from `before` over `event` to `after` looks.
    fn picture(&self, _before: &Self::Projection, event: &Self::Event, _after: &Self::Projection) -> Picture {
        Picture { kind: self.kind(event).to_string(), label: short(event), ..Picture::default() }
    }
}

/// What replay cost so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cost {
    /// How often a system was started and led to a state.
    pub replays: u64,
    /// How often a system was kept from the state before, or copied.
    pub kept: u64,
    /// How many events were applied in all of them.
    pub events: u64,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { replays, kept, events } = self;
        write!(f, "{events} events applied in {replays} replays and to {kept} kept systems")
    }
}

/// A foreign system as a model. Bound its depth with the engine's limits: most foreign systems count without end.
#[derive(Debug)]
pub struct Replayed<F: Foreign> {
    foreign: F,
    forks: AtomicU64,
    replays: AtomicU64,
    kept: AtomicU64,
    events: AtomicU64,
    running: Count,
    fickle: Fickle,
}

/// One fork in so many is made in both ways: from a kept system, and by replay.
pub const AUDITED: u64 = 64;

impl<F: Foreign> Replayed<F> {
    /// `foreign`, as a model.
    pub fn new(foreign: F) -> Self {
        let zero = AtomicU64::default;
        let (running, fickle) = (Count::default(), Fickle::default());
        Replayed { foreign, forks: zero(), replays: zero(), kept: zero(), events: zero(), running, fickle }
    }

    /// The foreign system.
    pub fn foreign(&self) -> &F {
        &self.foreign
    }

    /// What replay cost so far, in all threads.
    pub fn cost(&self) -> Cost {
        let [replays, kept, events] =
            [&self.replays, &self.kept, &self.events].map(|count| count.load(Relaxed));
        Cost { replays, kept, events }
    }

    fn past(
        &self,
        live: F::Live,
        history: Option<Arc<History<F::Event>>>,
        projection: F::Projection,
    ) -> Past<F> {
        let next: Arc<[F::Event]> = self.foreign.events(&live).into();
        if self.fickle.is_sampled() {
            self.fickle.compare(&next, &self.foreign.events(&live));
        }
        let kept = Kept::new(live, &self.running, |live| self.foreign.snapshot(live));
        Past { history, projection: Arc::new(projection), next, kept: Arc::new(kept) }
    }

    /// A system at `past`, started anew.
    fn replayed(&self, past: &Past<F>) -> F::Live {
        let events = past.events();
        let live = replay(&self.foreign, &events);
        self.replays.fetch_add(1, Relaxed);
        self.events.fetch_add(events.len() as u64, Relaxed);
        let again = self.foreign.project(&live);
        assert_eq!(again, *past.projection, "replay of the same events led to another state");
        self.fickle.compare(&past.next, &self.foreign.events(&live));
        live
    }

    /// The system after `event`, and its projection.
    fn after(&self, mut live: F::Live, event: &F::Event) -> (F::Live, F::Projection) {
        self.foreign.apply(&mut live, event);
        self.events.fetch_add(1, Relaxed);
        let projection = self.foreign.project(&live);
        (live, projection)
    }
}

impl<F: Foreign + Clone> Clone for Replayed<F> {
    /// The same system; its cost is counted anew.
    fn clone(&self) -> Self {
        Replayed::new(self.foreign.clone())
    }
}

impl<F: Foreign> Model for Replayed<F> {
    type State = Past<F>;
    type Action = F::Event;

    fn init_states(&self) -> Vec<Self::State> {
        let live = self.foreign.start();
        let projection = self.foreign.project(&live);
        vec![self.past(live, None, projection)]
    }

    fn actions(&self, past: &Self::State, actions: &mut Vec<Self::Action>) {
        actions.extend_from_slice(&past.next);
    }

    /// # Panics
    /// If a replay of the same events leads to another projection, or a kept system behaves in another way than a
    /// replayed one: the system is not deterministic, or a copy shares something with its original.
    fn next_state(&self, past: &Self::State, event: Self::Action) -> Option<Self::State> {
        let is_audited = self.forks.fetch_add(1, Relaxed).is_multiple_of(AUDITED);
        let kept = past.kept.fork(|live| self.foreign.snapshot(live));
        let (live, projection) = match kept {
            Some(live) => {
                self.kept.fetch_add(1, Relaxed);
                let kept = self.after(live, &event);
                if is_audited {
                    let replayed = self.after(self.replayed(past), &event);
                    assert_eq!(kept.1, replayed.1, "a kept system went another way than a replayed one");
                    self.fickle.compare(&self.foreign.events(&kept.0), &self.foreign.events(&replayed.0));
                }
                kept
            }
            None => self.after(self.replayed(past), &event),
        };
        if projection == *past.projection {
            return None;
        }
        let history = History::after(past.history.clone(), event);
        Some(self.past(live, Some(history), projection))
    }
}

impl<F: Foreign> Spec for Replayed<F> {
    fn kinds(&self) -> Vec<Kind> {
        self.foreign.kinds()
    }

    fn kind(&self, event: &Self::Action) -> Kind {
        self.foreign.kind(event)
    }

    fn again(&self, past: &Self::State, event: &Self::Action) -> Again<Self::Action> {
        if past.next.contains(event) { Again::Here(event.clone()) } else { Again::Gone }
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        self.foreign.claims(claims);
    }

    fn before_search(&self) {
        self.fickle.reset();
    }

    fn after_search(&self, _complete: bool) -> Remarks {
        Remarks { failures: Vec::from_iter(self.fickle.told()), ..Remarks::default() }
    }

    fn before_runs(&self) {
        self.fickle.reset();
    }

    fn after_runs(&self) -> Remarks {
        self.after_search(true)
    }

    fn actors(&self, _init: &Self::State) -> Vec<Actor> {
        self.foreign.actors()
    }

    fn picture(&self, before: &Self::State, event: &Self::Action, after: &Self::State) -> Picture {
        self.foreign.picture(&before.projection, event, &after.projection)
    }
}
