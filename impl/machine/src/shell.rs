//! The shell around a machine: whoever has a network, a disk, clients and a clock.

use crate::{Machine, NodeId, RequestId};

/// What the driver asks of the shell around it, in this order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Output<M: Machine> {
    /// Hand `message` to the network. Never addressed to this replica.
    Send {
        /// The receiver.
        to: NodeId,
        /// What is said.
        message: M::Message,
    },
    /// Append a record to the log; sync when it suits, and then call [`Driver::persisted`](crate::Driver::persisted).
    Write(M::Write),
    /// Answer a client.
    Reply {
        /// The request that is answered.
        id: RequestId,
        /// The answer.
        response: M::Response,
    },
    /// Announce something to this process.
    Publish(M::Notice),
    /// Start the clock of this timer anew; call [`Driver::timer`](crate::Driver::timer) when it runs out.
    SetTimer(M::TimerKind),
    /// Stop the clock of this timer.
    CancelTimer(M::TimerKind),
}

/// Takes what the driver asks for, in the order in which it is asked: each call stands for the [`Output`] of the same
/// name.
///
/// A list of outputs is a shell, to be gone through when the driver has returned. A shell of its own spares a server
/// the list: what a replica says goes straight into the buffers of its connections. Such a shell only takes note; it
/// cannot call the driver, whose call it is in.
pub trait Shell<M: Machine> {
    /// See [`Output::Send`].
    fn send(&mut self, to: NodeId, message: M::Message);
    /// See [`Output::Write`].
    fn write(&mut self, write: M::Write);
    /// See [`Output::Reply`].
    fn reply(&mut self, id: RequestId, response: M::Response);
    /// See [`Output::Publish`].
    fn publish(&mut self, notice: M::Notice);
    /// See [`Output::SetTimer`].
    fn set_timer(&mut self, kind: M::TimerKind);
    /// See [`Output::CancelTimer`].
    fn cancel_timer(&mut self, kind: M::TimerKind);
}

impl<M: Machine> Shell<M> for Vec<Output<M>> {
    fn send(&mut self, to: NodeId, message: M::Message) {
        self.push(Output::Send { to, message });
    }

    fn write(&mut self, write: M::Write) {
        self.push(Output::Write(write));
    }

    fn reply(&mut self, id: RequestId, response: M::Response) {
        self.push(Output::Reply { id, response });
    }

    fn publish(&mut self, notice: M::Notice) {
        self.push(Output::Publish(notice));
    }

    fn set_timer(&mut self, kind: M::TimerKind) {
        self.push(Output::SetTimer(kind));
    }

    fn cancel_timer(&mut self, kind: M::TimerKind) {
        self.push(Output::CancelTimer(kind));
    }
}
