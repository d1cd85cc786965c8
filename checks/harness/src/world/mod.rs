//! A world: machines under their drivers, a network, disks, and budgets for every fault.
//!
//! [`WorldModel`] is a [`stateright::Model`] and a [`quorate_spec::Spec`], so the engine searches it like any
//! model. Nothing in it is a re-implementation: the driver, the machine, the fold of the log and, in codec mode, the
//! bytes are those that production runs.

mod acting;
mod asked;
mod calm;
mod codec;
mod event;
mod ghost;
mod left;
mod local;
mod memo;
mod model;
mod network;
mod node;
mod offers;
mod picture;
mod reduce;
mod scope;
mod shared;
mod spec;
mod state;

pub use calm::Calm;
pub use codec::{Codec, Postcard};
pub use event::{Event, Observation};
pub use ghost::Ghost;
pub use left::{Crashes, FORETOLD, Left, TIMER_KINDS};
pub use local::Dead;
pub use model::WorldModel;
pub use network::{Envelope, Links, Network, NetworkKind, Split};
pub use node::{Checkable, Node};
pub use scope::{Ask, Comeback, Disk, Persistence, Scope, Takes, Within};
pub use shared::Shared;
pub use state::World;

pub(crate) use memo::Memo;
pub(crate) use shared::digest;
