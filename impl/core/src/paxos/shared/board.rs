//! A status that one thread publishes and others read without a lock.

use super::{Arc, AtomicU64, Discipline, Ordering, Sound, fence};
use crate::paxos::message::{Ballot, Slot, Standing};
use crate::paxos::state::Replica;
use quorate_machine::{NodeId, Plain};
use std::marker::PhantomData;

/// What everybody may know of a replica at any time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status {
    /// Every slot before this one is chosen.
    pub chosen: Slot,
    /// Who leads, as far as the replica knows.
    pub leader: Option<NodeId>,
    /// The part that it plays.
    pub standing: Standing,
    /// The highest ballot that it promised.
    pub promised: Ballot,
}

const WORDS: usize = 4;

impl Status {
    /// What is to be known of `replica`.
    pub fn of<C: Plain, S: Plain>(replica: &Replica<C, S>) -> Self {
        let (chosen, leader) = (replica.chosen(), replica.leader());
        Status { chosen, leader, standing: replica.standing(), promised: replica.promised() }
    }

    fn to_words(self) -> [u64; WORDS] {
        let leader = self.leader.map_or(0, |node| u64::from(node.0) + 1);
        let standing = match self.standing {
            Standing::Follower => 0,
            Standing::Candidate => 1,
            Standing::Leader => 2,
        };
        let Ballot { round, node, incarnation } = self.promised;
        [self.chosen.0, leader << 2 | standing, round, u64::from(node.0) << 32 | u64::from(incarnation)]
    }

    fn from_words([chosen, part, round, owner]: [u64; WORDS]) -> Self {
        let standing = match part & 3 {
            0 => Standing::Follower,
            1 => Standing::Candidate,
            _ => Standing::Leader,
        };
        // The casts cut off what `to_words` put into the same word.
        let leader = (part >> 2).checked_sub(1).map(|node| NodeId(node as u16));
        let promised = Ballot { round, node: NodeId((owner >> 32) as u16), incarnation: owner as u32 };
        Status { chosen: Slot(chosen), leader, standing, promised }
    }
}

/// Two places take turns. A status is written to the place that readers do not look at, and then the version moves
/// there. A reader whose place was taken for a newer status notices by the version and tries again.
#[derive(Debug)]
struct Board {
    version: AtomicU64,
    places: [[AtomicU64; WORDS]; 2],
}

/// Shows a status to readers. There is one, so that nobody else moves the version.
#[derive(Debug)]
pub struct Publisher<D = Sound> {
    board: Arc<Board>,
    version: u64,
    discipline: PhantomData<D>,
}

/// Reads the newest status, without a lock. Clones read the same.
#[derive(Debug)]
pub struct Reader<D = Sound> {
    board: Arc<Board>,
    discipline: PhantomData<D>,
}

/// A publisher that shows `status`, and its reader.
pub fn board<D: Discipline>(status: Status) -> (Publisher<D>, Reader<D>) {
    let place = |words: [u64; WORDS]| words.map(AtomicU64::new);
    let places = [place(status.to_words()), place([0; WORDS])];
    let board = Arc::new(Board { version: AtomicU64::new(0), places });
    let publisher = Publisher { board: Arc::clone(&board), version: 0, discipline: PhantomData };
    (publisher, Reader { board, discipline: PhantomData })
}

impl<D: Discipline> Publisher<D> {
    /// Shows `status` from now on.
    pub fn publish(&mut self, status: Status) {
        self.version += 1;
        // A reader that sees a word of this status also sees that the version before it was published.
        fence(Ordering::Release);
        let place = &self.board.places[(self.version % 2) as usize];
        for (word, value) in place.iter().zip(status.to_words()) {
            word.store(value, Ordering::Relaxed);
        }
        self.board.version.store(self.version, D::PUBLISH);
    }
}

impl<D> Clone for Reader<D> {
    fn clone(&self) -> Self {
        Reader { board: Arc::clone(&self.board), discipline: PhantomData }
    }
}

impl<D: Discipline> Reader<D> {
    /// The newest status, whole.
    pub fn read(&self) -> Status {
        loop {
            let version = self.board.version.load(D::READ);
            let place = &self.board.places[(version % 2) as usize];
            let words = std::array::from_fn(|at| place[at].load(Ordering::Relaxed));
            fence(Ordering::Acquire);
            if self.board.version.load(Ordering::Relaxed) == version {
                return Status::from_words(words);
            }
        }
    }
}
