//! A replica with the least layer above it that makes use of snapshots: it keeps what was announced, hands it over in
//! chunks, and takes over what was installed.

use super::machine::{Core, Part, Paxos, inward, outward};
use quorate_core::paxos::{Durable, Message, Notice, Request, Response, Slot, TimerKind, Value, Write};
use quorate_machine::{Effect, Effects, Input, Machine, NodeId};
use serde::{Deserialize, Serialize};

/// A replica that compacts: each time that [`TimerKind::Capture`] fires, one of `CHUNKS` chunks of its state is handed
/// over.
///
/// Clients and the process around it hear what it has to say once its disk has what was written before: a snapshot and
/// what was executed then become durable in the order in which they came to be, which is that of the specification.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Keeper<M: Paxos = Core, const CHUNKS: u32 = 1> {
    below: M,
    /// The values of all slots so far: the state.
    values: Vec<Value<u8>>,
}

impl<M: Paxos, const CHUNKS: u32> Paxos for Keeper<M, CHUNKS> {
    fn replica(&self) -> &Core {
        self.below.replica()
    }

    fn replica_mut(&mut self) -> &mut Core {
        self.below.replica_mut()
    }
}

impl<M: Paxos, const CHUNKS: u32> Machine for Keeper<M, CHUNKS> {
    type Config = M::Config;
    type Message = Message<u8, Part>;
    type Write = Write<u8, Part>;
    type Durable = Durable<u8, Part>;
    type Request = Request<u8>;
    type Response = Response;
    type Notice = Notice<u8>;
    type TimerKind = TimerKind;

    fn recover(config: &M::Config, id: NodeId, durable: &Durable<u8, Part>) -> Self {
        Keeper { below: M::recover(config, id, durable), values: restored(durable) }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        let mut said = Vec::new();
        if let Input::Timer(TimerKind::Capture) = input {
            self.capture(effects);
        } else {
            let mut real = Effects::default();
            self.below.handle(inward(input), &mut real);
            for effect in real.drain() {
                match effect {
                    Effect::Publish(notice) => {
                        self.hear(&notice);
                        said.push(Effect::<M>::Publish(notice));
                    }
                    Effect::Reply { .. } => said.push(effect),
                    effect => outward(effect, effects),
                }
            }
        }
        if !said.is_empty() {
            effects.barrier();
            said.into_iter().for_each(|effect| outward(effect, effects));
        }
        if self.executed() > self.replica().compacted() {
            effects.set_timer(TimerKind::Capture);
        } else {
            effects.cancel_timer(TimerKind::Capture);
        }
    }

    fn persist(durable: &mut Durable<u8, Part>, write: &Write<u8, Part>) {
        M::persist(durable, write);
    }

    fn check_invariants(&self) {
        self.below.check_invariants();
        let (executed, chosen) = (self.executed(), self.replica().chosen());
        assert_eq!(executed, chosen, "replica {} was told of {executed} slots", self.replica().id());
    }
}

/// The state in the newest snapshot on disk.
fn restored(durable: &Durable<u8, Part>) -> Vec<Value<u8>> {
    durable.snapshot.as_ref().map_or_else(Vec::new, |snapshot| Part::join(&snapshot.chunks))
}

impl<M: Paxos, const CHUNKS: u32> Keeper<M, CHUNKS> {
    fn executed(&self) -> Slot {
        Slot(self.values.len() as u64)
    }

    fn hear(&mut self, notice: &Notice<u8>) {
        match notice {
            Notice::Chosen { first, values } if *first == self.executed() => {
                self.values.extend(values.iter().cloned());
            }
            Notice::Installed { .. } => self.values = restored(self.replica().durable()),
            Notice::Chosen { .. } | Notice::Role(_) | Notice::StartedAnew { .. } | Notice::Stopped => {}
            Notice::Admitted | Notice::Refused { .. } => {}
        }
    }

    /// The next chunk: the one after those that the disk has of this very state.
    fn capture(&mut self, effects: &mut Effects<Self>) {
        let upto = self.executed();
        let partial = self.replica().durable().partial.as_ref().filter(|partial| partial.upto == upto);
        let at = partial.map_or(0, |partial| partial.next());
        let mut real = Effects::default();
        let chunk = Part::of(&self.values, at, CHUNKS);
        self.below.replica_mut().capture(upto, at, CHUNKS, chunk, &mut real);
        real.drain().for_each(|effect| outward(effect, effects));
    }
}
