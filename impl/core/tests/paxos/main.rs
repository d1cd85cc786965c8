//! The production core, a few replicas at a time, under the driver.

mod cluster;
mod counting;
mod elections;
mod flow;
mod garbage;
mod host;
mod reads;
mod scenarios;
mod snapshots;
mod transfers;
