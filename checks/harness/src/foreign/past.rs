//! A state of a foreign system: what counts of it, and one way to get there.

use super::Foreign;
use super::kept::Kept;
use serde::Serialize;
use std::{fmt, fmt::Debug, hash::Hash, hash::Hasher, sync::Arc};

/// A list of events that shares its beginning with the lists that it was forked from.
pub(super) struct History<E> {
    before: Option<Arc<History<E>>>,
    event: E,
}

impl<E> History<E> {
    pub(super) fn after(before: Option<Arc<Self>>, event: E) -> Arc<Self> {
        Arc::new(History { before, event })
    }
}

impl<E: Clone> History<E> {
    /// The events of the list that ends with `last`.
    pub(super) fn oldest_first(last: Option<&Arc<Self>>) -> Vec<E> {
        let mut events = Vec::new();
        let mut at = last;
        while let Some(history) = at {
            events.push(history.event.clone());
            at = history.before.as_ref();
        }
        events.reverse();
        events
    }
}

impl<E> Drop for History<E> {
    /// Takes the list apart link by link: dropped the usual way it would recurse, once for each event.
    fn drop(&mut self) {
        let mut before = self.before.take();
        while let Some(mut link) = before.and_then(Arc::into_inner) {
            before = link.before.take();
        }
    }
}

/// A state of a foreign system: its projection, and one way to get there.
pub struct Past<F: Foreign> {
    pub(super) history: Option<Arc<History<F::Event>>>,
    pub(super) projection: Arc<F::Projection>,
    /// What may happen next.
    pub(super) next: Arc<[F::Event]>,
    /// The running system, as long as there is one.
    pub(super) kept: Arc<Kept<F::Live>>,
}

impl<F: Foreign> Past<F> {
    /// The state that counts.
    pub fn projection(&self) -> &F::Projection {
        &self.projection
    }

    /// The events that led here, oldest first.
    pub fn events(&self) -> Vec<F::Event> {
        History::oldest_first(self.history.as_ref())
    }
}

impl<F: Foreign> Clone for Past<F> {
    fn clone(&self) -> Self {
        Past {
            history: self.history.clone(),
            projection: Arc::clone(&self.projection),
            next: Arc::clone(&self.next),
            kept: Arc::clone(&self.kept),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_of_any_length_are_dropped_without_recursion() {
        let long = |before| (0..300_000).fold(before, |before, event| Some(History::after(before, event)));
        let trunk = long(None);
        let branches = [long(trunk.clone()), long(trunk.clone())];
        drop(trunk);
        let [one, other] = branches;
        drop(one);
        // What two branches share is dropped with the last of them, in another thread here.
        std::thread::spawn(move || drop(other)).join().expect("no overflow of the stack");
    }
}
