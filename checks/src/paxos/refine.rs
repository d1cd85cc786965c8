//! The production core refines Paxos over slots: the only file that knows both.
//!
//! | core | model |
//! |---|---|
//! | a disk's promised ballot | `promised` |
//! | a disk's entry, and the votes that it overwrote | `votes` |
//! | a disk that is lost, until another one is admitted | an acceptor that says nothing more |
//! | a promise that became durable | `Promise`; for a proposer's own one, `Prepare` first |
//! | an accept that became durable | `Accept`, slot by slot |
//! | the first `Accept` message of a ballot in a slot, or its leader's own vote | `Propose` |
//! | a notice that slots are chosen | `Learn`, slot by slot; in scopes of execution see `refine/executed.rs` |
//!
//! Ballots keep their order: (round, replica, incarnation) becomes one small number.

mod executed;

use super::{
    history::{Deeds, Executed, History, Life, slots},
    machine::{Core, Part, Paxos},
};
use quorate::{
    refine::{Refines, Waiver, Walk},
    world::Observation,
};
use quorate_core::paxos::{self as core, Durable, Message, Notice, Request, Write};
use quorate_machine::NodeId;
use quorate_model::paxos::log::{
    Log,
    action::Action,
    state::{Acceptor, Ballot, Incarnation, Learner, Slot, State, Value},
};
use std::{collections::BTreeMap, marker::PhantomData};

/// The mapping, for one cluster size, of the core or of a planted variant of it, with the history that a scope keeps.
#[derive(Clone, Debug)]
pub struct RefinesLog<M = Core, D = ()> {
    log: Log,
    numbering: Numbering,
    waived: Vec<Waiver>,
    machine: PhantomData<fn() -> (M, D)>,
}

/// What the history that a scope keeps lets the mapping tell.
pub trait Told<M: Paxos>: Deeds<M> {
    /// Whether replicas execute.
    const EXECUTES: bool;

    /// The history as [`Executed`], if that is what it is. Without it replicas learn; with it they execute.
    fn executed(history: &History<Self>) -> Option<&History<Executed>>;
}

impl<M: Paxos> Told<M> for () {
    const EXECUTES: bool = false;

    fn executed(_: &History) -> Option<&History<Executed>> {
        None
    }
}

impl<M: Paxos> Told<M> for Executed {
    const EXECUTES: bool = true;

    fn executed(history: &History<Self>) -> Option<&History<Executed>> {
        Some(history)
    }
}

/// Numbers ballots from 1 without gaps, in their order.
#[derive(Clone, Copy, Debug)]
struct Numbering {
    replicas: u64,
    /// How many lives one replica can have in the scope.
    lives: u64,
}

impl Numbering {
    fn ballot(self, ballot: core::Ballot) -> Ballot {
        if ballot == core::Ballot::ZERO {
            return Ballot::NONE;
        }
        let (node, life) = (u64::from(ballot.node.0), u64::from(ballot.incarnation));
        assert!(life <= self.lives, "ballot {ballot}: a replica has at most {} lives here", self.lives);
        Ballot(((ballot.round - 1) * self.replicas + node) * self.lives + life)
    }
}

impl<M: Paxos, D: Told<M>> RefinesLog<M, D> {
    /// The mapping of `replicas` replicas, each acceptor and learner, that crash at most `crashes` times in all.
    /// Majorities: what the specification demands, whatever the core was configured to believe.
    ///
    /// # Panics
    /// If there are 256 replicas or more.
    pub fn new(replicas: u16, crashes: u8) -> Self {
        let numbering = Numbering { replicas: u64::from(replicas), lives: u64::from(crashes) + 1 };
        let replicas = u8::try_from(replicas).expect("a scope has fewer than 256 replicas");
        let quorum = replicas / 2 + 1;
        let log = Log {
            acceptors: replicas,
            learners: replicas,
            phase1: quorum,
            phase2: quorum,
            submitted_at_start: false,
            commands: 2,
            // Two rounds. These bounds are for walks that the specification leads; refinement asks for single steps.
            ballots: 2 * numbering.replicas * numbering.lives,
            ..Log::two_slots()
        };
        RefinesLog { log, numbering, waived: Vec::new(), machine: PhantomData }
    }

    /// The same, where replicas execute, take snapshots if `snapshots`, and answer so many `reads`; the last `observers`
    /// of them do not vote.
    pub fn executing(mut self, observers: u16, snapshots: bool, reads: usize) -> Self {
        let small = |count: usize| u8::try_from(count).expect("a scope is small");
        let observers = small(observers.into());
        let voters = self.log.acceptors - observers;
        self.numbering.replicas = voters.into();
        self.log = Log {
            acceptors: voters,
            phase1: voters / 2 + 1,
            phase2: voters / 2 + 1,
            learners: 0,
            replicas: voters,
            observers,
            snapshots,
            reads: small(reads),
            restarts: u8::from(self.numbering.lives > 1),
            ..self.log
        };
        self
    }

