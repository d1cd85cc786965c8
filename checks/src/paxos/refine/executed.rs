//! What replicas make of the log, in the model's words: deciding, executing, snapshots, and reads.
//!
//! | core | model |
//! |---|---|
//! | the first notice that a slot is chosen | `Decide`, at the ballot of who says so if it leads |
//! | a notice that slots are chosen | `Execute`, slot by slot; with the first one the client is answered: `Answer` |
//! | a snapshot that is complete on disk | `Capture` of what was executed, or `Install` of what another captured |
//! | a log that is cut off there | `Compact` |
//! | a request to confirm a read, to who leads | `ReadIndex`, and its own `Confirm` |
//! | an `Alive` message | `Confirm`, of each read begun at its ballot and not answered |
//! | a read is told its index | `Read`, if the index is not too low |
//! | a start with what the disk has | `Restart` |
//!
//! A client is taken to know its answer as soon as anybody announces the slot: the earliest that it can be told, and so
//! the hardest case for a read that comes later.

use super::{Numbering, acceptor, value};
use crate::paxos::history::{Asked, Executed, History, Read, Replica, VOTERS, slots};
use crate::paxos::machine::{Part, Paxos};
use quorate::{refine::Walk, world::Observation};
use quorate_core::paxos::{self as core, Durable, Message, Notice, Request, Response, Write};
use quorate_machine::NodeId;
use quorate_model::paxos::log::{
    Log,
    action::Action,
    state::{self as model, Ballot, Slot, State, Value},
};
use std::collections::BTreeMap;

/// Writes the deeds into the state of the model.
pub(super) fn draw(numbering: Numbering, disks: &[&Durable<u8, Part>], deeds: &Executed, state: &mut State) {
    let decision = |(ballot, decided): &(core::Ballot, core::Value<u8>)| model::Decision {
        ballot: numbering.ballot(*ballot),
        value: value(decided),
    };
    state.decided = deeds.decided.iter().map(|(at, decided)| (slot(*at), decision(decided))).collect();
    let none = Replica::default();
    let execution = |(node, disk): (NodeId, &&Durable<u8, Part>)| {
        let known = deeds.replica(node).unwrap_or(&none);
        (replica(node), execution(numbering, node, disk, known))
    };
    state.replicas = (0..).map(NodeId).zip(disks).map(execution).collect();
    let snapshots = deeds.snapshots.iter().map(|(upto, values)| snapshot(*upto, values));
    state.snapshots = snapshots.collect();
    let calls = deeds.calls.iter().map(|(asked, told)| {
        let after = told.after.iter().map(|asked| operation(*asked)).collect();
        let answers = told.answers.iter().map(|(at, answer)| (slot(*at), *answer)).collect();
        (operation(*asked), model::Call { after, answers })
    });
    state.calls = calls.collect();
    let reads = deeds.reads.iter().map(|(id, Read { ballot, index, alive, .. })| {
        let confirmed = alive.iter().map(|node| acceptor(*node)).collect();
        (read(*id), model::Read { ballot: numbering.ballot(*ballot), index: slot(*index), confirmed })
    });
    state.reads = reads.collect();
}

/// What was executed is memory, and history; the snapshot and how far the log is cut off are on the disk.
fn execution(
    numbering: Numbering,
    node: NodeId,
    disk: &Durable<u8, Part>,
    known: &Replica,
) -> model::Execution {
    let cut = core::Slot(disk.log.offset());
    let before = known.cuts.iter().filter(|(upto, _)| **upto <= cut);
    let mut compacted: BTreeMap<_, _> =
        before.map(|(upto, promised)| (slot(*upto), numbering.ballot(*promised))).collect();
    if cut > core::Slot(0) && node.0 < VOTERS {
        compacted.entry(slot(cut)).or_insert(Ballot::NONE);
    }
    model::Execution {
        executed: Slot(known.values.len() as u64),
        object: object(&known.values),
        snapshot: disk.snapshot.as_ref().map(|held| snapshot(held.upto, &Part::join(&held.chunks))),
        installed: slot(known.installed),
        compacted,
    }
}

fn slot(slot: core::Slot) -> Slot {
    Slot(slot.0)
}

fn replica(node: NodeId) -> model::Replica {
    model::Replica(acceptor(node).0)
}

fn read(id: u64) -> u8 {
    u8::try_from(id).expect("a scope has fewer than 256 requests")
}

fn operation(asked: Asked) -> model::Operation {
    match asked {
        Asked::Command(command) => model::Operation::Command(command),
        Asked::Read(id) => model::Operation::Read(read(id)),
    }
}

fn snapshot(upto: core::Slot, values: &[core::Value<u8>]) -> model::Snapshot {
    model::Snapshot { upto: slot(upto), object: object(values) }
}

/// The counter after these values. No command comes twice: the layer that recognises those is above the log.
fn object(values: &[core::Value<u8>]) -> model::Object {
    let commands = values.iter().filter_map(|value| match value {
        core::Value::Command(command) => Some(*command),
        core::Value::Noop => None,
    });
    let applied: Vec<u8> = commands.collect();
    let table = (0..).zip(&applied).map(|(reply, command)| (*command, reply)).collect();
    model::Object { applied, table }
}

