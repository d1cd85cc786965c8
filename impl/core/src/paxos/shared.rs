//! What many threads hold of a replica.
//!
//! One thread owns the driver; it has the [`Desk`]. Any number of threads have a [`Handle`]: they read the replica's
//! [`Status`] without a lock, submit commands within a window of permits, and wait for what becomes of them.
//!
//! | part | who waits for whom |
//! |---|---|
//! | [`Reader`] | nobody: a reader tries again only if something newer was published meanwhile |
//! | [`Window`] | a submitter for a permit, which comes back when a [`Ticket`] is dropped |
//! | [`Ticket::wait`] | a submitter for the desk, or for its end |
//!
//! What the soundness of this rests on is named in [`Discipline`], so that a check can get each of it wrong and see
//! that it is noticed.

use super::message::Slot;
use crate::sync::{Arc, AtomicU64, Condvar, Mutex, MutexGuard, Ordering, fence};
use quorate_machine::{NodeId, RequestId};
use std::collections::{BTreeMap, VecDeque};
use thiserror::Error;

mod board;
mod window;

pub use board::{Publisher, Reader, Status, board};
pub use window::{Permit, Window};

/// The choices on which the soundness of this file rests.
pub trait Discipline: Send + Sync + 'static {
    /// The order of the store that makes a status visible.
    const PUBLISH: Ordering;
    /// The order of the load that finds it.
    const READ: Ordering;
    /// Permits that the end of one permit gives back.
    const RETURNS: usize;
    /// Whether giving back a permit wakes somebody who waits for one.
    const WAKES: bool;
}

/// The choices that are right.
#[derive(Debug)]
pub struct Sound;

impl Discipline for Sound {
    const PUBLISH: Ordering = Ordering::Release;
    const READ: Ordering = Ordering::Acquire;
    const RETURNS: usize = 1;
    const WAKES: bool = true;
}

/// Why a command was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum SubmitError {
    /// Every permit is out. Wait for a ticket, or submit with [`Handle::submit`].
    #[error("the window is full")]
    Full,
    /// The replica is stopping.
    #[error("the replica is closed")]
    Closed,
}

/// What became of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is chosen.
    Chosen(Slot),
    /// It was not proposed, or this replica lost its leadership before it knew: it may be chosen or not.
    Unknown {
        /// Whom to ask.
        leader: Option<NodeId>,
    },
    /// The replica stopped before it knew.
    Closed,
}

#[derive(Debug)]
struct Counter<C> {
    /// Whether commands are taken.
    open: bool,
    /// Whether the desk is there to settle them.
    attended: bool,
    next: u64,
    /// Submitted, and not taken by the desk.
    submitted: VecDeque<(RequestId, C)>,
    /// By request that somebody waits for: what became of it, once known.
    outcomes: BTreeMap<RequestId, Option<Outcome>>,
}

#[derive(Debug)]
struct Office<C, D: Discipline> {
    board: Reader<D>,
    window: Window<D>,
    counter: Mutex<Counter<C>>,
    /// Something was submitted.
    work: Condvar,
    /// Something became of a command.
    news: Condvar,
}

/// What any number of threads have of a replica. Clones are the same.
#[derive(Debug)]
pub struct Handle<C, D: Discipline = Sound> {
    office: Arc<Office<C, D>>,
}

/// What the thread that owns the driver has. When it is dropped, whoever waits is told so.
#[derive(Debug)]
pub struct Desk<C, D: Discipline = Sound> {
    publisher: Publisher<D>,
    office: Arc<Office<C, D>>,
}

/// A command under way. Dropping it gives up waiting, not the command.
#[derive(Debug)]
pub struct Ticket<C, D: Discipline = Sound> {
    id: RequestId,
    office: Arc<Office<C, D>>,
    _permit: Permit<D>,
}

/// A desk that shows `status`, and a handle to it, with at most `window` commands under way at a time.
pub fn open<C, D: Discipline>(status: Status, window: usize) -> (Desk<C, D>, Handle<C, D>) {
    let (publisher, reader) = board(status);
    let counter = Counter {
        open: true,
        attended: true,
        next: 0,
        submitted: VecDeque::new(),
        outcomes: BTreeMap::new(),
    };
    let office = Arc::new(Office {
        board: reader,
        window: Window::new(window),
        counter: Mutex::new(counter),
        work: Condvar::new(),
        news: Condvar::new(),
    });
    (Desk { publisher, office: Arc::clone(&office) }, Handle { office })
}

