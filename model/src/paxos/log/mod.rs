//! Paxos over a log of slots: what production code has to refine.
//!
//! # The algorithm
//!
//! One instance of Paxos per slot of a log, with phase 1 run once for all of them (*Paxos Made Simple*, §3). A ballot is
//! started by one incarnation of one proposer ([`action::Action::Prepare`]); acceptors promise it and report what they
//! have voted for (`Promise`). Once a quorum has promised, the owner of the ballot may propose in any slot: the value
//! reported at the highest ballot, or any submitted command or the no-op where a quorum reports nothing (`Propose`).
//! Acceptors vote unless they have promised a higher ballot (`Accept`), and a learner concludes from the votes of a
//! quorum at one ballot (`Learn`). There is no leader in the model: leading is what production code does to make
//! progress, and safety does not depend on it.
//!
//! # How it is put
//!
//! * **Messages are history.** A 1a message is an entry of `owner`, a 2a message an entry of `proposed`, a 2b message an
//!   entry of `votes`. Nothing is ever taken away, so every message may arrive late, again, in any order, or never.
//! * **A promise is no message.** Who has promised `b`, or more, never again votes below `b`. So its votes below `b` are
//!   frozen, and what it would report can be read off `votes` now ([`state::State::report`]). As in Lamport's `Voting`,
//!   a proposer may count it even if it skipped `b` for a higher ballot: production code, which counts only answers to
//!   its own prepare, does less than the model allows, never more.
//! * **Ballots are any ordered numbers** with 0 for "none". The step function compares them and does nothing else, so
//!   production ballots (round, node, incarnation) map onto them by any order-preserving function. The same goes for
//!   slots and commands: only the enumeration of actions for a search knows bounds.
//! * **Acceptors are wholly durable** and tell at once, unless disks are slower than memory (below).
//! * **Phase-1 and phase-2 quorums are sizes**, given apart. They must intersect ([`property::quorums_intersect`]).
//!
//! # What a configuration may add
//!
//! Each part has actions and state of its own, which stay empty where it is off, and a room of its own below
//! `state.rs`, `step.rs`, `property.rs` and `picture.rs`. The step function always has all of them: what is off is off
//! because the start has none of its state and because a search does not try it.
//!
//! * **Disks** ([`Log::disks`]). An acceptor promises and votes in memory, syncs its disk (`Sync`), and then tells
//!   (`Tell`). A crash takes what is not synced (`Restart`). Others count only what they were told.
//! * **Execution** ([`Log::replicas`]). The leader of a ballot is the distinguished learner (*Paxos Made Simple* §2.3):
//!   it counts votes and tells the replicas (`Decide`). A replica executes the next slot that is decided (`Execute`), with
//!   a client table that knows every command executed, and answers (`Answer`), again if a retry was decided in a second
//!   slot. The replicated object counts with fetch-and-add, so that nothing can be done twice unseen.
//! * **Snapshots** ([`Log::snapshots`]). A replica captures the state that it has reached (`Capture`), others install it
//!   (`Install`), a restart starts from it. Below its own snapshot a replica's acceptor may forget its votes (`Compact`):
//!   promises that it makes from then on report nothing there, and count for nothing there. The votes themselves stay in
//!   the state, as history.
//! * **Reads** ([`Log::reads`]). A leader notes an index that covers whatever may have been answered (`ReadIndex`), learns
//!   from a phase-1 quorum that it still leads (`Confirm`), and whoever has executed up to the index answers (`Read`).
//! * **Observers** ([`Log::observers`]) are replicas without an acceptor.
//!
//! # Which step of production code is which action
//!
//! | in production | here |
//! |---|---|
//! | a client's command comes in, for the first time | `Submit`; again: no step |
//! | a candidate's own promise is durable, or its first prepare is sent | `Prepare` |
//! | a promise, an accept is durable | `Promise`, `Accept` of each slot; where disks are on, when it is written |
//! | where disks are on: a sync completes; a promise or acknowledgement is sent | `Sync`; `Tell` |
//! | the first accept message of a ballot for a slot is sent | `Propose` |
//! | a node crashes and comes back | `Restart` |
//! | the first replica, a leader, takes a slot for chosen | `Decide`, at any ballot at which a quorum voted |
//! | a replica applies a slot, after a restart again | `Execute` |
//! | a reply to a command is sent | `Answer`, for any applied slot with the command; known already: no step |
//! | a snapshot of a node's own is complete on its disk | `Capture`, which must come between two `Execute` |
//! | a snapshot from another is complete and replaces the state | `Install`; single chunks: no step |
//! | an acceptor's log is cut below a slot | `Compact` |
//! | a leader notes the index for a read, and asks the others | `ReadIndex` |
//! | an acceptor answers that a leader still leads | `Confirm`, of each read begun at that ballot |
//! | a read is answered | `Read` |
//!
//! Heartbeats, hints, catching up, flow control, elections and transfers of leadership are no steps. A table that forgets
//! the replies that a client acknowledged, or clients that were long silent, knows less than the one here: it may refuse
//! an answer, and it may not execute again.
//!
//! # What is claimed
//!
//! | property | function | source |
//! |---|---|---|
//! | PX-S1 agreement | [`property::agreement`] | *Paxos Made Simple* §2.1, §3 |
//! | PX-S2 validity | [`property::validity`] | *Paxos Made Simple* §2.1, §3 |
//! | PX-S3 integrity | [`property::integrity`] | *Paxos Made Simple* §2.3 |
//! | PX-S4 stability | [`property::stability`] | *Paxos Made Simple* §2.1 |
//! | PX-S5 ballot unique | [`property::ballot_unique`] | *Paxos Made Simple* §2.2 |
//! | PX-S6 one value per ballot | [`property::one_value_per_ballot`] | Lamport, TLA+ `Voting` |
//! | PX-S7 promise monotone | [`property::promise_monotone`] | *Paxos Made Simple* §2.2 |
//! | PX-S8 promise respected | [`property::promise_respected`] | *Paxos Made Simple* §2.2 (P1a) |
//! | PX-S9 accepted ballot monotone | [`property::accepted_ballot_monotone`] | *Paxos Made Simple* §2.2 |
//! | PX-S10 safe at | [`property::safe_at`] | Lamport, TLA+ `Voting` |
//! | PX-S11 quorums intersect | [`property::quorums_intersect`] | arithmetic; Howard et al., *Flexible Paxos* §3 |
//! | PX-S12 quorums are distinct acceptors | [`property::quorum_distinct`] | *Paxos Made Simple* §2.2 |
//! | PX-S13 executed prefix | [`property::executed_prefix`] | *Paxos Made Moderately Complex* §2.1 |
//! | PX-S14 exactly once | [`property::exactly_once`] | *Paxos Made Moderately Complex* §2.1 |
//! | PX-S15 snapshot exact | [`property::snapshot_exact`] | *Paxos Made Live* §5.5 |
//! | PX-S16 acknowledged is durable | [`property::acknowledged_is_durable`] | *Paxos Made Simple* §2.5 |
//! | PX-S17 linearizable | [`property::linearizable`] | Herlihy and Wing, *Linearizability* §2 |
//! | PX-S19 told is synced | [`property::told_is_synced`] | *Paxos Made Simple* §2.5 |
//! | PX-L2 holes are filled | [`property::no_hole`] | *Paxos Made Simple* §3 |
//! | PX-R1 a value is chosen | [`property::something_is_chosen`] | |
//! | PX-R2 a value is adopted | [`property::a_value_is_adopted`] | |
//! | PX-R3 a proposal is refused | [`property::a_proposal_is_refused`] | |
//! | PX-R4 a restart between promise and vote | [`property::restart_before_vote`] | |
//! | PX-R5 a no-op is chosen | [`property::a_noop_is_chosen`] | |
//! | PX-R6 a snapshot is installed | [`property::a_snapshot_is_installed`] | |
//! | PX-R7 a leader returns | [`property::a_leader_returns`] | |
//! | PX-R8 a retry is answered | [`property::a_retry_is_answered`] | |
//!
//! PX-S18 is waived: it is about leases, and no read here or in production relies on one; every read asks a quorum.
//! PX-S11 is arithmetic, and no claim of a search, as long as the membership is fixed. PX-L3 says nothing here: messages
//! are history, so whoever lags can always catch up.

