//! How many servers and clients there are.

use quorate_core::session::Limits;

/// Servers that vote.
pub(super) const REPLICAS: u16 = 3;

/// How many clients, and how much is remembered of each: two who stay, and two who come and go.
pub(super) const LIMITS: Limits = Limits { residents: 2, sessions: 2, pipeline: 2 };
