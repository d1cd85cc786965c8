//! The only code that may call [`Machine::handle`].

use crate::{Effect, Effects, Input, Machine, NodeId, RequestId};
use std::collections::{BTreeSet, VecDeque};

/// What the driver asks of the shell around it, in this order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Output<M: Machine> {
    /// Hand `message` to the network. Never addressed to this replica.
    Send {
        /// The receiver.
        to: NodeId,
        /// What is said.
        message: M::Message,
    },
    /// Append a record to the log; sync when it suits, and then call [`Driver::persisted`].
    Write(M::Write),
    /// Answer a client.
    Reply {
        /// The request that is answered.
        id: RequestId,
        /// The answer.
        response: M::Response,
    },
    /// Announce something to this process.
    Publish(M::Notice),
    /// Start the clock of this timer anew; call [`Driver::timer`] when it runs out.
    SetTimer(M::TimerKind),
    /// Stop the clock of this timer.
    CancelTimer(M::TimerKind),
}

/// What stands between the machine and the disk, oldest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Pending<M: Machine> {
    /// This many writes were handed to the shell and are not known to be durable.
    Writes(usize),
    /// This effect waits until all writes before it are durable.
    Held(Effect<M>),
}

/// Runs one machine by the contract: holds what waits for the disk, delivers own messages first, keeps the table
/// of armed timers, and checks the invariants after each input if asked.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Driver<M: Machine> {
    id: NodeId,
    machine: M,
    armed: BTreeSet<M::TimerKind>,
    pending: VecDeque<Pending<M>>,
    /// Own messages to be delivered in this call. Empty between calls, and kept for its memory.
    own: VecDeque<M::Message>,
    /// Effects of one step. Empty between steps, and kept for its memory.
    effects: Effects<M>,
    checked: bool,
}

/// Own messages handled in one call, beyond which the machine is taken to be talking to itself for ever.
const OWN_MESSAGES_PER_INPUT: usize = 100_000;

impl<M: Machine> Driver<M> {
    /// Recovers the machine and starts it. Its first effects are appended to `out`.
    pub fn start(config: &M::Config, id: NodeId, durable: &M::Durable, out: &mut Vec<Output<M>>) -> Self {
        Self::start_with(config, id, durable, false, out)
    }

    /// Like [`Driver::start`], and [`Machine::check_invariants`] runs after every input, then and later.
    pub fn start_checked(
        config: &M::Config,
        id: NodeId,
        durable: &M::Durable,
        out: &mut Vec<Output<M>>,
    ) -> Self {
        Self::start_with(config, id, durable, true, out)
    }

    fn start_with(
        config: &M::Config,
        id: NodeId,
        durable: &M::Durable,
        checked: bool,
        out: &mut Vec<Output<M>>,
    ) -> Self {
        let machine = M::recover(config, id, durable);
        let mut driver = Driver {
            id,
            machine,
            armed: BTreeSet::new(),
            pending: VecDeque::new(),
            own: VecDeque::new(),
            effects: Effects::default(),
            checked,
        };
        driver.run(Input::Start, out);
        driver
    }

    /// This replica.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// The machine, to look at.
    pub fn machine(&self) -> &M {
        &self.machine
    }

    /// The timers that are armed.
    pub fn armed(&self) -> &BTreeSet<M::TimerKind> {
        &self.armed
    }

    /// Writes handed out and not known to be durable.
    pub fn unsynced(&self) -> usize {
        self.pending.iter().map(|p| if let Pending::Writes(n) = p { *n } else { 0 }).sum()
    }

    /// The fewest writes whose durability would release something that is held; `None` if nothing is held.
    pub fn writes_to_next_release(&self) -> Option<usize> {
        let mut writes = 0;
        for pending in &self.pending {
            match pending {
                Pending::Writes(n) => writes += n,
                Pending::Held(_) => return Some(writes),
            }
        }
        None
    }

    /// A message arrived from `from`.
    pub fn message(&mut self, from: NodeId, message: M::Message, out: &mut Vec<Output<M>>) {
        self.run(Input::Message { from, message }, out);
    }

    /// A client asked for something.
    pub fn request(&mut self, id: RequestId, request: M::Request, out: &mut Vec<Output<M>>) {
        self.run(Input::Request { id, request }, out);
    }

