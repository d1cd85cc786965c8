//! Random small histories: this checker, the definition, and stateright's tester must agree.

use crate::brute::{explains, is_linearizable};
use crate::objects::{Access, FetchAdd, Queue, Register, Store, Told, Turn};
use proptest::{collection::vec, prelude::*, test_runner::*};
use quorate::linear::{Conclusion, History, Operation, OperationId, Outcome, Sequential, check};
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};
use std::cell::Cell;

/// What a client does next: asks, or is answered, or hears that it had no effect, or gives up for good.
#[derive(Clone, Debug)]
enum Event<O, R> {
    Ask(u64, O),
    Answer(u64, R),
    Fail(u64),
    GiveUp(u64),
}

/// The history of `events`, as far as they make sense: a client asks when nothing of its own is open.
fn history<O: Clone, R: Clone>(events: &[Event<O, R>]) -> History<O, R> {
    let mut history = History::default();
    let mut open: [Option<OperationId>; 3] = [None; 3];
    let mut gone = [false; 3];
    for event in events {
        match event {
            Event::Ask(client, asked) if open[*client as usize].is_none() && !gone[*client as usize] => {
                open[*client as usize] = Some(history.invoke(*client, asked.clone()));
            }
            Event::Answer(client, response) => {
                if let Some(id) = open[*client as usize].take() {
                    history.complete(id, response.clone()).expect("it is open");
                }
            }
            Event::Fail(client) => {
                if let Some(id) = open[*client as usize].take() {
                    history.failed(id).expect("it is open");
                }
            }
            Event::GiveUp(client) => {
                if let Some(id) = open[*client as usize].take() {
                    history.unknown(id).expect("it is open");
                    gone[*client as usize] = true;
                }
            }
            Event::Ask(..) => {}
        }
    }
    history
}

fn events<O: Clone + std::fmt::Debug + 'static, R: Clone + std::fmt::Debug + 'static>(
    asked: impl Strategy<Value = O> + 'static,
    told: impl Strategy<Value = R> + 'static,
) -> impl Strategy<Value = Vec<Event<O, R>>> {
    let event = prop_oneof![
        5 => (0u64..3, asked).prop_map(|(client, asked)| Event::Ask(client, asked)),
        5 => (0u64..3, told).prop_map(|(client, told)| Event::Answer(client, told)),
        1 => (0u64..3).prop_map(Event::Fail),
        1 => (0u64..3).prop_map(Event::GiveUp),
    ];
    vec(event, 4..14)
}

/// How many histories of each verdict were seen, and how many had operations that may or may not have happened.
#[derive(Default, Debug)]
struct Seen {
    green: Cell<u32>,
    red: Cell<u32>,
    vacuous: Cell<u32>,
    unknown_outcomes: Cell<u32>,
    failures: Cell<u32>,
    failures_that_matter: Cell<u32>,
}

impl Seen {
    /// Runs `judge` on random histories from one fixed seed.
    fn run<O: Clone + std::fmt::Debug, R: Clone + std::fmt::Debug>(
        cases: u32,
        events: impl Strategy<Value = Vec<Event<O, R>>>,
        judge: impl Fn(&Seen, &History<O, R>) -> Result<(), TestCaseError>,
    ) {
        let seen = Seen::default();
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let result =
            TestRunner::new_with_rng(config, rng).run(&events, |events| judge(&seen, &history(&events)));
        result.unwrap_or_else(|failure| panic!("with the fixed seed of proptest: {failure}"));
        assert!(seen.green.get() > cases / 20 && seen.red.get() > cases / 20, "too few of a kind: {seen:?}");
        assert!(seen.unknown_outcomes.get() > cases / 20, "too few open operations: {seen:?}");
        assert!(seen.failures.get() > cases / 20, "too few failed operations: {seen:?}");
    }

