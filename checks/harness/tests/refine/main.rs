//! Refinement notices what the code never does: in tests, in searches, in random runs and in lockstep, for any mapping.

mod many;

use quorate::engine::{Limits, Options, Stop, search};
use quorate::lockstep::{Choices, Reach, choice_driven, model_driven};
use quorate::refine::{Mapping, Refinement, Waiver, Walk};
use quorate::registry::{Check, Context, Expect, Identity, Judgement, Sampling, Search};
use quorate::simulate::Plan;
use quorate::trace::Form;
use quorate_spec::{Claims, Kind, Spec};
use stateright::Model;

/// A lock as it is meant to be.
#[derive(Clone, Debug)]
struct Lock;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
enum Step {
    Grant(u8),
    Release,
}

impl Model for Lock {
    type State = Option<u8>;
    type Action = Step;

    fn init_states(&self) -> Vec<Option<u8>> {
        vec![None]
    }

    fn actions(&self, owner: &Option<u8>, actions: &mut Vec<Step>) {
        match owner {
            None => actions.extend([Step::Grant(1), Step::Grant(2)]),
            Some(_) => actions.push(Step::Release),
        }
    }

    fn next_state(&self, owner: &Option<u8>, step: Step) -> Option<Option<u8>> {
        match (owner, step) {
            (None, Step::Grant(client)) => Some(Some(client)),
            (Some(_), Step::Release) => Some(None),
            _ => None,
        }
    }
}

impl Spec for Lock {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("Grant"), Kind("Release")]
    }

    fn kind(&self, step: &Step) -> Kind {
        Kind(match step {
            Step::Grant(_) => "Grant",
            Step::Release => "Release",
        })
    }

    fn claims(&self, _: &mut Claims<Self>) {}
}

/// A server that should be such a lock: it counts events, and may never release, or grant what is taken.
#[derive(Clone, Debug)]
struct Server {
    releases: bool,
    steals: bool,
}

impl Model for Server {
    type State = (Option<u8>, u8);
    type Action = Step;

    fn init_states(&self) -> Vec<(Option<u8>, u8)> {
        vec![(None, 0)]
    }

    fn actions(&self, (owner, _): &(Option<u8>, u8), actions: &mut Vec<Step>) {
        if owner.is_none() || self.steals {
            actions.extend([Step::Grant(1), Step::Grant(2)]);
        }
        if owner.is_some() && self.releases {
            actions.push(Step::Release);
        }
    }

    fn next_state(&self, (_, events): &(Option<u8>, u8), step: Step) -> Option<(Option<u8>, u8)> {
        let owner = match step {
            Step::Grant(client) => Some(client),
            Step::Release => None,
        };
        (*events < 4).then_some((owner, events + 1))
    }
}

impl Spec for Server {
    fn kinds(&self) -> Vec<Kind> {
        if self.releases { Lock.kinds() } else { vec![Kind("Grant")] }
    }

    fn kind(&self, step: &Step) -> Kind {
        Lock.kind(step)
    }

    fn claims(&self, _: &mut Claims<Self>) {}
}

#[derive(Clone, Debug)]
struct AsLock {
    waived: bool,
}

impl Mapping for AsLock {
    type Concrete = Server;
    type Abstract = Lock;

    fn specification(&self) -> &Lock {
        &Lock
    }

    fn abstraction(&self, _: &Server, (owner, _): &(Option<u8>, u8)) -> Option<u8> {
        *owner
    }

    fn view(&self, _: &Server, (owner, _): &(Option<u8>, u8)) -> u128 {
        owner.map_or(0, |client| 1 + u128::from(client))
    }

    fn witness(
        &self,
        _: &Server,
        _: &(Option<u8>, u8),
        step: &Step,
        _: &(Option<u8>, u8),
        walk: &mut Walk<'_, Lock>,
    ) {
        walk.take(*step);
    }

    fn same(&self, wanted: &Step, named: &Step) -> bool {
        wanted == named
    }

    fn waived(&self) -> Vec<Waiver> {
        let waiver = Waiver { kind: Kind("Release"), reason: "clients of this scope keep what they have" };
        if self.waived { vec![waiver] } else { Vec::new() }
    }
}

fn server(releases: bool, steals: bool, waived: bool) -> Refinement<AsLock> {
    Refinement::new(Server { releases, steals }, AsLock { waived })
}

fn whole() -> Refinement<AsLock> {
    server(true, false, false)
}

/// It refines the lock in every step, and never performs a release.
fn idle() -> Refinement<AsLock> {
    server(false, false, false)
}

const MISSED: &str = "no step of the code is ever Release";

fn failures(model: &Refinement<AsLock>, options: &Options) -> Vec<String> {
    search(model, options).failures()
}

