//! What replicas made of the log: what was decided and executed, the snapshots, what clients were told, and who missed a
//! leader. Kept in the scopes that are about more than agreement.

use super::{Deeds, History, slots};
use crate::paxos::machine::{Part, Paxos};
use quorate::world::Observation;
use quorate_core::paxos::{Ballot, Message, Notice, Request, Response, Slot, Standing, Value, Write};
use quorate_machine::NodeId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many replicas vote in every scope that keeps [`Executed`]. Whoever else there is only observes.
pub const VOTERS: u16 = 3;

/// How many of them are a majority.
pub const QUORUM: usize = 2;

/// All of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct Executed {
    /// What was first announced of a slot, and the ballot at which it was chosen.
    pub decided: BTreeMap<Slot, (Ballot, Value<u8>)>,
    /// Each replica.
    pub replicas: BTreeMap<NodeId, Replica>,
    /// Every snapshot that was ever complete on a disk: up to which slot, and the values of all slots before.
    pub snapshots: BTreeSet<(Slot, Vec<Value<u8>>)>,
    /// What clients called, and what they were told.
    pub calls: BTreeMap<Asked, Told>,
    /// The reads that a leader was asked for, by request.
    pub reads: BTreeMap<u64, Read>,
    /// The requests that were neither answered nor lost in a crash of the replica that was asked.
    pub waiting: BTreeMap<u64, Waiting>,
    /// One past the last slot that a leader named to a client, by its ballot.
    pub queued: BTreeMap<Ballot, Slot>,
    /// The last round of probes, by its ballot.
    pub rounds: BTreeMap<Ballot, u64>,
    /// Who granted which pre-vote, and whether it missed a leader.
    pub granted: BTreeMap<Ballot, BTreeMap<NodeId, bool>>,
    /// The replicas that were told to take over.
    pub heirs: BTreeSet<NodeId>,
    /// Somebody has voted at a ballot that it had promised before it restarted.
    pub resumed: bool,
}

/// One replica.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct Replica {
    /// What it has executed since it started, or took over a snapshot: every slot's value.
    pub values: Vec<Value<u8>>,
    /// What its disk has promised.
    pub promised: Ballot,
    /// Up to which slot it last took over another's snapshot.
    pub installed: Slot,
    /// Below which slots it has cut off its log, and what it had promised then.
    pub cuts: BTreeMap<Slot, Ballot>,
    /// The snapshot on its disk.
    pub snapshot: Vec<Value<u8>>,
    /// The chunks of the next one.
    pub chunks: (Slot, Vec<Part>),
    /// It said that it leads, and not yet that it no longer does.
    pub leads: bool,
    /// One past the last slot that it was ever taught.
    pub taught: Slot,
    /// It asked for pre-votes since it last promised another's ballot.
    pub misses: bool,
    /// What its disk had promised, and had not voted at, when it last restarted.
    pub unvoted: Ballot,
}

/// What a client asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub enum Asked {
    /// For a command.
    Command(u8),
    /// To read; by request.
    Read(u64),
}

/// One call.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct Told {
    /// What had been answered before it.
    pub after: BTreeSet<Asked>,
    /// The answers: how many commands came before, by the slot, or by the index of a read.
    pub answers: BTreeMap<Slot, u64>,
}

/// One read.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Read {
    /// The ballot of the leader that was asked.
    pub ballot: Ballot,
    /// The lowest index that is right, by what the votes say.
    pub index: Slot,
    /// One past the last slot that anybody had announced when it was asked.
    pub known: Slot,
    /// Who has said since that it promised nothing above the ballot.
    pub alive: BTreeSet<NodeId>,
    /// The last round of probes at the ballot that had begun when it was asked; 0 if none had.
    pub begun: u64,
    /// Who has answered a round that began after it was asked.
    pub later: BTreeSet<NodeId>,
}

/// A request that waits for its answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Waiting {
    /// The replica that was asked.
    pub at: NodeId,
    /// That replica's own last ballot when it was asked; [`Ballot::ZERO`] if it had none.
    pub ballot: Ballot,
}

