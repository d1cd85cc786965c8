//! What many threads hold of a replica.
//!
//! One thread owns the driver; it has the [`Desk`]. Any number of threads have a [`Handle`]: they read the replica's
//! [`Status`] without a lock, submit requests within a window of permits, and wait for what is answered.
//!
//! | part | who waits for whom |
//! |---|---|
//! | [`Reader`] | nobody: a reader tries again only if something newer was published meanwhile |
//! | [`Window`] | a submitter for a permit, which comes back when a [`Ticket`] ends |
//! | [`Ticket::wait`] | a submitter for the desk, or for its end; nobody else is woken for it |
//! | [`Desk::take_some`] | the desk for a request, or for [`Handle::close`] |
//!
//! The desk is for any machine's requests `Q` and responses `R`: a bare replica's, or a
//! [`Server`](super::server::Server)'s. A ticket that is dropped cancels its request: if the desk has not taken it, it
//! is never proposed, so a client that submits and gives up, over and over, fills nothing. If it was taken, the replica
//! goes on with it, and its answer is thrown away.
//!
//! What the soundness of this rests on is named in [`Discipline`], so that a check can get each of it wrong and see
//! that it is noticed.

use crate::sync::{Arc, AtomicU64, Condvar, Mutex, MutexGuard, Ordering, fence};
use quorate_machine::RequestId;
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
    /// Whether an answer wakes who waits for it.
    const TELLS: bool;
    /// Whether a ticket that is dropped takes back what the desk has not taken.
    const WITHDRAWS: bool;
}

/// The choices that are right.
#[derive(Debug)]
pub struct Sound;

impl Discipline for Sound {
    const PUBLISH: Ordering = Ordering::Release;
    const READ: Ordering = Ordering::Acquire;
    const RETURNS: usize = 1;
    const WAKES: bool = true;
    const TELLS: bool = true;
    const WITHDRAWS: bool = true;
}

/// Why a request was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum SubmitError {
    /// Every permit is out. Wait for a ticket, or submit with [`Handle::submit`].
    #[error("the window is full")]
    Full,
    /// The replica is stopping.
    #[error("the replica is closed")]
    Closed,
}

/// What became of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome<R> {
    /// It was answered.
    Told(R),
    /// The replica stopped before it was: what was asked may be done or not.
    Closed,
}

/// Where one ticket waits, alone.
#[derive(Debug)]
struct Place<R> {
    outcome: Mutex<Option<Outcome<R>>>,
    news: Condvar,
}

impl<R> Place<R> {
    fn settle(&self, outcome: Outcome<R>, tells: bool) {
        *lock(&self.outcome) = Some(outcome);
        if tells {
            self.news.notify_one();
        }
    }
}

#[derive(Debug)]
struct Counter<Q, R> {
    /// Whether requests are taken.
    open: bool,
    next: u64,
    /// Submitted, and not taken by the desk, oldest first.
    submitted: VecDeque<(RequestId, Q)>,
    /// By request that is not answered, who waits for it.
    waiting: BTreeMap<RequestId, Arc<Place<R>>>,
}

#[derive(Debug)]
struct Office<Q, R, D: Discipline> {
    board: Reader<D>,
    window: Window<D>,
    counter: Mutex<Counter<Q, R>>,
    /// Something was submitted, or nothing will be any more.
    work: Condvar,
}

/// What any number of threads have of a replica. Clones are the same.
#[derive(Debug)]
pub struct Handle<Q, R, D: Discipline = Sound> {
    office: Arc<Office<Q, R, D>>,
}

/// What the thread that owns the driver has. When it is dropped, whoever waits is told so.
#[derive(Debug)]
pub struct Desk<Q, R, D: Discipline = Sound> {
    publisher: Publisher<D>,
    office: Arc<Office<Q, R, D>>,
}

/// A request under way. Dropping it cancels the request, if the desk has not taken it, and gives up waiting.
#[derive(Debug)]
pub struct Ticket<Q, R, D: Discipline = Sound> {
    id: RequestId,
    office: Arc<Office<Q, R, D>>,
    place: Arc<Place<R>>,
    /// Whether its outcome is taken, so that nothing is left behind at the counter.
    is_over: bool,
    _permit: Permit<D>,
}

/// A desk that shows `status`, and a handle to it, with at most `window` requests under way at a time.
pub fn open<Q, R, D: Discipline>(status: Status, window: usize) -> (Desk<Q, R, D>, Handle<Q, R, D>) {
    let (publisher, reader) = board(status);
    let counter = Counter { open: true, next: 0, submitted: VecDeque::new(), waiting: BTreeMap::new() };
    let office = Arc::new(Office {
        board: reader,
        window: Window::new(window),
        counter: Mutex::new(counter),
        work: Condvar::new(),
    });
    (Desk { publisher, office: Arc::clone(&office) }, Handle { office })
}

impl<Q, R, D: Discipline> Clone for Handle<Q, R, D> {
    fn clone(&self) -> Self {
        Handle { office: Arc::clone(&self.office) }
    }
}