pub mod action;
mod picture;
pub mod planted;
pub mod property;
pub mod scopes;
pub mod state;
mod step;
mod symmetry;

use action::Action;
use planted::Defect;
use quorate_spec::{Actor, Claims, Kind, Picture, Spec};
use state::{Call, Operation, Replica, State};
use stateright::{Model, Property};

/// Paxos over slots, with its quorums and its bounds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Log {
    /// How many acceptors there are.
    pub acceptors: u8,
    /// How many learners there are.
    pub learners: u8,
    /// How many promises a proposer needs.
    pub phase1: u8,
    /// How many votes make a choice.
    pub phase2: u8,
    /// How many slots a search tries. [`Log::apply`] knows no such bound.
    pub slots: u64,
    /// How many ballots a search tries, from 1. [`Log::apply`] knows no such bound.
    pub ballots: u64,
    /// How many commands a search tries, from 1. [`Log::apply`] knows no such bound.
    pub commands: u8,
    /// Clients have submitted every command from the start. It saves a search the states in which they have not yet.
    pub submitted_at_start: bool,
    /// How many proposers start the ballots of a search, in turn. [`Log::apply`] knows no such bound.
    pub proposers: u64,
    /// Disks are slower than memory: what is written must be synced, and may be told before it is if a rule is broken.
    pub disks: bool,
    /// How many of the acceptors' replicas execute, from the first. 0, without observers: the model is about agreement
    /// alone.
    pub replicas: u8,
    /// How many observers there are: replicas without an acceptor, which execute and never vote.
    pub observers: u8,
    /// How many replicas a search lets restart, from the first, and besides them every observer. [`Log::apply`] knows
    /// no such bound.
    pub restarts: u8,
    /// A search lets replicas take, install and compact below snapshots. [`Log::apply`] always does.
    pub snapshots: bool,
    /// How many reads a search tries, from 1. [`Log::apply`] knows no such bound.
    pub reads: u8,
    /// The rule that is broken on purpose, if any.
    pub planted: Option<Defect>,
}

