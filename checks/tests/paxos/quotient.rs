//! The reductions leave out nothing: dead messages are dead for ever, and foretold crashes lose no state in which the
//! disks are at rest.

use quorate::{
    engine::{Ended, Options, search},
    world::{Event, Persistence, Scope, World, WorldModel},
};
use quorate_checks::paxos::{
    history::{Deeds, History},
    keeper::Keeper,
    machine::{Core, Paxos},
    quotient::dead,
    refinement::{campaigns, refining},
    scopes,
};
use quorate_spec::Claims;
use stateright::Model;
use std::collections::{BTreeSet, HashSet, VecDeque};

type Worlds<M, D = ()> = WorldModel<M, History<D>>;

fn dead_messages_are_idle<M: Paxos, D: Deeds<M>>(model: &Worlds<M, D>, world: &World<M, History<D>>) -> bool {
    world.network().messages().iter().all(|sent| !dead(world, sent) || model.idle_delivery(world, sent))
}

fn dead_messages_stay_dead<M: Paxos, D: Deeds<M>>(
    _: &Worlds<M, D>,
    before: &World<M, History<D>>,
    _: &Event<M>,
    after: &World<M, History<D>>,
) -> bool {
    before.network().messages().iter().all(|sent| !dead(before, sent) || dead(after, sent))
}

fn some_message_is_dead<M: Paxos, D: Deeds<M>>(_: &Worlds<M, D>, world: &World<M, History<D>>) -> bool {
    world.network().messages().iter().any(|sent| dead(world, sent))
}

fn claims<M: Paxos, D: Deeds<M>>(claims: &mut Claims<Worlds<M, D>>) {
    claims
        .always("idle", "to deliver a dead message changes nothing and sends nothing", dead_messages_are_idle)
        .when(some_message_is_dead)
        .always_step("stable", "a dead message stays dead", dead_messages_stay_dead);
}

/// Every message kept: two ballots, one with a crash, and one leader's slot with what it tells; one command each.
fn unreduced() -> [Scope<Core, History>; 3] {
    [campaigns(scopes::duel(), 2), campaigns(scopes::crash(), 1), campaigns(scopes::gap(), 1)].map(
        |mut scope| {
            scope.requests.truncate(1);
            scope
        },
    )
}

fn judge<M: Paxos, D: Deeds<M>>(scope: Scope<M, History<D>>) {
    let name = scope.name;
    let report = search(&Worlds::new(scope).claim(claims), &Options::default());
    assert!(matches!(report.ended, Ended::Complete), "{name} was cut");
    for finding in &report.findings {
        assert!(finding.verdict.is_green(), "{name} {}: {:?}", finding.claim.id(), finding.verdict);
    }
}

#[test]
fn dead_messages_change_nothing_and_stay_dead() {
    unreduced().into_iter().for_each(judge);
}

#[test]
fn dead_messages_of_the_mechanisms_change_nothing_and_stay_dead() {
    judge(scopes::reads::<Core>());
    judge(scopes::flow::<Core>());
    judge(scopes::transfer::<Core>());
    judge(campaigns(scopes::pre_vote::<Core>(), 2));
    judge(scopes::observer::<Keeper<Core, 1>>());
    let mut scope = scopes::snapshot::<Keeper<Core, 1>>();
    scope.requests.truncate(1);
    judge(scope);
}

#[test]
fn dropping_dead_messages_leaves_every_abstract_state_reachable() {
    for scope in unreduced() {
        let name = scope.name;
        let reduced = Scope { dead: Some(dead::<Core, ()>), ..scope.clone() };
        let [whole, lean] = [scope, reduced].map(|scope| {
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
    let mut scope = Scope { dead: Some(dead::<Core, ()>), ..campaigns(scopes::crash(), 2) };
    scope.requests.truncate(1);
    assert_eq!(scope.persistence, Persistence::Asynchronous);
    let free = at_rest(Scope { foretold: false, ..scope.clone() });
    let foretold = at_rest(scope);
    assert!(free.len() > 100, "only {} states", free.len());
    let missed: Vec<_> = free.difference(&foretold).collect();
    assert!(missed.is_empty(), "{} of {} states are missed, {:?}", missed.len(), free.len(), missed.first());
    // It reaches a few more: a write that nothing waits for is on an atomic disk, and stays unsynced on the other.
}
