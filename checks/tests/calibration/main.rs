//! The harness measured against known answers.

mod counts;
