//! Random runs on several threads, with the outcome that one thread would have.

use super::sample::{Panicked, Plan, Sample, Steering, runs_until};
use crate::engine::thread_nanoseconds;
use quorate_spec::Spec;
use stateright::Model;
use std::{
    collections::BTreeMap,
    panic::resume_unwind,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
};

/// Runs that a thread takes at a time.
const BLOCK: u64 = 4;

/// The outcome of random runs, and their cost.
pub(crate) struct Spread<M: Spec> {
    pub(crate) sample: Sample<M>,
    pub(crate) panicked: Option<Panicked<M>>,
    /// Seconds that all threads together ran on a core, where the system tells.
    pub(crate) cpu_seconds: Option<f64>,
}

/// As [`runs_until`], by so many threads, each of which takes the next few seeds. What is found is what one thread would
/// find: where that one would have stopped, later seeds do not count.
pub(crate) fn runs_on<M>(
    threads: usize,
    model: &M,
    plan: &Plan,
    steering: &Steering<M>,
    stop: &(dyn Fn() -> Option<String> + Sync),
) -> Spread<M>
where
    M: Spec + Sync,
    M::State: Clone + Send,
    M::Action: Clone + Send,
{
    let (next, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let whole = Mutex::new(Whole::default());
    let work = || {
        loop {
            let at = next.fetch_add(1, Relaxed);
            let start = plan.seeds.start.saturating_add(at.saturating_mul(BLOCK));
            // Without a seed there is still something to say: whether the model has runs at all.
            if is_over.load(Relaxed) || (at > 0 && start >= plan.seeds.end) {
                return thread_nanoseconds();
            }
            let seeds = start..start.saturating_add(BLOCK).min(plan.seeds.end);
            let part = runs_until(model, &Plan { seeds, ..*plan }, steering, stop);
            let mut whole = whole.lock().unwrap_or_else(PoisonError::into_inner);
            whole.take(at, part, steering);
            // A block that ends the runs counts once all blocks before it are there: until then others go on.
            is_over.store(whole.is_over, Relaxed);
        }
    };
    let nanoseconds: Option<u64> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).sum()
    });
    let whole = whole.into_inner().unwrap_or_else(PoisonError::into_inner);
    let Some((sample, panicked)) = whole.so_far else {
        unreachable!("the first block is taken, whatever it holds")
    };
    Spread { sample, panicked, cpu_seconds: nanoseconds.map(|nanoseconds| nanoseconds as f64 / 1e9) }
}

/// The runs of some seeds, and the panic that ended them.
type Part<M> = (Sample<M>, Option<Panicked<M>>);

/// The blocks so far, put together in order. Only those that came before their turn are kept.
struct Whole<M: Model> {
    so_far: Option<Part<M>>,
    /// The block whose turn it is.
    turn: u64,
    early: BTreeMap<u64, Part<M>>,
    /// Whether the last block of `so_far` ended the runs.
    is_over: bool,
}

impl<M: Model> Default for Whole<M> {
    fn default() -> Self {
        Whole { so_far: None, turn: 0, early: BTreeMap::new(), is_over: false }
    }
}

impl<M: Model> Whole<M> {
    /// Takes a block, and every one that waited for it.
    fn take(&mut self, at: u64, part: Part<M>, steering: &Steering<M>) {
        self.early.insert(at, part);
        while let Some((sample, panicked)) = self.early.remove(&self.turn).filter(|_| !self.is_over) {
            self.turn += 1;
            self.is_over = panicked.is_some() || sample.cut.is_some() || sample.is_over(steering);
            match &mut self.so_far {
                None => self.so_far = Some((sample, panicked)),
                Some((whole, ended)) => {
                    whole.add(sample);
                    *ended = panicked;
                }
            }
        }
    }
}

impl<M: Model> Sample<M> {
    /// Has a run broken the claim after which there is to be no other?
    pub(super) fn is_over(&self, steering: &Steering<M>) -> bool {
        steering.until.is_some_and(|id| self.broken().any(|(claim, _, _)| claim.id() == id))
    }

