//! The checks that find them: from scratch, with a trace that a maintainer of the crate can read.

use quorate::registry::{Conclusion, Context, Judgement, Registry};
use quorate::trace::{Fate, Trace};

fn registry() -> Registry {
    let mut registry = Registry::new("quorate", "what others publish");
    quorate_foreign::register(&mut registry);
    registry
}

/// Runs the check of that scope; its trace.
fn found(scope: &str) -> Trace {
    let folder = std::env::temp_dir().join(format!("quorate-findings-{}-{scope}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for traces");
    let registry = registry();
    let check =
        registry.checks().iter().find(|check| check.identity().scope == scope).expect("it is registered");
    let context = Context { traces: Some(folder.clone()), ..Context::default() };
    let outcome = check.run(&context, scope);
    for row in &outcome.rows {
        println!("{} {}: {:?}", row.scope, row.property, row.sentence);
        assert_eq!(row.judgement, Judgement::Met, "{scope} {}", row.property);
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
    let trace = found("reconnect");
    let harness = trace.harness.expect("ours");
    let lanes: Vec<&str> = harness.actors.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(lanes, ["node 1", "node 2", "node 3"]);
    assert!(harness.check.minimised.is_some(), "it is made shorter");
    let labels: Vec<&str> = harness.steps.iter().map(|step| step.label.as_str()).collect();
    println!("{labels:#?}");
    assert!(labels.iter().any(|label| label.ends_with("are reconnected()")), "{labels:#?}");
    let last = labels.last().expect("steps");
    assert!(last.contains("receives AcceptSync decided"), "{last}");
    let arrows = harness.messages.iter().filter(|message| message.fate == Fate::Delivered).count();
    let receipts = harness.steps.iter().filter(|step| step.recv.is_some()).count();
    assert_eq!(arrows, receipts, "every receipt is an arrow");
}

#[test]
fn omnipaxos_decides_two_commands_at_one_index_of_a_trimmed_log_from_scratch() {
    let labels: Vec<String> =
        found("trim").harness.expect("ours").steps.into_iter().map(|step| step.label).collect();
    println!("{labels:#?}");
    assert!(labels.iter().any(|label| label.ends_with("trim(None)")), "{labels:#?}");
}

#[test]
fn raft_answers_a_stale_read_from_scratch() {
    let harness = found("removed-leader-reads").harness.expect("ours");
    let labels: Vec<&str> = harness.steps.iter().map(|step| step.label.as_str()).collect();
    println!("{labels:#?}");
    assert!(labels.contains(&"node 1: propose_conf_change(Remove(1))"));
    assert_eq!(labels[labels.len() - 1], "node 1: read_index(1)");
    assert!(labels.contains(&"node 2 receives MsgRequestVote term 2"));
}
