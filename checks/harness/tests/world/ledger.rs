//! A machine small enough to know every answer: a ledger that acknowledges what is on its disk, and tells its peers.

use quorate::world::{Ghost, Observation};
use quorate_machine::{Effects, Input, Machine, NodeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// `EARLY` plants the defect: it acknowledges before the barrier.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Ledger<const EARLY: bool> {
    replicas: u16,
    id: NodeId,
    values: BTreeSet<u8>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Copy(pub(crate) u8);

impl<const EARLY: bool> Machine for Ledger<EARLY> {
    type Config = u16;
    type Message = Copy;
    type Write = u8;
    type Durable = BTreeSet<u8>;
    type Request = u8;
    type Response = bool;
    type Notice = ();
    type TimerKind = ();

    fn recover(replicas: &u16, id: NodeId, durable: &BTreeSet<u8>) -> Self {
        Ledger { replicas: *replicas, id, values: durable.clone() }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        match input {
            Input::Start | Input::Timer(()) => {}
            Input::Message { message: Copy(value), .. } => self.keep(value, effects),
            Input::Request { id, request } => {
                let known = self.values.contains(&request);
                if EARLY {
                    effects.reply(id, !known);
                }
                self.keep(request, effects);
                effects.barrier();
                if !EARLY {
                    effects.reply(id, !known);
                }
                for to in (0..self.replicas).map(NodeId).filter(|to| *to != self.id) {
                    effects.send(to, Copy(request));
                }
            }
        }
    }

    fn persist(durable: &mut BTreeSet<u8>, write: &u8) {
        durable.insert(*write);
    }

    fn check_invariants(&self) {
        assert!(self.values.len() <= 3, "replica {} holds {} values of 3", self.id, self.values.len());
    }
}

impl<const EARLY: bool> Ledger<EARLY> {
    fn keep(&mut self, value: u8, effects: &mut Effects<Self>) {
        if self.values.insert(value) {
            effects.persist(value);
        }
    }
}

/// What was asked of whom, and what was acknowledged.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub(crate) struct Told {
    pub(crate) asked: Vec<(NodeId, u8)>,
    pub(crate) acknowledged: BTreeSet<(NodeId, u8)>,
}

impl<const EARLY: bool> Ghost<Ledger<EARLY>> for Told {
    fn observe(&mut self, at: NodeId, seen: &Observation<Ledger<EARLY>>) {
        match seen {
            Observation::Requested { request, .. } => self.asked.push((at, *request)),
            Observation::Replied { id, .. } => {
                let (node, value) = self.asked[id.0 as usize];
                assert_eq!(node, at, "a reply from another replica than was asked");
                self.acknowledged.insert((at, value));
            }
            Observation::Sent { .. }
            | Observation::Durable(_)
            | Observation::Published(())
            | Observation::Crashed
            | Observation::DiskLost(_)
            | Observation::Restarted => {}
        }
    }
}
