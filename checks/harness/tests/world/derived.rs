//! The reduction that is derived from the machine, where machines crash, restart and sync: it finds what a search without
//! any reduction finds.

use crate::ledger::{Ledger, Told};
use quorate::{
    engine::{Options, Report, search},
    verdict::Verdict,
    world::{Checkable, Comeback, Dead, Envelope, Ghost, Node, Persistence, Scope, World, WorldModel},
};
use quorate_machine::{Effects, Input, Machine, NodeId};
use quorate_spec::Claims;
use serde::{Deserialize, Serialize};

/// What a search says of one claim: its word, and the steps of the run where there is one.
fn said<M: Checkable, G: Ghost<M>>(report: &Report<WorldModel<M, G>>) -> Vec<(&'static str, Option<usize>)> {
    assert!(report.ended.is_complete() && report.remarks.failures.is_empty(), "{:?}", report.remarks);
    report
        .findings
        .iter()
        .map(|finding| (finding.verdict.word(), finding.verdict.run().map(|run| run.len())))
        .collect()
}

/// Messages were dropped, and no state was added by it.
fn drops<M: Checkable, G: Ghost<M>>(reduced: &Report<WorldModel<M, G>>, whole: &Report<WorldModel<M, G>>) {
    let [told] = reduced.remarks.reductions.as_slice() else { panic!("{:?}", reduced.remarks) };
    assert!(!told.contains("dropped 0 times"), "{told}");
    assert!(reduced.unique_states <= whole.unique_states, "{told}");
    assert!(whole.remarks.reductions.is_empty(), "{:?}", whole.remarks);
}

const FAULTS: [(Comeback, bool); 4] =
    [(Comeback::AtOnce, false), (Comeback::AtOnce, true), (Comeback::Later, false), (Comeback::Later, true)];

fn ledgers<const EARLY: bool>(claims: &mut Claims<WorldModel<Ledger<EARLY>, Told>>) {
    claims.always("durable", "what was acknowledged is on disk", |_, world| {
        let told = &world.ghost().acknowledged;
        told.iter().all(|(at, value)| world.node(*at).durable().contains(value))
    });
    claims.sometimes("spread", "both values reach every disk", |_, world| {
        world.nodes().iter().all(|node| node.durable().len() == 2)
    });
    claims.sometimes("copied", "a value is copied to a disk after another was asked of it", |_, world| {
        let (node, asked) = (world.node(NodeId(1)), &world.ghost().asked);
        asked.as_slice() == [(NodeId(1), 1), (NodeId(0), 2)] && node.durable().len() == 2
    });
}

fn alike<const EARLY: bool>(expected: (&str, Option<usize>)) {
    for (comeback, crash_within) in FAULTS {
        let mut scope = Scope::<Ledger<EARLY>, Told>::new("ledger", 2, 2);
        scope.requests = vec![1, 2];
        (scope.crashes, scope.persistence) = (1, Persistence::Asynchronous);
        (scope.comeback, scope.crash_within) = (comeback, crash_within);
        let check = |reduced| {
            let model = WorldModel::new(Scope { reduced, ..scope.clone() }).claim(ledgers::<EARLY>);
            search(&model, &Options::default())
        };
        let (reduced, whole) = (check(true), check(false));
        assert_eq!(said(&reduced), said(&whole), "{scope}");
        assert_eq!(said(&whole)[0], expected, "{scope}");
        drops(&reduced, &whole);
    }
}

#[test]
fn ledgers_that_crash_are_judged_alike_with_the_reduction_and_without() {
    alike::<false>(("complete", None));
    alike::<true>(("violated", Some(1)));
}

/// A machine that writes news into its diary, unless it remembers to have done so. A crash makes it forget, and the diary
/// stays.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Writer {
    id: NodeId,
    heard: u8,
}

impl Machine for Writer {
    type Config = ();
    type Message = u8;
    type Write = u8;
    type Durable = Vec<u8>;
    type Request = u8;
    type Response = ();
    type Notice = ();
    type TimerKind = ();

    fn recover((): &(), id: NodeId, _: &Vec<u8>) -> Self {
        Writer { id, heard: 0 }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        match input {
            Input::Message { message, .. } if message > self.heard => {
                self.heard = message;
                effects.persist(message);
                // Somebody waits for the disk.
                effects.barrier();
                effects.publish(());
            }
            Input::Request { request, .. } if self.id == NodeId(0) => effects.send(NodeId(1), request),
            _ => {}
        }
    }

    fn persist(diary: &mut Vec<u8>, news: &u8) {
        diary.push(*news);
    }
}

type Diary = WorldModel<Writer, ()>;

/// It describes a machine that does not crash.
fn old_news(node: &Node<Writer>, _crashes: u8, envelope: &Envelope<u8>) -> bool {
    node.driver().is_some_and(|driver| envelope.message <= driver.machine().heard)
}

/// It says the same of machines that crash no more.
fn old_news_for_ever(node: &Node<Writer>, crashes: u8, envelope: &Envelope<u8>) -> bool {
    crashes == 0 && old_news(node, crashes, envelope)
}

fn no_news_twice(_: &Diary, world: &World<Writer, ()>) -> bool {
    let diary = &**world.node(NodeId(1)).durable();
    (1..=3).all(|news| diary.iter().filter(|entry| **entry == news).count() <= 1)
}

fn diary(persistence: Persistence, comeback: Comeback, crash_within: bool) -> Scope<Writer, ()> {
    let mut scope = Scope::new("diary", 2, ());
    scope.requests = vec![1, 2];
    (scope.crashes, scope.persistence) = (1, persistence);
    (scope.comeback, scope.crash_within) = (comeback, crash_within);
    scope
}

fn check(scope: Scope<Writer, ()>) -> Report<Diary> {
    let claims = |claims: &mut Claims<Diary>| {
        claims.always("once", "no news is written twice", no_news_twice);
    };
    search(&WorldModel::new(scope).claim(claims), &Options::default())
}

#[test]
fn a_machine_that_forgets_by_a_crash_is_found_whether_deadness_is_stated_or_derived() {
    for persistence in [Persistence::Atomic, Persistence::Asynchronous] {
        for (comeback, crash_within) in FAULTS {
            let scope = diary(persistence, comeback, crash_within);
            let check = |dead: Option<Dead<Writer>>| check(Scope { dead, ..scope.clone() });
            let whole = self::check(Scope { reduced: false, ..scope.clone() });
            let Verdict::Violated(run) = &whole.findings[0].verdict else {
                panic!("{scope}: {:?}", said(&whole))
            };
            // Asked, heard, crashed, heard again; and a sync, a restart, or a crash while it hears.
            let steps = 4
                + usize::from(persistence == Persistence::Asynchronous)
                + usize::from(comeback == Comeback::Later)
                - usize::from(crash_within);
            assert_eq!(run.len(), steps, "{scope}");
            for dead in [None, Some(old_news as Dead<Writer>), Some(old_news_for_ever)] {
                assert_eq!(said(&check(dead)), said(&whole), "{scope}");
            }
            let stated = check(Some(old_news));
            assert!(
                stated.remarks.lines.iter().any(|line| line.contains("stated to be dead, and acts")),
                "{scope}: {:?}",
                stated.remarks
            );
            for right in [None, Some(old_news_for_ever as Dead<Writer>)] {
                let reduced = check(right);
                drops(&reduced, &whole);
                assert_eq!(reduced.remarks.lines, Vec::<String>::new(), "nothing was refuted");
            }
        }
    }
}