/// The actions of the model that `seen` performs, beside those of agreement.
pub(super) fn witness<M: Paxos>(
    numbering: Numbering,
    at: NodeId,
    seen: &Observation<M>,
    ghost: &History<Executed>,
    walk: &mut Walk<'_, Log>,
) {
    let step = Step { numbering, at, ghost };
    match seen {
        Observation::Requested { id, request: Request::Confirm } => step.read_index(id.0, walk),
        Observation::Replied { id, response: Response::Confirmed { index } } => {
            step.read(id.0, *index, walk);
        }
        Observation::Sent { message: Message::Alive { ballot, .. }, .. } => step.confirm(*ballot, walk),
        Observation::Durable(Write::Snapshot { upto, cut }) => step.snapshot(*upto, *cut, walk),
        Observation::Published(Notice::Chosen { first, values }) => {
            for (place, _) in slots(*first, values) {
                step.execute(slot(place), walk);
            }
        }
        Observation::Restarted => step.restart(walk),
        // What else is sent, written or announced is a step of agreement, or none: chunks of a snapshot are none.
        Observation::Requested {
            request: Request::Submit(_) | Request::Transfer { .. } | Request::Stop,
            ..
        }
        | Observation::Sent { .. }
        | Observation::Durable(_)
        | Observation::Replied { .. }
        | Observation::Published(
            Notice::Role(_)
            | Notice::Installed { .. }
            | Notice::StartedAnew { .. }
            | Notice::Stopped
            | Notice::Admitted
            | Notice::Refused { .. },
        )
        | Observation::DiskLost(_)
        | Observation::Crashed => {}
    }
}

/// What one replica does.
struct Step<'a> {
    numbering: Numbering,
    at: NodeId,
    ghost: &'a History<Executed>,
}

impl Step<'_> {
    fn execution<'w>(&self, walk: &'w Walk<'_, Log>) -> Option<&'w model::Execution> {
        walk.state().replicas.get(&replica(self.at))
    }

    /// The first execution of a slot decides it. To execute again what was executed is a stutter.
    fn execute(&self, slot: Slot, walk: &mut Walk<'_, Log>) {
        let is_first = !walk.state().decided.contains_key(&slot);
        if is_first {
            let ballot = self.ghost.deciding(self.at, core::Slot(slot.0));
            walk.take(Action::Decide { ballot: self.numbering.ballot(ballot), slot });
        }
        if self.execution(walk).is_some_and(|execution| execution.executed <= slot) {
            walk.take(Action::Execute { replica: replica(self.at), slot });
        }
        let decided = walk.state().decided.get(&slot).map(|decision| decision.value);
        if is_first && matches!(decided, Some(Value::Command(_))) {
            walk.take(Action::Answer { replica: replica(self.at), slot });
        }
    }

    fn snapshot(&self, upto: core::Slot, cut: core::Slot, walk: &mut Walk<'_, Log>) {
        let executed = self.execution(walk).map_or(Slot(0), |execution| execution.executed);
        let at = replica(self.at);
        if slot(upto) > executed && self.ghost.deeds.is_known(upto) {
            walk.take(Action::Install { replica: at, upto: slot(upto) });
        } else {
            // A crash may have come before anybody was told of what the snapshot has.
            (executed.0..upto.0).for_each(|place| self.execute(Slot(place), walk));
            walk.take(Action::Capture { replica: at });
        }
        let kept = self.execution(walk).and_then(|execution| execution.compacted.last_key_value());
        if self.at.0 < VOTERS && slot(cut) > kept.map_or(Slot(0), |(kept, _)| *kept) {
            walk.take(Action::Compact { replica: at, upto: slot(cut) });
        }
    }

    fn restart(&self, walk: &mut Walk<'_, Log>) {
        let replica = replica(self.at);
        if walk.model().apply(walk.state(), Action::Restart { replica }).is_some() {
            walk.take(Action::Restart { replica });
        }
    }

    fn read_index(&self, id: u64, walk: &mut Walk<'_, Log>) {
        let Some(begun) = self.ghost.deeds.begun(self.ghost, self.at) else { return };
        let (ballot, index) = (self.numbering.ballot(begun.ballot), slot(begun.index));
        walk.take(Action::ReadIndex { read: read(id), ballot, index });
        if begun.alive.contains(&self.at) {
            walk.take(Action::Confirm { read: read(id), acceptor: acceptor(self.at) });
        }
    }

    fn confirm(&self, ballot: core::Ballot, walk: &mut Walk<'_, Log>) {
        let (ballot, acceptor) = (self.numbering.ballot(ballot), acceptor(self.at));
        let State { reads, calls, .. } = walk.state();
        let waits =
            |id: &u8| calls.get(&model::Operation::Read(*id)).is_some_and(|call| call.answers.is_empty());
        let asked = reads.iter().filter(|(id, read)| read.ballot == ballot && waits(id));
        let silent = asked.filter(|(_, read)| !read.confirmed.contains(&acceptor));
        let silent: Vec<u8> = silent.map(|(id, _)| *id).collect();
        silent.into_iter().for_each(|read| walk.take(Action::Confirm { read, acceptor }));
    }

    /// An index below what the model allows is no read of it: the answer is then found to be missing there.
    fn read(&self, id: u64, index: core::Slot, walk: &mut Walk<'_, Log>) {
        let begun = self.ghost.deeds.reads.get(&id);
        if begun.is_some_and(|begun| index >= begun.index) {
            walk.take(Action::Read { read: read(id), replica: replica(self.at) });
        }
    }
}
