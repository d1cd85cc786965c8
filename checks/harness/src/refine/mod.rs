//! Refinement: every step of the production code is a step of the specification, or none.
//!
//! A mapping says two things. The *abstraction* reads a specification state off a concrete one: off disks and
//! history, never off what a replica believes. The *witness* names, for every concrete event, the specification's
//! actions that it performs. Both are needed: a defect was measured that keeps every abstract state reachable and is
//! caught only because the event that caused it had to name its action.
//!
//! Refinement does not notice missing behaviour: a core that never does anything refines everything. So
//! [`Adequacy`] counts how often each action of the specification was named, and an action that never was fails
//! the check unless it is waived by name, with a reason ([`Mapping::waived`]). That is part of [`Refinement`] itself: it
//! holds for every complete search, every set of random runs and every lockstep, in tests and on the command line.

mod adequacy;
mod lifted;
mod mapping;
mod model;
mod on_world;
mod places;
mod spec;
mod walk;

pub use adequacy::{Adequacy, Waiver};
pub use mapping::Mapping;
pub use model::{Mismatch, Refinement};
pub use on_world::{OnWorld, Refines};
pub use walk::Walk;
