//! Code that panics is a finding of its check, wherever it panics.

use quorate::foreign::{Foreign, Replayed, sample_projection};
use quorate::lockstep::{Choices, choice_driven};
use quorate::registry::{
    Check, Conclusion, Context, Expect, Identity, Inductive, Judgement, Outcome, Property, Row, Sampling,
    Search,
};
use quorate::simulate::{Plan, random_runs};
use quorate::trace::{Form, Trace};
use quorate_spec::{Claims, Kind, Picture, Spec};
use serde::{Deserialize, Serialize, Serializer};
use stateright::Model;
use std::fmt;

/// Where the model panics: at 3, or when it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum At {
    Init,
    Actions,
    Next,
    Boundary,
    Claim,
    StepClaim,
    EndClaim,
    Kind,
    Debugging,
    Serializing,
    Drawing,
    ListingClaims,
    Nowhere,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Count {
    n: u8,
    shy: Option<At>,
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Count({})", self.n)
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert_ne!(self.shy, Some(At::Serializing), "not to be serialized");
        serializer.serialize_u8(self.n)
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Up {
    by: u8,
    shy: bool,
}

impl fmt::Debug for Up {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert!(!self.shy, "not to be debugged");
        write!(f, "Up({})", self.by)
    }
}

#[derive(Clone)]
struct Touchy(At);

impl Touchy {
    fn at(&self, place: At, n: u8) {
        assert!(self.0 != place || n < 3, "{place:?} at {n}");
    }
}

impl Model for Touchy {
    type State = Count;
    type Action = Up;

    fn init_states(&self) -> Vec<Count> {
        assert_ne!(self.0, At::Init, "no beginning");
        vec![Count { n: 0, shy: Some(self.0) }]
    }

    fn actions(&self, count: &Count, actions: &mut Vec<Up>) {
        self.at(At::Actions, count.n);
        let shy = self.0 == At::Debugging;
        actions.extend((1..3).filter(|by| count.n + by < 6).map(|by| Up { by, shy }));
    }

    fn next_state(&self, count: &Count, up: Up) -> Option<Count> {
        self.at(At::Next, count.n);
        Some(Count { n: count.n + up.by, ..count.clone() })
    }

    fn within_boundary(&self, count: &Count) -> bool {
        self.at(At::Boundary, count.n);
        true
    }
}

fn small(model: &Touchy, count: &Count) -> bool {
    model.at(At::Claim, count.n);
    // A broken claim, so that a trace is written.
    count.n < 5 || !matches!(model.0, At::Debugging | At::Serializing | At::Drawing)
}

impl Spec for Touchy {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("up")]
    }

    fn kind(&self, up: &Up) -> Kind {
        self.at(At::Kind, up.by + 1);
        Kind("up")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        assert_ne!(self.0, At::ListingClaims, "no claims");
        claims.always("small", "it is small", small);
        claims.always_step("up", "it goes up", |model, _, _, after| {
            model.at(At::StepClaim, after.n);
            true
        });
        claims.at_end("end", "it ends", |model, count| {
            model.at(At::EndClaim, count.n);
            true
        });
    }

    fn picture(&self, _: &Count, up: &Up, _: &Count) -> Picture {
        assert_ne!(self.0, At::Drawing, "not to be drawn");
        Picture { label: format!("up by {}", up.by), kind: "up".to_owned(), ..Picture::default() }
    }
}

const EVERYWHERE: [At; 12] = [
    At::Init,
    At::Actions,
    At::Next,
    At::Boundary,
    At::Claim,
    At::StepClaim,
    At::EndClaim,
    At::Kind,
    At::Debugging,
    At::Serializing,
    At::Drawing,
    At::ListingClaims,
];

pub(crate) fn identity(scope: &str) -> Identity {
    let own = |text: &str| text.to_owned();
    Identity {
        protocol: own("toy"),
        kind: own("random"),
        model: own("touchy"),
        scope: own(scope),
        ..Identity::default()
    }
}

fn sampling(at: At) -> Check {
    let sampling = Sampling {
        model: Touchy(at),
        form: Form::serde(),
        plan: Plan { seeds: 40..60, steps: 9 },
        property: ("small", "it is small"),
        faults: &[],
        exercised: &[],
        triggered: &[],
        after: None,
        expect: Expect::Holds,
    };
    sampling.check(identity("all"))
}

/// Runs a check; every trace that it left replays.
pub(crate) fn run(check: &Check, name: &str) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let context = Context { traces: Some(folder.path().to_owned()), threads: 1, ..Context::default() };
    let outcome = check.run(&context, name);
    for row in &outcome.rows {
        if let Some(file) = &row.trace {
            let trace = Trace::load(file).unwrap();
            check.live().unwrap().verify(&trace).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        }
    }
    outcome
}

pub(crate) fn no_panic<'o>(outcome: &'o Outcome, name: &str) -> &'o Row {
    let row = outcome.rows.iter().find(|row| row.property == "no-panic");
    let row = row.unwrap_or_else(|| panic!("{name}: {:?}", outcome.rows));
    assert_eq!(row.conclusion, Conclusion::Violated, "{name}");
    assert!(matches!(row.judgement, Judgement::Unmet(_)), "{name}");
    row
}

