//! Systems that can be neither cloned nor compared: driven by replay.
//!
//! A foreign core (a Raft library, say) rarely derives `Clone`, `Eq` and `Hash`. It can still be searched: a state is
//! the list of events that led to it, a fork re-runs the list from the start, and a *projection* that the user writes
//! says what of the system counts as its state. The price is time; the code under check stays as it is.

use quorate_spec::{Claims, Kind, Spec};
use serde::Serialize;
use stateright::Model;
use std::{fmt, fmt::Debug, hash::Hash, hash::Hasher, sync::Arc};

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

/// A list of events that shares its beginning with the lists that it was forked from.
struct History<E> {
    before: Option<Arc<History<E>>>,
    event: E,
}

/// A state of a foreign system: its projection, and one way to get there.
pub struct Past<F: Foreign> {
    history: Option<Arc<History<F::Event>>>,
    projection: Arc<F::Projection>,
}

impl<F: Foreign> Past<F> {
    /// The state that counts.
    pub fn projection(&self) -> &F::Projection {
        &self.projection
    }

    /// The events that led here, oldest first.
    pub fn events(&self) -> Vec<F::Event> {
        let mut events = Vec::new();
        let mut at = self.history.as_ref();
        while let Some(history) = at {
            events.push(history.event.clone());
            at = history.before.as_ref();
        }
        events.reverse();
        events
    }
}

impl<F: Foreign> Clone for Past<F> {
    fn clone(&self) -> Self {
        Past { history: self.history.clone(), projection: Arc::clone(&self.projection) }
    }
}

impl<F: Foreign> PartialEq for Past<F> {
    fn eq(&self, other: &Self) -> bool {
        self.projection == other.projection
    }
}

impl<F: Foreign> Eq for Past<F> {}

impl<F: Foreign> Hash for Past<F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.projection.hash(state);
    }
}

impl<F: Foreign> Debug for Past<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.projection.fmt(f)
    }
}

impl<F: Foreign> Serialize for Past<F> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.projection.serialize(serializer)
    }
}

/// A foreign system as a model. Bound its depth with the engine's limits: most foreign systems count without end.
#[derive(Clone, Debug)]
pub struct Replayed<F: Foreign> {
    foreign: F,
}

impl<F: Foreign> Replayed<F> {
    /// `foreign`, as a model.
    pub fn new(foreign: F) -> Self {
        Replayed { foreign }
    }

    /// The foreign system.
    pub fn foreign(&self) -> &F {
        &self.foreign
    }

    fn live(&self, past: &Past<F>) -> F::Live {
        let mut live = self.foreign.start();
        for event in past.events() {
            self.foreign.apply(&mut live, &event);
        }
        let projection = self.foreign.project(&live);
        assert_eq!(projection, *past.projection, "replay of the same events led to another state");
        live
    }
}

impl<F: Foreign> Model for Replayed<F> {
    type State = Past<F>;
    type Action = F::Event;

    fn init_states(&self) -> Vec<Self::State> {
        let projection = Arc::new(self.foreign.project(&self.foreign.start()));
        vec![Past { history: None, projection }]
    }

    fn actions(&self, past: &Self::State, actions: &mut Vec<Self::Action>) {
        actions.extend(self.foreign.events(&self.live(past)));
    }

    fn next_state(&self, past: &Self::State, event: Self::Action) -> Option<Self::State> {
        let mut live = self.live(past);
        self.foreign.apply(&mut live, &event);
        let projection = self.foreign.project(&live);
        if projection == *past.projection {
            return None;
        }
        let history = Some(Arc::new(History { before: past.history.clone(), event }));
        Some(Past { history, projection: Arc::new(projection) })
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
