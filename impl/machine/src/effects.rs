//! Effects: what a machine wants done, in the order in which it must be done.

use crate::{Machine, NodeId, RequestId};

/// One thing a machine wants done.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Effect<M: Machine> {
    /// Send `message` to replica `to`, which may be this one.
    Send {
        /// The receiver.
        to: NodeId,
        /// What is said.
        message: M::Message,
    },
    /// Append a record to the log. Durable only once a later sync completes.
    Persist(M::Write),
    /// Hold the rest of this call's messages, replies and notices until every write so far is durable.
    Barrier,
    /// Answer a client's request.
    Reply {
        /// The request that is answered.
        id: RequestId,
        /// The answer.
        response: M::Response,
    },
    /// Announce something to this process.
    Publish(M::Notice),
    /// Arm a timer, or start it anew.
    SetTimer(M::TimerKind),
    /// Disarm a timer; nothing if it is not armed.
    CancelTimer(M::TimerKind),
}

/// Collects the effects of one call of [`Machine::handle`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Effects<M: Machine> {
    list: Vec<Effect<M>>,
}

impl<M: Machine> Default for Effects<M> {
    fn default() -> Self {
        Effects { list: Vec::new() }
    }
}

// Always inlined, so that an effect is written where it stays, piece by piece: one that is made elsewhere and copied in
// the size of the largest message costs more than most of what a core does.
impl<M: Machine> Effects<M> {
    /// Send `message` to replica `to`.
    #[inline(always)]
    pub fn send(&mut self, to: NodeId, message: M::Message) {
        self.list.push(Effect::Send { to, message });
    }

    /// Append `write` to the log.
    #[inline(always)]
    pub fn persist(&mut self, write: M::Write) {
        self.list.push(Effect::Persist(write));
    }

    /// What follows in this call waits until every write so far, of this call and of earlier ones, is durable.
    #[inline(always)]
    pub fn barrier(&mut self) {
        self.list.push(Effect::Barrier);
    }

    /// Answer request `id`.
    #[inline(always)]
    pub fn reply(&mut self, id: RequestId, response: M::Response) {
        // There is one for every command. With the room made first, the effect is not put together elsewhere to be
        // dropped in case that there is none.
        if self.list.len() == self.list.capacity() {
            self.list.reserve(1);
            assert!(self.list.len() < self.list.capacity(), "room was made");
        }
        self.list.push(Effect::Reply { id, response });
    }

    /// Announce `notice` to this process.
    #[inline(always)]
    pub fn publish(&mut self, notice: M::Notice) {
        self.list.push(Effect::Publish(notice));
    }

    /// Arm the timer `kind`.
    #[inline(always)]
    pub fn set_timer(&mut self, kind: M::TimerKind) {
        self.list.push(Effect::SetTimer(kind));
    }

    /// Disarm the timer `kind`.
    #[inline(always)]
    pub fn cancel_timer(&mut self, kind: M::TimerKind) {
        self.list.push(Effect::CancelTimer(kind));
    }

    /// The effects so far, in order.
    pub fn as_slice(&self) -> &[Effect<M>] {
        &self.list
    }

    /// Takes the effects out, in order, and keeps the buffer.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Effect<M>> {
        self.list.drain(..)
    }
}
