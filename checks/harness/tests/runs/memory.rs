//! Random runs hold no memory that grows with their number.

use crate::invariants::{Shelf, Shelves, shelves};
use quorate::lockstep::{Choices, choice_driven};
use quorate::refine::{Mapping, Refinement, Walk};
use quorate::simulate::{Plan, random_runs};
use quorate::world::{Event, World};
use quorate_spec::{Claims, Kind, Spec};
use stateright::Model;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Walks along a line of numbers, far enough that no two runs meet the same ones, and claims something of that name.
struct Line(&'static str);

impl Model for Line {
    type State = u64;
    type Action = u64;

    fn init_states(&self) -> Vec<u64> {
        vec![0]
    }

    fn actions(&self, _: &u64, actions: &mut Vec<u64>) {
        actions.extend([1, 1_000, 1_000_000]);
    }

    fn next_state(&self, at: &u64, by: u64) -> Option<u64> {
        Some(at + by)
    }
}

impl Spec for Line {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("move")]
    }

    fn kind(&self, _: &u64) -> Kind {
        Kind("move")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always(self.0, "it is a number", |_, at| *at < u64::MAX);
    }
}

/// The line refines another; images are remembered by where on the line they are.
struct Another {
    line: Line,
    made: AtomicUsize,
}

impl Mapping for Another {
    type Concrete = Line;
    type Abstract = Line;

    fn specification(&self) -> &Line {
        &self.line
    }

    fn abstraction(&self, _: &Line, state: &u64) -> u64 {
        self.made.fetch_add(1, Relaxed);
        *state
    }

    fn view(&self, _: &Line, state: &u64) -> u128 {
        u128::from(*state)
    }

    fn witness(&self, _: &Line, _: &u64, by: &u64, _: &u64, walk: &mut Walk<'_, Line>) {
        walk.take(*by);
    }

    fn same(&self, wanted: &u64, named: &u64) -> bool {
        wanted == named
    }
}

fn refinement() -> Refinement<Another> {
    Refinement::new(Line("own"), Another { line: Line("grows"), made: AtomicUsize::new(0) })
}

#[test]
fn what_is_remembered_of_images_does_not_grow_with_the_runs() {
    for runs in [1, 100] {
        let model = refinement();
        let sample = random_runs(&model, &Plan { seeds: 0..runs, steps: 200 });
        assert_eq!((sample.runs, sample.broken().count()), (runs, 0));
        assert_eq!(model.remembered(), 0, "{runs} runs");
    }
}

#[test]
fn within_a_run_an_image_is_made_once() {
    let model = refinement();
    let sample = random_runs(&model, &Plan { seeds: 0..1, steps: 200 });
    let made = model.mapping().made.load(Relaxed);
    assert!(made <= sample.steps as usize + 2, "{made} images in {} steps", sample.steps);
}

#[test]
fn choices_remember_no_more_than_one_list() {
    let model = refinement();
    choice_driven(&model, Choices { cases: 20, longest: 50, seed: 1 }).unwrap();
    assert_eq!(model.remembered(), 0);
}

/// The shelves of a world stand for how many books there are in all.
struct Books(Line);

impl Mapping for Books {
    type Concrete = Shelves;
    type Abstract = Line;

    fn specification(&self) -> &Line {
        &self.0
    }

    fn abstraction(&self, _: &Shelves, world: &World<Shelf, ()>) -> u64 {
        let drivers = world.nodes().iter().filter_map(|node| node.driver());
        drivers.map(|driver| u64::from(driver.machine().books)).sum()
    }

    fn view(&self, model: &Shelves, world: &World<Shelf, ()>) -> u128 {
        self.abstraction(model, world).into()
    }

    fn witness(
        &self,
        _: &Shelves,
        _: &World<Shelf, ()>,
        event: &Event<Shelf>,
        _: &World<Shelf, ()>,
        walk: &mut Walk<'_, Line>,
    ) {
        if matches!(event, Event::Request { .. }) {
            walk.take(1);
        }
    }

    fn same(&self, wanted: &u64, named: &u64) -> bool {
        wanted == named
    }
}

/// Takes one step, after which something is remembered.
fn step<M: Model<State = World<Shelf, ()>, Action = Event<Shelf>>>(model: &M) {
    let init = model.init_states().remove(0);
    let mut events = Vec::new();
    model.actions(&init, &mut events);
    assert!(model.next_state(&init, events.remove(0)).is_some());
}

#[test]
fn what_a_world_remembers_of_steps_does_not_grow_with_the_runs() {
    let plan = Plan { seeds: 0..20, steps: 9 };
    let world = shelves(3);
    step(&world);
    assert!(world.local_steps() > 0, "a step is remembered");
    assert_eq!(random_runs(&world, &plan).broken().count(), 0);
    assert_eq!(world.local_steps(), 0);

    let model = Refinement::new(shelves(3), Books(Line("grows")));
    step(&model);
    assert!(model.concrete().local_steps() > 0, "a step is remembered");
    let sample = random_runs(&model, &plan);
    assert_eq!((sample.broken().count(), sample.steps), (0, 60));
    assert_eq!((model.concrete().local_steps(), model.remembered()), (0, 0));
}

#[test]
fn choices_of_a_world_remember_no_more_than_one_list() {
    let model = Refinement::new(shelves(3), Books(Line("grows")));
    choice_driven(&model, Choices { cases: 20, longest: 9, seed: 1 }).unwrap();
    assert_eq!(model.concrete().local_steps(), 0);
}
