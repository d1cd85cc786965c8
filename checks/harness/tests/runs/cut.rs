//! Random runs that are stopped say so, wherever that falls.

use quorate::registry::{Conclusion, Context, Expect, Identity, Judgement, Row, Sampling};
use quorate::simulate::Plan;
use quorate::trace::Form;
use quorate_spec::{Claims, Kind, Spec};
use stateright::Model;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Counts up, and carries so many bytes along.
struct Walker {
    carries: usize,
    /// Raised in each run at this step.
    stops_at: u32,
    flag: Arc<AtomicBool>,
}

impl Model for Walker {
    type State = (u32, Vec<u8>);
    type Action = ();

    fn init_states(&self) -> Vec<Self::State> {
        vec![(0, vec![1; self.carries])]
    }

    fn actions(&self, _: &Self::State, actions: &mut Vec<()>) {
        actions.push(());
    }

    fn next_state(&self, (at, _): &Self::State, (): ()) -> Option<Self::State> {
        if at + 1 == self.stops_at {
            self.flag.store(true, Relaxed);
        }
        Some((at + 1, vec![1; self.carries]))
    }
}

impl Spec for Walker {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("step")]
    }

    fn kind(&self, (): &()) -> Kind {
        Kind("step")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("far", "it gets no farther than that", |_, (at, _)| *at <= 10_000);
    }
}

const NEVER: u32 = u32::MAX;

fn row(carries: usize, stops_at: u32, plan: Plan, context: &Context) -> Row {
    let flag = Arc::new(AtomicBool::new(false));
    let sampling = Sampling {
        model: Walker { carries, stops_at, flag: Arc::clone(&flag) },
        form: Form::debug(),
        plan,
        property: ("far", "it gets no farther than that"),
        faults: &[],
        exercised: &[],
        triggered: &[],
        after: None,
        expect: Expect::Holds,
    };
    let context = Context { traces: None, interrupt: Some(flag), ..context.clone() };
    sampling.check(Identity::default()).run(&context, "cut").rows.remove(0)
}

#[test]
fn a_run_of_the_last_seed_that_is_cut_short_does_not_count_as_whole() {
    for threads in [1, 2] {
        for seeds in [0..1, 3..4, 0..8] {
            let context = Context { threads, ..Context::default() };
            let plan = Plan { seeds: seeds.clone(), steps: 1_000 };
            let whole = row(1, NEVER, plan.clone(), &context);
            assert_eq!(whole.judgement, Judgement::Met);
            assert_eq!(whole.transitions, 1_000 * (seeds.end - seeds.start));
            let cut = row(1, 300, plan.clone(), &context);
            assert_eq!(cut.judgement, Judgement::Cut("interrupted".to_owned()), "{seeds:?}: {cut:?}");
            assert!(matches!(cut.conclusion, Conclusion::Bounded { .. }), "{cut:?}");
            assert!(cut.transitions < whole.transitions, "{cut:?}");
        }
    }
}

#[test]
fn a_stop_after_the_last_step_of_the_last_seed_cuts_nothing() {
    // Runs are asked whether to go on at every 256th step: here that is the last one.
    let row = row(1, 512, Plan { seeds: 0..1, steps: 512 }, &Context { threads: 1, ..Context::default() });
    assert_eq!((row.judgement, row.transitions), (Judgement::Met, 512));
}

#[test]
#[cfg(target_os = "linux")]
fn random_runs_that_fill_the_memory_are_cut_and_name_it() {
    use quorate::engine::Limits;
    let limits = |bytes| Context {
        limits: Limits { bytes: Some(bytes), ..Limits::default() },
        threads: 1,
        ..Context::default()
    };
    let plan = Plan { seeds: 0..1, steps: 600 };
    // A run keeps its states, so that it can be told: 512 of these are 128 MiB.
    let cut = row(256 << 10, NEVER, plan.clone(), &limits(16 << 20));
    assert_eq!(cut.judgement, Judgement::Cut("16.00 MiB of memory".to_owned()), "{cut:?}");
    assert!(matches!(cut.conclusion, Conclusion::Bounded { .. }), "{cut:?}");
    assert_eq!(row(1, NEVER, plan.clone(), &limits(4 << 30)).judgement, Judgement::Met);
    let whole = Limits { process: Some(64 << 10), ..Limits::default() };
    let cut = row(1, NEVER, plan, &Context { limits: whole, threads: 1, ..Context::default() });
    assert_eq!(cut.judgement, Judgement::Cut("64.00 KiB of memory in this process".to_owned()), "{cut:?}");
}