impl<Q, R, D: Discipline> Handle<Q, R, D> {
    /// What is to be known of the replica. Takes no lock.
    pub fn status(&self) -> Status {
        self.office.board.read()
    }

    /// Hands a request to the replica, and waits for room if it must.
    ///
    /// # Errors
    /// [`SubmitError::Closed`] after [`Handle::close`], or if the desk is gone.
    pub fn submit(&self, request: Q) -> Result<Ticket<Q, R, D>, SubmitError> {
        self.enter(self.office.window.acquire()?, request)
    }

    /// Hands a request to the replica if there is room.
    ///
    /// # Errors
    /// [`SubmitError::Full`] if there is none, [`SubmitError::Closed`] after [`Handle::close`].
    pub fn try_submit(&self, request: Q) -> Result<Ticket<Q, R, D>, SubmitError> {
        self.enter(self.office.window.try_acquire()?, request)
    }

    /// No request is taken any more. Those that were can still be waited for.
    pub fn close(&self) {
        lock(&self.office.counter).open = false;
        self.office.work.notify_all();
        self.office.window.close();
    }

    fn enter(&self, permit: Permit<D>, request: Q) -> Result<Ticket<Q, R, D>, SubmitError> {
        let place = Arc::new(Place { outcome: Mutex::new(None), news: Condvar::new() });
        let mut counter = lock(&self.office.counter);
        if !counter.open {
            return Err(SubmitError::Closed);
        }
        let id = RequestId(counter.next);
        counter.next += 1;
        counter.submitted.push_back((id, request));
        counter.waiting.insert(id, Arc::clone(&place));
        self.office.work.notify_one();
        drop(counter);
        Ok(Ticket { id, office: Arc::clone(&self.office), place, is_over: false, _permit: permit })
    }
}

impl<Q, R, D: Discipline> Ticket<Q, R, D> {
    /// Waits for the answer.
    pub fn wait(mut self) -> Outcome<R> {
        let mut outcome = lock(&self.place.outcome);
        let told = loop {
            match outcome.take() {
                Some(told) => break told,
                None => outcome = self.place.news.wait(outcome).expect(UNPOISONED),
            }
        };
        drop(outcome);
        self.is_over = true;
        told
    }

    /// The answer if it is there; otherwise the ticket again.
    ///
    /// # Errors
    /// The ticket itself, if there is no answer yet.
    pub fn try_wait(mut self) -> Result<Outcome<R>, Self> {
        let told = lock(&self.place.outcome).take();
        self.is_over = told.is_some();
        told.ok_or(self)
    }
}

impl<Q, R, D: Discipline> Drop for Ticket<Q, R, D> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut counter = lock(&self.office.counter);
        counter.waiting.remove(&self.id);
        if D::WITHDRAWS
            && let Ok(at) = counter.submitted.binary_search_by_key(&self.id, |(id, _)| *id)
        {
            counter.submitted.remove(at);
        }
    }
}

impl<Q, R, D: Discipline> Desk<Q, R, D> {
    /// Shows `status` to every handle. Call it before [`Desk::settle`] answers the requests of the same step: a client that
    /// is answered then sees a status in which its command is chosen.
    pub fn publish(&mut self, status: Status) {
        self.publisher.publish(status);
    }

    /// What was submitted since, oldest first.
    pub fn take(&mut self) -> VecDeque<(RequestId, Q)> {
        std::mem::take(&mut lock(&self.office.counter).submitted)
    }

    /// Like [`Desk::take`], and waits until there is something. `None` once closed and empty.
    pub fn take_some(&mut self) -> Option<VecDeque<(RequestId, Q)>> {
        let mut counter = lock(&self.office.counter);
        while counter.submitted.is_empty() {
            if !counter.open {
                return None;
            }
            counter = self.office.work.wait(counter).expect(UNPOISONED);
        }
        Some(std::mem::take(&mut counter.submitted))
    }

    /// Answers `id`, and wakes who waits for it and nobody else. Nothing if nobody waits any more. The client may read
    /// the status at once, and sees the one that was published last: [`Desk::publish`] comes first.
    pub fn settle(&mut self, id: RequestId, response: R) {
        let place = lock(&self.office.counter).waiting.remove(&id);
        if let Some(place) = place {
            place.settle(Outcome::Told(response), D::TELLS);
        }
    }

    /// How many requests are not answered and still waited for.
    pub fn waiting(&self) -> usize {
        lock(&self.office.counter).waiting.len()
    }
}

impl<Q, R, D: Discipline> Drop for Desk<Q, R, D> {
    fn drop(&mut self) {
        let mut counter = lock(&self.office.counter);
        counter.open = false;
        counter.submitted.clear();
        let waiting = std::mem::take(&mut counter.waiting);
        drop(counter);
        waiting.into_values().for_each(|place| place.settle(Outcome::Closed, true));
        self.office.window.close();
    }
}

const UNPOISONED: &str = "no thread panics while it holds the lock";

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect(UNPOISONED)
}