impl<C, D: Discipline> Clone for Handle<C, D> {
    fn clone(&self) -> Self {
        Handle { office: Arc::clone(&self.office) }
    }
}

impl<C, D: Discipline> Handle<C, D> {
    /// What is to be known of the replica. Takes no lock.
    pub fn status(&self) -> Status {
        self.office.board.read()
    }

    /// Hands a command to the replica, and waits for room if it must.
    ///
    /// # Errors
    /// [`SubmitError::Closed`] after [`Handle::close`], or if the desk is gone.
    pub fn submit(&self, command: C) -> Result<Ticket<C, D>, SubmitError> {
        self.enter(self.office.window.acquire()?, command)
    }

    /// Hands a command to the replica if there is room.
    ///
    /// # Errors
    /// [`SubmitError::Full`] if there is none, [`SubmitError::Closed`] after [`Handle::close`].
    pub fn try_submit(&self, command: C) -> Result<Ticket<C, D>, SubmitError> {
        self.enter(self.office.window.try_acquire()?, command)
    }

    /// No command is taken any more. Those that were can still be waited for.
    pub fn close(&self) {
        lock(&self.office.counter).open = false;
        self.office.work.notify_all();
        self.office.window.close();
    }

    fn enter(&self, permit: Permit<D>, command: C) -> Result<Ticket<C, D>, SubmitError> {
        let mut counter = lock(&self.office.counter);
        if !counter.open {
            return Err(SubmitError::Closed);
        }
        let id = RequestId(counter.next);
        counter.next += 1;
        counter.submitted.push_back((id, command));
        counter.outcomes.insert(id, None);
        self.office.work.notify_one();
        Ok(Ticket { id, office: Arc::clone(&self.office), _permit: permit })
    }
}

impl<C, D: Discipline> Ticket<C, D> {
    /// Waits for what becomes of the command.
    pub fn wait(self) -> Outcome {
        let mut counter = lock(&self.office.counter);
        loop {
            match counter.outcomes.get(&self.id).copied().flatten() {
                Some(outcome) => return outcome,
                None if !counter.attended => return Outcome::Closed,
                None => counter = self.office.news.wait(counter).expect(UNPOISONED),
            }
        }
    }
}

impl<C, D: Discipline> Drop for Ticket<C, D> {
    fn drop(&mut self) {
        lock(&self.office.counter).outcomes.remove(&self.id);
    }
}

impl<C, D: Discipline> Desk<C, D> {
    /// Shows `status` to every handle.
    pub fn publish(&mut self, status: Status) {
        self.publisher.publish(status);
    }

    /// What was submitted since, oldest first.
    pub fn take(&mut self) -> VecDeque<(RequestId, C)> {
        std::mem::take(&mut lock(&self.office.counter).submitted)
    }

    /// Like [`Desk::take`], and waits until there is something. `None` once closed and empty.
    pub fn take_some(&mut self) -> Option<VecDeque<(RequestId, C)>> {
        let mut counter = lock(&self.office.counter);
        while counter.submitted.is_empty() {
            if !counter.open {
                return None;
            }
            counter = self.office.work.wait(counter).expect(UNPOISONED);
        }
        Some(std::mem::take(&mut counter.submitted))
    }

    /// Tells whoever waits for `id` what became of it. Nothing if nobody waits any more.
    pub fn settle(&mut self, id: RequestId, outcome: Outcome) {
        if let Some(place) = lock(&self.office.counter).outcomes.get_mut(&id) {
            *place = Some(outcome);
            self.office.news.notify_all();
        }
    }
}

impl<C, D: Discipline> Drop for Desk<C, D> {
    fn drop(&mut self) {
        let mut counter = lock(&self.office.counter);
        (counter.open, counter.attended) = (false, false);
        drop(counter);
        self.office.news.notify_all();
        self.office.window.close();
    }
}

const UNPOISONED: &str = "no thread panics while it holds the lock";

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect(UNPOISONED)
}
