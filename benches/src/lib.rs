//! What it costs, measured beside its peers in one run: see `benches/` and `src/bin/`.

pub mod applied;
pub mod clock;
pub mod ours;
pub mod trio;
