//! The harness measured against known answers.

mod counts;
mod induction;
mod resuming;
mod stores;
mod toy;
mod verdicts;
