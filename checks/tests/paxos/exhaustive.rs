//! The Paxos models, searched completely within their bounds: what the article's readings break and in how many steps,
//! how many states Lamport's models have, and what the planted variants are caught by.

mod log;
mod naive;
mod single_decree;
mod voting;

use quorate::engine::{Limits, Options, Report, Symmetry, search, search_symmetric};
use quorate::verdict::Verdict;
use quorate_model::{Expectation, Scope};
use quorate_spec::Spec;
use stateright::Checker;
use std::fmt::Debug;
use std::hash::Hash;

/// Searches the scope and compares every claim with what is expected of it.
fn as_expected<M>(scope: &Scope<M>) -> Report<M>
where
    M: Spec + Sync,
    M::State: Clone + Debug + Hash + Eq + Send + Sync,
    M::Action: Clone + Debug + Send + Sync,
{
    let limits = Limits { depth: scope.depth, ..Limits::default() };
    let report = search(&scope.model, &Options { limits, ..Options::default() });
    for finding in &report.findings {
        let verdict = &finding.verdict;
        let told = format!("{}, {}: {} {verdict:?}", scope.name, finding.claim.id(), verdict.word());
        match (scope.expectation(finding.claim.id()), verdict) {
            (Some(Expectation::Violated { steps }), Verdict::Violated(run))
            | (Some(Expectation::Reached { steps }), Verdict::Reached(run)) => {
                assert_eq!(run.len(), steps as usize, "{told}");
            }
            (Some(Expectation::Violated { .. } | Expectation::Reached { .. }), _) => panic!("{told}"),
            (Some(Expectation::Holds), _) => assert!(verdict.is_green(), "{told}"),
            (None, _) => assert!(scope.depth.is_some() || verdict.is_green(), "{told}"),
        }
    }
    for (claim, _) in &scope.expect {
        assert!(report.finding(claim).is_some(), "{}: {claim} is expected of, but never claimed", scope.name);
    }
    if scope.depth.is_none() {
        assert!(report.ended.is_complete());
        assert_eq!(report.unhit(), [], "{}: {:?}", scope.name, report.coverage);
        assert_eq!(report.undeclared(), [], "{}", scope.name);
    }
    report
}

/// Lets stateright's own checker search the same model: it must find as many states, and say the same of every claim on
/// one state.
fn stateright_agrees<M>(model: M, report: &Report<M>)
where
    M: Spec + Clone + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync + 'static,
{
    let properties = model.properties();
    assert!(!properties.is_empty());
    let theirs = model.checker().spawn_bfs().join();
    // It ends once it has decided every property; only a claim that holds makes it see everything.
    if properties.iter().any(|property| theirs.discovery(property.name).is_none()) {
        assert_eq!(theirs.unique_state_count() as u64, report.unique_states);
    }
    for property in properties {
        let ours = &report.finding(property.name).expect("a property is a claim").verdict;
        let found = matches!(ours, Verdict::Violated(_) | Verdict::Reached(_));
        assert_eq!(theirs.discovery(property.name).is_some(), found, "{}", property.name);
    }
}

/// How many states the model has up to a symmetry. Every state found is compared with all its images: they must have the
/// same successors up to the symmetry, and the same truths.
fn orbits<M>(
    model: &M,
    canonical: fn(&M, &M::State) -> M::State,
    images: fn(&M, &M::State) -> Vec<M::State>,
) -> u64
where
    M: Spec + Sync,
    M::State: Clone + Debug + Hash + Eq + Send + Sync,
    M::Action: Clone + Debug + Send + Sync,
{
    let report = search_symmetric(model, &Symmetry { canonical, images }, &Options::default());
    assert_eq!(report.failures(), Vec::<String>::new());
    report.unique_states
}
