//! Refinement (being written).
