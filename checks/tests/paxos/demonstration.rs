//! The run to look at: found, as short as single events go, and the same every time.

use quorate::trace::{CheckInfo, Form, Recorder, Trace, verify};
use quorate_checks::paxos::demonstration::{found, wild};
use quorate_checks::paxos::marks::marks;
use quorate_spec::{Kind, Spec};
use std::collections::BTreeSet;

#[test]
fn the_wild_run_shows_every_fault_and_is_found_again() {
    let model = wild();
    let (seed, from, run) = found(&model).expect("some seed shows it");
    println!("seed {seed}: {from} events, shortened to {}", run.len());
    let kinds: BTreeSet<Kind> = run.actions().map(|event| model.kind(event)).collect();
    for kind in ["drop", "duplicate", "restart", "request"].map(Kind) {
        assert!(kinds.contains(&kind), "no {kind} among {kinds:?}");
    }
    assert!(run.len() < from, "seed {seed}: {} of {from} events are left", run.len());
    let again = found(&wild()).expect("the same seed shows it");
    assert_eq!((again.0, again.2.steps), (seed, run.steps));
}

#[test]
fn its_intervals_and_the_specification_beside_it_are_checked_like_all_else() {
    let model = wild();
    let (_, _, run) = found(&model).expect("some seed shows it");
    let form = Form::serde().marked(marks).beside_specification();
    let trace = Recorder::new(&model, form).trace(&run.init, &run.steps, CheckInfo::default());
    let told = trace.harness.as_ref().expect("our own traces have it");
    assert!(
        told.spans.iter().any(|span| span.label.starts_with("leader of ") && span.to.is_some()),
        "a leader falls"
    );
    assert!(told.ops.iter().any(|op| op.result.as_deref() == Some("chosen in slot 0")), "{:?}", told.ops);
    assert!(told.expected.iter().all(Option::is_some), "every state of the code stands for one");
    verify(&model, &form, &trace).expect("it is as it was recorded");

    type Edit = fn(&mut quorate::trace::Harness);
    let edits: [(&str, Edit); 3] = [
        ("harness.spans[0]", |told| told.spans[0].from += 1),
        ("harness.ops[0]", |told| told.ops[0].label.push('0')),
        ("harness.expected[1]", |told| told.expected[1] = None),
    ];
    for (place, edit) in edits {
        let mut edited: Trace = trace.clone();
        edit(edited.harness.as_mut().expect("our own traces have it"));
        let found = verify(&model, &form, &edited).expect_err(place);
        assert_eq!(found.at, place);
    }
}
