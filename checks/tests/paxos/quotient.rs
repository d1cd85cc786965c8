//! The reductions leave out nothing: without dead messages every abstract state is still reached, and foretold crashes
//! lose no state in which the disks are at rest.

use quorate::{
    engine::{Ended, Options, search},
    world::{Persistence, Scope, World},
};
use quorate_checks::paxos::{
    history::History,
    machine::Core,
    refinement::{campaigns, refining},
    scopes,
};
use stateright::Model;
use std::collections::{BTreeSet, HashSet, VecDeque};

/// Every message kept: two ballots, one with a crash, and one leader's slot with what it tells; one command each.
fn unreduced() -> [Scope<Core, History>; 3] {
    [campaigns(scopes::duel(), 2), campaigns(scopes::crash(), 1), campaigns(scopes::gap(), 1)].map(
        |mut scope| {
            scope.requests.truncate(1);
            scope
        },
    )
}

#[test]
fn dropping_dead_messages_leaves_every_abstract_state_reachable() {
    for scope in unreduced() {
        let name = scope.name;
        let [whole, lean] = [false, true].map(|reduced| {
            let scope = Scope { reduced, ..scope.clone() };
            let model = refining(scope);
            let report = search(&model, &Options::default());
            assert!(matches!(report.ended, Ended::Complete), "{name} was cut");
            (report.unique_states, model.adequacy().image)
        });
        assert!(lean.0 < whole.0, "{name}: nothing was dropped");
        // The lean world does only what the whole one does, so as many images are the same images.
        assert_eq!(lean.1, whole.1, "{name}: some abstract state is no longer reached");
    }
}

/// Every abstract state, as text, that is reachable with nothing left to sync.
fn at_rest(scope: Scope<Core, History>) -> BTreeSet<String> {
    let model = refining(scope);
    let mut seen: HashSet<World<Core, History>> = model.init_states().into_iter().collect();
    let mut queue: VecDeque<World<Core, History>> = seen.iter().cloned().collect();
    let mut images = BTreeSet::new();
    while let Some(world) = queue.pop_front() {
        if world.nodes().iter().all(|node| node.unsynced().is_empty()) {
            images.insert(format!("{:?}", model.abstraction(&world)));
        }
        let mut events = Vec::new();
        model.actions(&world, &mut events);
        for event in events {
            if let Some(next) = model.next_state(&world, event)
                && seen.insert(next.clone())
            {
                queue.push_back(next);
            }
        }
    }
    images
}

#[test]
fn foretold_crashes_reach_every_state_that_is_at_rest() {
    let mut scope = campaigns(scopes::crash(), 2);
    scope.requests.truncate(1);
    assert_eq!(scope.persistence, Persistence::Asynchronous);
    let free = at_rest(Scope { foretold: false, ..scope.clone() });
    let foretold = at_rest(scope);
    assert!(free.len() > 100, "only {} states", free.len());
    let missed: Vec<_> = free.difference(&foretold).collect();
    assert!(missed.is_empty(), "{} of {} states are missed, {:?}", missed.len(), free.len(), missed.first());
    // It reaches a few more: a write that nothing waits for is on an atomic disk, and stays unsynced on the other.
}
