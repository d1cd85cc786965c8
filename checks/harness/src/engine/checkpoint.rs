//! A long search, written to a file and taken up again.
//!
//! The file holds all that a search knows between two states: fingerprints, parents, the frontier, the counts. It is
//! written beside its place and renamed into it, so that a crash leaves the one before. It belongs to one model in
//! one configuration, and is refused by any other.

use super::conclude::pursue;
use super::keep::Encoded;
use super::options::Options;
use super::purity::Purity;
use super::report::{Ended, Report};
use super::search::{Search, Standing};
use super::stored::{self, CheckpointError};
use super::subject::{ByPart, BySpec, Subject};
use quorate_spec::Spec;
use serde::{Serialize, de::DeserializeOwned};
use std::any::type_name;
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Where a search keeps its standing.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The file. If it exists, the search goes on from it.
    pub path: PathBuf,
    /// Seconds between two writings; it is written between levels, and when the search is cut.
    pub every_seconds: f64,
    /// The model's configuration in words: bounds, budgets, variants. Two searches that explore different states
    /// must not share it. (Type, claims, kinds and initial states are compared too; steps cannot be.)
    pub configuration: String,
}

/// Searches like [`search_encoded`](super::search_encoded), from where the checkpoint stands if there is one. A search
/// that is cut leaves a checkpoint; one that ends removes it.
///
/// # Errors
/// [`CheckpointError`] if the file is of another search, damaged, or cannot be read or written.
pub fn search_resumable<M>(
    model: &M,
    options: &Options,
    checkpoint: &Checkpoint,
) -> Result<Report<M>, CheckpointError>
where
    M: Spec + Sync,
    M::State: Clone + Hash + Eq + Send + Sync + Serialize + DeserializeOwned,
    M::Action: Clone + Send + Sync,
{
    let keep = Encoded::new();
    let path = checkpoint.path.as_path();
    let subject = ByPart { resumed: path.exists() };
    let claims = BySpec.claims(model);
    let search = Search { model, keep: &keep, subject, claims, options, purity: Purity::new() };
    let identity = identity(model, &checkpoint.configuration);
    let mut standing = if subject.resumed {
        stored::read(path, &identity, &BySpec.kinds(model))?
    } else {
        search
            .begin()
            .unwrap_or_else(|message| panic!("the model panicked before its first state: {message}"))
    };
    model.before_search();
    let mut failed = None;
    let mut written = Instant::now();
    let every = Duration::from_secs_f64(checkpoint.every_seconds.max(0.0));
    let mut save = |standing: &Standing<Box<[u8]>>| {
        if failed.is_none() && written.elapsed() >= every {
            failed = stored::write(path, &identity, standing).err();
            written = Instant::now();
        }
    };
    let mut report = pursue(&search, &mut standing, &mut save);
    if report.remarks.again {
        report.remarks.failures.push("a reduction was refuted on the way: start the search anew".to_owned());
    }
    if let Some(error) = failed {
        return Err(error);
    }
    match report.ended {
        // Beyond the depth limit nothing is kept to go on from.
        Ended::Bounded { .. } if standing.begun.is_some() && !report.is_deep() => {
            stored::write(path, &identity, &standing)?;
        }
        _ => remove(path)?,
    }
    Ok(report)
}

fn remove(path: &Path) -> Result<(), CheckpointError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(CheckpointError::File { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// What a checkpoint is of, in words that a person can compare.
fn identity<M: Spec>(model: &M, configuration: &str) -> String
where
    M::State: Hash,
{
    let claims: Vec<&str> = BySpec.claims(model).iter().map(|claim| claim.id()).collect();
    let kinds: Vec<&str> = model.kinds().iter().map(|kind| kind.0).collect();
    let initial = super::fingerprint(&model.init_states());
    format!(
        "{configuration}; {}; claims {}; kinds {}; initial states {initial:032x}; version {}",
        type_name::<M>(),
        claims.join(","),
        kinds.join(","),
        env!("CARGO_PKG_VERSION"),
    )
}
