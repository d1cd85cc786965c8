//! What the harness found in published crates, one test each: the minimal run of the report in `checks/FINDINGS.md`.
//!
//! A test here fails on the day on which a new version behaves differently, and says so.

mod omnipaxos;
mod raft;
mod run;
mod traces;
