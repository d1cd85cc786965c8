//! The reduction of dead messages on machines that a statement about them does not describe: it is noticed, the search
//! is made again, and what is reported is what a search without any reduction reports.

use quorate::{
    engine::{Options, Report, search},
    verdict::Verdict,
    world::{Envelope, Node, Scope, World, WorldModel},
};
use quorate_machine::{Effects, Input, Machine, NodeId};
use quorate_spec::Claims;
use serde::{Deserialize, Serialize};

/// Numbered news, which a pupil counts if it is newer than what it heard.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Pupil {
    id: NodeId,
    habit: Habit,
    heard: u8,
    /// How often, up to 3.
    counted: u8,
}

/// A habit that a pupil has beside counting.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
enum Habit {
    /// Nothing.
    Plain,
    /// Told to forget, it takes old news for new.
    Forgets,
    /// Whatever comes in, it sets a timer that is armed already.
    Rearms,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
enum Said {
    News(u8),
    Forget,
}

impl Machine for Pupil {
    type Config = Habit;
    type Message = Said;
    type Write = ();
    type Durable = ();
    type Request = Said;
    type Response = ();
    type Notice = ();
    type TimerKind = ();

    fn recover(habit: &Habit, id: NodeId, _: &()) -> Self {
        Pupil { id, habit: *habit, heard: 0, counted: 0 }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        if self.habit == Habit::Rearms {
            effects.set_timer(());
        }
        match input {
            Input::Start | Input::Timer(()) => {}
            Input::Message { message: Said::News(number), .. } => {
                if number > self.heard {
                    self.heard = number;
                    self.counted = (self.counted + 1).min(3);
                }
            }
            Input::Message { message: Said::Forget, .. } if self.habit == Habit::Forgets => self.heard = 0,
            Input::Message { message: Said::Forget, .. } => {}
            Input::Request { request, .. } => {
                if self.id == NodeId(0) {
                    effects.send(NodeId(1), request);
                }
            }
        }
    }

    fn persist((): &mut (), (): &()) {}
}

type Class = WorldModel<Pupil, ()>;

fn no_news_is_counted_twice(_: &Class, world: &World<Pupil, ()>) -> bool {
    world.nodes().iter().filter_map(|node| node.driver()).all(|driver| driver.machine().counted <= 2)
}

fn claims(claims: &mut Claims<Class>) {
    claims.always("once", "no news is counted twice", no_news_is_counted_twice);
}

/// It describes a pupil that does not forget.
fn old_news(node: &Node<Pupil>, _crashes: u8, envelope: &Envelope<Said>) -> bool {
    let heard = node.driver().map_or(0, |driver| driver.machine().heard);
    matches!(&envelope.message, Said::News(number) if *number <= heard)
}

fn scope(habit: Habit) -> Scope<Pupil, ()> {
    let mut scope = Scope::new("class", 2, habit);
    scope.requests = vec![Said::News(1), Said::News(2), Said::Forget];
    scope
}

fn check(scope: Scope<Pupil, ()>) -> Report<Class> {
    let report = search(&WorldModel::new(scope).claim(claims), &Options::default());
    assert!(report.ended.is_complete() && report.remarks.failures.is_empty(), "{:?}", report.remarks);
    report
}

fn steps(report: &Report<Class>) -> Option<usize> {
    match &report.findings[0].verdict {
        Verdict::Violated(run) => Some(run.len()),
        verdict => {
            assert!(verdict.is_green(), "{verdict:?}");
            None
        }
    }
}

#[test]
fn a_statement_that_is_right_drops_what_it_may_and_leaves_the_verdict() {
    let whole = check(Scope { reduced: false, ..scope(Habit::Plain) });
    for dead in [Some(old_news as _), None] {
        let reduced = check(Scope { dead, ..scope(Habit::Plain) });
        assert!(reduced.unique_states < whole.unique_states, "nothing was dropped");
        assert_eq!((steps(&reduced), steps(&whole)), (None, None));
    }
}

#[test]
fn a_statement_that_is_refuted_makes_the_search_void_and_its_kind_of_message_is_kept() {
    let whole = check(Scope { reduced: false, ..scope(Habit::Forgets) });
    assert_eq!(steps(&whole), Some(7), "two pieces of news, each heard, forgotten, and the second again");
    let stated = check(Scope { dead: Some(old_news), ..scope(Habit::Forgets) });
    assert_eq!(steps(&stated), steps(&whole), "the reduction hides nothing");
    let told = stated.remarks.lines.iter().any(|line| line.contains("stated to be dead, and acts"));
    assert!(told, "it is said that the statement was refuted: {:?}", stated.remarks);
    assert!(stated.remarks.reductions[0].contains("dropped 0 times"), "{:?}", stated.remarks);
    // Nothing is stated: what is derived is derived from this very machine.
    let derived = check(scope(Habit::Forgets));
    assert_eq!(steps(&derived), steps(&whole));
}

/// Clients who ask for what is in no script: the local graph cannot have known.
fn ask_to_forget(_: &World<Pupil, ()>, asks: &mut Vec<Said>) {
    asks.push(Said::Forget);
}

#[test]
fn a_step_that_the_local_graph_does_not_have_makes_the_search_void() {
    let mut scope = scope(Habit::Forgets);
    scope.requests.pop();
    assert_eq!(steps(&check(scope.clone())), None, "nobody is told to forget");
    scope.clients = Some((1, ask_to_forget));
    let whole = check(Scope { reduced: false, ..scope.clone() });
    assert_eq!(steps(&whole), Some(7));
    assert_eq!(steps(&check(scope)), Some(7), "old news was dropped although it would be news again");
}

#[test]
fn to_set_a_timer_that_is_armed_is_no_act() {
    let rearms = |dead| Scope { dead, ..scope(Habit::Rearms) };
    let whole = check(Scope { reduced: false, ..rearms(None) });
    for dead in [Some(old_news as _), None] {
        let reduced = check(rearms(dead));
        assert!(reduced.remarks.lines.is_empty(), "nothing was refuted: {:?}", reduced.remarks);
        assert!(reduced.unique_states < whole.unique_states, "nothing was dropped");
    }
}
