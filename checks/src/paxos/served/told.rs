//! The history of a run of servers: what clients, disks and logs showed of it.

use super::{
    clients::Clients,
    counts::{Counts, Mechanism},
    limits::REPLICAS,
    machine::{Answer, Asked, Command, Message, Serves, Write},
    reference::{News, Reference},
};
use quorate::world::{Ghost, Observation, Shared};
use quorate_core::{
    paxos::{
        self, Slot, Standing, Value,
        server::{Notice, Request, Response},
    },
    session::{ClientId, Refusal, Sequence, Stamp},
};
use quorate_machine::{NodeId, RequestId};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a request that is not answered is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
enum About {
    Command(ClientId, Sequence),
    Read { began: u32 },
    Other,
}

/// What one server's notices say of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize)]
struct Life {
    leads: bool,
    /// It led before, and stepped down.
    led: bool,
    /// Since it restarted, no chunk was written.
    fresh: bool,
    /// It started more than once.
    again: bool,
}

/// Servers in a scope, at most.
const MOST: usize = 8;

/// What has been seen of a run.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Told {
    /// The moment: how often clients asked or were told something.
    clock: u32,
    asked: BTreeMap<RequestId, (NodeId, About)>,
    lives: [Life; MOST],
    /// What clients did and were told.
    pub clients: Shared<Clients>,
    /// What was chosen, and what it means.
    pub log: Shared<Reference>,
    /// The command that was answered last.
    pub last: Option<(ClientId, Sequence)>,
    /// A client was told what it must not be: not what it was told first, or a refusal without a reason.
    pub wronged: bool,
    /// How often what happened.
    pub counts: Counts,
    /// The request that came last, as long as nothing else was seen.
    at_the_door: Counted<Option<RequestId>>,
}

/// A note that is no part of the state.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(transparent)]
struct Counted<T>(T);

impl<T> PartialEq for Counted<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Counted<T> {}

impl<T> std::hash::Hash for Counted<T> {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl Default for Told {
    fn default() -> Self {
        Told {
            clock: 0,
            asked: BTreeMap::new(),
            lives: [Life::default(); MOST],
            clients: Shared::new(Clients::default()),
            log: Shared::new(Reference::default()),
            last: None,
            wronged: false,
            counts: Counts::default(),
            at_the_door: Counted(None),
        }
    }
}

impl<M: Serves> Ghost<M> for Told {
    fn observe(&mut self, at: NodeId, seen: &Observation<M>) {
        match seen {
            Observation::Requested { id, request } => return self.requested(at, *id, request),
            Observation::Replied { id, response } => self.replied(*id, response),
            Observation::Published(notice) => self.published(at, notice, M::meant),
            Observation::Durable(write) => self.durable(at, write),
            Observation::Sent { message, .. } => self.sent(at, message),
            Observation::DiskLost(_) => {}
            Observation::Crashed => {
                self.asked.retain(|_, (node, _)| *node != at);
                let life = &mut self.lives[usize::from(at.0)];
                *life = Life { leads: false, led: life.led || life.leads, ..*life };
            }
            Observation::Restarted => {
                let life = &mut self.lives[usize::from(at.0)];
                *life = Life { fresh: life.again, again: true, ..*life };
            }
        }
        self.at_the_door = Counted(None);
    }
}

impl Told {
    /// Is nobody waiting for an answer, of a server that has not crashed since?
    pub fn is_quiet(&self) -> bool {
        self.asked.is_empty()
    }

    fn clients(&mut self, change: impl FnOnce(&mut Clients) -> bool) {
        let mut clients = Clients::clone(&self.clients);
        self.wronged |= !change(&mut clients);
        self.clients = Shared::new(clients);
    }

    fn requested(&mut self, at: NodeId, id: RequestId, request: &Asked) {
        self.clock += 1;
        let now = self.clock;
        let about = match request {
            Request::Execute { stamp, command } => {
                self.clients(|clients| {
                    clients.send(now, stamp, *command);
                    true
                });
                About::Command(stamp.client, stamp.sequence)
            }
            Request::Read { .. } => About::Read { began: now },
            Request::Open | Request::Transfer { .. } | Request::Stop => About::Other,
        };
        self.asked.insert(id, (at, about));
        self.at_the_door = Counted(Some(id));
    }

