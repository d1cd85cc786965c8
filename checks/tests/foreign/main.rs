//! Replicated logs of others under the harness, unmodified: tikv's `raft` and `omnipaxos`. Neither can be cloned,
//! compared or hashed; both are driven by replay.

mod omni_cluster;
mod omni_log;
mod raft_cluster;
mod raft_log;
