//! A status that one thread publishes and others read without a lock.

use super::{AtomicU64, Discipline, Ordering, Sound, fence};
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
    pub fn of<C: Plain>(replica: &Replica<C>) -> Self {
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

/// Where one thread publishes a status and others read it, without a lock.
///
/// Two places take turns. A status is written to the place that readers do not look at, and then the version moves
/// there. A reader whose place was taken for a newer status notices by the version and tries again.
#[derive(Debug)]
pub struct Board<D = Sound> {
    version: AtomicU64,
    places: [[AtomicU64; WORDS]; 2],
    discipline: PhantomData<D>,
}

impl<D: Discipline> Board<D> {
    /// A board that shows `status`.
    pub fn new(status: Status) -> Self {
        let place = |words: [u64; WORDS]| words.map(AtomicU64::new);
        let places = [place(status.to_words()), place([0; WORDS])];
        Board { version: AtomicU64::new(0), places, discipline: PhantomData }
    }

    /// Shows `status` from now on. Only one thread may publish: the [`Desk`] sees to that.
    pub fn publish(&self, status: Status) {
        let version = self.version.load(Ordering::Relaxed) + 1;
        // A reader that sees a word of this status also sees that the version before it was published.
        fence(Ordering::Release);
        for (word, value) in self.places[(version % 2) as usize].iter().zip(status.to_words()) {
            word.store(value, Ordering::Relaxed);
        }
        self.version.store(version, D::PUBLISH);
    }

    /// The newest status, whole.
    pub fn read(&self) -> Status {
        loop {
            let version = self.version.load(D::READ);
            let place = &self.places[(version % 2) as usize];
            let words = std::array::from_fn(|at| place[at].load(Ordering::Relaxed));
            fence(Ordering::Acquire);
            if self.version.load(Ordering::Relaxed) == version {
                return Status::from_words(words);
            }
        }
    }
}
