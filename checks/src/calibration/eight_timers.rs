//! Eight actors, each with one timer that may fire once: 2⁸ = 256 states.
//!
//! Which timers are still armed is all there is, so nothing is simpler to count. It stands here because stateright
//! 0.31 gets it wrong: its `HashableHashSet` hashes no length, so that eight sets of timers hash like the sequence
//! of all their elements, and states that differ in *which* timers are armed hash alike. With [`stateright_version`]
//! only how many are armed counts: 9 states, and a claim that fails in the other 247 is reported as holding.

use quorate_spec::{Claims, Kind, Spec};
use serde::{Deserialize, Serialize};
use stateright::actor::{Actor, ActorModel, Id, Out, model_timeout};
use stateright::{Expectation, Model, Property};
use std::borrow::Cow;

/// How many actors.
pub const ACTORS: usize = 8;

/// Which timers are armed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Armed(pub [bool; ACTORS]);

/// The actor whose timer fires.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Fire(pub usize);

/// The eight timers, in types of our own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EightTimers;

impl Model for EightTimers {
    type State = Armed;
    type Action = Fire;

    fn init_states(&self) -> Vec<Armed> {
        vec![Armed([true; ACTORS])]
    }

    fn actions(&self, state: &Armed, actions: &mut Vec<Fire>) {
        actions.extend((0..ACTORS).filter(|actor| state.0[*actor]).map(Fire));
    }

    fn next_state(&self, before: &Armed, Fire(actor): Fire) -> Option<Armed> {
        let mut state = *before;
        state.0[actor] = false;
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::sometimes("8T-1", |_, state| only_the_last(state))]
    }
}

fn only_the_last(state: &Armed) -> bool {
    state.0.iter().enumerate().all(|(actor, armed)| *armed == (actor == ACTORS - 1))
}

impl Spec for EightTimers {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("fire")]
    }

    fn kind(&self, _: &Fire) -> Kind {
        Kind("fire")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.sometimes("8T-1", "the last timer alone is still armed", |_, state| only_the_last(state));
        claims.sometimes("8T-2", "the first timer alone is still armed", |_, state| {
            state.0.iter().enumerate().all(|(actor, armed)| *armed == (actor == 0))
        });
    }
}

/// One of stateright's actors: it arms its timer, and does nothing when it fires.
#[derive(Clone, Copy, Debug)]
pub struct TimerActor;

impl Actor for TimerActor {
    type Msg = ();
    type State = ();
    type Timer = ();
    type Random = ();
    type Storage = ();

    fn on_start(&self, _: Id, _: &Option<()>, out: &mut Out<Self>) {
        out.set_timer((), model_timeout());
    }

    fn on_timeout(&self, _: Id, state: &mut Cow<'_, ()>, _: &(), _: &mut Out<Self>) {
        // A state that was touched counts as changed; otherwise stateright drops the step.
        *state.to_mut() = ();
    }
}

/// The same in stateright's own types, with a claim that is false in one of the 256 states: stateright reports that
/// it holds, because another state with one armed timer came first and hashes alike.
pub fn stateright_version() -> ActorModel<TimerActor, (), ()> {
    ActorModel::new((), ()).actors(std::iter::repeat_n(TimerActor, ACTORS)).property(
        Expectation::Always,
        "8T-3",
        |_, state| {
            let mut armed = state.timers_set.iter().map(|timers| timers.iter().count() == 1);
            !(armed.next() == Some(true) && armed.all(|armed| !armed))
        },
    )
}