#[test]
fn a_panic_in_a_random_run_is_a_finding_wherever_it_comes_from() {
    let sound = run(&sampling(At::Nowhere), "nowhere");
    assert!(sound.rows.iter().all(|row| row.judgement == Judgement::Met), "{:?}", sound.rows);
    for at in EVERYWHERE {
        let name = format!("{at:?}");
        let outcome = run(&sampling(at), &name);
        assert!(
            outcome.rows.iter().any(|row| row.property == "small" && row.judgement != Judgement::Met),
            "{name}"
        );
        let row = no_panic(&outcome, &name);
        let sentence = row.sentence.as_deref().unwrap();
        match at {
            At::Init | At::ListingClaims | At::Debugging | At::Serializing | At::Drawing => {
                assert!(sentence.contains("no ") || sentence.contains("not to be"), "{name}: {sentence}");
            }
            _ => {
                assert!(sentence.starts_with("seed "), "{name}: {sentence}");
                assert!(sentence.contains(&format!("{name} at ")), "{name}: {sentence}");
                assert!(row.trace_steps <= Some(3), "it is shortened: {sentence}");
                assert!(row.trace.is_some(), "{name}: {sentence}");
            }
        }
    }
}

#[test]
fn a_panic_in_a_search_is_a_finding_wherever_it_comes_from() {
    for at in EVERYWHERE {
        let name = format!("{at:?}");
        let search = Search::new("toy", "touchy", Touchy(at), Form::serde());
        let outcome = run(&Check::from(search), &name);
        no_panic(&outcome, &name);
    }
}

#[test]
fn a_panic_in_what_is_said_after_a_check_is_a_finding() {
    let search = Search::new("toy", "touchy", Touchy(At::Nowhere), Form::serde());
    let outcome = run(&Check::from(search.after(|_, _| panic!("nothing to say"))), "after");
    let unmet = |row: &Row| format!("{:?}", row.judgement).contains("panics: nothing to say");
    assert!(outcome.rows.iter().any(unmet), "{:?}", outcome.rows);
    let sampling = Sampling {
        model: Touchy(At::Nowhere),
        form: Form::serde(),
        plan: Plan { seeds: 0..9, steps: 9 },
        property: ("small", "it is small"),
        faults: &[],
        exercised: &[],
        triggered: &[],
        after: Some(|_| panic!("nothing to say")),
        expect: Expect::Holds,
    };
    let outcome = run(&sampling.check(identity("after")), "after");
    let sentence = outcome.rows[0].sentence.as_deref().unwrap();
    assert!(sentence.contains("panics: nothing to say"), "{sentence}");
    assert_ne!(outcome.rows[0].judgement, Judgement::Met);
}

#[test]
fn a_panic_in_an_induction_is_a_finding() {
    let inductive = Inductive {
        model: Touchy(At::Next),
        property: ("small", "it is small"),
        invariant: |_, count| count.n < 9,
        states: || Box::new((0..5).map(|n| Count { n, shy: None })),
        typed: |_, count| count.n < 9,
        expect: Expect::Holds,
    };
    let outcome = run(&inductive.check(identity("induction")), "induction");
    let sentence = no_panic(&outcome, "induction").sentence.clone().unwrap();
    assert!(sentence.contains("in state 3 of those enumerated: Next at 3"), "{sentence}");
}

#[test]
fn a_panic_in_a_check_of_ones_own_is_a_finding() {
    let listed = Property { id: "own".to_owned(), text: "it is".to_owned(), expect: Expect::Holds };
    let check = Check::custom(identity("own"), vec![listed], |_, _| panic!("not made"));
    let outcome = run(&check, "own");
    assert_eq!(outcome.rows.len(), 2);
    assert!(no_panic(&outcome, "own").sentence.as_deref().unwrap().contains("not made"));
    assert_ne!(outcome.rows[0].judgement, Judgement::Met);
}

#[test]
fn random_runs_and_choices_name_the_seed_of_a_panic() {
    let sampled =
        std::panic::catch_unwind(|| random_runs(&Touchy(At::Next), &Plan { seeds: 7..9, steps: 9 }));
    let message = *sampled.err().unwrap().downcast::<String>().unwrap();
    assert!(message.starts_with("seed 7, after ") && message.contains("Next at "), "{message}");
    let tried = choice_driven(&Touchy(At::Next), Choices { cases: 20, longest: 9, seed: 5 }).unwrap_err();
    assert!(tried.contains("the model panics: Next at ") && tried.contains("seed 5"), "{tried}");
    assert!(tried.contains("Up("), "the run is told: {tried}");
}

/// A foreign system that panics at its third tick.
struct Bomb;

impl Foreign for Bomb {
    type Live = u8;
    type Event = ();
    type Projection = u8;

    fn start(&self) -> u8 {
        0
    }
    fn events(&self, _: &u8) -> Vec<()> {
        vec![()]
    }
    fn apply(&self, live: &mut u8, (): &()) {
        assert!(*live < 2, "it went off");
        *live += 1;
    }
    fn project(&self, live: &u8) -> u8 {
        *live
    }
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("tick")]
    }
    fn kind(&self, (): &()) -> Kind {
        Kind("tick")
    }
    fn claims(&self, claims: &mut Claims<Replayed<Self>>) {
        claims.always("quiet", "it is quiet", |_, past| *past.projection() < 9);
    }
}

#[test]
fn a_panic_of_a_foreign_system_is_told_with_the_events_before_it() {
    let sample = sample_projection(&Bomb, 1, 5, 9);
    assert!(!sample.is_green());
    assert_eq!(sample.panicked, Some((vec![(), (), ()], "it went off".to_owned())));
    let sampled =
        std::panic::catch_unwind(|| random_runs(&Replayed::new(Bomb), &Plan { seeds: 3..4, steps: 9 }));
    let message = *sampled.err().unwrap().downcast::<String>().unwrap();
    assert_eq!(message, "seed 3, after 2 steps: it went off");
}
