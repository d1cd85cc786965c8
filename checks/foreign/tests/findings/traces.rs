//! The checks that find them: from scratch, with a trace that a maintainer of the crate can read.

use crate::run::changed;
use quorate::registry::{Conclusion, Context, Judgement, Registry};
use quorate::trace::{Fate, Trace};

fn registry() -> Registry {
    let mut registry = Registry::new("quorate", "what others publish");
    quorate_foreign::register(&mut registry);
    registry
}

/// Runs the check of that scope, which is to find `finding`; its trace.
fn found(finding: &str, scope: &str) -> Trace {
    let folder = std::env::temp_dir().join(format!("quorate-findings-{}-{scope}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for traces");
    let registry = registry();
    let check =
        registry.checks().iter().find(|check| check.identity().scope == scope).expect("it is registered");
    let context = Context { traces: Some(folder.clone()), ..Context::default() };
    let outcome = check.run(&context, scope);
    for row in &outcome.rows {
        println!("{} {}: {:?}", row.scope, row.property, row.sentence);
        if let Judgement::Unmet(why) | Judgement::Cut(why) = &row.judgement {
            panic!("{}", changed(finding, &format!("the check {scope}, {}: {why}", row.property)));
        }
    }
    let row = outcome.rows.iter().find(|row| row.conclusion == Conclusion::Violated).expect("it is found");
    let trace = Trace::load(row.trace.as_ref().expect("a trace was written")).expect("it can be read");
    let live = registry.model_of(&trace.harness.as_ref().expect("ours").check).expect("its model is known");
    live.verify(&trace).expect("it replays");
    drop(std::fs::remove_dir_all(folder));
    trace
}

#[test]
fn omnipaxos_loses_decided_commands_from_scratch() {
    let trace = found("A", "reconnect");
    let harness = trace.harness.expect("ours");
    let lanes: Vec<&str> = harness.actors.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(lanes, ["node 1", "node 2", "node 3"]);
    assert!(harness.check.minimised.is_some(), "it is made shorter");
    let labels: Vec<&str> = harness.steps.iter().map(|step| step.label.as_str()).collect();
    println!("{labels:#?}");
    let reconnects = labels.iter().any(|label| label.ends_with("are reconnected()"));
    let last = labels.last().expect("steps");
    let as_reported = reconnects && last.contains("receives AcceptSync decided");
    assert!(as_reported, "{}", changed("A", &format!("the check finds another run, {labels:?}")));
    let arrows = harness.messages.iter().filter(|message| message.fate == Fate::Delivered).count();
    let receipts = harness.steps.iter().filter(|step| step.recv.is_some()).count();
    assert_eq!(arrows, receipts, "every receipt is an arrow");
}

#[test]
fn omnipaxos_decides_two_commands_at_one_index_of_a_trimmed_log_from_scratch() {
    let labels: Vec<String> =
        found("B", "trim").harness.expect("ours").steps.into_iter().map(|step| step.label).collect();
    println!("{labels:#?}");
    let trims = labels.iter().any(|label| label.ends_with("trim(None)"));
    assert!(trims, "{}", changed("B", &format!("the check finds a run without a trim, {labels:?}")));
}

#[test]
fn raft_answers_a_stale_read_from_scratch() {
    let harness = found("C", "removed-leader-reads").harness.expect("ours");
    let labels: Vec<&str> = harness.steps.iter().map(|step| step.label.as_str()).collect();
    println!("{labels:#?}");
    let removed = labels.contains(&"node 1: propose_conf_change(Remove(1))");
    let as_reported = removed && labels.ends_with(&["node 1: read_index(1)"]);
    assert!(as_reported, "{}", changed("C", &format!("the check finds another run, {labels:?}")));
    assert!(labels.contains(&"node 2 receives MsgRequestVote term 2"), "labels tell the term: {labels:?}");
}

#[test]
fn foca_announces_itself_to_its_own_past() {
    let trace = found("G", "own-past");
    let steps = trace.harness.expect("ours").steps;
    let label = &steps.last().expect("it has steps").label;
    assert_eq!(label, "node 1 receives Announce of 1.1 to 1.0", "a packet to the address that it comes from");
}
