//! The systems themselves: two ways to one projection behave alike, and what is kept of them agrees with replay.

use quorate::engine::{Options, search};
use quorate::foreign::{Foreign, Replayed, sample_projection};
use quorate_foreign::{foca, omnipaxos, raft};

fn sample<F: Foreign>(name: &str, system: &F)
where
    F::Projection: 'static,
{
    let sample = sample_projection(system, 1, 200, 25);
    println!("{name}: {sample}");
    assert!(sample.is_green(), "{name}: {:#?}", sample.difference);
}

#[test]
fn ways_to_one_projection_behave_alike() {
    sample("omnipaxos, reconnecting", &omnipaxos::scopes::reconnecting_once());
    sample("omnipaxos, small", &omnipaxos::scopes::small());
    sample("raft, contested", &raft::scopes::contested());
    sample("raft, small", &raft::scopes::small());
    sample("foca, small", &foca::scopes::small());
}

#[test]
fn a_search_of_a_system_of_rebuilt_parts_replays_for_the_audit_alone() {
    let model = Replayed::new(raft::scopes::small());
    let report = search(&model, &Options::single());
    assert_eq!(report.failures(), Vec::<String>::new());
    let cost = model.cost();
    println!("{} states, {} transitions; {cost}", report.unique_states, report.transitions);
    assert!(cost.replays <= cost.kept / quorate::foreign::AUDITED + 2, "{cost}");
}
