//! The ways in.

use super::conclude::conclude;
use super::keep::{Encoded, Exact, Packed, Plain};
use super::options::{Options, Store};
use super::report::Report;
use super::subject::{ByProperties, BySpec, Subject};
use super::symmetry::{Quotient, Symmetry};
use quorate_spec::Spec;
use serde::{Serialize, de::DeserializeOwned};
use stateright::Model;
use std::hash::Hash;

/// Searches every state that a model can reach, and decides its claims.
///
/// Panics in the model's code are caught and reported with the run that led there.
pub fn search<M>(model: &M, options: &Options) -> Report<M>
where
    M: Spec + Sync,
    M::State: Clone + Hash + Eq + Send + Sync,
    M::Action: Clone + Send + Sync,
{
    by_hash(model, BySpec, options)
}

/// Searches a plain stateright model, and decides its own `properties()`.
///
/// # Panics
/// If one of them is `eventually`: that is about whole runs, and no search over states decides it.
pub fn search_model<M>(model: &M, options: &Options) -> Report<M>
where
    M: Model + Sync,
    M::State: Clone + Hash + Eq + Send + Sync,
    M::Action: Clone + Send + Sync,
{
    by_hash(model, ByProperties, options)
}

/// Searches like [`search`], and keeps states that wait in the frontier as bytes (postcard). That is a fraction of
/// the memory for states made of many small allocations, and often no slower.
///
/// # Panics
/// If a state is not the same after encoding and decoding.
pub fn search_encoded<M>(model: &M, options: &Options) -> Report<M>
where
    M: Spec + Sync,
    M::State: Clone + Hash + Eq + Send + Sync + Serialize + DeserializeOwned,
    M::Action: Clone + Send + Sync,
{
    match options.store {
        Store::Fingerprint => conclude(model, &Encoded::new(), BySpec, options),
        Store::Audit => search(model, options),
    }
}

/// Searches a model whose states pack into 16 bytes: compared exactly, without any odds of a collision. An audit has
/// nothing to add here, since no hash decides whether two states are the same: [`Options::store`] is not looked at.
/// A sample of states is unpacked again, and a difference is a panic of the model.
pub fn search_packed<M>(model: &M, options: &Options) -> Report<M>
where
    M: Spec + Sync,
    M::State: Packed + Clone + Eq + Send + Sync,
    M::Action: Clone + Send + Sync,
{
    conclude(model, &Exact, BySpec, options)
}

/// Searches the orbits of a symmetric model instead of its states. Runs in the report are runs of the model; their
/// states are as they were reached. `unique_states` counts orbits.
pub fn search_symmetric<M, C>(model: &M, symmetry: &Symmetry<M, C>, options: &Options) -> Report<M>
where
    M: Spec + Sync,
    M::State: Clone + Eq + Send + Sync,
    M::Action: Clone + Send + Sync,
    C: Hash,
{
    conclude(model, &Quotient::new(model, BySpec.claims(model), symmetry), BySpec, options)
}

fn by_hash<M, S>(model: &M, subject: S, options: &Options) -> Report<M>
where
    M: Model + Sync,
    M::State: Clone + Hash + Eq + Send + Sync,
    M::Action: Clone + Send + Sync,
    S: Subject<M> + Send,
{
    let keep = Plain::new(options.store == Store::Audit);
    let mut report = conclude(model, &keep, subject, options);
    report.audit = keep.into_audit();
    report
}
