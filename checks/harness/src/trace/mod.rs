//! Traces: every run that a check found worth showing, as one file.
//!
//! A trace is a file of the Informal Trace Format (`*.itf.json`, read by Apalache, Quint and the `itf` crate) with one
//! extra key, `harness`, that those tools ignore: the check and its verdict, actors, messages and what became of
//! them, how each step was taken, the value of every property at every state, and what else could have happened.
//!
//! * [`Recorder`] makes a [`Trace`] of a run of a model; [`Trace::save`] and [`Trace::load`] are the file.
//! * [`verify()`] replays a trace and compares everything that it says. An edited file never passes.
//! * [`minimise()`] shortens a failing run; [`signature()`] groups equal failures.
//! * [`export`] turns a trace into a Rust test or into Markdown.
//!
//! Runs of more than 500 states keep every hundredth state whole (`states`), and under `harness.deltas` one entry a
//! state: `null` for a whole one, else the [`states::Edit`]s that make it from the one before.
//!
//! serde shows a `BTreeSet` as a sequence: mark set fields with `#[serde(with = "quorate_spec::set")]`, or they are
//! written as sorted lists.

mod beside;
mod debug;
mod diff;
mod error;
pub mod export;
mod form;
mod format;
mod json;
mod mail;
mod marks;
mod minimise;
mod pen;
mod read;
mod record;
mod signature;
pub mod states;
#[cfg(test)]
mod tests;
mod tokens;
#[cfg(test)]
pub(crate) mod toy;
mod tree;
mod verify;
mod write;

pub use debug::{from_debug, parse as parse_debug};
pub use diff::{Change, changes, show};
pub use error::TraceError;
pub use form::Form;
pub use format::{
    ACTION_TAKEN, Alternative, Annotation, CheckInfo, Expected, Fate, Harness, Lane, Message, Minimised,
    Operation, PICKS, PropertyRow, SCHEMA, Span, Step, Trace,
};
pub(crate) use marks::BesideFn;
pub use marks::{Mark, MarksFn};
pub use minimise::{minimise, necessary};
pub(crate) use pen::shape_name;
pub use record::Recorder;
pub use signature::{cone, signature};
pub(crate) use tokens::{init_index, init_token, named, ordinal, tokens};
pub use tree::{Unfit, canonical, to_itf};
pub use verify::{Divergence, Verified, replay, verify};
pub(crate) use verify::{Named, is_named_by_value, offered};
pub(crate) use write::digest;
