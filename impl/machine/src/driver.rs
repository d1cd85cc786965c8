//! The only code that may call [`Machine::handle`].

use crate::{Effect, Effects, Input, Machine, NodeId, RequestId, Shell};
use std::collections::{BTreeSet, VecDeque};
use std::mem;

/// An effect that waits for the disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Held<M: Machine> {
    /// Writes that must become durable after whatever is held before it.
    writes: usize,
    effect: Effect<M>,
}

/// Runs one machine by the contract: holds what waits for the disk, delivers own messages first, keeps the table
/// of armed timers, and checks the invariants after each input if asked.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Driver<M: Machine> {
    id: NodeId,
    machine: M,
    armed: BTreeSet<M::TimerKind>,
    /// What waits for the disk, oldest first.
    held: VecDeque<Held<M>>,
    /// Writes after those that anything held waits for, which were handed to the shell and are not known to be durable.
    writes: usize,
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
    pub fn start(
        config: &M::Config,
        id: NodeId,
        durable: &M::Durable,
        out: &mut (impl Shell<M> + ?Sized),
    ) -> Self {
        Self::start_with(config, id, durable, false, out)
    }

    /// Like [`Driver::start`], and [`Machine::check_invariants`] runs after every input, then and later.
    pub fn start_checked(
        config: &M::Config,
        id: NodeId,
        durable: &M::Durable,
        out: &mut (impl Shell<M> + ?Sized),
    ) -> Self {
        Self::start_with(config, id, durable, true, out)
    }

    fn start_with(
        config: &M::Config,
        id: NodeId,
        durable: &M::Durable,
        checked: bool,
        out: &mut (impl Shell<M> + ?Sized),
    ) -> Self {
        let machine = M::recover(config, id, durable);
        let mut driver = Driver {
            id,
            machine,
            armed: BTreeSet::new(),
            held: VecDeque::new(),
            writes: 0,
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
        self.held.iter().map(|held| held.writes).sum::<usize>() + self.writes
    }

    /// The fewest writes whose durability would release something that is held; `None` if nothing is held.
    pub fn writes_to_next_release(&self) -> Option<usize> {
        self.held.front().map(|held| held.writes)
    }

    /// A message arrived from `from`.
    pub fn message(&mut self, from: NodeId, message: M::Message, out: &mut (impl Shell<M> + ?Sized)) {
        self.run(Input::Message { from, message }, out);
    }

    /// A client asked for something.
    pub fn request(&mut self, id: RequestId, request: M::Request, out: &mut (impl Shell<M> + ?Sized)) {
        self.run(Input::Request { id, request }, out);
    }

    /// The clock of `kind` ran out. Nothing happens if it was cancelled meanwhile: shells race with cancellation.
    pub fn timer(&mut self, kind: M::TimerKind, out: &mut (impl Shell<M> + ?Sized)) {
        if self.armed.remove(&kind) {
            self.run(Input::Timer(kind), out);
        }
    }

    /// The oldest `writes` writes that were not known to be durable now are. Releases what waited for them.
    ///
    /// # Panics
    /// If fewer writes are outstanding: the shell then acknowledged what was never written.
    pub fn persisted(&mut self, mut writes: usize, out: &mut (impl Shell<M> + ?Sized)) {
        while let Some(front) = self.held.front_mut() {
            if front.writes > writes {
                front.writes -= writes;
                return self.deliver_own(out);
            }
            writes -= front.writes;
            if let Some(Held { effect, .. }) = self.held.pop_front() {
                self.release(effect, out);
            }
        }
        assert!(
            writes <= self.writes,
            "replica {}: {} writes acknowledged that were never handed out",
            self.id,
            writes - self.writes
        );
        self.writes -= writes;
        self.deliver_own(out);
    }

    fn run(&mut self, input: Input<M>, out: &mut (impl Shell<M> + ?Sized)) {
        self.step(input, out);
        self.deliver_own(out);
    }

    fn deliver_own(&mut self, out: &mut (impl Shell<M> + ?Sized)) {
        let mut handled = 0;
        while let Some(message) = self.own.pop_front() {
            self.step(Input::Message { from: self.id, message }, out);
            handled += 1;
            assert!(handled < OWN_MESSAGES_PER_INPUT, "replica {} talks to itself for ever", self.id);
        }
    }

    fn step(&mut self, input: Input<M>, out: &mut (impl Shell<M> + ?Sized)) {
        self.machine.handle(input, &mut self.effects);
        if self.checked {
            self.machine.check_invariants();
        }
        if self.effects.as_slice().is_empty() {
            return;
        }
        let mut effects = mem::take(&mut self.effects);
        let mut barred = false;
        for effect in effects.drain() {
            match effect {
                Effect::Send { to, message } if !barred && to != self.id => out.send(to, message),
                Effect::Reply { id, response } if !barred => out.reply(id, response),
                Effect::Publish(notice) if !barred => out.publish(notice),
                Effect::Persist(write) => {
                    self.writes += 1;
                    out.write(write);
                }
                Effect::Barrier => barred = self.writes > 0 || !self.held.is_empty(),
                Effect::SetTimer(kind) => {
                    self.armed.insert(kind);
                    out.set_timer(kind);
                }
                Effect::CancelTimer(kind) => {
                    if self.armed.remove(&kind) {
                        out.cancel_timer(kind);
                    }
                }
                effect if barred => self.hold(effect),
                effect => self.release(effect, out),
            }
        }
        self.effects = effects;
    }

    /// Keeps an effect until the writes before it are durable. A message that already waits for the same writes is not
    /// kept twice: of two copies the network might lose one as well, and a peer that repeats itself while the disk
    /// stalls must not fill the memory.
    #[inline]
    fn hold(&mut self, effect: Effect<M>) {
        if let Effect::Send { to, message } = &effect
            && self.writes == 0
            && self.is_held(*to, message)
        {
            return;
        }
        self.held.push_back(Held { writes: mem::take(&mut self.writes), effect });
    }

    /// Whether this message waits already for all the writes that there are.
    fn is_held(&self, to: NodeId, message: &M::Message) -> bool {
        let same = |effect: &Effect<M>| matches!(effect, Effect::Send { to: other, message: held } if (*other, held) == (to, message));
        let newest = self.held.iter().rposition(|held| held.writes > 0).unwrap_or(0);
        self.held.range(newest..).any(|held| same(&held.effect))
    }

    /// Performs one effect that waits for nothing.
    #[inline]
    fn release(&mut self, effect: Effect<M>, out: &mut (impl Shell<M> + ?Sized)) {
        match effect {
            Effect::Send { to, message } if to == self.id => self.own.push_back(message),
            Effect::Send { to, message } => out.send(to, message),
            Effect::Reply { id, response } => out.reply(id, response),
            Effect::Publish(notice) => out.publish(notice),
            Effect::Persist(_) | Effect::Barrier | Effect::SetTimer(_) | Effect::CancelTimer(_) => {
                unreachable!("only messages, replies and notices are ever held")
            }
        }
    }
}
