//! The search itself: level by level, each by as many threads as it feeds.

use super::control::{Control, said};
use super::frontier::{CHUNK, Chunk, Frontier, link};
use super::keep::Keep;
use super::options::{Options, Stop};
use super::path::{self, ROOT, Retraced, Retracer};
use super::purity::{Initial, Purity};
use super::reach::Reach;
use super::sample;
use super::subject::Subject;
use super::table::{Ids, Keeping, Seen, Table};
use super::tally::{Event, Tally};
use super::worker::{Field, Level, Worker};
use super::{clock, report::Ended};
use crate::verdict::Run;
use quorate_spec::{Claim, Shape};
use stateright::Model;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, RwLock};

/// Chunks that a level needs before a second thread is worth starting.
const WORTHWHILE: usize = 4;

/// A decision about a claim: in which level, and where in it. The least one stays.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Decision {
    /// The level, from 1.
    pub(super) level: u32,
    /// The state at which it fell, or the step out of it.
    pub(super) at: Event,
}

/// A search between two levels, or halted within one: all that must be kept to go on.
pub(super) struct Standing<T> {
    pub(super) table: RwLock<Table>,
    /// The level that is being examined.
    pub(super) frontier: Frontier<T>,
    /// Of a search that was halted within a level: what it had already produced of the next, and how.
    pub(super) begun: Option<(Vec<Chunk<T>>, Keeping)>,
    pub(super) total: Tally,
    pub(super) decisions: Vec<Option<Decision>>,
    pub(super) levels: Vec<u64>,
    /// Where steps are noted: all of them so far.
    pub(super) reach: Option<Reach>,
    /// What the initial states were.
    pub(super) initial: Initial,
}

/// How the loop over levels ended.
pub(super) enum Outcome<M: Model> {
    Complete,
    Halted(String),
    Deep(u32),
    Decided,
    Panicked {
        message: String,
        run: Box<Run<M>>,
        during: Option<M::Action>,
    },
    /// A panic that has no run, because the model answers differently when it is asked again.
    Lost {
        message: String,
    },
}

/// One search.
pub(super) struct Search<'a, M: Model, K, S> {
    pub(super) model: &'a M,
    pub(super) keep: &'a K,
    pub(super) subject: S,
    pub(super) claims: Vec<Claim<M>>,
    pub(super) options: &'a Options,
    pub(super) purity: Purity<M>,
}

