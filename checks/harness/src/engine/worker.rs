//! One thread's part of a level: examine states, generate their successors, keep the new ones.

use super::control::{Caught, Control, POLL, said};
use super::frontier::{CHUNK, Chunk, link};
use super::keep::Keep;
use super::options::Stop;
use super::purity::{self, Eye, Purity};
use super::reach::Steps;
use super::recent::Recent;
use super::sample;
use super::subject::Subject;
use super::table::{Ids, Keeping, Seen, Table};
use super::tally::{Event, Tally};
use quorate_spec::Claim;
use stateright::Model;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, RwLock, RwLockReadGuard};

/// What all threads of a search share, and what does not change while it runs.
pub(super) struct Field<'a, M: Model, K, S> {
    pub(super) model: &'a M,
    pub(super) keep: &'a K,
    pub(super) subject: S,
    pub(super) claims: &'a [Claim<M>],
    /// Is one of the claims about steps, so that actions must be kept until the claim was evaluated?
    pub(super) steps: bool,
    /// Are steps and ends to be noted, to see from where an end can be reached?
    pub(super) reach: bool,
    /// The states that are looked at twice.
    pub(super) purity: &'a Purity<M>,
    pub(super) stop: Stop,
    pub(super) table: &'a RwLock<Table>,
    /// Held by the thread that grows the table. Whoever else needs room waits here, where it learns that there is
    /// room, and not for the table alone: a reader that came first would keep it waiting to the end of the level.
    pub(super) growing: &'a Mutex<()>,
    pub(super) control: &'a Control<'a>,
}

impl<M, K, S> Field<'_, M, K, S>
where
    M: Model,
    M::State: Clone,
    M::Action: Clone,
    K: Keep<M>,
    S: Subject<M>,
{
    fn look(&self, state: &M::State) {
        let Field { model, keep, subject, claims, .. } = *self;
        self.purity.look(&Eye { model, keep, subject, claims }, state);
    }
}

/// What all threads share for the length of a level.
pub(super) struct Level<T> {
    /// For every thread, the chunks that it should take and nobody has taken yet.
    pub(super) queues: Vec<Mutex<VecDeque<Chunk<T>>>>,
    /// Which link of a new state stays.
    pub(super) keeping: Keeping,
    /// Are the states of this level expanded, or only examined?
    pub(super) expand: bool,
}

/// Successors that go into the table together: enough for memory to answer them side by side.
const BATCH: usize = 32;

impl<T> Level<T> {
    /// Hands the chunks out to this many threads, each its own where it produced any.
    pub(super) fn new(chunks: Vec<Chunk<T>>, team: usize, keeping: Keeping, expand: bool) -> Self {
        let mut queues: Vec<VecDeque<Chunk<T>>> = std::iter::repeat_with(VecDeque::new).take(team).collect();
        for chunk in chunks {
            queues[chunk.owner % team].push_back(chunk);
        }
        Level { queues: queues.into_iter().map(Mutex::new).collect(), keeping, expand }
    }

    /// The next chunk for a thread: its own next one, or another's last.
    fn take(&self, number: usize) -> Option<Chunk<T>> {
        let queue = |number: usize| self.queues[number].lock().expect("no model code runs under this lock");
        let own = queue(number).pop_front();
        let team = self.queues.len();
        own.or_else(|| (1..team).find_map(|ahead| queue((number + ahead) % team).pop_back()))
    }

    /// What nobody took.
    pub(super) fn rest(self) -> impl Iterator<Item = Chunk<T>> {
        let queues = self.queues.into_iter();
        queues.flat_map(|queue| queue.into_inner().expect("no model code runs under this lock"))
    }
}

/// A successor on its way into the table.
struct Successor<T> {
    fingerprint: u128,
    link: u64,
    state: T,
}

/// One thread.
pub(super) struct Worker<M: Model, T> {
    number: usize,
    pub(super) tally: Tally,
    /// New states, in full chunks but for the last.
    pub(super) produced: Vec<Chunk<T>>,
    /// States that were taken and not examined, because the search was halted.
    pub(super) left: Vec<Chunk<T>>,
    /// Where several states have one fingerprint: those whose link replaced another's.
    pub(super) replaced: Vec<(u32, u64, M::State)>,
    pub(super) ids: Ids,
    /// What was noted of this level, where steps are noted.
    pub(super) steps: Steps,
    /// Arrivals that are still compared in full, and states that are still looked at twice.
    early: (u32, u32),
    actions: Vec<M::Action>,
    batch: Vec<Successor<M::State>>,
    recent: Recent,
    doing: Option<u32>,
    reported: (u64, u64),
}