    /// The clock of `kind` ran out. Nothing happens if it was cancelled meanwhile: shells race with cancellation.
    pub fn timer(&mut self, kind: M::TimerKind, out: &mut Vec<Output<M>>) {
        if self.armed.remove(&kind) {
            self.run(Input::Timer(kind), out);
        }
    }

    /// The oldest `writes` writes that were not known to be durable now are. Releases what waited for them.
    ///
    /// # Panics
    /// If fewer writes are outstanding: the shell then acknowledged what was never written.
    pub fn persisted(&mut self, mut writes: usize, out: &mut Vec<Output<M>>) {
        while let Some(front) = self.pending.pop_front() {
            match front {
                Pending::Writes(n) if n > writes => {
                    self.pending.push_front(Pending::Writes(n - writes));
                    writes = 0;
                    break;
                }
                Pending::Writes(n) => writes -= n,
                Pending::Held(effect) => release(self.id, effect, &mut self.own, out),
            }
        }
        assert_eq!(writes, 0, "replica {}: {writes} writes acknowledged that were never handed out", self.id);
        self.deliver_own(out);
    }

    fn run(&mut self, input: Input<M>, out: &mut Vec<Output<M>>) {
        self.step(input, out);
        self.deliver_own(out);
    }

    fn deliver_own(&mut self, out: &mut Vec<Output<M>>) {
        let mut handled = 0;
        while let Some(message) = self.own.pop_front() {
            self.step(Input::Message { from: self.id, message }, out);
            handled += 1;
            assert!(handled < OWN_MESSAGES_PER_INPUT, "replica {} talks to itself for ever", self.id);
        }
    }

    fn step(&mut self, input: Input<M>, out: &mut Vec<Output<M>>) {
        self.machine.handle(input, &mut self.effects);
        if self.checked {
            self.machine.check_invariants();
        }
        let mut barred = false;
        out.reserve(self.effects.as_slice().len());
        for effect in self.effects.drain() {
            match effect {
                Effect::Persist(write) => {
                    match self.pending.back_mut() {
                        Some(Pending::Writes(n)) => *n += 1,
                        _ => self.pending.push_back(Pending::Writes(1)),
                    }
                    out.push(Output::Write(write));
                }
                Effect::Barrier => barred = !self.pending.is_empty(),
                Effect::SetTimer(kind) => {
                    self.armed.insert(kind);
                    out.push(Output::SetTimer(kind));
                }
                Effect::CancelTimer(kind) => {
                    if self.armed.remove(&kind) {
                        out.push(Output::CancelTimer(kind));
                    }
                }
                effect if barred => hold(&mut self.pending, effect),
                // As `release` does, spelled out: this is where a replica's time goes, and a message is large.
                Effect::Send { to, message } if to == self.id => self.own.push_back(message),
                Effect::Send { to, message } => out.push(Output::Send { to, message }),
                Effect::Reply { id, response } => out.push(Output::Reply { id, response }),
                Effect::Publish(notice) => out.push(Output::Publish(notice)),
            }
        }
    }
}

/// Keeps an effect until the writes before it are durable. A message that already waits for the same writes is not
/// kept twice: of two copies the network might lose one as well, and a peer that repeats itself while the disk stalls
/// must not fill the memory.
fn hold<M: Machine>(pending: &mut VecDeque<Pending<M>>, effect: Effect<M>) {
    if let Effect::Send { to, message } = &effect {
        let waiting = pending.iter().rev().map_while(|pending| match pending {
            Pending::Held(effect) => Some(effect),
            Pending::Writes(_) => None,
        });
        let same = |held: &Effect<M>| matches!(held, Effect::Send { to: at, message: held } if (at, held) == (to, message));
        if waiting.into_iter().any(same) {
            return;
        }
    }
    pending.push_back(Pending::Held(effect));
}

/// Performs one effect that waits for nothing.
#[inline]
fn release<M: Machine>(
    id: NodeId,
    effect: Effect<M>,
    own: &mut VecDeque<M::Message>,
    out: &mut Vec<Output<M>>,
) {
    match effect {
        Effect::Send { to, message } if to == id => own.push_back(message),
        Effect::Send { to, message } => out.push(Output::Send { to, message }),
        Effect::Reply { id, response } => out.push(Output::Reply { id, response }),
        Effect::Publish(notice) => out.push(Output::Publish(notice)),
        Effect::Persist(_) | Effect::Barrier | Effect::SetTimer(_) | Effect::CancelTimer(_) => {
            unreachable!("only messages, replies and notices are ever held")
        }
    }
}
