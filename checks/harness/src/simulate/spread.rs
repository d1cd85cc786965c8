//! Random runs on several threads, with the outcome that one thread would have.

use super::sample::{Panicked, Plan, Sample, Steering, runs_until};
use crate::engine::thread_nanoseconds;
use quorate_spec::Spec;
use stateright::Model;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

/// Runs that a thread takes at a time.
const BLOCK: u64 = 4;

/// What random runs showed, and what they took.
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
    let (next, last) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
    let parts = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let at = next.fetch_add(1, Relaxed);
            let start = plan.seeds.start.saturating_add(at.saturating_mul(BLOCK));
            // Without a seed there is still something to say: whether the model has runs at all.
            if at > last.load(Relaxed) || (at > 0 && start >= plan.seeds.end) {
                return thread_nanoseconds();
            }
            let seeds = start..start.saturating_add(BLOCK).min(plan.seeds.end);
            let (sample, panicked) = runs_until(model, &Plan { seeds, ..*plan }, steering, stop);
            if panicked.is_some() || sample.cut.is_some() || sample.is_over(steering) {
                last.fetch_min(at, Relaxed);
            }
            parts.lock().unwrap_or_else(PoisonError::into_inner).insert(at, (sample, panicked));
        }
    };
    let nanoseconds: Option<u64> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_default()).sum()
    });
    let last = last.into_inner();
    let parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut parts = parts.into_iter().filter(|(at, _)| *at <= last).map(|(_, part)| part);
    let Some((mut sample, mut panicked)) = parts.next() else {
        unreachable!("the first block is taken, whatever it holds")
    };
    for (later, its_panic) in parts {
        sample.add(later);
        panicked = its_panic;
    }
    Spread { sample, panicked, cpu_seconds: nanoseconds.map(|nanoseconds| nanoseconds as f64 / 1e9) }
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
        for (panics_at, breaks_at) in [(never, never), (never, 37), (38, never), (39, 37), (36, 38)] {
            let model = Climb { panics_at, breaks_at };
            for steering in [Steering::default(), until, Steering { tally, ..Steering::default() }] {
                let alone = told(1, &model, steering);
                for threads in [2, 5] {
                    assert_eq!(told(threads, &model, steering), alone, "{model:?}");
                }
            }
        }
    }

    #[test]
    fn without_seeds_nothing_is_run_and_nothing_breaks() {
        let model = Climb { panics_at: u32::MAX, breaks_at: u32::MAX };
        let plan = Plan { seeds: 5..5, steps: STEPS };
        let spread = runs_on(2, &model, &plan, &Steering::default(), &|| None);
        assert_eq!((spread.sample.runs, spread.sample.claims.len()), (0, 1));
    }
}