impl<M, K, S> Search<'_, M, K, S>
where
    M: Model + Sync,
    M::State: Clone + Send + Sync,
    M::Action: Clone + Send + Sync,
    K: Keep<M>,
    S: Subject<M> + Send,
{
    /// The initial states.
    ///
    /// # Errors
    /// What a panic said that making or fingerprinting them caused.
    pub(super) fn begin(&self) -> Result<Standing<K::Kept>, String> {
        let mut total = Tally::new(self.claims.len(), &self.subject.kinds(self.model));
        let mut table = Table::new();
        let mut chunks = vec![Chunk::new()];
        let mut initial = Initial::default();
        let seed = AssertUnwindSafe(|| {
            let mut ids = Ids::default();
            for (number, state) in self.model.init_states().into_iter().enumerate() {
                if !self.model.within_boundary(&state) {
                    continue;
                }
                let fingerprint = self.keep.fingerprint(self.model, &state);
                initial.note(fingerprint);
                if number < sample::EARLY as usize || sample::is_chosen(fingerprint) {
                    self.keep.arrive(self.model, fingerprint, &state);
                }
                while !table.reserve(&mut ids, 1) {
                    assert!(!table.is_exhausted(), "more initial states than a table can number");
                    table.grow();
                }
                let link = link(ROOT, number as u32);
                if let Seen::New(id) = table.insert(fingerprint, link, &mut ids, Keeping::First) {
                    if chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
                        chunks.push(Chunk::new());
                    }
                    let chunk = chunks.last_mut().expect("a chunk was just put there");
                    chunk.push(self.keep.keep(state), id);
                    total.found += 1;
                }
            }
        });
        catch_unwind(seed).map_err(|panic| said(&*panic))?;
        let decisions = vec![None; self.claims.len()];
        let levels = vec![total.found];
        let frontier = Frontier::in_order(chunks);
        let about_ends = self.claims.iter().any(|claim| matches!(claim.shape(), Shape::AtEnd(_)));
        let reach = about_ends.then(Reach::default);
        let table = RwLock::new(table);
        Ok(Standing { table, frontier, begun: None, total, decisions, levels, reach, initial })
    }

    /// Level after level, until nothing is left or something says stop. Returns how it ended, with the seconds of
    /// the threads that it started. `after_level` sees where it stands between two levels.
    pub(super) fn run(
        &self,
        standing: &mut Standing<K::Kept>,
        control: &Control<'_>,
        after_level: &mut dyn FnMut(&Standing<K::Kept>),
    ) -> (Outcome<M>, f64) {
        let threads = self.options.threads.max(1);
        let tally = Tally::new(self.claims.len(), &self.subject.kinds(self.model));
        let mut workers: Vec<Worker<M, K::Kept>> =
            (0..threads).map(|number| Worker::new(number, tally.clone())).collect();
        let mut seconds = 0.0;
        loop {
            if standing.frontier.len() == 0 && standing.begun.is_none() {
                return (Outcome::Complete, seconds);
            }
            let depth = standing.levels.len() as u32;
            let expand = self.options.limits.depth.is_none_or(|most| depth <= most);
            seconds += self.level(standing, control, &mut workers, expand);
            if let Some(outcome) = self.judge(standing, control, expand) {
                return (outcome, seconds);
            }
            after_level(standing);
        }
    }

    /// Examines a level, and generates the next.
    fn level(
        &self,
        standing: &mut Standing<K::Kept>,
        control: &Control<'_>,
        workers: &mut [Worker<M, K::Kept>],
        expand: bool,
    ) -> f64 {
        let size = standing.frontier.len();
        control.level.store(standing.levels.len() as u32, Relaxed);
        control.open.store(size as u64, Relaxed);
        let mut team = workers.len().min(size.div_ceil(CHUNK * WORTHWHILE)).max(1);
        let begun = standing.begun.take();
        let (mut produced, keeping) = begun.unwrap_or_else(|| (Vec::new(), self.keeping(standing, team)));
        if keeping == Keeping::First {
            team = 1;
        } else {
            // What is left of a block from before this level would look like a state of an earlier one.
            workers.iter_mut().for_each(|worker| worker.ids.discard());
        }
        let chunks = std::mem::take(&mut standing.frontier.chunks);
        let level = Level::new(chunks, team, keeping, expand);
        let seconds = self.work(standing, control, &mut workers[..team], &level);
        let table = standing.table.get_mut().expect("no model code runs while the table grows");
        let mut replaced = Vec::new();
        for worker in &mut workers[..team] {
            worker.hand_over(&mut standing.total);
            if let Some(reach) = &mut standing.reach {
                reach.absorb(&mut worker.steps, table);
            }
            produced.append(&mut worker.produced);
            replaced.append(&mut worker.replaced);
            standing.frontier.chunks.append(&mut worker.left);
        }
        standing.frontier.chunks.extend(level.rest());
        self.replace(&mut produced, replaced, table);
        standing.begun = Some((produced, keeping));
        seconds
    }

    /// One thread alone goes through a level in order, and the first link it finds is the least. Several threads,
    /// or one in a level that several have left in disorder, compare links.
    fn keeping(&self, standing: &mut Standing<K::Kept>, team: usize) -> Keeping {
        if team == 1 {
            let empty = Frontier { chunks: Vec::new(), order: Vec::new(), in_order: true };
            let frontier = std::mem::replace(&mut standing.frontier, empty);
            standing.frontier = frontier.sorted();
            return Keeping::First;
        }
        Keeping::Least { fresh: standing.table.get_mut().expect("no thread holds it").next_id() }
    }

    fn work(
        &self,
        standing: &Standing<K::Kept>,
        control: &Control<'_>,
        team: &mut [Worker<M, K::Kept>],
        level: &Level<K::Kept>,
    ) -> f64 {
        let growing = Mutex::new(());
        let field = Field {
            model: self.model,
            keep: self.keep,
            subject: self.subject,
            claims: &self.claims,
            steps: self.claims.iter().any(|claim| matches!(claim.shape(), Shape::AlwaysStep(_))),
            reach: standing.reach.as_ref().is_some_and(Reach::is_open),
            purity: &self.purity,
            stop: self.options.stop,
            table: &standing.table,
            growing: &growing,
            control,
        };
        let field = &field;
        let [first, others @ ..] = team else { return 0.0 };
        // This thread is one of the team, so that in every level the same threads of the system do the same part.
        std::thread::scope(|scope| {
            let threads: Vec<_> = others
                .iter_mut()
                .map(|worker| {
                    scope.spawn(move || {
                        worker.work(field, level);
                        clock::thread_nanoseconds().unwrap_or(0)
                    })
                })
                .collect();
            first.work(field, level);
            let joined =
                threads.into_iter().map(|thread| thread.join().expect("panics of models are caught"));
            joined.sum::<u64>() as f64 / 1e9
        })
    }

    /// Under a quotient: where the least link leads to another state of the class, that state is the one to expand.
    fn replace(&self, produced: &mut [Chunk<K::Kept>], replaced: Vec<(u32, u64, M::State)>, table: &Table) {
        if replaced.is_empty() {
            return;
        }
        let last = replaced.into_iter().filter(|(id, link, _)| table.link(*id) == *link);
        let mut last: hashbrown::HashMap<u32, M::State> = last.map(|(id, _, state)| (id, state)).collect();
        for chunk in produced {
            for (kept, id) in chunk.kept.iter_mut().zip(&chunk.ids) {
                if let Some(state) = last.remove(id) {
                    *kept = self.keep.keep(state);
                }
            }
        }
    }

    /// After a level: what was decided in it, and whether to go on. If so, the next level is made ready.
    fn judge(
        &self,
        standing: &mut Standing<K::Kept>,
        control: &Control<'_>,
        expand: bool,
    ) -> Option<Outcome<M>> {
        let table = standing.table.get_mut().expect("no model code runs while the table grows");
        if let Some(caught) = control.take_panic() {
            settle(&mut standing.frontier, &mut standing.begun, table);
            let message = caught.message;
            let retracer = Retracer { model: self.model, keep: self.keep, table };
            let Retraced { run, odd, .. } = retracer.run(caught.id, None);
            odd.into_iter().for_each(|odd| self.purity.note(odd));
            let Some(run) = run else { return Some(Outcome::Lost { message }) };
            let at = |number| path::action(self.model, run.last(), number);
            // To list the actions may be what panicked.
            let during =
                caught.action.and_then(|number| catch_unwind(AssertUnwindSafe(|| at(number))).ok()?);
            return Some(Outcome::Panicked { message, run: Box::new(run), during });
        }
        let level = standing.levels.len() as u32;
        let violated = self.decide(level, &mut standing.total, &mut standing.decisions);
        if let Some(reason) = control.reason() {
            return Some(Outcome::Halted(reason));
        }
        if !expand {
            return Some(Outcome::Deep(level - 1));
        }
        settle(&mut standing.frontier, &mut standing.begun, table);
        if standing.frontier.len() > 0 {
            standing.levels.push(standing.frontier.len() as u64);
        }
        let decided = || standing.decisions.iter().all(Option::is_some);
        let stop = match self.options.stop {
            Stop::Exhausted => false,
            Stop::FirstViolation => violated,
            Stop::AllDecided => decided(),
        };
        (stop && standing.frontier.len() > 0).then_some(Outcome::Decided)
    }

    /// Turns the events of a level into decisions. Returns whether there is a violation by now.
    fn decide(&self, level: u32, total: &mut Tally, decisions: &mut [Option<Decision>]) -> bool {
        let events: Vec<Option<Event>> = total.events.iter_mut().map(Option::take).collect();
        // To stop at the first violation means at a shortest one: one at a state comes before one over a step out
        // of the same level, and the rest of the level was then not expanded.
        let at_state = |(claim, event): (&Claim<M>, &Option<Event>)| {
            event.is_some() && matches!(claim.shape(), Shape::Always(_))
        };
        let first_only =
            self.options.stop == Stop::FirstViolation && self.claims.iter().zip(&events).any(at_state);
        for ((claim, event), decision) in self.claims.iter().zip(events).zip(&mut *decisions) {
            let Some(at) = event else { continue };
            let over_step = matches!(claim.shape(), Shape::AlwaysStep(_) | Shape::AtEnd(_));
            let found = Decision { level, at };
            if !(first_only && over_step) && decision.is_none_or(|known| found < known) {
                *decision = Some(found);
            }
        }
        let violated = |(claim, decision): (&Claim<M>, &Option<Decision>)| {
            decision.is_some() && !matches!(claim.shape(), Shape::Sometimes(_))
        };
        self.claims.iter().zip(&*decisions).any(violated)
    }
}

