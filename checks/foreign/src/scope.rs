//! The one way in which the systems here are sampled.

use crate::PROTOCOL;
use quorate::foreign::{Foreign, Replayed};
use quorate::registry::{Check, Expect, Identity, Sampling};
use quorate::simulate::{Pick, Plan, Steering};
use quorate::trace::Form;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Range;

/// Random runs of one system.
pub(crate) struct Sampled {
    /// The crate.
    pub(crate) name: &'static str,
    /// The scope.
    pub(crate) scope: &'static str,
    /// What it is.
    pub(crate) says: &'static str,
    /// One run a seed.
    pub(crate) seeds: Range<u64>,
    /// Events a run.
    pub(crate) steps: usize,
    /// What the runs stand for: the id of a claim that is expected to be broken, or a name for all of them.
    pub(crate) property: (&'static str, &'static str),
    /// Kinds of events that must happen.
    pub(crate) exercised: &'static [&'static str],
    /// Claims that must be put to the test.
    pub(crate) triggered: &'static [&'static str],
    /// What is expected.
    pub(crate) expect: Expect,
}

/// The check.
pub(crate) fn sampled<F>(sampled: Sampled, system: F, pick: Pick<Replayed<F>>) -> Check
where
    F: Foreign + Send + 'static,
    F::Event: Serialize + DeserializeOwned + 'static,
    F::Projection: 'static,
    F::Live: 'static,
{
    let Sampled { name, scope, says, seeds, steps, property, exercised, triggered, expect } = sampled;
    let identity = Identity {
        protocol: PROTOCOL.to_owned(),
        kind: "sampled".to_owned(),
        model: name.to_owned(),
        scope: scope.to_owned(),
        says: says.to_owned(),
        ..Identity::default()
    };
    let sampling = Sampling {
        model: Replayed::new(system),
        form: Form::serde(),
        plan: Plan { seeds, steps },
        property,
        faults: &["lose", "duplicate", "overtake", "cut", "restart"],
        exercised,
        triggered,
        after: None,
        expect,
    };
    sampling.steered(identity, Steering { pick: Some(pick), ..Steering::default() })
}
