//! Requests of the script that no run ever asks: they are named, and the check is not green.

use crate::ledger::{Ledger, Told};
use quorate::{
    engine::{Limits, Options, search},
    registry::{Check, Context, Expect, Identity, Judgement, Sampling},
    simulate::Plan,
    trace::Form,
    world::{Persistence, Scope, World, WorldModel},
};
use quorate_spec::Claims;

type Ledgers = WorldModel<Ledger<false>, Told>;
type In = World<Ledger<false>, Told>;

fn one_is_asked(world: &In) -> bool {
    world.ghost().asked.len() <= 1
}

fn claims(claims: &mut Claims<Ledgers>) {
    claims.always("few", "at most two values are asked for", |_, world| world.ghost().asked.len() <= 2);
}

fn world(is_bound: bool) -> Ledgers {
    let mut scope = Scope::new("asked", 2, 2);
    scope.requests = vec![1, 2];
    scope.persistence = Persistence::Atomic;
    scope.bound = is_bound.then_some(("one request", one_is_asked));
    WorldModel::new(scope).claim(claims)
}

const NEVER: &str = "request 1 of the script, 2, is never asked within the bound `one request`";

#[test]
fn a_request_that_the_bound_forbids_is_named_and_the_search_is_not_green() {
    let bound = world(true);
    // What an earlier search of the same model asked does not count.
    for _ in 0..2 {
        let report = search(&bound, &Options::single());
        assert!(report.ended.is_complete());
        assert_eq!(report.failures(), [NEVER]);
    }
    assert!(search(&world(false), &Options::single()).is_green(), "without the bound both are asked");
}

#[test]
fn requests_that_are_never_asked_are_counted() {
    let mut scope = world(true).scope().clone();
    scope.requests = vec![2, 1, 2, 1];
    let report = search(&WorldModel::new(scope).claim(claims), &Options::single());
    let never = "request 1 of the script, 1, is never asked within the bound `one request`";
    assert_eq!(report.failures(), [format!("{never}, nor is any of the 2 after it")]);
}

#[test]
fn of_a_search_that_was_cut_nobody_knows_what_the_rest_would_have_asked() {
    let limits = Limits { depth: Some(1), ..Limits::default() };
    let report = search(&world(false), &Options { limits, ..Options::single() });
    assert!(!report.ended.is_complete());
    assert_eq!(report.remarks.failures, Vec::<String>::new());
}

#[test]
fn random_runs_that_never_ask_a_request_are_not_green_and_name_it() {
    for is_bound in [true, false] {
        let sampling = Sampling {
            model: world(is_bound),
            form: Form::debug(),
            plan: Plan { seeds: 0..20, steps: 20 },
            property: ("few", "at most two values are asked for"),
            faults: &[],
            exercised: &[],
            triggered: &[],
            after: None,
            expect: Expect::Holds,
        };
        let check: Check = sampling.check(Identity::default());
        let outcome = check.run(&Context { traces: None, threads: 1, ..Context::default() }, "asked");
        let [row] = outcome.rows.as_slice() else { panic!("{:?}", outcome.rows) };
        assert_eq!(row.judgement == Judgement::Met, !is_bound, "{row:?}");
        assert_eq!(row.sentence.as_deref(), is_bound.then_some(NEVER));
    }
}