/// The commands among values: what a client that reads them counts.
pub fn commands(values: &[Value<u8>]) -> u64 {
    values.iter().filter(|value| **value != Value::Noop).count() as u64
}

impl History<Executed> {
    /// The ballot at which `slot` is chosen when `at` is the first to announce it: its own, if it leads; else the highest
    /// at which a majority has voted, because the leader said so to `at` and was not heard by anybody else.
    pub fn deciding(&self, at: NodeId, slot: Slot) -> Ballot {
        let voters = |ballot: Ballot| {
            let votes = self.votes.keys();
            votes.filter(|(_, voted, number)| (*voted, *number) == (slot, ballot)).count()
        };
        let chosen = |ballot: &Ballot| voters(*ballot) >= QUORUM;
        let proposed = self.proposed.keys().filter(|(_, other)| *other == slot).map(|(ballot, _)| *ballot);
        let highest = proposed.filter(chosen).max();
        self.own_ballot(at).filter(chosen).or(highest).unwrap_or(Ballot::ZERO)
    }
}

impl<M: Paxos> Deeds<M> for Executed {
    fn observe(&mut self, past: &History<Self>, at: NodeId, seen: &Observation<M>) {
        self.note_waiting(past, at, seen);
        match seen {
            Observation::Requested { request: Request::Submit(command), .. } => {
                self.call(Asked::Command(*command));
            }
            Observation::Requested { id, request: Request::Confirm } => self.ask(past, at, id.0),
            Observation::Replied { id, response: Response::Confirmed { .. } } => self.tell_read(at, id.0),
            Observation::Sent { to, message } => self.sent(at, *to, message),
            Observation::Durable(write) => self.durable(past, at, write),
            Observation::Published(Notice::Chosen { first, values }) => {
                for (slot, value) in slots(*first, values) {
                    self.execute(past, at, slot, value);
                }
            }
            Observation::Published(Notice::Role(standing)) => {
                self.of(at).leads = *standing == Standing::Leader
            }
            Observation::Restarted => self.restart(past, at),
            Observation::Requested { request: Request::Transfer { .. } | Request::Stop, .. }
            | Observation::Replied { .. }
            | Observation::Published(
                Notice::Installed { .. }
                | Notice::StartedAnew { .. }
                | Notice::Stopped
                | Notice::Admitted
                | Notice::Refused { .. },
            )
            | Observation::DiskLost(_)
            | Observation::Crashed => {}
        }
    }
}

impl Executed {
    /// What is known of `node`.
    pub fn replica(&self, node: NodeId) -> Option<&Replica> {
        self.replicas.get(&node)
    }

    fn of(&mut self, node: NodeId) -> &mut Replica {
        self.replicas.entry(node).or_default()
    }

    fn note_waiting<M: Paxos>(&mut self, past: &History<Self>, at: NodeId, seen: &Observation<M>) {
        match seen {
            Observation::Requested { id, .. } => {
                let ballot = past.own_ballot(at).unwrap_or(Ballot::ZERO);
                self.waiting.insert(id.0, Waiting { at, ballot });
            }
            Observation::Replied { id, response } => {
                let asked = self.waiting.remove(&id.0);
                if let (Some(Waiting { ballot, .. }), Response::Queued { slot }) = (asked, response) {
                    let end = self.queued.entry(ballot).or_default();
                    *end = slot.after(1).max(*end);
                }
            }
            Observation::Crashed => self.waiting.retain(|_, asked| asked.at != at),
            _ => {}
        }
    }

    fn call(&mut self, asked: Asked) {
        let answered = self.calls.iter().filter(|(_, told)| !told.answers.is_empty());
        let after = answered.map(|(asked, _)| *asked).collect();
        self.calls.entry(asked).or_insert(Told { after, answers: BTreeMap::new() });
    }

