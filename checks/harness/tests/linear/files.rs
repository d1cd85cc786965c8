//! Histories that were written down: read as they were, and refused where they cannot have happened.

use crate::objects::{Access, Register, Told};
use proptest::{collection::vec, prelude::*, test_runner::*};
use quorate::linear::{Conclusion, History, HistoryError, Operation, OperationId, Outcome, check};
use serde_json::{Value, json};

/// A history of numbers as JSON: each operation's invocation, and what became of it.
fn text(events: u64, operations: &[(u64, Value)]) -> String {
    let operation = |(invoked, outcome): &(u64, Value)| {
        json!({ "client": 0, "asked": invoked, "invoked": invoked, "outcome": outcome }).to_string()
    };
    let lines: Vec<String> = operations.iter().map(operation).collect();
    format!("{{\"events\": {events}, \"operations\": [\n{}]}}", lines.join(",\n"))
}

fn answered(at: u64) -> Value {
    json!({ "Completed": { "at": at, "response": 7 } })
}

#[track_caller]
fn refused(events: u64, operations: &[(u64, Value)], line: usize, reason: &str) {
    let text = text(events, operations);
    let error = serde_json::from_str::<History<u64, u8>>(&text).expect_err(&text);
    assert!(error.to_string().starts_with(reason), "{error}\n{text}");
    assert_eq!(error.line(), line, "{error}\n{text}");
}

#[test]
fn a_history_that_cannot_have_happened_is_refused_with_line_and_reason() {
    refused(
        9,
        &[(0, answered(2)), (5, answered(3))],
        3,
        "operation 1 is answered at moment 3, which is not after its invocation at moment 5",
    );
    refused(
        9,
        &[(4, json!({ "Failed": { "at": 4 } }))],
        2,
        "operation 0 is answered at moment 4, which is not after its invocation at moment 4",
    );
    let twice = |at, other| {
        format!(
            "operation 1 has an event at moment {at}, which is the moment of an event of operation {other}"
        )
    };
    refused(9, &[(0, answered(2)), (0, answered(3))], 3, &twice(0, 0));
    refused(9, &[(0, answered(2)), (1, answered(2))], 3, &twice(2, 0));
    refused(9, &[(0, answered(2)), (2, json!("Unknown"))], 3, &twice(2, 0));
    let short = "the history counts 3 events, yet operation 0 has one at moment 3";
    refused(3, &[(0, answered(3)), (1, json!("Pending"))], 3, short);
    refused(
        0,
        &[(0, json!("Pending"))],
        2,
        "the history counts 0 events, yet operation 0 has one at moment 0",
    );
}

/// Written in the order of answers, as a log of a test run has it, a stale read is as stale.
#[test]
fn operations_out_of_order_are_sorted_and_a_stale_read_stays_one() {
    let operation = |client: u64, asked: Access, invoked: u64, at: u64, response: Told| {
        let (asked, response) = (format!("{asked:?}"), format!("{response:?}"));
        json!({ "client": client, "asked": asked, "invoked": invoked,
                "outcome": { "Completed": { "at": at, "response": response } } })
    };
    let late_first = json!({ "events": 6, "operations": [
        operation(2, Access::Read, 4, 5, Told::Value(1)),
        operation(1, Access::Write(1), 0, 1, Told::Done),
        operation(1, Access::Write(2), 2, 3, Told::Done),
    ] });
    let read: History<String, String> = serde_json::from_value(late_first).expect("possible");
    let clients: Vec<u64> = read.operations().map(|(_, operation)| operation.client).collect();
    assert_eq!(clients, [1, 1, 2]);
    let mut history = History::default();
    for (_, operation) in read.operations() {
        let (asked, told) = match operation.asked.as_str() {
            "Write(1)" => (Access::Write(1), Told::Done),
            "Write(2)" => (Access::Write(2), Told::Done),
            _ => (Access::Read, Told::Value(1)),
        };
        let id = history.invoke(operation.client, asked);
        history.complete(id, told).expect("it is open");
    }
    assert!(matches!(check(&Register, &history, 1_000), Conclusion::NotLinearizable(_)));
}

