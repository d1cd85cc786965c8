//! A replica in a world whose invariant a request breaks: a finding of the check, in random runs and in a search.

use crate::panics::{identity, no_panic, run};
use quorate::registry::{Check, Expect, Judgement, Sampling, Search};
use quorate::simulate::Plan;
use quorate::trace::Form;
use quorate::world::{Scope, World, WorldModel};
use quorate_machine::{Effects, Input, Machine, NodeId};
use quorate_spec::Claims;
use serde::{Deserialize, Serialize};

/// A shelf that may hold two books and takes any number.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Shelf {
    pub(crate) books: u8,
    most: u8,
}

impl Machine for Shelf {
    type Config = u8;
    type Message = ();
    type Write = ();
    type Durable = ();
    type Request = u8;
    type Response = ();
    type Notice = ();
    type TimerKind = ();

    fn recover(most: &u8, _: NodeId, (): &()) -> Self {
        Shelf { books: 0, most: *most }
    }

    fn handle(&mut self, input: Input<Self>, _: &mut Effects<Self>) {
        if let Input::Request { request, .. } = input {
            self.books += request;
        }
    }

    fn persist((): &mut (), (): &()) {}

    fn check_invariants(&self) {
        assert!(self.books <= self.most, "a shelf holds {} books of {}", self.books, self.most);
    }
}

pub(crate) type Shelves = WorldModel<Shelf, ()>;

pub(crate) fn shelves(most: u8) -> Shelves {
    let mut scope = Scope::new("shelves", 2, most);
    scope.requests = vec![1, 1, 1];
    WorldModel::new(scope).claim(|claims: &mut Claims<Shelves>| {
        claims.always("up", "both shelves hang", |_, world: &World<Shelf, ()>| {
            world.nodes().iter().all(|node| node.driver().is_some())
        });
    })
}

fn sampling(most: u8) -> Check {
    let sampling = Sampling {
        model: shelves(most),
        form: Form::serde(),
        plan: Plan { seeds: 20..60, steps: 9 },
        property: ("up", "both shelves hang"),
        faults: &[],
        exercised: &["request"],
        triggered: &[],
        after: None,
        expect: Expect::Holds,
    };
    sampling.check(identity("shelves"))
}

const SAYS: &str = "a shelf holds 3 books of 2";

#[test]
fn a_request_that_breaks_an_invariant_in_a_random_run_is_a_finding_with_its_seed() {
    let outcome = run(&sampling(2), "shelves");
    let row = no_panic(&outcome, "shelves");
    let sentence = row.sentence.as_deref().expect("it is told");
    assert!(sentence.starts_with("seed ") && sentence.contains(SAYS), "{sentence}");
    // Two requests to one shelf; whoever goes on from there meets the panic.
    assert_eq!(row.trace_steps, Some(2), "{sentence}");
    assert!(row.trace.is_some(), "a trace that replays: {sentence}");
    assert!(outcome.rows.iter().any(|row| row.property == "up" && row.judgement != Judgement::Met));
    let sound = run(&sampling(3), "sound");
    assert!(sound.rows.iter().all(|row| row.judgement == Judgement::Met), "{:?}", sound.rows);
}

#[test]
fn a_request_that_breaks_an_invariant_in_a_search_is_a_finding_with_its_path() {
    let outcome = run(&Search::new("toy", "shelves", shelves(2), Form::serde()).into(), "shelves");
    let row = no_panic(&outcome, "shelves");
    assert!(row.sentence.as_deref().is_some_and(|sentence| sentence.contains(SAYS)), "{row:?}");
    assert_eq!(row.trace_steps, Some(2), "{row:?}");
    assert!(row.trace.is_some(), "a trace that replays: {row:?}");
}
