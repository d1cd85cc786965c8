//! A layer above the log, as small as one can be: its state is what was chosen, and it captures a snapshot a chunk at
//! a time whenever its capture timer fires.

use crate::cluster::{Cluster, Member};
use quorate_core::batch::Batch;
use quorate_core::paxos::{
    Config, Durable, Message, Notice, Replica, Request, Response, Slot, TimerKind, Value, Write,
};
use quorate_machine::{Effect, Effects, Input, Machine, NodeId};

/// A chunk of a snapshot: the next few slots.
pub(crate) type Part = Batch<Value<u32>>;

/// Slots in one chunk.
pub(crate) const PART: usize = 2;

/// A cluster of hosts.
pub(crate) type Hosts = Cluster<Part, Host>;

/// A replica and the layer above it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Host {
    replica: Replica<u32, Part>,
    state: Vec<Value<u32>>,
    /// The state that is being captured, and which chunk is next.
    capturing: Option<(Vec<Value<u32>>, u32)>,
}

impl Member<Part> for Host {
    fn replica(&self) -> &Replica<u32, Part> {
        &self.replica
    }

    fn restored(chunks: &[Part]) -> Vec<Value<u32>> {
        chunks.iter().flatten().cloned().collect()
    }
}

impl Machine for Host {
    type Config = Config;
    type Message = Message<u32, Part>;
    type Write = Write<u32, Part>;
    type Durable = Durable<u32, Part>;
    type Request = Request<u32>;
    type Response = Response;
    type Notice = Notice<u32>;
    type TimerKind = TimerKind;

    fn recover(config: &Config, id: NodeId, durable: &Self::Durable) -> Self {
        let replica = Replica::recover(config, id, durable);
        let state = durable.snapshot.as_ref().map(|snapshot| Host::restored(&snapshot.chunks));
        Host { replica, state: state.unwrap_or_default(), capturing: None }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        let mut inner = Effects::default();
        match input {
            Input::Start => {
                effects.set_timer(TimerKind::Capture);
                self.replica.handle(Input::Start, &mut inner);
            }
            Input::Timer(TimerKind::Capture) => {
                effects.set_timer(TimerKind::Capture);
                self.capture(&mut inner);
            }
            Input::Timer(kind) => self.replica.handle(Input::Timer(kind), &mut inner),
            Input::Message { from, message } => {
                self.replica.handle(Input::Message { from, message }, &mut inner);
            }
            Input::Request { id, request } => self.replica.handle(Input::Request { id, request }, &mut inner),
        }
        for effect in inner.drain() {
            self.forward(effect, effects);
        }
    }

    fn persist(durable: &mut Self::Durable, write: &Self::Write) {
        durable.apply(write);
    }

    fn check_invariants(&self) {
        self.replica.check_invariants();
        assert_eq!(Slot(self.state.len() as u64), self.replica.chosen(), "all that is chosen is applied");
    }
}

impl Host {
    fn capture(&mut self, effects: &mut Effects<Replica<u32, Part>>) {
        let (state, at) = self.capturing.take().unwrap_or_else(|| (self.state.clone(), 0));
        let (upto, of) = (Slot(state.len() as u64), state.len().div_ceil(PART) as u32);
        let Some(chunk) = state.chunks(PART).nth(at as usize).map(|part| Part::from(part.to_vec())) else {
            return;
        };
        if self.replica.capture(upto, at, of, chunk, effects) {
            self.capturing = Some((state, at + 1));
        }
    }

    fn forward(&mut self, effect: Effect<Replica<u32, Part>>, effects: &mut Effects<Self>) {
        match effect {
            Effect::Send { to, message } => effects.send(to, message),
            Effect::Persist(write) => effects.persist(write),
            Effect::Barrier => effects.barrier(),
            Effect::Reply { id, response } => effects.reply(id, response),
            Effect::Publish(notice) => {
                self.hear(&notice);
                effects.publish(notice);
            }
            Effect::SetTimer(kind) => effects.set_timer(kind),
            Effect::CancelTimer(kind) => effects.cancel_timer(kind),
        }
    }

    fn hear(&mut self, notice: &Notice<u32>) {
        match notice {
            Notice::Chosen { first, values } => {
                assert_eq!(first.0, self.state.len() as u64, "in order");
                self.state.extend(values.iter().cloned());
            }
            Notice::Installed { upto } => {
                let snapshot = self.replica.durable().snapshot.as_ref().expect("it was installed");
                assert_eq!(snapshot.upto, *upto);
                self.state = Host::restored(&snapshot.chunks);
            }
            Notice::Role(_) | Notice::StartedAnew { .. } | Notice::Stopped => {}
            Notice::Admitted | Notice::Refused { .. } => {}
        }
    }
}

impl Hosts {
    /// Captures the state of `node` as it is, to the last chunk.
    pub(crate) fn compact(&mut self, node: u16) {
        let upto = self.replica(node).chosen();
        while self.replica(node).compacted() < upto {
            self.timer(node, TimerKind::Capture);
        }
    }
}

/// The disk of a replica that compacted its log after these slots, into a few large chunks.
pub(crate) fn compacted(slots: &[Value<u32>], chunks: usize) -> Durable<u32, Part> {
    let mut durable = Durable::default();
    let (upto, parts) = (Slot(slots.len() as u64), slots.chunks(slots.len().div_ceil(chunks)));
    let of = parts.len() as u32;
    for (at, part) in (0..).zip(parts) {
        durable.apply(&Write::Chunk { upto, at, of, chunk: Part::from(part.to_vec()) });
    }
    durable.apply(&Write::Snapshot { upto, cut: upto });
    durable
}
