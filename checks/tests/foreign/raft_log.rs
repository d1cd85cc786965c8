//! The `raft` crate under search.
use crate::raft_cluster::{Cluster, Defect};
use quorate::engine::{Options, search, Stop};
use quorate::foreign::{Replayed, sample_projection};

fn measure(cluster: Cluster, depth: Option<u32>) {
    let model = Replayed::new(cluster);
    let limits = quorate::engine::Limits { depth, seconds: Some(40.0), ..Default::default() };
    let report = search(&model, &Options { limits, stop: Stop::FirstViolation, ..Options::single() });
    println!("{} states, {} transitions, depth {}, {:.1}s; {}; {:?}", report.unique_states, report.transitions, report.depth, report.cpu_seconds, model.cost(), report.failures());
    println!("{:?}", report.levels);
    for f in &report.findings { if let quorate::verdict::Verdict::Violated(run) = &f.verdict { println!("{} {:#?}", f.claim.id(), run.actions().collect::<Vec<_>>()); } }
}


#[test]
fn measure_all() {
    for leaving_out in ["", "log", "vote", "votes", "progress", "role"] {
      for (walks, steps) in [(500,12), (1000, 25)] {
        let c = Cluster { leaving_out, proposals: 1, restarts:[1,1,1],duplicates:1, ..Cluster::new([1, 1, 1]) };
        let t = std::time::Instant::now();
        let s = sample_projection(&c, 1, walks, steps);
        println!("{leaving_out} {s} {:?} {:?}", s.difference.is_some(), t.elapsed());
        if s.difference.is_some() { println!("{:#?}", s.difference); }
      }
    }
}
