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

/// It describes a pupil that has heard the second piece of news and does not forget, and nothing else.
fn first_after_second(node: &Node<Pupil>, _crashes: u8, envelope: &Envelope<Said>) -> bool {
    envelope.message == Said::News(1) && node.driver().is_some_and(|driver| driver.machine().heard == 2)
}

/// The pupil was seen to forget long before anybody sends the first piece of news.
#[test]
fn a_message_that_is_dropped_late_is_tried_where_earlier_steps_led() {
    let mut late = scope(Habit::Forgets);
    late.requests = vec![Said::Forget; 10];
    late.requests[0] = Said::News(2);
    late.requests[9] = Said::News(1);
    let whole = check(Scope { reduced: false, ..late.clone() });
    let stated = check(Scope { dead: Some(first_after_second), ..late.clone() });
    assert_eq!(steps(&stated), steps(&whole));
    let told = stated.remarks.lines.iter().any(|line| line.contains("stated to be dead, and acts"));
    assert!(told, "{:?}", stated.remarks);
    late.config = Habit::Plain;
    let right = check(Scope { dead: Some(first_after_second), ..late });
    assert_eq!(right.remarks.lines, Vec::<String>::new(), "of a pupil that does not forget it is true");
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

/// What was heard was sent, and is in the network for ever: true, and the reduction does not keep it so.
fn what_was_heard_is_there(world: &World<Pupil, ()>) -> bool {
    let heard = world.node(NodeId(1)).driver().map_or(0, |driver| driver.machine().heard);
    let is_there = |news| world.network().messages().iter().any(|sent| sent.message == Said::News(news));
    heard == 0 || is_there(heard)
}

/// Clients who ask once all news is in the network.
fn ask_for_what_is_there(world: &World<Pupil, ()>, asks: &mut Vec<Said>) {
    let is_there = |news| world.network().messages().iter().any(|sent| sent.message == Said::News(news));
    asks.extend((is_there(1) && is_there(2)).then_some(Said::Forget));
}

/// The reduced search names what depends on the network, and the one that is not reduced is green.
fn depends(scope: &Scope<Pupil, ()>, claims: fn(&mut Claims<Class>), name: &str) {
    let check = |reduced| {
        let model = WorldModel::new(Scope { reduced, ..scope.clone() }).claim(claims);
        search(&model, &Options::default())
    };
    let reduced = check(true);
    let depends = format!("{name} depends on a message that nobody will react to any more, ");
    let is_named = |failure: &String| failure.starts_with(&depends) && failure.ends_with("`reduced: false`");
    assert!(!reduced.is_green());
    assert!(reduced.failures().iter().any(is_named), "{name}: {:?}", reduced.failures());
    assert_eq!(check(false).failures(), Vec::<String>::new(), "{name}");
}

#[test]
fn a_claim_that_depends_on_dropped_messages_is_named() {
    let claims = |claims: &mut Claims<Class>| {
        claims.always("there", "what was heard is in the network", |_, world| what_was_heard_is_there(world));
    };
    depends(&scope(Habit::Plain), claims, "claim there");
    let over_steps = |claims: &mut Claims<Class>| {
        claims.always_step("stays", "what was sent stays in the network", |_, before, _, after| {
            before.network().messages().iter().all(|sent| after.network().contains(sent))
        });
    };
    depends(&scope(Habit::Plain), over_steps, "claim stays");
}

#[test]
fn a_bound_that_depends_on_dropped_messages_is_named() {
    let bound = Some(("what was heard is there", what_was_heard_is_there as fn(&_) -> bool));
    depends(&Scope { bound, ..scope(Habit::Plain) }, claims, "the bound `what was heard is there`");
}

#[test]
fn clients_whose_asks_depend_on_dropped_messages_are_named() {
    let mut scope = scope(Habit::Plain);
    scope.requests.pop();
    scope.clients = Some((1, ask_for_what_is_there));
    depends(&scope, claims, "what clients ask");
}

#[test]
fn the_verdict_says_how_often_it_was_tried_what_a_dropped_message_changes() {
    for dead in [Some(old_news as _), None] {
        let report = check(Scope { dead, ..scope(Habit::Plain) });
        let [told] = report.remarks.reductions.as_slice() else { panic!("{:?}", report.remarks) };
        let (_, tried) = told.rsplit_once("; ").expect("the last part says what was tried");
        let (number, what) = tried.split_once(' ').expect("a number comes first");
        assert_eq!(what, "drops tried against claims and bounds", "{told}");
        assert!(number.parse::<u64>().expect("a number") > 0, "{told}");
        assert!(report.summary().contains(told), "{}", report.summary());
    }
}

#[test]
fn a_scope_says_that_foretold_crashes_are_a_bound() {
    let crashes = |foretold| Scope { crashes: 1, foretold, ..scope(Habit::Plain) }.to_string();
    assert!(crashes(true).contains(", 1 crashes foretold (a bound),"), "{}", crashes(true));
    assert!(crashes(false).contains(", 1 crashes,") && !crashes(false).contains("foretold"));
}
