//! One client's session, and a few of them that are shared until they change.

use crate::session::{ClientId, Known, Refusal, Sequence};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::VecDeque;
use std::{hash, mem, ops::Deref, sync::Arc};

/// What is remembered of one client.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Session<O> {
    pub(crate) client: ClientId,
    /// The index of its newest command.
    pub(crate) active: u64,
    acknowledged: Sequence,
    /// The reply to the number `acknowledged`, if it was executed. A client that has one command under way needs no
    /// other place, and no other memory.
    first: Option<O>,
    /// The replies to the numbers after it, likewise. With `first`, never longer than the pipeline.
    rest: VecDeque<Option<O>>,
}

impl<O> Session<O> {
    pub(crate) fn new(client: ClientId, active: u64) -> Self {
        Session { client, active, acknowledged: Sequence(0), first: None, rest: VecDeque::new() }
    }

    #[inline(always)]
    pub(crate) fn known(&self, sequence: Sequence) -> Known<'_, O> {
        let reply = match sequence.0.checked_sub(self.acknowledged.0) {
            None => return Known::Stale,
            Some(0) => self.first.as_ref(),
            Some(nth) => usize::try_from(nth - 1).ok().and_then(|nth| self.rest.get(nth)?.as_ref()),
        };
        reply.map_or(Known::New, Known::Executed)
    }

    /// Forgets the replies below `acknowledged`.
    #[inline(always)]
    pub(crate) fn acknowledge(&mut self, acknowledged: Sequence) {
        let gone = acknowledged.0.saturating_sub(self.acknowledged.0);
        if gone == 0 {
            return;
        }
        self.acknowledged = acknowledged;
        self.first = None;
        if !self.rest.is_empty() {
            self.advance(gone - 1);
        }
    }

    /// The first place is that of a number which had one of the others so far, with so many in between.
    fn advance(&mut self, between: u64) {
        let gone = usize::try_from(between).unwrap_or(usize::MAX).min(self.rest.len());
        self.rest.drain(..gone);
        self.first = self.rest.pop_front().flatten();
    }

    /// Where the reply to `sequence` is, or will be.
    #[inline(always)]
    pub(crate) fn reply(&mut self, sequence: Sequence, pipeline: u32) -> Result<&mut Option<O>, Refusal> {
        let nth = sequence.0.checked_sub(self.acknowledged.0).ok_or(Refusal::Stale)?;
        if nth >= u64::from(pipeline) {
            return Err(Refusal::TooFar);
        }
        let Some(nth) = (nth as usize).checked_sub(1) else { return Ok(&mut self.first) };
        Ok(self.later(nth))
    }

    /// A place that is not the first.
    fn later(&mut self, nth: usize) -> &mut Option<O> {
        while self.rest.len() <= nth {
            self.rest.push_back(None);
        }
        &mut self.rest[nth]
    }

    /// Whether it remembers no more than a pipeline's replies.
    pub(crate) fn fits(&self, pipeline: u32) -> bool {
        self.rest.len() < (pipeline as usize).max(1)
    }
}

/// Sessions in the order of their names. A view shares them; who changes them then takes a copy, and changes its own
/// without a question from then on.
#[derive(Clone, Debug)]
pub(crate) enum Shard<O> {
    Own(Vec<Session<O>>),
    Shared(Arc<Vec<Session<O>>>),
}

impl<O> Default for Shard<O> {
    fn default() -> Self {
        Shard::Own(Vec::new())
    }
}

impl<O: Clone> Shard<O> {
    #[inline]
    pub(crate) fn get(&self, client: ClientId) -> Option<&Session<O>> {
        let at = place(self, client).ok()?;
        self.deref().get(at)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, client: ClientId) -> Option<&mut Session<O>> {
        let sessions = self.own();
        let at = place(sessions, client).ok()?;
        sessions.get_mut(at)
    }

    /// The session at a place, if it is this client's.
    #[inline(always)]
    pub(crate) fn get_at(&self, at: usize, client: ClientId) -> Option<&Session<O>> {
        self.deref().get(at).filter(|session| session.client == client)
    }

    /// The session at a place, if it is this client's.
    #[inline(always)]
    pub(crate) fn get_at_mut(&mut self, at: usize, client: ClientId) -> Option<&mut Session<O>> {
        self.own().get_mut(at).filter(|session| session.client == client)
    }

    /// Adds a session; says whether it did, which it does not if its client has one.
    pub(crate) fn insert(&mut self, session: Session<O>) -> bool {
        let place = place(self, session.client);
        if let Err(at) = place {
            self.own().insert(at, session);
        }
        place.is_err()
    }

    /// Ends a session; says whether there was one.
    pub(crate) fn remove(&mut self, client: ClientId) -> bool {
        let place = place(self, client);
        if let Ok(at) = place {
            self.own().remove(at);
        }
        place.is_ok()
    }

    /// The same sessions, shared.
    pub(crate) fn share(&mut self) -> Self {
        if let Shard::Own(sessions) = self {
            *self = Shard::Shared(Arc::new(mem::take(sessions)));
        }
        self.clone()
    }

    #[inline]
    fn own(&mut self) -> &mut Vec<Session<O>> {
        if let Shard::Shared(_) = self {
            self.copy();
        }
        let Shard::Own(sessions) = self else { unreachable!("it was made its own") };
        sessions
    }

    /// The first change after a view.
    #[cold]
    fn copy(&mut self) {
        if let Shard::Shared(sessions) = self {
            *self = Shard::Own(Arc::unwrap_or_clone(mem::take(sessions)));
        }
    }
}

/// Where a client's session is, or would be.
#[inline]
fn place<O>(sessions: &[Session<O>], client: ClientId) -> Result<usize, usize> {
    sessions.binary_search_by_key(&client, |session| session.client)
}

impl<O> Deref for Shard<O> {
    type Target = [Session<O>];
    fn deref(&self) -> &[Session<O>] {
        match self {
            Shard::Own(sessions) => sessions,
            Shard::Shared(sessions) => sessions,
        }
    }
}

impl<O: PartialEq> PartialEq for Shard<O> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<O: Eq> Eq for Shard<O> {}

impl<O: hash::Hash> hash::Hash for Shard<O> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<O: Serialize> Serialize for Shard<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, O: Deserialize<'de>> Deserialize<'de> for Shard<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Shard::Own)
    }
}
