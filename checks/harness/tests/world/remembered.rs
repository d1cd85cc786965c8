//! Steps that are remembered are computed again now and then: a machine that answers by what lies outside its state is
//! found, although each of its steps is performed once.

use quorate::engine::{Options, Report, search};
use quorate::world::{Scope, World, WorldModel};
use quorate_machine::{Effects, Input, Machine, NodeId};
use quorate_spec::Claims;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How often machines of each test were called.
static CALLS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// A machine that counts both its timers, and in some of its calls tells how often machines were called.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Moody {
    test: usize,
    /// The calls that tell it.
    tells: Range<u64>,
    fired: [u8; 2],
}

impl Machine for Moody {
    type Config = (usize, Range<u64>);
    type Message = ();
    type Write = ();
    type Durable = ();
    type Request = ();
    type Response = ();
    type Notice = u64;
    type TimerKind = bool;

    fn recover((test, tells): &Self::Config, _: NodeId, (): &()) -> Self {
        Moody { test: *test, tells: tells.clone(), fired: [0; 2] }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        let calls = CALLS[self.test].fetch_add(1, Relaxed);
        if let Input::Timer(kind) = input {
            self.fired[usize::from(kind)] += 1;
        }
        effects.set_timer(false);
        effects.set_timer(true);
        if self.tells.contains(&calls) {
            effects.publish(calls % 7);
        }
    }

    fn persist((): &mut (), (): &()) {}
}

type Moods = WorldModel<Moody, ()>;

/// All states of the first replica, each with up to one step of the second: every step of the first is met three times.
fn world(test: usize, tells: Range<u64>, each: u8) -> Moods {
    let mut scope = Scope::new("moods", 2, (test, tells));
    scope.timers = [(false, each), (true, each)].into();
    // A local graph would take the steps before the search does.
    scope.reduced = false;
    scope.bound = Some(("the second replica takes one step", |world| fired(world, 1) <= 1));
    WorldModel::new(scope).claim(|claims: &mut Claims<Moods>| {
        claims.always("counts", "it counts", |_, world| fired(world, 0) <= 200);
    })
}

fn fired(world: &World<Moody, ()>, id: u16) -> u32 {
    let driver = world.node(NodeId(id)).driver().expect("nobody crashes");
    driver.machine().fired.into_iter().map(u32::from).sum()
}

fn is_found(report: &Report<Moods>) -> bool {
    let is_named = |failure: &String| {
        failure.starts_with("the machine is not a function of its state and input: Timer(")
            && failure.ends_with(" led to two different results")
    };
    // Nobody sends a message here.
    let failures: Vec<String> =
        report.failures().into_iter().filter(|failure| !failure.contains("kind deliver")).collect();
    assert!(failures.iter().all(is_named), "{failures:?}");
    !failures.is_empty()
}

#[test]
fn a_machine_that_reads_what_is_not_its_own_is_found() {
    assert!(is_found(&search(&world(0, 0..u64::MAX, 5), &Options::single())));
    assert!(!is_found(&search(&world(0, 0..0, 5), &Options::single())), "it tells nothing");
}

#[test]
fn it_is_found_too_if_it_does_so_only_after_ten_thousand_steps_were_computed_again() {
    let model = world(1, 18_000..u64::MAX, 100);
    let report = search(&model, &Options::single());
    assert!(is_found(&report), "{} steps of {} local ones", report.transitions, model.local_steps());
}

#[test]
fn each_search_computes_ten_thousand_steps_again() {
    let model = world(2, 1_000_000..1_000_040, 100);
    let report = search(&model, &Options::single());
    assert!(!is_found(&report));
    assert!(report.transitions > 30_000, "{} steps", report.transitions);
    CALLS[2].store(1_000_000, Relaxed);
    assert!(is_found(&search(&model, &Options::single())), "the second search is as watchful as the first");
}