#[test]
fn a_complete_search_of_code_that_performs_everything_is_green() {
    quorate::test::complete(whole());
    quorate::test::complete(server(false, false, true));
}

#[test]
#[should_panic(expected = "no step of the code is ever Release")]
fn a_test_fails_if_the_code_never_performs_an_action() {
    quorate::test::complete(idle());
}

#[test]
fn a_check_fails_if_the_code_never_performs_an_action() {
    let run = |model| {
        let check = Check::from(Search::new("lock", "server", model, Form::debug()));
        check.run(&Context { traces: None, ..Context::default() }, "lock-server")
    };
    let outcome = run(idle());
    let unmet: Vec<_> = outcome.rows.iter().filter(|row| row.judgement != Judgement::Met).collect();
    assert_eq!(unmet.len(), 1);
    assert_eq!(unmet[0].judgement, Judgement::Unmet(MISSED.to_owned()));
    assert!(outcome.lines.iter().any(|line| line.contains("1 of 2 actions hit, Release NEVER HIT")));
    let outcome = run(server(false, false, true));
    assert!(outcome.rows.iter().all(|row| row.judgement == Judgement::Met));
    let waived =
        "1 of 2 actions hit, Release waived (clients of this scope keep what they have), image 3 states";
    assert!(outcome.lines.iter().any(|line| line.contains(waived)), "{:?}", outcome.lines);
}

#[test]
fn of_a_search_that_was_cut_or_refuted_nothing_is_said_to_be_missing() {
    assert_eq!(failures(&idle(), &Options::single()), [MISSED]);
    let depth = Options { limits: Limits { depth: Some(1), ..Limits::default() }, ..Options::single() };
    let cut = failures(&idle(), &depth);
    assert!(!cut.is_empty() && !cut.contains(&MISSED.to_owned()), "{cut:?}");
    for stop in [Stop::FirstViolation, Stop::Exhausted] {
        let stolen = failures(&server(false, true, false), &Options { stop, ..Options::single() });
        assert!(stolen.len() == 1 && stolen[0].starts_with("refines: "), "{stop:?}: {stolen:?}");
    }
}

#[test]
fn each_search_counts_for_itself() {
    let model = whole();
    assert_eq!(failures(&model, &Options::single()), [""; 0]);
    let first = model.adequacy();
    assert_eq!(failures(&model, &Options::single()), [""; 0]);
    assert_eq!(model.adequacy(), first);
    assert_eq!(first.image, 3);
}

fn sampled(model: Refinement<AsLock>, expect: Expect) -> (Judgement, Vec<String>) {
    let sampling = Sampling {
        model,
        form: Form::debug(),
        plan: Plan { seeds: 0..20, steps: 10 },
        property: ("refines", "every step of the code is a step of the lock"),
        faults: &[],
        exercised: &[],
        triggered: &[],
        after: None,
        expect,
    };
    let check = sampling.check(Identity { protocol: "lock".to_owned(), ..Identity::default() });
    let outcome = check.run(&Context { traces: None, ..Context::default() }, "lock-random");
    (outcome.rows[0].judgement.clone(), outcome.lines)
}

#[test]
fn random_runs_that_never_perform_an_action_are_not_green() {
    let (judgement, lines) = sampled(whole(), Expect::Holds);
    assert_eq!(judgement, Judgement::Met);
    assert!(lines.iter().any(|line| line.starts_with("the code performed: Grant ")), "{lines:?}");
    assert!(matches!(sampled(idle(), Expect::Holds).0, Judgement::Unmet(_)));
    assert_eq!(sampled(server(false, false, true), Expect::Holds).0, Judgement::Met);
    let broken = Expect::Violated { steps: None };
    assert_eq!(sampled(server(false, true, false), broken).0, Judgement::Met, "a refutation is not about it");
}

#[test]
fn lists_of_choices_that_never_perform_an_action_are_not_green() {
    let choices = Choices { cases: 20, longest: 8, seed: 1 };
    assert_eq!(choice_driven(&whole(), choices), Ok(()));
    assert_eq!(choice_driven(&idle(), choices), Err(format!("seed 1: {MISSED}")));
    assert_eq!(choice_driven(&server(false, false, true), choices), Ok(()));
}

#[test]
fn a_specification_that_leads_in_vain_is_not_green() {
    let follow = |model| {
        let reach = Reach { events: 2, states: 100 };
        model_driven(&model, &Plan { seeds: 0..5, steps: 4 }, reach).failures()
    };
    assert_eq!(follow(whole()), [""; 0]);
    assert_eq!(follow(idle()), ["the code never follows Release"]);
    assert_eq!(follow(server(false, false, true)), [""; 0]);
}