#[test]
fn a_definite_failure_has_no_effect_and_an_unknown_outcome_may() {
    let of = |end: fn(&mut History<Access, Told>, OperationId) -> Result<(), HistoryError>| {
        let mut history = History::default();
        let write = history.invoke(1, Access::Write(7));
        end(&mut history, write).expect("it is open");
        let read = history.invoke(2, Access::Read);
        history.complete(read, Told::Value(7)).expect("it is open");
        history
    };
    let unknown = of(History::unknown);
    assert!(check(&Register, &unknown, 1_000).is_green());
    let failed = of(History::failed);
    let conclusion = check(&Register, &failed, 1_000);
    let Conclusion::NotLinearizable(refutation) = &conclusion else { panic!("{conclusion:?}") };
    assert_eq!(refutation.core.len(), 2, "the read, and that the write failed: {refutation:?}");
    assert_eq!(
        conclusion.sentence(&failed),
        "not linearizable: no order explains these 2 responses:\n  \
         client 1: Write(7) -> failed, without effect, from 0 to 1\n  \
         client 2: Read -> Value(7), from 2 to 3"
    );
    assert!(matches!(
        failed.operations().next(),
        Some((_, Operation { outcome: Outcome::Failed { at: 1 }, .. }))
    ));
}

#[test]
fn what_has_failed_is_over() {
    let mut history: History<u8, u8> = History::default();
    let id = history.invoke(1, 0);
    history.unknown(id).expect("it is open");
    history.failed(id).expect("a late failure still says what happened");
    for again in [history.complete(id, 0), history.failed(id), history.unknown(id)] {
        assert_eq!(again, Err(HistoryError::Answered(id)));
    }
    assert_eq!(check_nothing(&history), Conclusion::Vacuous);
}

fn check_nothing(history: &History<u8, u8>) -> Conclusion<()> {
    struct Any;
    impl quorate::linear::Sequential for Any {
        type State = ();
        type Operation = u8;
        type Response = u8;
        type Key = ();
        fn init(&self) {}
        fn step(&self, (): &(), _: &u8, _: Option<&u8>) -> impl IntoIterator<Item = ()> {
            Some(())
        }
    }
    check(&Any, history, 1_000)
}

/// Any two events of a written history are exchanged or set to the same moment: the history is refused, or the moments
/// still name each event once and no answer comes before its question.
#[test]
fn whatever_is_done_to_the_moments_no_impossible_history_is_read() {
    let moments = vec((0u64..12, 0u64..12, 0u8..4), 1..6);
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let config = Config { cases: 4_000, failure_persistence: None, ..Config::default() };
    let (mut read, mut refused) = (0, 0);
    let result = TestRunner::new_with_rng(config, rng).run(&(moments, 0u64..14), |(moments, events)| {
        let outcome = |at: u64, kind: u8| match kind {
            0 => json!("Pending"),
            1 => json!("Unknown"),
            2 => json!({ "Failed": { "at": at } }),
            _ => answered(at),
        };
        let operations: Vec<(u64, Value)> =
            moments.iter().map(|(invoked, at, kind)| (*invoked, outcome(*at, *kind))).collect();
        let mut all: Vec<u64> = moments.iter().map(|(invoked, ..)| *invoked).collect();
        all.extend(moments.iter().filter(|(_, _, kind)| *kind > 1).map(|(_, at, _)| *at));
        let in_time = moments.iter().all(|(invoked, at, kind)| *kind < 2 || invoked < at);
        let below = all.iter().all(|moment| *moment < events);
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        let possible = in_time && below && all.len() == count;
        match serde_json::from_str::<History<u64, u8>>(&text(events, &operations)) {
            Ok(history) => {
                prop_assert!(possible, "believed: {operations:?}, {events} events");
                let order: Vec<u64> = history.operations().map(|(_, operation)| operation.invoked).collect();
                prop_assert!(order.is_sorted());
                let again: History<u64, u8> =
                    serde_json::from_str(&serde_json::to_string(&history).expect("plain data"))
                        .expect("written");
                prop_assert_eq!(history, again);
            }
            Err(error) => prop_assert!(!possible, "{error}: {operations:?}, {events} events"),
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("with the fixed seed of proptest: {failure}"));
    for (invoked, at) in [(0, 1), (1, 0)] {
        match serde_json::from_str::<History<u64, u8>>(&text(2, &[(invoked, answered(at))])) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert_eq!((read, refused), (1, 1));
}