impl<M: Model, T> Worker<M, T> {
    pub(super) fn new(number: usize, tally: Tally) -> Self {
        Worker {
            number,
            tally,
            produced: Vec::new(),
            left: Vec::new(),
            replaced: Vec::new(),
            ids: Ids::default(),
            steps: Steps::default(),
            early: (sample::EARLY, purity::EARLY),
            actions: Vec::new(),
            batch: Vec::new(),
            recent: Recent::new(),
            doing: None,
            reported: (0, 0),
        }
    }

    /// Takes chunks until none is left, or the search is halted.
    pub(super) fn work<K, S>(&mut self, field: &Field<'_, M, K, S>, level: &Level<T>)
    where
        M::State: Clone,
        M::Action: Clone,
        K: Keep<M, Kept = T>,
        S: Subject<M>,
    {
        let mut table = Some(read(field.table));
        self.recent.prepare(field.control.found(), level.keeping != Keeping::First);
        loop {
            let Some(chunk) = level.take(self.number) else { break };
            self.chunk(field, level, chunk, &mut table);
            if field.control.is_halted() {
                break;
            }
        }
        self.report(field.control);
    }

    fn chunk<'a, K, S>(
        &mut self,
        field: &Field<'a, M, K, S>,
        level: &Level<T>,
        mut chunk: Chunk<T>,
        table: &mut Option<RwLockReadGuard<'a, Table>>,
    ) where
        M::State: Clone,
        M::Action: Clone,
        K: Keep<M, Kept = T>,
        S: Subject<M>,
    {
        let control = field.control;
        let mut until_poll = POLL;
        let mut last = Event { rank: 0, action: None, id: chunk.ids.first().copied().unwrap_or(0) };
        let places = chunk.ids.drain(..).zip(chunk.ranks.drain(..));
        let mut states = chunk.kept.into_iter().zip(places);
        while !control.is_halted() {
            let Some((kept, (id, rank))) = states.next() else { break };
            if rank > control.panicked_at.load(Relaxed) {
                continue;
            }
            let state = field.keep.open(kept);
            let at = Event { rank, action: None, id };
            last = at;
            let outcome = catch_unwind(AssertUnwindSafe(|| self.visit(field, level, &state, at, table)));
            if let Err(panic) = outcome {
                control.panicked(Caught { rank, id, action: self.doing, message: said(&*panic) });
            }
            until_poll -= 1;
            if until_poll == 0 {
                until_poll = POLL;
                self.report(control);
            }
        }
        // The last of the batch: what is kept may be encoded or compared, which is the model's code again.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.insert(field, level, table))) {
            control.panicked(Caught { rank: last.rank, id: last.id, action: None, message: said(&*panic) });
        }
        let mut rest = Chunk { owner: self.number, ..Chunk::new() };
        for (kept, (id, rank)) in states {
            rest.push(kept, id);
            rest.ranks.push(rank);
        }
        if rest.len() > 0 {
            self.left.push(rest);
        }
    }

    fn visit<'a, K, S>(
        &mut self,
        field: &Field<'a, M, K, S>,
        level: &Level<T>,
        state: &M::State,
        at: Event,
        table: &mut Option<RwLockReadGuard<'a, Table>>,
    ) where
        M::State: Clone,
        M::Action: Clone,
        K: Keep<M, Kept = T>,
        S: Subject<M>,
    {
        self.doing = None;
        self.tally.examined += 1;
        if self.tally.state(field.model, field.claims, state, at) && field.stop == Stop::FirstViolation {
            field.control.only_examine.store(true, Relaxed);
        }
        if !level.expand || field.control.only_examine.load(Relaxed) {
            return;
        }
        let from = if level.keeping == Keeping::First { at.id } else { at.rank };
        let is_end = self.generate(field, state, at, from);
        if is_end {
            self.tally.end(field.model, field.claims, state, at);
            if field.reach {
                self.steps.end(at.id);
            }
        }
        if self.early.1 > 0 || at.id & 0xff == 0xff {
            self.early.1 = self.early.1.saturating_sub(1);
            field.look(state);
        }
        if self.batch.len() >= BATCH {
            self.insert(field, level, table);
        }
    }

    /// Fills the batch with the successors of a state that are not known to be known. Returns whether it has no
    /// successor at all. `from` names the state in links.
    fn generate<K, S>(&mut self, field: &Field<'_, M, K, S>, state: &M::State, at: Event, from: u32) -> bool
    where
        M::State: Clone,
        M::Action: Clone,
        K: Keep<M, Kept = T>,
        S: Subject<M>,
    {
        let (model, tally) = (field.model, &mut self.tally);
        let mut is_end = true;
        self.actions.clear();
        model.actions(state, &mut self.actions);
        for (number, action) in self.actions.drain(..).enumerate() {
            self.doing = Some(number as u32);
            let kind = tally.coverage.index(field.subject.kind(model, &action));
            let copy = field.steps.then(|| action.clone());
            let Some(next) = model.next_state(state, action) else { continue };
            is_end = false;
            if !model.within_boundary(&next) {
                tally.outside += 1;
                continue;
            }
            tally.transitions += 1;
            tally.coverage.count(kind);
            if let Some(action) = &copy {
                let at = Event { action: Some(number as u32), ..at };
                tally.step(model, field.claims, (state, action, &next), at);
            }
            if field.subject.is_stutter(model, state, &next) {
                continue;
            }
            let fingerprint = field.keep.fingerprint(model, &next);
            if self.early.0 > 0 || sample::is_chosen(fingerprint) {
                self.early.0 = self.early.0.saturating_sub(1);
                field.keep.arrive(model, fingerprint, &next);
            }
            if field.reach {
                self.steps.step(at.id, fingerprint);
            }
            let link = link(from, number as u32);
            // What is known is dropped here and now, while its memory is at the top of the allocator's lists.
            if !self.recent.knew(fingerprint, link) {
                self.batch.push(Successor { fingerprint, link, state: next });
            }
        }
        self.doing = None;
        is_end
    }

    /// Puts the batch into the table, and what is new into the next level.
    fn insert<'a, K, S>(
        &mut self,
        field: &Field<'a, M, K, S>,
        level: &Level<T>,
        guard: &mut Option<RwLockReadGuard<'a, Table>>,
    ) where
        K: Keep<M, Kept = T>,
    {
        if !self.reserve(field, guard) {
            self.batch.clear();
            return;
        }
        let table = guard.as_ref().expect("the table is held but while it grows");
        // Loads that do not wait for each other: memory answers them side by side.
        std::hint::black_box(self.batch.iter().fold(0, |sum, one| sum ^ table.touch(one.fingerprint)));
        for Successor { fingerprint, link, state } in self.batch.drain(..) {
            match table.insert(fingerprint, link, &mut self.ids, level.keeping) {
                Seen::New(id) => {
                    self.tally.found += 1;
                    if self.produced.last().is_none_or(|chunk| chunk.len() == CHUNK) {
                        self.produced.push(Chunk { owner: self.number, ..Chunk::new() });
                    }
                    let chunk = self.produced.last_mut().expect("a chunk was just put there");
                    chunk.push(field.keep.keep(state), id);
                }
                Seen::Lowered(id) if field.keep.is_quotient() => self.replaced.push((id, link, state)),
                Seen::Lowered(_) | Seen::Known => {}
            }
        }
    }

    /// Room in the table for the whole batch; the table grows if there is none. `false` if it cannot.
    fn reserve<'a, K, S>(
        &mut self,
        field: &Field<'a, M, K, S>,
        guard: &mut Option<RwLockReadGuard<'a, Table>>,
    ) -> bool {
        loop {
            let table = guard.get_or_insert_with(|| read(field.table));
            if table.reserve(&mut self.ids, self.batch.len()) {
                return true;
            }
            if table.is_exhausted() {
                field.control.halt("the most states that the table can number".to_owned());
                return false;
            }
            *guard = None;
            let growing = field.growing.lock().expect("no model code runs under this lock");
            // Another thread may have grown it while this one waited.
            let grown = read(field.table);
            if grown.reserve(&mut self.ids, self.batch.len()) {
                *guard = Some(grown);
                return true;
            }
            drop(grown);
            field.table.write().expect("no model code runs under this lock").grow();
            drop(growing);
        }
    }

    fn report(&mut self, control: &Control<'_>) {
        let (found, examined) = self.reported;
        control.report(self.tally.found - found, self.tally.examined - examined);
        self.reported = (self.tally.found, self.tally.examined);
    }

    /// Hands the counts over, and is ready for the next level.
    pub(super) fn hand_over(&mut self, total: &mut Tally) {
        total.absorb(&mut self.tally);
        self.reported = (0, 0);
    }
}

fn read(table: &RwLock<Table>) -> RwLockReadGuard<'_, Table> {
    table.read().expect("no model code runs while the table grows")
}
