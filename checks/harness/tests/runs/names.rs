//! Actions that read the same.

use quorate::registry::{Check, Context, Expect, Identity, Live, Sampling, Search};
use quorate::simulate::Plan;
use quorate::trace::{CheckInfo, Form, Recorder, Trace};
use quorate::verdict::Run;
use quorate_spec::{Again, Claims, Kind, Spec};
use serde::{Deserialize, Serialize};
use stateright::Model;
use std::fmt;
use std::sync::Arc;

/// Three doors, of which each may be pushed or pulled; only pulling the last one twice opens it.
#[derive(Clone, Debug)]
struct Doors;

/// All of them read the same, in `Debug` and in serde.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Turn {
    #[serde(skip)]
    door: usize,
    #[serde(skip)]
    pulls: bool,
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turn")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Pulled {
    doors: [u8; 3],
    pushed: u8,
}

impl Model for Doors {
    type State = Pulled;
    type Action = Turn;

    fn init_states(&self) -> Vec<Pulled> {
        vec![Pulled::default()]
    }

    fn actions(&self, state: &Pulled, actions: &mut Vec<Turn>) {
        for door in 0..3 {
            actions.extend((state.pushed < 3).then_some(Turn { door, pulls: false }));
            actions.extend((state.doors[door] < 2).then_some(Turn { door, pulls: true }));
        }
    }

    fn next_state(&self, state: &Pulled, turn: Turn) -> Option<Pulled> {
        let mut next = state.clone();
        if turn.pulls {
            next.doors[turn.door] += 1
        } else {
            next.pushed += 1
        }
        Some(next)
    }
}

impl Spec for Doors {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("turn")]
    }

    fn kind(&self, _: &Turn) -> Kind {
        Kind("turn")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("shut", "the last door is shut", |_, state| state.doors[2] < 2);
        // Pushing one door leads where pushing another leads.
        claims.always_step(
            "last",
            "the last door is not pushed after the second was pulled",
            |_, before, turn, _| turn.pulls || turn.door != 2 || before.doors[1] == 0,
        );
    }
}

const SHUT: [Turn; 6] = [
    Turn { door: 1, pulls: true },
    Turn { door: 2, pulls: true },
    Turn { door: 0, pulls: false },
    Turn { door: 0, pulls: true },
    Turn { door: 1, pulls: false },
    Turn { door: 2, pulls: true },
];

const LAST: [Turn; 4] = [
    Turn { door: 0, pulls: true },
    Turn { door: 1, pulls: true },
    Turn { door: 0, pulls: false },
    Turn { door: 2, pulls: false },
];

fn trace(form: Form<Doors>, turns: &[Turn], property: &str) -> Trace {
    let mut run: Run<Doors> = Run { init: Pulled::default(), steps: Vec::new() };
    for turn in turns {
        let next = Doors.next_state(run.last(), *turn).unwrap();
        run.steps.push((*turn, next));
    }
    let about = CheckInfo {
        protocol: "doors".to_owned(),
        model: "doors".to_owned(),
        property: property.to_owned(),
        ..CheckInfo::default()
    };
    Recorder::new(&Doors, form).trace(&run.init, &run.steps, about)
}

fn live(form: Form<Doors>) -> Live<Doors> {
    Live::new(Arc::new(Doors), form, Identity::default())
}

fn tokens(trace: &Trace) -> Vec<String> {
    trace.harness.as_ref().unwrap().steps.iter().map(|step| step.token.clone()).collect()
}

fn at(trace: &Trace) -> Option<usize> {
    trace.harness.as_ref().unwrap().check.at
}

#[test]
fn a_trace_of_actions_that_read_the_same_replays() {
    for form in [Form::serde(), Form::debug()] {
        for (turns, property, step) in [(&SHUT[..], "shut", 6), (&LAST[..], "last", 4)] {
            let trace = trace(form, turns, property);
            assert_eq!(at(&trace), Some(step));
            live(form).verify(&trace).unwrap();
            let read = Trace::from_json(&trace.to_json()).unwrap();
            live(form).verify(&read).unwrap();
        }
    }
}

#[test]
fn the_alternative_that_was_taken_is_the_one_marked() {
    let trace = trace(Form::serde(), &LAST, "last");
    let harness = trace.harness.as_ref().unwrap();
    for (index, offers) in harness.alternatives.iter().enumerate().take(4) {
        let taken: Vec<_> = offers.iter().filter(|offer| offer.taken).collect();
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].token, harness.steps[index + 1].token);
    }
    let last = harness.alternatives[3].iter().find(|offer| offer.taken).unwrap();
    assert_eq!(last.breaks, ["last"], "not another push, which leads to the same state");
}