    fn ask(&mut self, past: &History<Self>, at: NodeId, id: u64) {
        let Some(read) = self.begun(past, at) else { return };
        self.call(Asked::Read(id));
        self.reads.insert(id, read);
    }

    /// The read that begins when `at` is asked for one now; none unless it leads.
    pub fn begun(&self, past: &History<Self>, at: NodeId) -> Option<Read> {
        let replica = self.replica(at).filter(|replica| replica.leads)?;
        let ballot = past.own_ballot(at)?;
        let index = self.lowest_index(past, ballot);
        let known = self.decided.last_key_value().map_or(Slot(0), |(last, _)| last.after(1));
        let alive = BTreeSet::from_iter((replica.promised <= ballot).then_some(at));
        let begun = self.rounds.get(&ballot).copied().unwrap_or(0);
        Some(Read { ballot, index, known, alive, begun, later: BTreeSet::new() })
    }

    /// The first slot that a read at `ballot` need not have seen: above all that was decided at it, and above all that
    /// some majority of those that promised it had voted for before.
    fn lowest_index(&self, past: &History<Self>, ballot: Ballot) -> Slot {
        let own = self.decided.iter().filter(|(_, (at, _))| *at == ballot).map(|(slot, _)| slot.after(1));
        let voters = (0..VOTERS).map(NodeId).filter_map(|node| Some((node, self.replica(node)?)));
        let promised = voters.filter(|(_, replica)| replica.promised >= ballot);
        let mut ends: Vec<Slot> = promised
            .map(|(node, replica)| {
                let cut = replica.cuts.iter().rev().find(|(_, promised)| **promised < ballot);
                let voted = past.votes.keys().filter(|(voter, _, at)| *voter == node && *at < ballot);
                let ends = voted.map(|(_, slot, _)| slot.after(1));
                ends.chain(cut.map(|(upto, _)| *upto)).max().unwrap_or(Slot(0))
            })
            .collect();
        ends.sort_unstable();
        own.chain(ends.get(QUORUM - 1).copied()).max().unwrap_or(Slot(0))
    }

    fn tell_read(&mut self, at: NodeId, id: u64) {
        let count = self.replica(at).map_or(0, |replica| commands(&replica.values));
        let (Some(read), Some(told)) = (self.reads.get(&id), self.calls.get_mut(&Asked::Read(id))) else {
            return;
        };
        told.answers.insert(read.index, count);
    }

    fn sent(&mut self, at: NodeId, to: NodeId, message: &Message<u8, Part>) {
        match message {
            Message::Alive { ballot, round } => {
                let waiting = |id: &u64, calls: &BTreeMap<Asked, Told>| {
                    calls.get(&Asked::Read(*id)).is_some_and(|told| told.answers.is_empty())
                };
                let calls = &self.calls;
                let asked = self.reads.iter_mut().filter(|(_, read)| read.ballot == *ballot);
                asked.filter(|(id, _)| waiting(id, calls)).for_each(|(_, read)| {
                    read.alive.insert(at);
                    if *round > read.begun {
                        read.later.insert(at);
                    }
                });
            }
            Message::PreVote { .. } => self.of(at).misses = true,
            Message::PreGrant { ballot } => {
                let misses = self.replica(at).is_some_and(|replica| replica.misses);
                *self.granted.entry(*ballot).or_default().entry(at).or_default() |= misses;
            }
            Message::TimeoutNow { .. } => drop(self.heirs.insert(to)),
            Message::Learn { first, entries, .. } => {
                let replica = self.of(to);
                replica.taught = replica.taught.max(first.after(entries.len()));
            }
            Message::Prepare { .. }
            | Message::Promise { .. }
            | Message::Reject { .. }
            | Message::Accept { .. }
            | Message::Accepted { .. }
            | Message::Commit { .. }
            | Message::CatchUp { .. }
            | Message::Snapshot { .. }
            | Message::Fetch { .. }
            | Message::Introduce { .. }
            | Message::Known { .. } => {}
            // Round 0 is that of no read.
            Message::Probe { round: 0, .. } => {}
            Message::Probe { ballot, round } => {
                let last = self.rounds.entry(*ballot).or_default();
                *last = (*last).max(*round);
            }
        }
    }