impl Log {
    /// Three acceptors and majorities; two slots, two ballots and so a change of leaders; one command, submitted when the
    /// client likes, and the no-op; one learner.
    pub fn two_slots() -> Self {
        Log {
            acceptors: 3,
            learners: 1,
            phase1: 2,
            phase2: 2,
            slots: 2,
            ballots: 2,
            commands: 1,
            submitted_at_start: false,
            proposers: 2,
            disks: false,
            replicas: 0,
            observers: 0,
            restarts: 0,
            snapshots: false,
            reads: 0,
            planted: None,
        }
    }

    /// As [`Log::two_slots`], with one slot and two learners.
    pub fn one_slot() -> Self {
        Log { learners: 2, slots: 1, ..Log::two_slots() }
    }

    /// As [`Log::two_slots`], with nothing but no-ops: about which slots are filled, not with what.
    pub fn holes() -> Self {
        Log { commands: 0, submitted_at_start: true, ..Log::two_slots() }
    }

    /// One slot; disks are slower than memory, a replica restarts, and the leader changes.
    pub fn durability() -> Self {
        Log { disks: true, restarts: 1, slots: 1, submitted_at_start: true, ..Log::two_slots() }
    }

    /// Two slots, one leader, and nothing but no-ops; disks are slower than memory, and two replicas restart.
    pub fn acknowledgements() -> Self {
        Log { slots: 2, ballots: 1, commands: 0, restarts: 2, ..Log::durability() }
    }

    /// Two replicas execute two slots, in which two commands may come in any order, or one of them twice. Clients submit
    /// when they like.
    pub fn exactly_once() -> Self {
        Log { commands: 2, ballots: 1, submitted_at_start: false, ..Log::executing() }
    }

    /// One replica executes three slots: a command may come again after another one.
    pub fn retries() -> Self {
        Log { slots: 3, replicas: 1, submitted_at_start: true, ..Log::exactly_once() }
    }