#[test]
fn the_explorer_follows_the_tokens_of_a_trace() {
    for (turns, property) in [(&SHUT[..], "shut"), (&LAST[..], "last")] {
        let trace = trace(Form::serde(), turns, property);
        let walk = live(Form::serde()).walk(&tokens(&trace));
        assert_eq!(walk.followed, turns.len() + 1);
        assert_eq!(tokens(&walk.trace), tokens(&trace));
        let wanted: Vec<_> = trace.states.iter().collect();
        assert_eq!(walk.trace.states.iter().collect::<Vec<_>>(), wanted);
    }
}

#[test]
fn shrinking_keeps_the_finding() {
    for form in [Form::serde(), Form::debug()] {
        for (turns, property, steps) in [(&SHUT[..], "shut", 2), (&LAST[..], "last", 2)] {
            let long = trace(form, turns, property);
            let short = live(form).minimise(&long, 0).unwrap();
            assert_eq!((short.states.len() - 1, at(&short)), (steps, Some(steps)), "{property}");
            live(form).verify(&short).unwrap();
            let marked = live(form).necessary(&short).unwrap();
            let marks = marked.harness.unwrap().steps.into_iter().skip(1).map(|step| step.necessary);
            assert_eq!(marks.collect::<Vec<_>>(), [Some(true); 2]);
        }
    }
}

#[test]
fn an_exported_test_takes_the_actions_of_the_trace() {
    let search = Search::new("doors", "doors", Doors, Form::serde()).rust("use doors::Doors;", "Doors");
    let check = Check::from(search);
    let live = check.live().unwrap();
    let text = live.to_rust(&trace(Form::serde(), &SHUT, "shut")).unwrap();
    assert!(text.contains("quorate::test::replay_by_place(&model, \"shut\", 0, &events);"), "{text}");
    assert!(text.contains("(r#\"Turn\"#, 3),"), "the second door is pulled: {text}");
    let events = [("Turn", 5), ("Turn", 5)];
    let broken = std::panic::catch_unwind(|| quorate::test::replay_by_place(&Doors, "shut", 0, &events));
    assert!(broken.is_err(), "the last door is pulled twice");
    quorate::test::replay_by_place(&Doors, "shut", 0, &[("Turn", 0), ("Turn", 0)]);
}

#[test]
fn random_runs_and_searches_leave_traces_that_replay() {
    let folder = tempfile::tempdir().unwrap();
    let context = Context { traces: Some(folder.path().to_owned()), ..Context::default() };
    let search = Search::new("doors", "doors", Doors, Form::serde()).violated("shut", 2).violated("last", 2);
    let sampling = Sampling {
        model: Doors,
        form: Form::serde(),
        plan: Plan { seeds: 0..50, steps: 20 },
        property: ("shut", "the last door is shut"),
        faults: &[],
        exercised: &[],
        triggered: &[],
        after: None,
        expect: Expect::Violated { steps: None },
    };
    for (check, stem) in [(Check::from(search), "search"), (sampling.check(Identity::default()), "sampling")]
    {
        for row in check.run(&context, stem).rows.iter().filter(|row| row.property != "coverage") {
            let trace = Trace::load(row.trace.as_ref().expect("it is broken")).unwrap();
            assert_eq!(row.trace_steps, Some(2), "{row:?}");
            check.live().unwrap().verify(&trace).unwrap();
        }
    }
}

#[test]
fn steps_of_a_long_run_have_names_of_their_own() {
    /// Counts with either hand: the hands read the same.
    struct Hands;
    impl Model for Hands {
        type State = (u32, u32);
        type Action = Turn;
        fn init_states(&self) -> Vec<(u32, u32)> {
            vec![(0, 0)]
        }
        fn actions(&self, _: &(u32, u32), actions: &mut Vec<Turn>) {
            actions.extend([false, true].map(|pulls| Turn { door: 0, pulls }));
        }
        fn next_state(&self, (left, right): &(u32, u32), turn: Turn) -> Option<(u32, u32)> {
            Some(if turn.pulls { (*left, right + 1) } else { (left + 1, *right) })
        }
    }
    impl Spec for Hands {
        fn kinds(&self) -> Vec<Kind> {
            vec![Kind("turn")]
        }
        fn kind(&self, _: &Turn) -> Kind {
            Kind("turn")
        }
        fn claims(&self, claims: &mut Claims<Self>) {
            claims.always("few", "few", |_, (left, _)| *left < 400);
        }
    }
    let mut run: Run<Hands> = Run { init: (0, 0), steps: Vec::new() };
    for step in 0..600 {
        let turn = Turn { door: 0, pulls: step % 2 == 0 };
        let next = Hands.next_state(run.last(), turn).unwrap();
        run.steps.push((turn, next));
    }
    let trace = Recorder::new(&Hands, Form::serde()).trace(&run.init, &run.steps, CheckInfo::default());
    assert!(trace.harness.as_ref().unwrap().alternatives.is_empty(), "it is too long for them");
    quorate::trace::verify(&Hands, &Form::serde(), &trace).unwrap();
}

