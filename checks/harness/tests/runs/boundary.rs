//! One boundary, and one meaning of an end.

use quorate::engine::{Induction, Options, graph, inductive, search};
use quorate::lockstep::{Choices, choice_driven, follow};
use quorate::registry::{Check, Context, Goal, Identity, Live, Sampling, Search};
use quorate::simulate::{Plan, random_runs};
use quorate::trace::{CheckInfo, Form, Recorder, Trace};
use quorate::verdict::Run;
use quorate_spec::{Claims, Kind, Spec};
use serde::{Deserialize, Serialize};
use stateright::Model;
use std::sync::Arc;

/// Starts at 0; a hit adds 2, another step takes 2 away; examined from -2 to 3.
#[derive(Clone)]
struct Hits;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Move {
    Hit,
    Down,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct At {
    x: i8,
    hits: u8,
}

impl Model for Hits {
    type State = At;
    type Action = Move;

    fn init_states(&self) -> Vec<At> {
        // The first lies outside.
        vec![At { x: 4, hits: 2 }, At { x: 0, hits: 0 }]
    }

    fn actions(&self, _: &At, actions: &mut Vec<Move>) {
        actions.extend([Move::Hit, Move::Down]);
    }

    fn next_state(&self, at: &At, action: Move) -> Option<At> {
        Some(match action {
            Move::Hit => At { x: at.x + 2, hits: at.hits + 1 },
            Move::Down => At { x: at.x - 2, hits: at.hits },
        })
    }

    fn within_boundary(&self, at: &At) -> bool {
        (-2..=3).contains(&at.x) && at.hits < 3
    }
}

impl Spec for Hits {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("hit"), Kind("down")]
    }

    fn kind(&self, action: &Move) -> Kind {
        Kind(if *action == Move::Hit { "hit" } else { "down" })
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("few", "there are fewer than two hits", |_, at| at.hits < 2);
    }
}

fn live() -> Live<Hits> {
    Live::new(Arc::new(Hits), Form::serde(), Identity::default())
}

fn run(moves: &[Move]) -> Run<Hits> {
    let mut run: Run<Hits> = Run { init: Hits.init_states().swap_remove(1), steps: Vec::new() };
    for action in moves {
        let next = Hits.next_state(run.last(), *action).unwrap();
        run.steps.push((*action, next));
    }
    run
}

fn trace(moves: &[Move]) -> Trace {
    let run = run(moves);
    let about = CheckInfo { property: "few".to_owned(), ..CheckInfo::default() };
    Recorder::new(&Hits, Form::serde()).trace(&run.init, &run.steps, about)
}

fn actions(trace: &Trace) -> Vec<String> {
    let harness = trace.harness.as_ref().unwrap();
    harness.steps.iter().skip(1).map(|step| step.action.clone()).collect()
}

#[test]
fn shrinking_does_not_leave_the_boundary() {
    use Move::{Down, Hit};
    let long = trace(&[Hit, Down, Down, Hit]);
    let short = live().minimise(&long, 0).unwrap();
    // Two hits side by side would end at 4.
    assert_eq!(actions(&short), ["Hit", "Down", "Hit"]);
    let report = search(&Hits, &Options::single());
    assert_eq!(report.findings[0].verdict.run().map(|run| run.len()), Some(3), "as the search finds it");
    live().verify(&short).unwrap();
}

#[test]
fn a_trace_that_leaves_the_boundary_is_no_run() {
    use Move::Hit;
    let problem = live().verify(&trace(&[Hit, Hit])).unwrap_err();
    assert_eq!(problem.at, "step 2", "{problem}");
    assert!(problem.what.contains("leaves the boundary"), "{problem}");
    assert_eq!(problem.replayed, 1);
}

#[test]
fn an_initial_state_outside_the_boundary_is_none() {
    assert_eq!(live().init_count(), 1);
    // Its number is its place in the model's list.
    let walk = live().walk(&["init~1".to_owned()]);
    assert_eq!(walk.followed, 1);
    let outside = live().walk(&["init".to_owned()]);
    assert_eq!(outside.followed, 0, "it is not there to be looked at");
    let mut trace = trace(&[Move::Hit]);
    assert_eq!(trace.harness.as_ref().unwrap().steps[0].token, "init~1");
    live().verify(&trace).unwrap();
    trace.harness.as_mut().unwrap().steps[0].token = "init".to_owned();
    let problem = live().verify(&trace).unwrap_err();
    assert!(problem.what.contains("no initial state"), "{problem}");
    let all = live().graph(100);
    assert_eq!(all.nodes[0].token, "init~1");
    assert_eq!(all.nodes.len(), graph(&Hits, 100).states.len());
    let sample = random_runs(&Hits, &Plan { seeds: 0..20, steps: 0 });
    assert_eq!(sample.broken().count(), 0, "two hits at first are outside");
    assert_eq!(follow(&Hits, &[]).1, None);
    let found = live().find(&[], &Goal { property: "few".to_owned(), depth: 9 }, 1_000);
    assert_eq!(found.trace.map(|trace| trace.states.len()), Some(4));
}

#[test]
fn the_explorer_does_not_leave_the_boundary() {
    let tokens: Vec<String> =
        trace(&[Move::Hit, Move::Hit]).harness.unwrap().steps.into_iter().map(|step| step.token).collect();
    let walk = live().walk(&tokens);
    assert_eq!(walk.followed, 2, "the second hit leads outside");
    let offers = &walk.trace.harness.unwrap().alternatives[1];
    assert!(offers.iter().any(|offer| offer.outside && offer.token == tokens[2]), "it says so: {offers:?}");
}