    fn note<O, R, K>(&self, history: &History<O, R>, conclusion: &Conclusion<K>) {
        let count = match conclusion {
            Conclusion::Linearizable { .. } => &self.green,
            Conclusion::NotLinearizable(_) => &self.red,
            Conclusion::Vacuous => &self.vacuous,
            Conclusion::Unknown { .. } => panic!("the budget suffices for a handful of operations"),
        };
        count.set(count.get() + 1);
        let open = history.operations().any(|(_, operation)| operation.settled().is_none());
        self.unknown_outcomes.set(self.unknown_outcomes.get() + u32::from(open));
        let failed = history.operations().any(|(_, operation)| has_failed(operation));
        self.failures.set(self.failures.get() + u32::from(failed));
    }
}

fn has_failed<O, R>(operation: &Operation<O, R>) -> bool {
    matches!(operation.outcome, Outcome::Failed { .. })
}

/// The verdict is the definition's; an order explains; a refutation's parts are what they are said to be.
fn as_defined<S: Sequential>(
    object: &S,
    seen: &Seen,
    history: &History<S::Operation, S::Response>,
) -> Result<(), TestCaseError> {
    let conclusion = check(object, history, 1_000_000);
    seen.note(history, &conclusion);
    let by_definition = is_linearizable(object, history);
    match &conclusion {
        Conclusion::Linearizable { order } => prop_assert!(explains(object, history, order)),
        Conclusion::NotLinearizable(refutation) => {
            prop_assert!(!by_definition && refutation.minimal);
            prop_assert!(!is_linearizable(object, &believing(history, &refutation.core)));
            let of_failures = refutation.core.iter().any(|id| has_failed(&history[*id]));
            seen.failures_that_matter.set(seen.failures_that_matter.get() + u32::from(of_failures));
            prop_assert!(!is_linearizable(object, &history.only(&refutation.core)));
            for needless in &refutation.core {
                let rest: Vec<_> = refutation.core.iter().copied().filter(|id| id != needless).collect();
                prop_assert!(
                    is_linearizable(object, &believing(history, &rest)),
                    "{needless:?} is not needed"
                );
            }
            let answered = |id: &OperationId| history[*id].response().is_some();
            let placed = refutation.longest.iter().filter(|id| answered(id)).count();
            let all = history.operations().filter(|(id, _)| answered(id));
            let of_key = all.filter(|(_, operation)| object.key(&operation.asked) == refutation.key).count();
            prop_assert_eq!(placed + refutation.unplaced.len(), of_key);
            prop_assert!(!refutation.unplaced.is_empty() && refutation.core.contains(&refutation.first));
        }
        _ => {}
    }
    prop_assert_eq!(!matches!(conclusion, Conclusion::NotLinearizable(_)), by_definition);
    Ok(())
}

/// The history in which only the outcomes of `believed` are known.
fn believing<O: Clone, R: Clone>(history: &History<O, R>, believed: &[OperationId]) -> History<O, R> {
    let mut weakened = History::default();
    let mut events: Vec<(u64, OperationId)> = Vec::new();
    for (id, operation) in history.operations() {
        events.push((operation.invoked, id));
        events.extend(operation.settled().filter(|_| believed.contains(&id)).map(|at| (at, id)));
    }
    events.sort_by_key(|(at, ..)| *at);
    for (at, id) in events {
        let operation = &history[id];
        match operation.response() {
            _ if at == operation.invoked => {
                assert_eq!(weakened.invoke(operation.client, operation.asked.clone()), id);
            }
            Some((_, response)) => weakened.complete(id, response.clone()).expect("it is open"),
            None => weakened.failed(id).expect("it is open"),
        }
    }
    weakened
}

fn access() -> impl Strategy<Value = Access> {
    prop_oneof![
        (1u8..4).prop_map(Access::Write),
        Just(Access::Read),
        (0u8..3, 1u8..3).prop_map(|(from, to)| Access::Cas(from, to)),
    ]
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![Just(Told::Done), (0u8..4).prop_map(Told::Value), any::<bool>().prop_map(Told::Swapped)]
}