    fn durable(&mut self, past: &History<Self>, at: NodeId, write: &Write<u8, Part>) {
        match write {
            Write::Promise(ballot) => self.promise(at, *ballot),
            Write::Accept { ballot, .. } => {
                let resumed = self.replica(at).is_some_and(|replica| replica.unvoted == *ballot);
                if resumed && *ballot != Ballot::ZERO {
                    self.resumed = true;
                }
                self.promise(at, *ballot);
            }
            Write::Chunk { upto, at: place, chunk, .. } => {
                let chunks = &mut self.of(at).chunks;
                if *place == 0 {
                    *chunks = (*upto, Vec::new());
                }
                if chunks.0 == *upto && chunks.1.len() == *place as usize {
                    chunks.1.push(chunk.clone());
                }
            }
            Write::Snapshot { upto, cut } => self.snapshot(past, at, *upto, *cut),
            Write::Incarnation(_) | Write::Chosen(_) | Write::Learned { .. } => {}
            Write::Epoch(_) | Write::Known { .. } | Write::Admitted(_) => {}
        }
    }

    fn promise(&mut self, at: NodeId, ballot: Ballot) {
        let replica = self.of(at);
        replica.promised = replica.promised.max(ballot);
        replica.misses &= ballot.node == at;
        replica.unvoted = Ballot::ZERO;
    }

    /// A snapshot is complete. One of slots that its replica has not executed is another's, if another has taken one
    /// up to there; else it is of a state that the replica had reached and nobody was told of: a crash came between.
    fn snapshot(&mut self, past: &History<Self>, at: NodeId, upto: Slot, cut: Slot) {
        let (of, parts) = std::mem::take(&mut self.of(at).chunks);
        if of != upto {
            return;
        }
        let values = Part::join(&parts);
        let executed = Slot(self.of(at).values.len() as u64);
        if upto > executed && self.is_known(upto) {
            self.of(at).values.clone_from(&values);
            self.of(at).installed = upto;
        } else {
            for (slot, value) in slots(Slot(0), &values) {
                self.execute(past, at, slot, value);
            }
        }
        self.snapshots.insert((upto, values.clone()));
        let replica = self.of(at);
        replica.snapshot = values;
        if at.0 < VOTERS && cut > replica.cuts.last_key_value().map_or(Slot(0), |(last, _)| *last) {
            replica.cuts.insert(cut, replica.promised);
        }
    }

    /// Has anybody taken a snapshot up to this slot?
    pub fn is_known(&self, upto: Slot) -> bool {
        self.snapshots.iter().any(|(known, _)| *known == upto)
    }

    /// With the first execution of a slot it is decided, and the client knows its answer.
    fn execute(&mut self, past: &History<Self>, at: NodeId, slot: Slot, value: &Value<u8>) {
        let values = &mut self.of(at).values;
        let place = usize::try_from(slot.0).unwrap_or(usize::MAX);
        if place < values.len() {
            values[place] = value.clone();
        } else if place == values.len() {
            values.push(value.clone());
        }
        let before = commands(&values[..place.min(values.len())]);
        if self.decided.contains_key(&slot) {
            return;
        }
        self.decided.insert(slot, (past.deciding(at, slot), value.clone()));
        if let Value::Command(command) = value
            && let Some(told) = self.calls.get_mut(&Asked::Command(*command))
        {
            told.answers.insert(slot, before);
        }
    }

    fn restart(&mut self, past: &History<Self>, at: NodeId) {
        let replica = self.of(at);
        replica.values.clone_from(&replica.snapshot);
        (replica.misses, replica.leads) = (false, false);
        let voted = past.votes.keys().any(|(node, _, ballot)| (*node, *ballot) == (at, replica.promised));
        replica.unvoted = if voted { Ballot::ZERO } else { replica.promised };
    }
}
