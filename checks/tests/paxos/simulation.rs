//! Random runs of the core in a scope that no search finishes.

use quorate_checks::paxos::sampled;

#[test]
fn random_runs_with_every_fault_find_nothing_and_exercise_everything() {
    let sample = sampled::sample();
    let seeds = sampled::RANDOM.seeds;
    if let Some((claim, seed, run)) = sample.broken().next() {
        let steps: Vec<_> = run.actions().map(|event| format!("{event:?}")).collect();
        panic!("{} is broken by seed {seed} of {seeds:?}:\n{}", claim.id(), steps.join("\n"));
    }
    for kind in ["deliver", "duplicate", "drop", "timer", "request", "sync", "crash", "crash-during"] {
        let taken = sample.coverage.iter().any(|(known, count)| known.0 == kind && *count > 0);
        assert!(taken, "seeds {seeds:?}: no {kind} was ever taken");
    }
}
