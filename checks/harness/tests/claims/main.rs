//! A claim says something where its trigger holds and nowhere else, whoever evaluates it.

use quorate::engine::{Options, search};
use quorate::lockstep::follow;
use quorate::simulate::{Plan, random_runs};
use quorate::verdict::Verdict;
use quorate_spec::{Claims, Kind, Spec, Truth};
use stateright::Model;

/// Counts from 0 to 3. Each claim is false wherever its trigger does not hold.
struct Counter;

impl Model for Counter {
    type State = u8;
    type Action = ();

    fn init_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, _: &u8, actions: &mut Vec<()>) {
        actions.push(());
    }

    fn next_state(&self, state: &u8, (): ()) -> Option<u8> {
        (*state < 3).then_some(state + 1)
    }
}

fn is_one(_: &Counter, state: &u8) -> bool {
    *state == 1
}

fn to_two(_: &Counter, _: &u8, (): &(), after: &u8) -> bool {
    *after == 2
}

fn never(_: &Counter, _: &u8) -> bool {
    false
}

impl Spec for Counter {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("Count")]
    }

    fn kind(&self, (): &()) -> Kind {
        Kind("Count")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("state", "one where it is one", is_one).when(is_one);
        claims.always_step("step", "to two where it is to two", to_two).when_step(to_two);
        claims.at_end("end", "never said", is_one).when(is_one);
        claims.sometimes("reached", "one, but only asked where nothing is", is_one).when(never);
    }
}

fn claims() -> Claims<Counter> {
    let mut claims = Claims::default();
    Counter.claims(&mut claims);
    claims
}

#[test]
fn a_claim_is_silent_where_its_trigger_does_not_hold() {
    let claims = claims();
    let [state, step, end, reached] = claims.as_slice() else { panic!("four claims") };
    assert_eq!(
        [0, 1, 2].map(|at| state.at_state(&Counter, &at)),
        [Truth::Silent, Truth::Holds, Truth::Silent]
    );
    assert_eq!(step.over_step(&Counter, &0, &(), &1), Truth::Silent);
    assert_eq!(step.over_step(&Counter, &1, &(), &2), Truth::Holds);
    assert_eq!(end.at_end(&Counter, &3), Truth::Silent);
    assert_eq!(end.at_end(&Counter, &1), Truth::Holds);
    assert_eq!(reached.at_state(&Counter, &1), Truth::Silent);
}

#[test]
fn a_search_random_runs_and_choices_agree_on_it() {
    let report = search(&Counter, &Options { threads: 1, ..Options::default() });
    let said: Vec<_> = report.findings.iter().map(|finding| (finding.claim.id(), finding.triggers)).collect();
    assert_eq!(said, [("state", 1), ("step", 1), ("end", 0), ("reached", 0)]);
    assert!(matches!(report.findings[0].verdict, Verdict::Complete { .. }));
    assert!(matches!(report.findings[2].verdict, Verdict::Vacuous), "an untriggered claim is not green");
    assert!(matches!(report.findings[3].verdict, Verdict::Unreached));

    let sample = random_runs(&Counter, &Plan { seeds: 0..1, steps: 9 });
    assert_eq!(sample.broken().count(), 0);
    let counted: Vec<_> = sample.claims.iter().map(|sampled| sampled.triggers).collect();
    assert_eq!(counted, [1, 1, 0, 0], "as the search counts them");
    assert_eq!(sample.vacuous().map(|claim| claim.id()).collect::<Vec<_>>(), ["end", "reached"]);

    assert_eq!(follow(&Counter, &[0; 9]).1, None);
}

/// As [`Counter`], and broken in its initial state.
struct BadStart;

impl Model for BadStart {
    type State = u8;
    type Action = ();

    fn init_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, _: &u8, _: &mut Vec<()>) {}

    fn next_state(&self, _: &u8, (): ()) -> Option<u8> {
        None
    }
}

impl Spec for BadStart {
    fn kinds(&self) -> Vec<Kind> {
        Vec::new()
    }

    fn kind(&self, (): &()) -> Kind {
        Kind("none")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("positive", "more than none", |_, state| *state > 0);
    }
}

#[test]
fn choices_judge_the_initial_state_too() {
    assert_eq!(follow(&BadStart, &[]).1, Some("positive"));
}

/// Claims of a model that are wrong in themselves: the panic that says so.
fn refused(add: fn(&mut Claims<Counter>)) -> String {
    let panic = std::panic::catch_unwind(|| add(&mut Claims::default())).expect_err("it is refused");
    panic.downcast_ref::<String>().expect("a text").clone()
}

#[test]
fn claims_without_an_id_or_with_one_twice_name_the_model_and_the_claims() {
    let twice = refused(|claims| {
        claims.always("C-1", "is small", never).sometimes("C-1", "is large", is_one);
    });
    assert_eq!(twice, "claims::Counter: two claims have the id \"C-1\": \"is small\" and \"is large\"");
    let blank = refused(|claims| {
        claims.always("", "is small", never);
    });
    assert_eq!(blank, "claims::Counter: a claim needs an id; this one has none: \"is small\"");
    let blank = refused(|claims| {
        claims.at_end(" \t\n", "is small", never);
    });
    assert_eq!(blank, "claims::Counter: a claim needs an id; this one has none: \"is small\"");
}
