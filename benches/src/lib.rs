//! What it costs, measured beside its peers in one run: see `benches/` and `src/bin/`.
