//! Systems that can be neither cloned nor compared: driven by replay.
//!
//! A foreign core (a Raft library, say) rarely derives `Clone`, `Eq` and `Hash`. It can still be searched: a state is
//! the list of events that led to it, a fork re-runs the list from the start, and a *projection* that the user writes
//! says what of the system counts as its state. The price is time, counted in [`Replayed::cost`]; the code under check
//! stays as it is.
//!
//! A projection that leaves out something on which the system's behaviour depends makes a search skip states, and a
//! claim that fails there reads as holding. [`sample_projection`] looks for that. A system that hides its state
//! altogether has a projection that is right without looking inside: what every part of it was told since it started,
//! in order, for a deterministic part that was told the same is in the same state.

mod past;
mod sample;

pub use past::Past;
pub use sample::{Difference, ProjectionSample, sample_projection};

use past::History;
use quorate_spec::{Claims, Kind, Spec};
use sample::replay;
use serde::Serialize;
use stateright::Model;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::{fmt, fmt::Debug, hash::Hash};

/// A system driven by replay.
///
/// It must be deterministic: the same events from the start give the same projection. [`Replayed`] checks that on
/// every fork, and panics where it fails.
pub trait Foreign: Sync + Sized {
    /// The running system.
    type Live;
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
}

/// What replay cost so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cost {
    /// How often a system was started.
    pub replays: u64,
    /// How many events were applied in all of them.
    pub events: u64,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events applied in {} replays", self.events, self.replays)
    }
}

/// A foreign system as a model. Bound its depth with the engine's limits: most foreign systems count without end.
#[derive(Debug)]
pub struct Replayed<F: Foreign> {
    foreign: F,
    replays: AtomicU64,
    events: AtomicU64,
}

impl<F: Foreign> Replayed<F> {
    /// `foreign`, as a model.
    pub fn new(foreign: F) -> Self {
        Replayed { foreign, replays: AtomicU64::new(0), events: AtomicU64::new(0) }
    }

    /// The foreign system.
    pub fn foreign(&self) -> &F {
        &self.foreign
    }

    /// What replay cost so far, in all threads.
    pub fn cost(&self) -> Cost {
        Cost { replays: self.replays.load(Relaxed), events: self.events.load(Relaxed) }
    }

    fn past(
        &self,
        live: &F::Live,
        history: Option<Arc<History<F::Event>>>,
        projection: F::Projection,
    ) -> Past<F> {
        Past { history, projection: Arc::new(projection), next: self.foreign.events(live).into() }
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
        vec![self.past(&live, None, self.foreign.project(&live))]
    }

    fn actions(&self, past: &Self::State, actions: &mut Vec<Self::Action>) {
        actions.extend_from_slice(&past.next);
    }

    /// # Panics
    /// If a replay of the same events leads to another projection: the system is not deterministic.
    fn next_state(&self, past: &Self::State, event: Self::Action) -> Option<Self::State> {
        let events = past.events();
        let mut live = replay(&self.foreign, &events);
        let again = self.foreign.project(&live);
        assert_eq!(again, *past.projection, "replay of the same events led to another state");
        self.foreign.apply(&mut live, &event);
        self.replays.fetch_add(1, Relaxed);
        self.events.fetch_add(events.len() as u64 + 1, Relaxed);
        let projection = self.foreign.project(&live);
        if projection == *past.projection {
            return None;
        }
        let history = History::after(past.history.clone(), event);
        Some(self.past(&live, Some(history), projection))
    }
}

impl<F: Foreign> Spec for Replayed<F> {
    fn kinds(&self) -> Vec<Kind> {
        self.foreign.kinds()
    }

    fn kind(&self, event: &Self::Action) -> Kind {
        self.foreign.kind(event)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        self.foreign.claims(claims);
    }
}
