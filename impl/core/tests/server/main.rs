//! Servers on the log, a few at a time, under the driver.

mod cluster;
mod commands;
mod handle;
mod history;
mod ledger;
mod planted;
mod random;
mod snapshots;
