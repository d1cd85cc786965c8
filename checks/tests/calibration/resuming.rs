//! A search that was cut and taken up again finds what it would have found in one go.

use quorate::engine::{
    Checkpoint, CheckpointError, Ended, Limits, Options, Report, search, search_resumable,
};
use quorate::verdict::Verdict;
use quorate_checks::calibration::two_phase_commit::{Action, TwoPhaseCommit};
use std::path::PathBuf;

fn place(folder: &tempfile::TempDir, configuration: &str) -> Checkpoint {
    let path: PathBuf = folder.path().join("search.checkpoint");
    Checkpoint { path, every_seconds: 0.0, configuration: configuration.to_owned() }
}

fn cut_at(states: u64, threads: usize) -> Options {
    Options { threads, limits: Limits { states: Some(states), ..Limits::default() }, ..Options::default() }
}

fn bug(report: &Report<TwoPhaseCommit>) -> Vec<Action> {
    let Verdict::Violated(run) = &report.findings[0].verdict else { panic!("not violated") };
    run.actions().copied().collect()
}

#[test]
fn cut_and_resumed_again_and_again_it_counts_the_same() {
    let model = TwoPhaseCommit::planted(6);
    let whole = search(&model, &Options::single());
    for threads in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let checkpoint = place(&folder, "6 managers");
        let mut rounds = 0;
        let report = loop {
            rounds += 1;
            let options = cut_at(7_000 * rounds, threads);
            let report = search_resumable(&model, &options, &checkpoint).unwrap();
            assert_eq!(checkpoint.path.exists(), !report.ended.is_complete());
            if report.ended.is_complete() {
                break report;
            }
            assert!(matches!(report.ended, Ended::Bounded { .. }));
        };
        assert!(rounds > 5, "it was cut {rounds} times");
        assert_eq!(report.unique_states, whole.unique_states);
        assert_eq!(report.transitions, whole.transitions);
        assert_eq!(report.levels, whole.levels);
        assert_eq!(report.coverage, whole.coverage);
        let triggers =
            |report: &Report<TwoPhaseCommit>| report.findings.iter().map(|f| f.triggers).collect::<Vec<_>>();
        assert_eq!(triggers(&report), triggers(&whole));
        assert_eq!(bug(&report), bug(&whole));
    }
}

#[test]
fn a_checkpoint_of_another_model_or_configuration_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = place(&folder, "6 managers");
    let cut = search_resumable(&TwoPhaseCommit::new(6), &cut_at(1_000, 1), &checkpoint).unwrap();
    assert!(!cut.ended.is_complete());
    let other = search_resumable(&TwoPhaseCommit::new(7), &cut_at(1_000, 1), &checkpoint);
    let Err(error) = other else { panic!("another number of managers is another model") };
    assert!(matches!(error, CheckpointError::Foreign { .. }));
    let configured =
        search_resumable(&TwoPhaseCommit::planted(6), &cut_at(1_000, 1), &place(&folder, "planted"));
    let Err(error) = configured else { panic!("another configuration is another search") };
    assert!(error.to_string().contains("it is of: 6 managers"), "{error}");
    assert!(checkpoint.path.exists(), "a refused checkpoint stays where it is");
}

#[test]
fn a_damaged_checkpoint_is_refused_wherever_the_damage_is() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = place(&folder, "5 managers");
    let model = TwoPhaseCommit::new(5);
    drop(search_resumable(&model, &cut_at(500, 1), &checkpoint).unwrap());
    let whole = std::fs::read(&checkpoint.path).unwrap();
    for at in [0, 20, whole.len() / 3, whole.len() / 2, whole.len() - 2] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&checkpoint.path, damaged).unwrap();
        assert!(search_resumable(&model, &Options::single(), &checkpoint).is_err(), "damage at byte {at}");
    }
    std::fs::write(&checkpoint.path, &whole[..whole.len() / 2]).unwrap();
    let Err(error) = search_resumable(&model, &Options::single(), &checkpoint) else { panic!("half a file") };
    assert!(error.to_string().contains("it ends too soon"), "{error}");
}