    fn replied(&mut self, id: RequestId, response: &Answer) {
        // A request is answered once, and one that was never asked not at all.
        let Some((_, about)) = self.asked.remove(&id) else { return self.wronged = true };
        self.clock += 1;
        let now = self.clock;
        match (about, response) {
            (About::Command(client, sequence), Response::Done { output }) => {
                self.clients(|clients| clients.hear(now, (client, sequence), *output));
                self.last = Some((client, sequence));
                self.counts.told += 1;
                self.counts.note(Mechanism::Answered);
                if self.at_the_door.0 == Some(id) {
                    self.counts.note(Mechanism::FromTable);
                }
            }
            (About::Command(client, sequence), Response::Refused(refusal)) => {
                self.refused((client, sequence), *refusal);
            }
            (About::Read { began }, Response::Answer { answer, .. }) => {
                self.clients(|clients| {
                    clients.read(began, now, *answer);
                    true
                });
                self.counts.told += 1;
                self.counts.note(Mechanism::Read);
            }
            (_, Response::Opened { client }) => {
                self.clients(|clients| clients.opened(*client));
                self.counts.note(Mechanism::Opened);
            }
            (_, Response::NotLeader { .. }) => self.counts.note(Mechanism::NotLeader),
            (_, Response::Full) => self.counts.note(Mechanism::Full),
            (About::Other, Response::Transferred { .. }) => self.counts.note(Mechanism::Transferred),
            (About::Other, Response::NotTransferred) => self.counts.note(Mechanism::NotTransferred),
            (About::Other, Response::Stopping) => {}
            _ => self.wronged = true,
        }
    }

    fn refused(&mut self, key: (ClientId, Sequence), refusal: Refusal) {
        match refusal {
            Refusal::Stale => {
                self.wronged |= !self.clients.gave_up(key);
                self.counts.note(Mechanism::Stale);
            }
            Refusal::NoSession => {
                self.clients(|clients| clients.evicted(key.0));
                self.counts.note(Mechanism::NoSession);
            }
            // No client of these numbers that far ahead.
            Refusal::TooFar => self.wronged = true,
        }
    }

    fn published(&mut self, at: NodeId, notice: &Notice<u32>, meant: fn(&Stamp) -> Stamp) {
        match notice {
            Notice::Log(paxos::Notice::Chosen { first, values }) => self.chosen(at, *first, values, meant),
            Notice::Log(paxos::Notice::Role(standing)) => self.plays(at, *standing),
            Notice::Log(paxos::Notice::Installed { .. }) => self.counts.note(Mechanism::Installed),
            Notice::Log(paxos::Notice::StartedAnew { .. }) => {}
            // No server here keeps track of its disk.
            Notice::Log(paxos::Notice::Admitted | paxos::Notice::Refused { .. }) => self.wronged = true,
            Notice::Log(paxos::Notice::Stopped) => self.counts.note(Mechanism::Stopped),
            Notice::Evicted(_) => self.counts.note(Mechanism::Evicted),
            Notice::Capturing(_) => self.counts.note(Mechanism::Capturing),
            // Every snapshot here is one of a ledger.
            Notice::Unreadable(_) => self.wronged = true,
        }
    }

    fn chosen(&mut self, at: NodeId, first: Slot, values: &[Value<Command>], meant: fn(&Stamp) -> Stamp) {
        if at.0 >= REPLICAS {
            self.counts.note(Mechanism::Observed);
        }
        if self.log.knows(first, values) {
            return;
        }
        let mut log = Reference::clone(&self.log);
        let News { noops, repeated } = log.choose(first, values, meant);
        self.log = Shared::new(log);
        self.counts.note_many(Mechanism::Noop, noops);
        self.counts.note_many(Mechanism::Repeated, repeated);
    }

    fn plays(&mut self, at: NodeId, standing: Standing) {
        let life = &mut self.lives[usize::from(at.0)];
        let (leads, led) = (standing == Standing::Leader, life.led);
        if leads {
            self.counts.note(Mechanism::Elected);
            if led {
                self.counts.note(Mechanism::LedAgain);
            }
        } else if life.leads {
            life.led = true;
            self.counts.note(Mechanism::SteppedDown);
        }
        life.leads = leads;
    }

    fn durable(&mut self, at: NodeId, write: &Write) {
        match write {
            Write::Chunk { .. } => self.lives[usize::from(at.0)].fresh = false,
            Write::Snapshot { .. } => self.counts.note(Mechanism::Captured),
            _ => {}
        }
    }

    fn sent(&mut self, at: NodeId, message: &Message) {
        match message {
            Message::Fetch { at: chunk, .. } if *chunk > 0 && self.lives[usize::from(at.0)].fresh => {
                self.lives[usize::from(at.0)].fresh = false;
                self.counts.note(Mechanism::Resumed);
            }
            Message::PreVote { .. } => self.counts.note(Mechanism::PreVote),
            _ => {}
        }
    }
}