#[test]
fn an_exported_test_does_not_leave_the_boundary() {
    let hit = "\"Hit\"";
    quorate::test::replay(&Hits, "few", 1, &[hit, hit]);
    let broken = std::panic::catch_unwind(|| {
        quorate::test::replay(&Hits, "few", 1, &[hit, "\"Down\"", hit]);
    });
    assert!(broken.is_err());
}

/// Counts by one, examined up to 3; nothing is said of any end, because there is none.
#[derive(Clone)]
struct Inc {
    /// Counts no further than this.
    last: u8,
}

impl Model for Inc {
    type State = u8;
    type Action = ();

    fn init_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, _: &u8, actions: &mut Vec<()>) {
        actions.push(());
    }

    fn next_state(&self, x: &u8, (): ()) -> Option<u8> {
        (*x < self.last).then_some(x + 1)
    }

    fn within_boundary(&self, x: &u8) -> bool {
        *x <= 3
    }
}

impl Spec for Inc {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("inc")]
    }

    fn kind(&self, (): &()) -> Kind {
        Kind("inc")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("small", "x is small", |_, x| *x < 9);
        claims.at_end("ends", "it ends at 7", |_, x| *x == 7);
    }
}

/// How often `ends` was put to the test by a search, by random runs and along a path of the explorer.
fn ends(model: &Inc) -> (u64, u64, String) {
    let report = search(model, &Options::single());
    let searched = report.findings.iter().find(|finding| finding.claim.id() == "ends").unwrap().triggers;
    let sample = random_runs(model, &Plan { seeds: 0..1, steps: 9 });
    let sampled = sample.claims.iter().find(|sampled| sampled.claim.id() == "ends").unwrap().triggers;
    assert_eq!((sample.ended, sample.cornered), if sampled == 1 { (1, 0) } else { (0, 1) });
    let live = Live::new(Arc::new(model.clone()), Form::serde(), Identity::default());
    let mut tokens = vec!["init".to_owned()];
    let mut walk = live.walk(&tokens);
    while let Some(offer) = walk.trace.harness.as_ref().unwrap().alternatives.last().unwrap().first() {
        tokens.push(offer.token.clone());
        walk = live.walk(&tokens);
        if walk.followed < tokens.len() {
            break;
        }
    }
    live.verify(&walk.trace).unwrap();
    let rows = walk.trace.harness.unwrap().properties;
    let row = rows.into_iter().find(|row| row.name == "ends").unwrap();
    let is_end = |node: &quorate::registry::Node| node.end;
    assert_eq!(live.graph(9).nodes.iter().any(is_end), sampled == 1);
    (searched, sampled, row.values)
}

#[test]
fn a_state_at_the_boundary_is_no_end_to_anybody() {
    assert_eq!(ends(&Inc { last: 9 }), (0, 0, "....".to_owned()));
    assert_eq!(follow(&Inc { last: 9 }, &[0; 9]).1, None);
    assert_eq!(ends(&Inc { last: 2 }), (1, 1, "..F".to_owned()));
    assert_eq!(follow(&Inc { last: 2 }, &[0; 9]).1, Some("ends"));
}

#[test]
fn induction_starts_and_stays_within_the_boundary() {
    let kept = inductive(&Inc { last: 9 }, |_, x| *x != 4, |_, x| *x < 9, 0..9u8, 1);
    assert!(matches!(kept, Induction::Inductive { satisfying: 4, steps: 3, .. }), "{kept:?}");
}

/// A check that samples `Inc` up to `last`, for the property `property`.
fn sampled(last: u8, property: &'static str) -> Check {
    let sampling = Sampling {
        model: Inc { last },
        form: Form::serde(),
        plan: Plan { seeds: 0..5, steps: 9 },
        property: (property, "it is as it must be"),
        faults: &[],
        exercised: &[],
        triggered: &[],
        after: None,
        expect: quorate::registry::Expect::Holds,
    };
    sampling.check(Identity { protocol: "inc".to_owned(), model: "inc".to_owned(), ..Identity::default() })
}

/// The verdict of its only row.
fn judged(check: &Check) -> String {
    let outcome = check.run(&Context { traces: None, ..Context::default() }, "inc");
    let [row] = outcome.rows.as_slice() else { panic!("{:?}", outcome.rows) };
    format!("{:?} {}", row.judgement, row.sentence.clone().unwrap_or_default())
}

#[test]
fn a_claim_that_no_run_put_to_the_test_is_not_green() {
    let open = judged(&sampled(9, "small"));
    assert!(open.contains("Unmet") && open.contains("never put to the test: ends"), "{open}");
    assert!(judged(&sampled(2, "small")).contains("seed 0"), "it is broken there");
    let lists = Choices { cases: 5, longest: 9, seed: 1 };
    let open = choice_driven(&Inc { last: 9 }, lists).unwrap_err();
    assert!(open.contains("never put to the test: ends"), "{open}");
}

#[test]
fn a_sampled_property_that_does_not_exist_is_an_error() {
    let unknown = judged(&sampled(7, "smal"));
    assert!(unknown.contains("the model has no property smal; it has small, ends"), "{unknown}");
}

#[test]
fn a_search_of_the_same_model_says_the_same_of_its_end() {
    let search = Search::new("inc", "inc", Inc { last: 9 }, Form::serde());
    let outcome = Check::from(search).run(&Context { traces: None, ..Context::default() }, "inc");
    let row = outcome.rows.iter().find(|row| row.property == "ends").unwrap();
    assert!(format!("{:?}", row.judgement).contains("vacuous"), "{row:?}");
}