    /// Adds what later runs showed.
    fn add(&mut self, later: Sample<M>) {
        for (own, more) in self.claims.iter_mut().zip(later.claims) {
            own.triggers += more.triggers;
            own.runs += more.runs;
            own.found = own.found.take().or(more.found);
        }
        self.runs += later.runs;
        self.steps += later.steps;
        self.ended += later.ended;
        self.cornered += later.cornered;
        self.cut = later.cut;
        for (kind, count) in later.coverage {
            *self.coverage.entry(kind).or_default() += count;
        }
        if later.runs > 0 {
            self.count(later.tally);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quorate_spec::{Claims, Kind};

    /// Counts up by one or two, and panics or breaks its claim at a height that only some seeds reach.
    #[derive(Debug)]
    struct Climb {
        panics_at: u32,
        breaks_at: u32,
    }

    impl Model for Climb {
        type State = u32;
        type Action = u32;

        fn init_states(&self) -> Vec<u32> {
            vec![0]
        }

        fn actions(&self, _: &u32, actions: &mut Vec<u32>) {
            actions.extend([1, 2]);
        }

        fn next_state(&self, height: &u32, step: u32) -> Option<u32> {
            assert_ne!(height + step, self.panics_at, "too high");
            Some(height + step)
        }
    }

    impl Spec for Climb {
        fn kinds(&self) -> Vec<Kind> {
            vec![Kind("one"), Kind("two")]
        }

        fn kind(&self, step: &u32) -> Kind {
            Kind(if *step == 1 { "one" } else { "two" })
        }

        fn claims(&self, claims: &mut Claims<Self>) {
            claims.always("low", "it stays low", |climb: &Climb, height| *height != climb.breaks_at);
        }
    }

    const STEPS: usize = 20;

    fn told(threads: usize, model: &Climb, steering: Steering<Climb>) -> String {
        let plan = Plan { seeds: 7..160, steps: STEPS };
        let Spread { sample, panicked, .. } = runs_on(threads, model, &plan, &steering, &|| None);
        let claims = sample.claims.iter();
        let claims = claims.map(|one| (one.triggers, one.runs, one.found.as_ref().map(|(seed, _)| *seed)));
        let panicked = panicked.map(|panicked| (panicked.seed, panicked.message));
        let counts = (sample.runs, sample.steps, sample.ended, sample.cornered, &sample.tally);
        format!("{counts:?} {:?} {panicked:?} {:?}", claims.collect::<Vec<_>>(), sample.coverage)
    }

    #[test]
    fn several_threads_find_what_one_finds() {
        let tally: Option<super::super::Tally<Climb>> =
            Some(|_, height| vec![("height", u64::from(*height))]);
        let until = Steering { until: Some("low"), ..Steering::default() };
        let never = u32::MAX;
        for (panics_at, breaks_at) in [(never, never), (never, 33), (34, never), (34, 33), (33, 34)] {
            let model = Climb { panics_at, breaks_at };
            for steering in [Steering::default(), until, Steering { tally, ..Steering::default() }] {
                let alone = told(1, &model, steering);
                let is_found = alone.contains("Some(");
                assert_eq!(
                    is_found,
                    panics_at.min(breaks_at) < never,
                    "only some seeds come so high: {alone}"
                );
                for threads in [2, 5] {
                    assert_eq!(told(threads, &model, steering), alone, "{model:?}");
                }
            }
        }
    }

    #[test]
    fn blocks_that_come_before_their_turn_wait_and_those_after_the_end_do_not_count() {
        let model = Climb { panics_at: u32::MAX, breaks_at: 33 };
        let steering = Steering { until: Some("low"), ..Steering::default() };
        let part = |seeds| runs_until(&model, &Plan { seeds, steps: STEPS }, &steering, &|| None);
        let sound = |seeds| runs_until(&model, &Plan { seeds, steps: 3 }, &steering, &|| None);
        let end =
            (0..160).find(|seed| part(*seed..seed + 1).0.is_over(&steering)).expect("some seed breaks it");
        let mut whole = Whole::default();
        whole.take(3, sound(12..16), &steering);
        whole.take(1, part(end..end + 1), &steering);
        assert_eq!((whole.so_far.is_some(), whole.early.len()), (false, 2));
        whole.take(0, sound(0..4), &steering);
        whole.take(2, sound(8..12), &steering);
        let (sample, _) = whole.so_far.expect("there is a first block");
        assert_eq!((sample.runs, whole.is_over), (5, true), "the first block, and the one that ended it");
    }

    #[test]
    #[should_panic(expected = "forgets badly")]
    fn a_thread_that_panics_outside_a_run_is_not_passed_over() {
        let model = Climb { panics_at: 0, breaks_at: u32::MAX };
        let stop = || -> Option<String> { panic!("forgets badly") };
        drop(runs_on(2, &model, &Plan { seeds: 0..40, steps: 1 }, &Steering::default(), &stop));
    }

    #[test]
    fn without_seeds_nothing_is_run_and_nothing_breaks() {
        let model = Climb { panics_at: u32::MAX, breaks_at: u32::MAX };
        let plan = Plan { seeds: 5..5, steps: STEPS };
        let spread = runs_on(2, &model, &plan, &Steering::default(), &|| None);
        assert_eq!((spread.sample.runs, spread.sample.claims.len()), (0, 1));
    }
}
