//! The state-space engine: breadth-first search over any [`stateright::Model`], level by level.
//!
//! * A counterexample is a shortest one, and the same one, at any number of threads: of all shortest runs the first
//!   in the order in which the model lists its actions.
//! * A state costs about 40 bytes once it was expanded: 128 bits of fingerprint and a link to its parent. Whole
//!   states live only in the frontier, where parents are identities, not paths.
//! * Every claim has a count of how often it was put to the test. One that never was is [`Verdict::Vacuous`].
//! * A search that was cut is [`Ended::Bounded`], whatever cut it.
//! * A search tries its own premises on a sample: that `Hash` and `Eq` agree, that the model is a function of its state,
//!   that a canonical form merges only what is alike. If one fails, the verdict is [`Verdict::Unsound`].
//!
//! ```
//! use quorate::engine::{search, Options};
//! # use quorate_spec::*; use stateright::Model;
//! # struct Count; impl Model for Count { type State = u8; type Action = ();
//! # fn init_states(&self) -> Vec<u8> { vec![0] }
//! # fn actions(&self, _: &u8, actions: &mut Vec<()>) { actions.push(()) }
//! # fn next_state(&self, n: &u8, _: ()) -> Option<u8> { Some((n + 1) % 8) } }
//! # impl Spec for Count { fn kinds(&self) -> Vec<Kind> { vec![Kind("count")] }
//! # fn kind(&self, _: &()) -> Kind { Kind("count") }
//! # fn claims(&self, claims: &mut Claims<Self>) { claims.always("small", "n is below 7", |_, n| *n < 7); } }
//! let report = search(&Count, &Options::single());
//! assert_eq!(report.unique_states, 8);
//! assert_eq!(report.findings[0].verdict.run().map(|run| run.len()), Some(7));
//! ```
//!
//! [`Verdict::Vacuous`]: crate::verdict::Verdict::Vacuous
//! [`Verdict::Unsound`]: crate::verdict::Verdict::Unsound

mod audit;
mod audited;
mod checkpoint;
mod clock;
mod conclude;
mod control;
mod coverage;
mod entry;
mod fingerprint;
mod frontier;
mod graph;
mod inductive;
mod interrupt;
mod keep;
mod options;
mod path;
mod purity;
mod reach;
mod recent;
mod report;
mod sample;
mod search;
mod stored;
mod subject;
mod symmetry;
mod table;
mod tally;
mod worker;

pub use audit::Audit;
pub use checkpoint::{Checkpoint, search_resumable};
pub(crate) use clock::{full, resident_bytes, thread_nanoseconds};
pub use entry::{search, search_encoded, search_model, search_packed, search_symmetric};
pub use fingerprint::fingerprint;
pub use graph::{Edge, Graph, graph};
pub use inductive::{Induction, inductive};
pub use interrupt::on_ctrl_c;
pub use keep::Packed;
pub use options::{Limits, Options, Stop, Store};
pub use purity::Impurity;
pub use report::{Ended, Finding, Report};
pub use stored::CheckpointError;
pub use symmetry::Symmetry;