    /// Nothing is claimed of what clients see: with many calls under way at once that takes too long to judge.
    pub fn without_clients(mut self) -> Self {
        self.log.commands = 0;
        self
    }

    /// This scope cannot reach `waived`.
    pub fn waive(mut self, waived: Waiver) -> Self {
        self.waived.push(waived);
        self
    }
}

fn slot(slot: core::Slot) -> Slot {
    Slot(slot.0)
}

fn value(value: &core::Value<u8>) -> Value {
    match value {
        core::Value::Noop => Value::Noop,
        core::Value::Command(command) => Value::Command(*command),
    }
}

fn acceptor(node: NodeId) -> Acceptor {
    Acceptor(u8::try_from(node.0).expect("a scope has fewer than 256 replicas"))
}

fn learner(node: NodeId) -> Learner {
    Learner(acceptor(node).0)
}

fn incarnation((node, start): Life) -> Incarnation {
    Incarnation(u64::from(node.0) << 8 | u64::from(start))
}

/// The votes of one acceptor: what its disk holds, and the lower votes that its disk has held before.
///
/// Where the disk holds nothing of a slot, the acceptor has no vote there, whatever it once wrote: a vote that a
/// crash took away is then missing here and found missing. Below the chosen prefix a disk may hold what was learned
/// instead of what was voted for; there the votes are history.
fn votes<D>(
    numbering: Numbering,
    node: NodeId,
    disk: &Durable<u8, Part>,
    ghost: &History<D>,
) -> BTreeMap<(Slot, Ballot), Value> {
    let mut votes = BTreeMap::new();
    for ((voter, at, number), voted) in &ghost.votes {
        let held = disk.entry(*at).map_or(core::Ballot::ZERO, |entry| entry.ballot);
        if *voter == node && (*number < held || *at < disk.chosen) {
            votes.insert((slot(*at), numbering.ballot(*number)), value(voted));
        }
    }
    for at in (0..disk.end().0).map(core::Slot) {
        if let Some(entry) = disk.entry(at).filter(|entry| entry.ballot != core::Ballot::ZERO) {
            votes.insert((slot(at), numbering.ballot(entry.ballot)), value(&entry.value));
        }
    }
    votes
}

/// The votes of one acceptor that ever became durable.
fn all_votes<D>(numbering: Numbering, node: NodeId, ghost: &History<D>) -> BTreeMap<(Slot, Ballot), Value> {
    let of_node = ghost.votes.iter().filter(|((voter, _, _), _)| *voter == node);
    of_node.map(|((_, at, number), voted)| ((slot(*at), numbering.ballot(*number)), value(voted))).collect()
}

impl<M: Paxos, D: Told<M>> Refines for RefinesLog<M, D> {
    type Machine = M;
    type Ghost = History<D>;
    type Abstract = Log;

    fn specification(&self) -> &Log {
        &self.log
    }

    fn abstraction(&self, disks: &[&Durable<u8, Part>], ghost: &History<D>) -> State {
        let numbering = self.numbering;
        let ballot = |number: &core::Ballot| numbering.ballot(*number);
        let mut state = State::new(self.log.acceptors, self.log.learners);
        state.submitted.clone_from(&ghost.submitted);
        state.owner = ghost.started.iter().map(|(at, life)| (ballot(at), incarnation(*life))).collect();
        state.proposed =
            ghost.proposed.iter().map(|((at, place), v)| ((ballot(at), slot(*place)), value(v))).collect();
        for (node, disk) in (0..u16::from(self.log.acceptors)).map(NodeId).zip(disks) {
            let at = usize::from(node.0);
            // Whoever has only a new disk has still given the promises and the votes that are lost, and gives no others.
            (state.promised[at], state.votes[at]) = match ghost.disks.lost.get(&node) {
                Some(promised) if !disk.may_vote() => (ballot(promised), all_votes(numbering, node, ghost)),
                _ => (ballot(&disk.promised), votes(numbering, node, disk, ghost)),
            };
        }
        if let Some(executed) = D::executed(ghost) {
            executed::draw(numbering, disks, &executed.deeds, &mut state);
            return state;
        }
        for ((node, at), learned) in &ghost.learned {
            state.learned[usize::from(node.0)].insert(slot(*at), value(learned));
        }
        state
    }

    fn witness(&self, at: NodeId, seen: &Observation<M>, ghost: &History<D>, walk: &mut Walk<'_, Log>) {
        let executed = D::executed(ghost);
        if let Some(executed) = executed {
            executed::witness(self.numbering, at, seen, executed, walk);
        }
        match seen {
            Observation::Requested { request: Request::Submit(command), .. } => {
                if !walk.state().submitted.contains(command) {
                    walk.take(Action::Submit { command: *command });
                }
            }
            Observation::Sent { message, .. } => self.numbering.sent(at, message, ghost, walk),
            Observation::Durable(write) => self.numbering.durable(at, write, ghost, walk),
            Observation::Published(Notice::Chosen { first, values }) if executed.is_none() => {
                for (place, chosen) in slots(*first, values) {
                    learn(at, slot(place), value(chosen), walk);
                }
            }
            Observation::Requested {
                request: Request::Confirm | Request::Transfer { .. } | Request::Stop,
                ..
            }
            | Observation::Published(
                Notice::Chosen { .. }
                | Notice::Role(_)
                | Notice::Installed { .. }
                | Notice::StartedAnew { .. }
                | Notice::Stopped
                | Notice::Admitted
                | Notice::Refused { .. },
            )
            | Observation::Replied { .. }
            | Observation::Crashed
            | Observation::DiskLost(_)
            | Observation::Restarted => {}
        }
    }

