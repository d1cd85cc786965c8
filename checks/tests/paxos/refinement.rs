//! The production core refines Paxos over slots, completely, in every named scope but the largest, which
//! `quorate check` searches.

use quorate::registry::{Check, Context, Judgement, Registry};
use quorate_checks::paxos::{machine::Core, refinement, scopes};

/// Runs the checks that `wanted` picks; every row must be as expected.
pub(crate) fn run(wanted: impl Fn(&Check) -> bool) -> usize {
    let mut registry = Registry::new("quorate", "the refinement checks");
    refinement::register(&mut registry);
    let context = Context { traces: None, ..Context::default() };
    let mut rows = 0;
    for check in registry.checks().iter().filter(|check| wanted(check)) {
        for row in check.run(&context, &registry.stem(check)).rows {
            assert_eq!(
                row.judgement,
                Judgement::Met,
                "{} {}: {}",
                row.scope,
                row.property,
                row.conclusion.word()
            );
            rows += 1;
        }
    }
    rows
}

#[test]
fn the_core_refines_the_model_in_every_small_scope() {
    let large = ["two-slots", "crash"];
    let rows = run(|check| {
        let identity = check.identity();
        identity.kind == "refinement" && !check.is_deep() && !large.contains(&identity.scope.as_str())
    });
    assert!(rows > 20, "only {rows} properties were judged");
}

#[test]
fn every_scope_is_complete_or_not_green() {
    // A scope that is cut must not read as one that holds.
    let mut registry = Registry::new("quorate", "the refinement checks");
    refinement::register(&mut registry);
    let mut context = Context { traces: None, ..Context::default() };
    context.interrupt = Some(std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true)));
    let check = registry.checks().iter().find(|check| check.identity().scope == "duel").expect("listed");
    let rows = check.run(&context, "cut").rows;
    assert!(rows.iter().all(|row| row.judgement != Judgement::Met), "a cut search is not green");
}

#[test]
fn an_action_that_no_step_names_fails_the_check() {
    // Nobody campaigns, so nothing is prepared, promised, proposed, accepted or learned. Commands are submitted.
    let mut scope = scopes::gap::<Core>();
    scope.timers.clear();
    let model = refinement::refining(scope);
    let report = quorate::engine::search(&model, &quorate::engine::Options::default());
    // The two requests are turned down, one after the other.
    assert_eq!(report.unique_states, 3);
    let missed = model.adequacy().missed();
    assert_eq!(missed.len(), 5, "{missed:?}");
}
