//! A local graph that is cut at its limit: where it is open nothing is dropped, and a search that goes by it finds what a
//! search without any reduction finds.

use super::super::{Scope, World, WorldModel};
use super::Fate;
use crate::engine::{Options, Report, graph, search};
use quorate_machine::{Effects, Input, Machine, NodeId};
use quorate_spec::Claims;
use serde::{Deserialize, Serialize};

/// Counts news that is newer than what it heard, and forgets by a crash what it heard.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Hearer {
    id: NodeId,
    heard: u8,
}

impl Machine for Hearer {
    type Config = ();
    type Message = u8;
    type Write = ();
    type Durable = u8;
    type Request = u8;
    type Response = ();
    type Notice = ();
    type TimerKind = ();

    fn recover((): &(), id: NodeId, _: &u8) -> Self {
        Hearer { id, heard: 0 }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        match input {
            Input::Message { message, .. } if message > self.heard => {
                self.heard = message;
                effects.persist(());
            }
            Input::Request { request, .. } if self.id == NodeId(0) => effects.send(NodeId(1), request),
            _ => {}
        }
    }

    fn persist(counted: &mut u8, (): &()) {
        *counted += 1;
    }
}

type Hearers = WorldModel<Hearer, ()>;

/// News in number, of which a hearer that crashes once counts the first twice.
fn hearers(reduced: bool, most: usize) -> Hearers {
    let mut scope = Scope::new("hearers", 2, ());
    scope.requests = vec![1, 2, 3];
    (scope.crashes, scope.reduced) = (1, reduced);
    let mut model = WorldModel::new(scope).claim(|claims: &mut Claims<Hearers>| {
        claims.always("once", "no news is counted twice", |_, world: &World<Hearer, ()>| {
            **world.node(NodeId(1)).durable() <= 3
        });
    });
    model.most_local = most;
    model
}

fn steps(report: &Report<Hearers>) -> Option<usize> {
    assert!(report.ended.is_complete() && report.remarks.failures.is_empty(), "{:?}", report.remarks);
    report.findings[0].verdict.run().map(|run| run.len())
}

#[test]
fn in_the_open_part_of_a_graph_nothing_is_dropped() {
    let whole = hearers(false, 0);
    let all = graph(&whole, 100_000);
    assert_eq!(all.open, 0);
    let uncut = hearers(true, usize::MAX).local_graph().expect("it has a graph");
    let (mut dead, mut cuts) = (0, 0);
    for most in (0..uncut.steps).step_by(3).chain([usize::MAX]) {
        let cut = hearers(true, most).local_graph().expect("it has a graph");
        let is_open = cut.told().contains("of them open, where nothing is dropped");
        assert!(is_open || cut.steps == uncut.steps, "{most} steps: {}", cut.told());
        cuts += usize::from(is_open);
        dead = 0;
        for world in &all.states {
            for sent in world.network().messages() {
                let (node, crashes) = (world.node(sent.to), world.left().crashes.of(sent.to));
                let fate = cut.fate(node, crashes, sent);
                if !cut.is_closed(sent.to, node, crashes) {
                    assert_eq!(fate, Fate::Alive, "{most} steps: {sent:?} in {node:?}");
                }
                dead += usize::from(fate == Fate::Dead);
            }
        }
        assert!(most > 0 || dead == 0, "of no steps nothing is known");
    }
    assert!(cuts > 5, "{cuts} of these graphs are cut");
    assert!(dead > 0, "of the whole graph much is known");
}

#[test]
fn a_search_by_a_graph_that_was_cut_finds_what_any_finds() {
    let whole = search(&hearers(false, 0), &Options::single());
    assert_eq!(steps(&whole), Some(7), "two news heard, a crash, and both again");
    let uncut = hearers(true, usize::MAX).local_graph().expect("it has a graph").steps;
    for most in (0..uncut + 9).step_by(5) {
        let report = search(&hearers(true, most), &Options::single());
        assert_eq!(steps(&report), steps(&whole), "{most} of {uncut} steps");
    }
}
