//! The replicated state: the client table and the state machine, always at the same slot.

use super::command::{Command, Part};
use crate::paxos::message::{Slot, Value};
use crate::paxos::state::Snapshot;
use crate::session::{Known, Limits, Opened, Refusal, Session, Stamp, Table};
use quorate_machine::Replicated;
use serde::{Deserialize, Serialize};

/// A part of a snapshot of `A` and of its clients.
pub(super) type PartOf<A> = Part<<A as Replicated>::Output, <A as Replicated>::Chunk>;

/// What was executed, and what came of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Executor<A: Replicated> {
    pub(super) state: A,
    pub(super) clients: Table<A::Output>,
    /// Every slot before this one is executed.
    pub(super) applied: Slot,
}

/// Hears what came of each command of the log.
pub(super) trait Audience<O> {
    /// The command at this slot was executed, now or earlier.
    fn done(&mut self, slot: Slot, output: &O);
    /// The command at this slot opened a session.
    fn opened(&mut self, slot: Slot, opened: Opened);
    /// The command at this slot was refused.
    fn refused(&mut self, slot: Slot, refusal: Refusal);
}

impl<A: Replicated> Executor<A> {
    /// The state before any command.
    pub(super) fn new(limits: Limits) -> Self {
        Executor { state: A::default(), clients: Table::new(limits), applied: Slot(0) }
    }

    /// The state of a snapshot; `None` if it is none of this state machine.
    pub(super) fn restore(limits: Limits, snapshot: &Snapshot<PartOf<A>>) -> Option<Self> {
        let sessions = snapshot.chunks.iter().flat_map(|part| match part {
            Part::Sessions(sessions) => &**sessions,
            Part::State(_) => &[],
        });
        let clients = Table::restore(limits, sessions);
        let chunks = snapshot.chunks.iter().filter_map(|part| match part {
            Part::Sessions(_) => None,
            Part::State(chunk) => Some(chunk.clone()),
        });
        let state = A::restore(&chunks.collect::<Vec<_>>())?;
        Some(Executor { state, clients, applied: snapshot.upto })
    }

    /// Executes what is chosen at the next slots, and tells the audience what came of it.
    #[inline]
    pub(super) fn execute(
        &mut self,
        values: &[Value<Command<A::Command>>],
        audience: &mut impl Audience<A::Output>,
    ) {
        let Executor { state, clients, applied } = self;
        for value in values {
            let slot = *applied;
            *applied = slot.after(1);
            match value {
                Value::Command(Command::Execute { stamp, command }) => {
                    match clients.execute(slot.0, stamp, || state.apply(slot.0, command)) {
                        Ok(output) => audience.done(slot, output),
                        Err(refusal) => audience.refused(slot, refusal),
                    }
                }
                Value::Command(Command::Open) => match clients.open(slot.0) {
                    Ok(opened) => audience.opened(slot, opened),
                    Err(refusal) => audience.refused(slot, refusal),
                },
                Value::Noop => {}
            }
        }
    }

    /// What is known of a command without executing it.
    #[inline(always)]
    pub(super) fn known(&self, stamp: &Stamp) -> Known<'_, A::Output> {
        self.clients.known(stamp)
    }
}

/// A snapshot that is being captured, one chunk at a time, of the state as it was at one slot.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Capture<A: Replicated> {
    /// Every slot before this one was executed.
    pub(super) upto: Slot,
    /// The next chunk.
    pub(super) at: u32,
    clients: Table<A::Output>,
    state: A::View,
}

impl<A: Replicated> Capture<A> {
    /// Of the state as it is now.
    pub(super) fn new(executor: &mut Executor<A>) -> Self {
        let (clients, state) = (executor.clients.view(), executor.state.view());
        Capture { upto: executor.applied, at: 0, clients, state }
    }

    /// How many chunks there are.
    pub(super) fn chunks(&self) -> u32 {
        self.clients.chunks().saturating_add(A::chunks(&self.state))
    }

    /// The next chunk.
    pub(super) fn part(&self) -> PartOf<A> {
        match self.at.checked_sub(self.clients.chunks()) {
            None => Part::Sessions(self.clients.chunk(self.at).cloned().collect::<Vec<Session<_>>>().into()),
            Some(at) => Part::State(A::chunk(&self.state, at)),
        }
    }
}
