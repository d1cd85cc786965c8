//! Links that fail in one direction, and what comes about once nothing fails any more.

use crate::ledger::{Ledger, Told};
use quorate::{
    engine::{Ended, Options, search},
    world::{Calm, Event, Links, NetworkKind, Persistence, Scope, World, WorldModel},
};
use quorate_machine::NodeId;
use stateright::Model;

type Ledgers = WorldModel<Ledger<false>, Told>;
type In = World<Ledger<false>, Told>;

/// Two ledgers, and a value for each to be asked to keep.
fn scope(network: NetworkKind) -> Scope<Ledger<false>, Told> {
    let mut scope = Scope::new("links", 2, 2);
    scope.requests = vec![1, 2];
    scope.persistence = Persistence::Atomic;
    (scope.network, scope.links) = (network, 1);
    scope
}

const LOSSY: NetworkKind = NetworkKind::Lossy { drops: 0, duplicates: 0 };

fn offered(model: &Ledgers, world: &In) -> Vec<Event<Ledger<false>>> {
    let mut events = Vec::new();
    model.actions(world, &mut events);
    events
}

fn taken(model: &Ledgers, world: &In, is: impl Fn(&Event<Ledger<false>>) -> bool) -> In {
    let event = offered(model, world).into_iter().find(is).expect("it is on offer");
    model.next_state(world, event).expect("it happens")
}

fn is_failure(event: &Event<Ledger<false>>, (from, to): (u16, u16)) -> bool {
    *event == Event::LinkDown { from: NodeId(from), to: NodeId(to) }
}

fn is_asked(event: &Event<Ledger<false>>, at: u16) -> bool {
    matches!(event, Event::Request { node, .. } if *node == NodeId(at))
}

/// The messages that may arrive, and those that may be lost.
fn count(model: &Ledgers, world: &In) -> (usize, usize) {
    let events = offered(model, world);
    let count = |is: fn(&Event<Ledger<false>>) -> bool| events.iter().filter(|event| is(event)).count();
    (count(|event| matches!(event, Event::Deliver(_))), count(|event| matches!(event, Event::Drop(_))))
}

#[test]
fn a_link_that_fails_holds_up_one_direction_and_not_the_other() {
    for network in [LOSSY, NetworkKind::Monotone] {
        let model = WorldModel::new(scope(network));
        let init = model.init_states().remove(0);
        let down = taken(&model, &init, |event| is_failure(event, (0, 1)));
        let lost = usize::from(network == LOSSY);
        assert_eq!(count(&model, &taken(&model, &down, |event| is_asked(event, 0))), (0, lost));
        assert_eq!(count(&model, &taken(&model, &down, |event| is_asked(event, 1))), (1, 0));
        assert!(down.is_cut(NodeId(0), NodeId(1)) && !down.is_cut(NodeId(1), NodeId(0)));
        assert!(!offered(&model, &down).iter().any(|event| matches!(event, Event::LinkDown { .. })));
    }
}

#[test]
fn on_a_lossy_network_it_heals_and_on_a_monotone_one_it_would_be_nothing_new() {
    for (network, heals) in [(LOSSY, true), (NetworkKind::Monotone, false)] {
        let model = WorldModel::new(scope(network));
        let down = taken(&model, &model.init_states()[0], |event| is_failure(event, (0, 1)));
        let asked = taken(&model, &down, |event| is_asked(event, 0));
        assert_eq!(offered(&model, &asked).contains(&Event::Heal), heals);
        assert_eq!(model.next_state(&asked, Event::Heal).is_some(), heals);
        if heals {
            let whole = taken(&model, &asked, |event| *event == Event::Heal);
            assert_eq!(count(&model, &whole), (1, 0), "it waited");
        }
    }
}

#[test]
fn every_state_and_every_kind_of_event_is_found_with_them() {
    for network in [LOSSY, NetworkKind::Monotone] {
        let report = search(&WorldModel::new(scope(network)), &Options::default());
        assert!(matches!(report.ended, Ended::Complete));
        assert!(report.unhit().is_empty(), "{network:?}: never taken: {:?}", report.unhit());
    }
}

#[test]
fn a_set_of_links_has_what_was_put_into_it() {
    let all: Vec<_> = Links::all(3).collect();
    assert_eq!(all.len(), 6);
    let one = Links::NONE.with(NodeId(2), NodeId(0));
    for (from, to) in all {
        assert_eq!(one.is_down(from, to), (from.0, to.0) == (2, 0));
    }
    assert!(!one.with(NodeId(0), NodeId(9)).is_down(NodeId(0), NodeId(9)), "only among the first eight");
}

#[test]
fn a_world_settles_once_nothing_fails_any_more() {
    let is_settled = |_: &Ledgers, world: &In| world.nodes().iter().all(|node| node.durable().len() == 1);
    let calm = Calm { rounds: 3, seldom: (), links_stay_down: false, is_settled };
    for network in [LOSSY, NetworkKind::Monotone] {
        let model = WorldModel::new(scope(network));
        let init = model.init_states().remove(0);
        assert!(!model.settles(&init, &calm), "nobody was asked to keep anything");
        let asked = taken(&model, &init, |event| is_asked(event, 0));
        let down = taken(&model, &asked, |event| is_failure(event, (0, 1)));
        assert!(model.settles(&down, &calm), "what waits arrives");
        assert_eq!(down.down(), Links::NONE.with(NodeId(0), NodeId(1)), "the world itself stays as it is");
    }
}

#[test]
fn a_world_settles_without_the_links_that_stay_down_or_not_at_all() {
    let all = |_: &Ledgers, world: &In| world.nodes().iter().all(|node| node.durable().len() == 1);
    let asked = |_: &Ledgers, world: &In| world.node(NodeId(0)).durable().len() == 1;
    let calm = |is_settled| Calm { rounds: 3, seldom: (), links_stay_down: true, is_settled };
    for network in [LOSSY, NetworkKind::Monotone] {
        let model = WorldModel::new(scope(network));
        let down = taken(&model, &model.init_states()[0], |event| is_failure(event, (0, 1)));
        let world = taken(&model, &down, |event| is_asked(event, 0));
        assert!(!model.settles(&world, &calm(all)), "what waits does not arrive");
        let end = model.settled(&world, &calm(asked)).expect("who was asked keeps it");
        assert_eq!((end.down(), end.network().len()), (world.down(), 1), "it waits on");
        let world = taken(&model, &down, |event| is_asked(event, 1));
        let end = model.settled(&world, &calm(all)).expect("the other direction works");
        assert!(end.network().is_empty(), "what has arrived is gone: {:?}", end.network());
    }
}

#[test]
fn no_bound_of_the_scope_keeps_a_world_from_settling() {
    let is_settled = |_: &Ledgers, world: &In| world.nodes().iter().all(|node| node.durable().len() == 1);
    let alone = |world: &In| world.node(NodeId(1)).durable().is_empty();
    let model = WorldModel::new(Scope { bound: Some(("replica 1 keeps nothing", alone)), ..scope(LOSSY) });
    let asked = taken(&model, &model.init_states()[0], |event| is_asked(event, 0));
    let calm = Calm { rounds: 3, seldom: (), links_stay_down: false, is_settled };
    assert!(model.settles(&asked, &calm));
}