    /// Who starts a ballot makes no difference to what follows, and the model tries one owner for all.
    fn same(&self, wanted: &Action, named: &Action) -> bool {
        match (wanted, named) {
            (Action::Prepare { ballot: wanted, .. }, Action::Prepare { ballot: named, .. }) => {
                wanted == named
            }
            _ => wanted == named,
        }
    }

    fn waived(&self) -> Vec<Waiver> {
        self.waived.clone()
    }
}

impl Numbering {
    fn sent<D>(self, at: NodeId, message: &Message<u8, Part>, ghost: &History<D>, walk: &mut Walk<'_, Log>) {
        match message {
            Message::Prepare { ballot: number, .. } => self.prepare(at, *number, ghost, walk),
            Message::Accept { ballot: number, first, values, .. } => {
                for (place, proposed) in slots(*first, values) {
                    propose(self.ballot(*number), slot(place), value(proposed), walk);
                }
            }
            // A promise or an acceptance happened when it became durable; to tell of it is a stutter. So are hints,
            // requests for chosen values, and chosen values: who learns from them announces it.
            Message::Promise { .. }
            | Message::Reject { .. }
            | Message::Accepted { .. }
            | Message::Commit { .. }
            | Message::CatchUp { .. }
            | Message::Learn { .. }
            | Message::Snapshot { .. }
            | Message::Fetch { .. }
            | Message::Probe { .. }
            | Message::Alive { .. }
            | Message::PreVote { .. }
            | Message::PreGrant { .. }
            | Message::Introduce { .. }
            | Message::Known { .. }
            | Message::TimeoutNow { .. } => {}
        }
    }

    fn durable<D>(self, at: NodeId, write: &Write<u8, Part>, ghost: &History<D>, walk: &mut Walk<'_, Log>) {
        match write {
            Write::Promise(number) => {
                if number.node == at {
                    self.prepare(at, *number, ghost, walk);
                }
                let (acceptor, ballot) = (acceptor(at), self.ballot(*number));
                let known = walk.state().promised.get(usize::from(acceptor.0));
                if known != Some(&ballot) {
                    walk.take(Action::Promise { acceptor, ballot });
                }
            }
            Write::Accept { ballot: number, first, values } => {
                for (place, proposed) in slots(*first, values) {
                    let (acceptor, ballot, slot) = (acceptor(at), self.ballot(*number), slot(place));
                    // A leader that holds a proposal back, because of the others' windows, votes for it all the same.
                    if number.node == at {
                        propose(ballot, slot, value(proposed), walk);
                    }
                    let votes = walk.state().votes.get(usize::from(acceptor.0));
                    if votes.is_none_or(|votes| !votes.contains_key(&(slot, ballot))) {
                        walk.take(Action::Accept { acceptor, ballot, slot });
                    }
                }
            }
            // What is learned is no vote, and how far a disk knows the log to be chosen is no state of the model, nor is
            // which disk it is.
            Write::Incarnation(_)
            | Write::Epoch(_)
            | Write::Known { .. }
            | Write::Admitted(_)
            | Write::Chosen(_)
            | Write::Learned { .. }
            | Write::Chunk { .. }
            | Write::Snapshot { .. } => {}
        }
    }

    /// To start a ballot again is a stutter for the life that started it, and refused for any other.
    fn prepare<D>(self, at: NodeId, number: core::Ballot, ghost: &History<D>, walk: &mut Walk<'_, Log>) {
        let (ballot, owner) = (self.ballot(number), incarnation(ghost.life(at)));
        if walk.state().owner.get(&ballot) != Some(&owner) {
            walk.take(Action::Prepare { ballot, owner });
        }
    }
}

/// To propose the same again is a stutter; another value at the same ballot is refused.
fn propose(ballot: Ballot, slot: Slot, value: Value, walk: &mut Walk<'_, Log>) {
    if walk.state().proposed.get(&(ballot, slot)) != Some(&value) {
        walk.take(Action::Propose { ballot, slot, value });
    }
}

/// To announce the same again, after a restart, is a stutter.
fn learn(at: NodeId, slot: Slot, value: Value, walk: &mut Walk<'_, Log>) {
    let learner = learner(at);
    if walk.state().learned[usize::from(learner.0)].get(&slot) != Some(&value) {
        walk.take(Action::Learn { learner, slot, value });
    }
}
