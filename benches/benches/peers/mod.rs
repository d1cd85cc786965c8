//! What others built, under the same yoke.

pub(crate) mod omni;
pub(crate) mod raft;