    /// Two replicas compact one slot and restart, and the leader changes.
    pub fn compaction() -> Self {
        Log { slots: 1, snapshots: true, restarts: 2, ..Log::executing() }
    }

    /// Two replicas install each other's snapshots of two slots, and restart from them.
    pub fn snapshots() -> Self {
        Log { slots: 2, ballots: 1, ..Log::compaction() }
    }

    /// A command and a read, and the leader changes. The client submits when it likes.
    pub fn reads() -> Self {
        Log { slots: 1, reads: 1, submitted_at_start: false, ..Log::executing() }
    }

    /// One of the acceptors' replicas and one observer, which execute two slots, or install each other's snapshots.
    pub fn observer() -> Self {
        Log { replicas: 1, observers: 1, restarts: 1, ..Log::snapshots() }
    }

    fn executing() -> Self {
        Log { learners: 0, replicas: 2, submitted_at_start: true, ..Log::two_slots() }
    }
}

impl Log {
    /// Nothing has happened yet; but clients may have submitted everything.
    pub fn start(&self) -> State {
        // An observer has neither promises nor votes; unless it is taken for an acceptor.
        let taken_for_acceptors = if self.planted == Some(Defect::P09Observer) { self.observers } else { 0 };
        let observers = self.acceptors..self.acceptors + self.observers;
        let mut start = State::new(self.acceptors + taken_for_acceptors, self.learners)
            .with_replicas((0..self.replicas).chain(observers).map(Replica));
        if self.disks {
            start = start.with_disks();
        }
        if self.submitted_at_start {
            start.submitted.extend(1..=self.commands);
            if self.executes() {
                let commands = (1..=self.commands).map(Operation::Command);
                start.calls.extend(commands.map(|operation| (operation, Call::default())));
            }
        }
        start
    }

    /// Are there replicas that execute?
    pub fn executes(&self) -> bool {
        self.replicas > 0 || self.observers > 0
    }
}

impl Model for Log {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.start()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.possible(state, actions);
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        self.apply(state, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        crate::second_opinion::properties(self)
    }
}

impl Spec for Log {
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds = ["Prepare", "Promise", "Propose", "Accept"].to_vec();
        let mut also = |when: bool, more: &[&'static str]| kinds.extend(more.iter().filter(|_| when));
        also(!self.submitted_at_start, &["Submit"]);
        also(self.learners > 0, &["Learn"]);
        also(self.disks, &["Sync", "Tell"]);
        also(self.restarts > 0, &["Restart"]);
        also(self.executes(), &["Decide", "Execute"]);
        also(self.executes() && self.commands > 0, &["Answer"]);
        also(self.snapshots, &["Capture", "Install", "Compact"]);
        also(self.reads > 0, &["ReadIndex", "Confirm", "Read"]);
        kinds.into_iter().map(Kind).collect()
    }

    fn kind(&self, action: &Action) -> Kind {
        kind(action)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        property::claims(self, claims);
    }

    fn actors(&self, _: &State) -> Vec<Actor> {
        picture::actors(self)
    }

    fn picture(&self, before: &State, action: &Action, after: &State) -> Picture {
        picture::picture(self, before, action, after)
    }
}

fn kind(action: &Action) -> Kind {
    Kind(match action {
        Action::Submit { .. } => "Submit",
        Action::Prepare { .. } => "Prepare",
        Action::Promise { .. } => "Promise",
        Action::Propose { .. } => "Propose",
        Action::Accept { .. } => "Accept",
        Action::Learn { .. } => "Learn",
        Action::Sync { .. } => "Sync",
        Action::Tell { .. } => "Tell",
        Action::Restart { .. } => "Restart",
        Action::Decide { .. } => "Decide",
        Action::Execute { .. } => "Execute",
        Action::Answer { .. } => "Answer",
        Action::Capture { .. } => "Capture",
        Action::Install { .. } => "Install",
        Action::Compact { .. } => "Compact",
        Action::ReadIndex { .. } => "ReadIndex",
        Action::Confirm { .. } => "Confirm",
        Action::Read { .. } => "Read",
    })
}
