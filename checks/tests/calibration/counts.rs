//! Counts that other tools report too, each beside stateright's own in the same test.

use quorate::engine::{Options, Report, search, search_packed};
use quorate::verdict::Verdict;
use quorate_checks::calibration::paxos_register::PaxosRegister;
use quorate_checks::calibration::two_phase_commit::{TwoPhaseCommit, packed::PackedTwoPhaseCommit};
use stateright::{Checker, Model};

fn options(threads: usize) -> Options {
    Options { threads, ..Options::default() }
}

fn holds<M: Model>(report: &Report<M>) {
    assert_eq!(report.failures(), Vec::<String>::new());
}

#[test]
fn two_phase_commit_has_the_known_counts() {
    for (managers, states, depth) in [(3, 288, 11), (5, 8_832, 17)] {
        let report = search(&TwoPhaseCommit::new(managers), &options(1));
        holds(&report);
        let theirs = TwoPhaseCommit::new(managers).checker().spawn_bfs().join();
        assert_eq!(report.unique_states, states);
        assert_eq!(report.unique_states, theirs.unique_state_count() as u64);
        assert_eq!(report.depth, depth);
        assert_eq!(theirs.max_depth(), depth as usize);
        assert_eq!(report.transitions + 1, theirs.state_count() as u64);
    }
}

#[test]
fn seven_managers_rich_and_packed_on_one_thread_and_two() {
    for threads in [1, 2] {
        let rich = search(&TwoPhaseCommit::new(7), &options(threads));
        let packed = search_packed(&PackedTwoPhaseCommit(TwoPhaseCommit::new(7)), &options(threads));
        holds(&rich);
        holds(&packed);
        for (unique, transitions, depth, levels) in [
            (rich.unique_states, rich.transitions, rich.depth, &rich.levels),
            (packed.unique_states, packed.transitions, packed.depth, &packed.levels),
        ] {
            assert_eq!((unique, transitions + 1, depth), (296_448, 2_744_706, 23));
            assert_eq!(levels.iter().sum::<u64>(), unique);
        }
    }
}

#[test]
fn eight_and_nine_managers_on_a_word_of_64_bits() {
    let eight = search_packed(&PackedTwoPhaseCommit(TwoPhaseCommit::new(8)), &options(1));
    holds(&eight);
    assert_eq!((eight.unique_states, eight.transitions + 1, eight.depth), (1_745_408, 18_507_778, 26));
    let nine = search_packed(&PackedTwoPhaseCommit(TwoPhaseCommit::new(9)), &options(2));
    holds(&nine);
    assert_eq!(nine.unique_states, 10_340_352);
}

#[test]
fn the_planted_bug_is_found_in_fifteen_steps() {
    let mut runs = Vec::new();
    for threads in [1, 2, 3] {
        let report = search(&TwoPhaseCommit::planted(7), &options(threads));
        let Verdict::Violated(run) = &report.finding("2PC-1").unwrap().verdict else {
            panic!("not violated")
        };
        assert_eq!(run.len(), 15);
        runs.push(run.actions().copied().collect::<Vec<_>>());
    }
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0], runs[2]);
}

#[test]
fn the_paxos_register_has_the_known_count() {
    let model = PaxosRegister { clients: 2 };
    let report = search(&model, &options(2));
    holds(&report);
    let theirs = model.checker().spawn_bfs().join();
    assert_eq!(report.unique_states, 16_668);
    assert_eq!(theirs.unique_state_count(), 16_668);
    assert_eq!(report.depth as usize, theirs.max_depth());
    assert_eq!(report.transitions + 1, theirs.state_count() as u64);
}

#[test]
fn a_level_that_one_thread_began_and_several_go_on_with_keeps_the_least_run() {
    // Seven managers pass from levels for one thread to levels for several and back; every witness is the same.
    let runs = |threads| {
        let report = search(&TwoPhaseCommit::new(7), &options(threads));
        let witness = |id: &str| {
            let run = report.finding(id).unwrap().verdict.run().unwrap();
            run.actions().copied().collect::<Vec<_>>()
        };
        (witness("2PC-2"), witness("2PC-3"))
    };
    let alone = runs(1);
    for threads in [2, 3, 4] {
        assert_eq!(runs(threads), alone);
    }
}
