//! Replication in raft under a projection written by hand, which names what of a node counts and leaves out the rest:
//! the counts of small scopes, disks that forget, and a test that notices when the projection leaves out too much.

mod raft_cluster;
mod raft_log;
