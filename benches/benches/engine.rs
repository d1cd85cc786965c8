//! The engine beside stateright's breadth-first search: the same model, the same claims, one thread each.
//!
//! For CPU seconds, memory and two threads, see the program `engine_peers`.

use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use quorate::engine::{Options, search, search_encoded, search_packed};
use quorate_checks::calibration::paxos_register::PaxosRegister;
use quorate_checks::calibration::two_phase_commit::{TwoPhaseCommit, packed::PackedTwoPhaseCommit};
use quorate_spec::Spec;
use serde::{Serialize, de::DeserializeOwned};
use stateright::Checker;
use std::hash::Hash;
use std::hint::black_box;

/// Ours by fingerprint, and stateright's.
fn beside<M>(group: &mut BenchmarkGroup<'_, WallTime>, model: &M)
where
    M: Spec + Clone + Send + Sync + 'static,
    M::State: Clone + Eq + Hash + Send + Sync + 'static,
    M::Action: Clone + PartialEq + Send + Sync,
{
    group.bench_function("quorate", |bencher| {
        bencher.iter(|| black_box(search(model, &Options::single()).unique_states));
    });
    group.bench_function("stateright", |bencher| {
        bencher
            .iter(|| black_box(model.clone().checker().threads(1).spawn_bfs().join().unique_state_count()));
    });
}

/// Ours with the frontier as bytes.
fn encoded<M>(group: &mut BenchmarkGroup<'_, WallTime>, model: &M)
where
    M: Spec + Sync,
    M::State: Clone + Eq + Hash + Send + Sync + Serialize + DeserializeOwned,
    M::Action: Clone + Send + Sync,
{
    group.bench_function("quorate-encoded", |bencher| {
        bencher.iter(|| black_box(search_encoded(model, &Options::single()).unique_states));
    });
}

fn two_phase_commit(criterion: &mut Criterion) {
    let rich = TwoPhaseCommit::new(7);
    let mut group = criterion.benchmark_group("engine/2pc-7");
    group.sample_size(10).throughput(Throughput::Elements(296_448));
    beside(&mut group, &rich);
    encoded(&mut group, &rich);
    group.finish();
    let packed = PackedTwoPhaseCommit(rich);
    let mut group = criterion.benchmark_group("engine/2pc-7-u64");
    group.sample_size(10).throughput(Throughput::Elements(296_448));
    beside(&mut group, &packed);
    group.bench_function("quorate-exact", |bencher| {
        bencher.iter(|| black_box(search_packed(&packed, &Options::single()).unique_states));
    });
    group.finish();
}

fn paxos_register(criterion: &mut Criterion) {
    let model = PaxosRegister { clients: 3 };
    let mut group = criterion.benchmark_group("engine/paxos-3");
    group.sample_size(10).throughput(Throughput::Elements(1_194_428));
    beside(&mut group, &model);
    encoded(&mut group, &model);
    group.finish();
}

criterion_group!(benches, two_phase_commit, paxos_register);
criterion_main!(benches);