/// Answers of the kind that was asked for, so that histories are wrong for interesting reasons.
fn fitting(events: Vec<Event<Access, Told>>) -> Vec<Event<Access, Told>> {
    let mut last = [Access::Read; 3];
    let mut fitted = Vec::new();
    for event in events {
        fitted.push(match event {
            Event::Answer(client, told) => {
                let number = match told {
                    Told::Done => 0,
                    Told::Value(value) => value,
                    Told::Swapped(did) => u8::from(did),
                };
                let told = match last[client as usize] {
                    Access::Write(_) => Told::Done,
                    Access::Read => Told::Value(number),
                    Access::Cas(..) => Told::Swapped(number % 2 == 1),
                };
                Event::Answer(client, told)
            }
            Event::Ask(client, asked) => {
                last[client as usize] = asked;
                Event::Ask(client, asked)
            }
            other => other,
        });
    }
    fitted
}

#[test]
fn on_registers_the_verdict_is_the_definitions() {
    let events = events(access(), told()).prop_map(fitting);
    let refuted_by_failures = Cell::new(0);
    Seen::run(6_000, events, |seen, history| {
        let verdict = as_defined(&Register, seen, history);
        refuted_by_failures.set(seen.failures_that_matter.get());
        verdict
    });
    let count = refuted_by_failures.get();
    assert!(count > 0, "only {count} histories were refuted by an operation that failed");
}

#[test]
fn on_counters_the_verdict_is_the_definitions() {
    Seen::run(1_500, events(1u32..3, 0u32..4), |seen, history| as_defined(&FetchAdd, seen, history));
}

#[test]
fn on_queues_the_verdict_is_the_definitions() {
    let turns = prop_oneof![
        Just(Turn::Enqueue('x')),
        Just(Turn::Enqueue('y')),
        Just(Turn::Dequeue),
        Just(Turn::Dequeue)
    ];
    let told = prop_oneof![3 => Just(None), 1 => Just(Some('x')), 1 => Just(Some('y'))];
    Seen::run(1_500, events(turns, told), |seen, history| as_defined(&Queue, seen, history));
}

#[test]
fn judged_key_by_key_the_verdict_is_the_same() {
    let two_names = events((0u8..2, access()), told());
    Seen::run(1_500, two_names, |seen, history| {
        let split = check(&Store { split: true }, history, 1_000_000);
        let whole = check(&Store { split: false }, history, 1_000_000);
        seen.note(history, &split);
        prop_assert_eq!(split.word(), whole.word());
        as_defined(&Store { split: true }, &Seen::default(), history)
    });
}

/// stateright's idea of the same register.
#[derive(Clone)]
struct Reference(u8);

impl SequentialSpec for Reference {
    type Op = Access;
    type Ret = Told;

    fn invoke(&mut self, access: &Access) -> Told {
        let (after, told) = Register::invoke(self.0, *access);
        self.0 = after;
        told
    }
}

fn tester(history: &History<Access, Told>) -> LinearizabilityTester<u64, Reference> {
    let mut events: Vec<(u64, u64, Option<Told>, Access)> = Vec::new();
    // To stateright's tester an operation that failed never was.
    for (_, operation) in history.operations().filter(|(_, operation)| !has_failed(operation)) {
        events.push((operation.invoked, operation.client, None, operation.asked));
        if let Outcome::Completed { at, response } = operation.outcome {
            events.push((at, operation.client, Some(response), operation.asked));
        }
    }
    events.sort_by_key(|(at, ..)| *at);
    let mut tester = LinearizabilityTester::new(Reference(0));
    for (_, client, told, asked) in events {
        match told {
            None => tester.on_invoke(client, asked).map(drop),
            Some(told) => tester.on_return(client, told).map(drop),
        }
        .expect("clients ask one thing at a time");
    }
    tester
}

#[test]
fn the_verdict_is_that_of_staterights_tester() {
    let longer = vec(events(access(), told()), 2..4).prop_map(|lists| fitting(lists.concat()));
    Seen::run(3_000, longer, |seen, history| {
        let conclusion = check(&Register, history, 1_000_000);
        seen.note(history, &conclusion);
        let consistent = tester(history).is_consistent();
        prop_assert_eq!(!matches!(conclusion, Conclusion::NotLinearizable(_)), consistent);
        Ok(())
    });
}
