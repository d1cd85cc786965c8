//! What a trace says of the steps that were not taken, and of a run that cannot be taken again.

use quorate::registry::{Context, Expect, Identity, Sampling};
use quorate::simulate::Plan;
use quorate::trace::{CheckInfo, Form, Recorder};
use quorate_spec::{Claims, Kind, Spec};
use serde::{Deserialize, Serialize};
use stateright::Model;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A state of which the hash leaves out one field, and the form another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Lamp {
    lit: bool,
    unhashed: bool,
    #[serde(skip)]
    unseen: bool,
}

impl Hash for Lamp {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.lit, self.unseen).hash(hasher);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Turn {
    Stay,
    Light,
    SetUnhashed,
    SetUnseen,
}

struct Lamps;

impl Model for Lamps {
    type State = Lamp;
    type Action = Turn;

    fn init_states(&self) -> Vec<Lamp> {
        vec![Lamp::default()]
    }

    fn actions(&self, _: &Lamp, actions: &mut Vec<Turn>) {
        actions.extend([Turn::Stay, Turn::Light, Turn::SetUnhashed, Turn::SetUnseen]);
    }

    fn next_state(&self, lamp: &Lamp, turn: Turn) -> Option<Lamp> {
        Some(match turn {
            Turn::Stay => *lamp,
            Turn::Light => Lamp { lit: true, ..*lamp },
            Turn::SetUnhashed => Lamp { unhashed: true, ..*lamp },
            Turn::SetUnseen => Lamp { unseen: true, ..*lamp },
        })
    }
}

impl Spec for Lamps {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("turn")]
    }

    fn kind(&self, _: &Turn) -> Kind {
        Kind("turn")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("dark", "the lamp is dark", |_, lamp| !lamp.lit);
    }
}

#[test]
fn an_alternative_has_an_effect_if_the_state_hashes_or_looks_otherwise() {
    let about = CheckInfo { property: "dark".to_owned(), ..CheckInfo::default() };
    let trace = Recorder::new(&Lamps, Form::serde()).trace(&Lamp::default(), &[], about);
    let offered = &trace.harness.as_ref().unwrap().alternatives[0];
    let effects: Vec<_> = offered.iter().map(|offer| (offer.label.as_str(), offer.effect)).collect();
    assert_eq!(
        effects,
        [("Stay", false), ("Light", true), ("SetUnhashed", true), ("SetUnseen", true)],
        "a hole in the hash, or in the form, hides nothing"
    );
}

/// Each step leads to a number that was never there before.
struct Drifts(AtomicU64);

impl Model for Drifts {
    type State = u64;
    type Action = ();

    fn init_states(&self) -> Vec<u64> {
        vec![0]
    }

    fn actions(&self, _: &u64, actions: &mut Vec<()>) {
        actions.push(());
    }

    fn next_state(&self, _: &u64, (): ()) -> Option<u64> {
        Some(self.0.fetch_add(1, Relaxed) + 1)
    }
}

impl Spec for Drifts {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("step")]
    }

    fn kind(&self, (): &()) -> Kind {
        Kind("step")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("low", "the number is low", |_, number| *number < 5);
    }
}

#[test]
fn a_run_whose_trace_does_not_replay_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let sampling = Sampling {
        model: Drifts(AtomicU64::new(0)),
        form: Form::serde(),
        plan: Plan { seeds: 0..1, steps: 20 },
        property: ("low", "the number is low"),
        faults: &[],
        exercised: &[],
        triggered: &[],
        after: None,
        expect: Expect::Holds,
    };
    let context = Context { traces: Some(folder.path().to_owned()), ..Context::default() };
    let row = sampling.check(Identity::default()).run(&context, "drifts").rows.remove(0);
    let sentence = row.sentence.expect("it is broken");
    assert!(sentence.contains("its trace does not replay"), "{sentence}");
}
