//! The `quorate` binary, as a user meets it: what it prints, what it writes, and how it exits.

mod checking;
mod exported;
mod quorate;
mod tracing;