/// Initial states that read the same.
#[test]
fn an_initial_state_that_reads_like_another_is_still_itself() {
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    struct Hidden {
        #[serde(skip)]
        secret: u8,
        shown: u8,
    }
    struct Secrets;
    impl Model for Secrets {
        type State = Hidden;
        type Action = u8;
        fn init_states(&self) -> Vec<Hidden> {
            (0..3).map(|secret| Hidden { secret, shown: 0 }).collect()
        }
        fn actions(&self, _: &Hidden, actions: &mut Vec<u8>) {
            actions.push(0);
        }
        fn next_state(&self, state: &Hidden, _: u8) -> Option<Hidden> {
            (state.shown == 0).then_some(Hidden { shown: state.secret + 1, ..state.clone() })
        }
    }
    impl Spec for Secrets {
        fn kinds(&self) -> Vec<Kind> {
            vec![Kind("show")]
        }
        fn kind(&self, _: &u8) -> Kind {
            Kind("show")
        }
        fn claims(&self, claims: &mut Claims<Self>) {
            claims.always("low", "it is low", |_, state| state.shown < 3);
        }
    }
    let found = quorate::engine::search(&Secrets, &quorate::engine::Options::single());
    let run = found.findings[0].verdict.run().unwrap();
    let trace = Recorder::new(&Secrets, Form::serde()).trace(&run.init, &run.steps, CheckInfo::default());
    assert_eq!(trace.harness.as_ref().unwrap().steps[0].token, "init~2");
    quorate::trace::verify(&Secrets, &Form::serde(), &trace).unwrap();
}

/// What is left of a run may not be taken again: the model does not say what an action of one run is in another.
#[test]
fn a_run_that_cannot_be_taken_again_in_part_stays_as_it_is() {
    struct Sealed;
    impl Model for Sealed {
        type State = Pulled;
        type Action = Turn;
        fn init_states(&self) -> Vec<Pulled> {
            Doors.init_states()
        }
        fn actions(&self, state: &Pulled, actions: &mut Vec<Turn>) {
            Doors.actions(state, actions);
        }
        fn next_state(&self, state: &Pulled, turn: Turn) -> Option<Pulled> {
            Doors.next_state(state, turn)
        }
    }
    impl Spec for Sealed {
        fn kinds(&self) -> Vec<Kind> {
            Doors.kinds()
        }
        fn kind(&self, turn: &Turn) -> Kind {
            Doors.kind(turn)
        }
        fn again(&self, _: &Pulled, turn: &Turn) -> Again<Turn> {
            // The second pull at the last door, without which it is shut, is not found again.
            if turn.door == 2 && turn.pulls { Again::Gone } else { Again::Here(*turn) }
        }
        fn claims(&self, claims: &mut Claims<Self>) {
            claims.always("shut", "the last door is shut", |_, state| state.doors[2] < 2);
        }
    }
    for form in [Form::serde(), Form::debug()] {
        let mut run: Run<Sealed> = Run { init: Pulled::default(), steps: Vec::new() };
        for turn in SHUT {
            let next = Sealed.next_state(run.last(), turn).unwrap();
            run.steps.push((turn, next));
        }
        let about = CheckInfo { property: "shut".to_owned(), ..CheckInfo::default() };
        let long = Recorder::new(&Sealed, form).trace(&run.init, &run.steps, about);
        let live: Live<Sealed> = Live::new(Arc::new(Sealed), form, Identity::default());
        let short = live.minimise(&long, 0).unwrap();
        assert_eq!((short.states.len() - 1, at(&short)), (SHUT.len(), Some(SHUT.len())));
        assert!(short.harness.as_ref().unwrap().check.minimised.is_none(), "nothing was left out");
        live.verify(&short).unwrap();
    }
}