/// The level that was produced becomes the one to examine.
fn settle<T>(frontier: &mut Frontier<T>, begun: &mut Option<(Vec<Chunk<T>>, Keeping)>, table: &Table) {
    let Some((produced, keeping)) = begun.take() else { return };
    *frontier = match keeping {
        Keeping::First => Frontier::in_order(produced),
        Keeping::Least { fresh } => Frontier::ranked(produced, table, &frontier.order, fresh),
    };
}

/// How a search ended, for its report.
pub(super) fn ended<M: Model, T>(outcome: Outcome<M>, standing: &Standing<T>) -> Ended<M> {
    let produced = standing.begun.as_ref().map_or(0, |(chunks, _)| chunks.iter().map(Chunk::len).sum());
    let frontier = (standing.frontier.len() + produced) as u64;
    // At the depth limit states are examined and leave the frontier, and are not expanded.
    let deepest = standing.levels.last().copied().unwrap_or(0);
    match outcome {
        Outcome::Complete => Ended::Complete,
        Outcome::Halted(limit) => Ended::Bounded { limit, frontier },
        Outcome::Deep(steps) => Ended::Bounded { limit: format!("depth {steps}"), frontier: deepest },
        Outcome::Decided => Ended::Stopped,
        Outcome::Lost { message } => Ended::Bounded { limit: format!("a panic: {message}"), frontier },
        Outcome::Panicked { message, run, during } => Ended::Panicked { message, run: *run, during },
    }
}
