//! Whole states against fingerprints, orbits against states, bytes against values.

use quorate::engine::{
    Options, Store, Symmetry, graph, search, search_encoded, search_model, search_packed, search_symmetric,
};
use quorate::verdict::Verdict;
use quorate_checks::calibration::eight_timers::{EightTimers, stateright_version};
use quorate_checks::calibration::two_phase_commit::{
    Messages, RmState, State, TmState, TwoPhaseCommit, canonical, packed::PackedTwoPhaseCommit, swaps,
};
use quorate_spec::{Claims, Kind, Spec};
use stateright::{Checker, Model};

type Canonical = (TmState, bool, bool, Vec<u8>);

fn symmetry() -> Symmetry<TwoPhaseCommit, Canonical> {
    Symmetry { canonical, images: swaps }
}

fn audit() -> Options {
    Options { store: Store::Audit, ..Options::single() }
}

#[test]
fn eight_timers_are_256_states() {
    let report = search(&EightTimers, &audit());
    assert_eq!(report.failures(), Vec::<String>::new());
    assert_eq!(report.unique_states, 256);
    assert_eq!(search(&EightTimers, &Options::single()).unique_states, 256);
}

#[test]
fn stateright_counts_nine_and_an_audit_names_the_broken_hash() {
    let theirs = stateright_version().checker().spawn_bfs().join();
    assert_eq!(theirs.unique_state_count(), 9);
    theirs.assert_properties();
    let report = search_model(&stateright_version(), &audit());
    assert_eq!(report.unique_states, 256);
    let audit = report.audit.as_ref().unwrap();
    assert_eq!(audit.hash_broken, 256 - 9);
    assert!(report.failures().iter().any(|line| line.starts_with("hash broken: 247 states differ")));
    let (one, other) = audit.alike.as_ref().unwrap();
    assert_ne!(one, other);
    let Verdict::Violated(run) = &report.findings[0].verdict else { panic!("stateright is right after all") };
    assert_eq!(run.len(), 7);
}

#[test]
fn an_audit_of_a_sound_hash_is_clean_and_counts_the_same() {
    let report = search(&TwoPhaseCommit::new(5), &audit());
    assert_eq!(report.failures(), Vec::<String>::new());
    assert_eq!((report.unique_states, report.collision_odds), (8_832, 0.0));
}

#[test]
fn states_as_bytes_and_states_in_16_bytes_give_the_same_search() {
    for threads in [1, 2] {
        let options = Options { threads, ..Options::default() };
        let plain = search(&TwoPhaseCommit::planted(6), &options);
        let bytes = search_encoded(&TwoPhaseCommit::planted(6), &options);
        let packed = search_packed(&PackedTwoPhaseCommit(TwoPhaseCommit::planted(6)), &options);
        assert_eq!(plain.levels, bytes.levels);
        assert_eq!(plain.levels, packed.levels);
        assert_eq!((plain.transitions, plain.coverage), (packed.transitions, packed.coverage));
        assert_eq!(packed.collision_odds, 0.0);
        let (Verdict::Violated(one), Verdict::Violated(other)) =
            (&plain.findings[0].verdict, &packed.findings[0].verdict)
        else {
            panic!("not violated")
        };
        assert_eq!(one.actions().collect::<Vec<_>>(), other.actions().collect::<Vec<_>>());
        let model = PackedTwoPhaseCommit(TwoPhaseCommit::planted(6));
        let unfolded: Vec<State> = other.states().map(|state| model.unfold(*state)).collect();
        assert_eq!(one.states().collect::<Vec<_>>(), unfolded.iter().collect::<Vec<_>>());
    }
}

#[test]
fn orbits_are_as_few_as_is_known() {
    for (managers, orbits) in [(5, 314), (7, 920), (8, 1_461)] {
        let report = search_symmetric(&TwoPhaseCommit::new(managers), &symmetry(), &Options::single());
        assert_eq!(report.failures(), Vec::<String>::new());
        assert_eq!(report.unique_states, orbits);
    }
}

#[test]
fn a_run_found_among_orbits_is_a_run_of_the_model_at_any_number_of_threads() {
    let mut runs = Vec::new();
    for threads in [1, 2] {
        let model = TwoPhaseCommit::planted(7);
        let report = search_symmetric(&model, &symmetry(), &Options { threads, ..Options::default() });
        let Verdict::Violated(run) = &report.findings[0].verdict else { panic!("not violated") };
        assert_eq!(run.len(), 15);
        let mut state = model.init_states().remove(0);
        for (action, after) in &run.steps {
            state = model.next_state(&state, *action).unwrap();
            assert_eq!(state, *after);
        }
        runs.push(run.actions().copied().collect::<Vec<_>>());
    }
    assert_eq!(runs[0], runs[1]);
}

/// Two-phase commit with a claim that tells managers apart.
#[derive(Clone)]
struct Favourite(TwoPhaseCommit);

impl Model for Favourite {
    type State = State;
    type Action = <TwoPhaseCommit as Model>::Action;
    fn init_states(&self) -> Vec<State> {
        self.0.init_states()
    }
    fn actions(&self, state: &State, actions: &mut Vec<Self::Action>) {
        self.0.actions(state, actions);
    }
    fn next_state(&self, state: &State, action: Self::Action) -> Option<State> {
        self.0.next_state(state, action)
    }
}

impl Spec for Favourite {
    fn kinds(&self) -> Vec<Kind> {
        self.0.kinds()
    }
    fn kind(&self, action: &Self::Action) -> Kind {
        self.0.kind(action)
    }
    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("last", "the last manager never aborts while the others work", |_, state| {
            let (last, others) = state.rms.split_last().unwrap();
            *last != RmState::Aborted || others.iter().any(|rm| *rm != RmState::Working)
        });
    }
}

#[test]
fn a_claim_that_tells_symmetric_states_apart_is_caught() {
    let symmetry: Symmetry<Favourite, Canonical> = Symmetry {
        canonical: |model, state| canonical(&model.0, state),
        images: |model, state| swaps(&model.0, state),
    };
    let report = search_symmetric(&Favourite(TwoPhaseCommit::new(3)), &symmetry, &Options::single());
    let told_apart = "last: symmetric states are told apart".to_owned();
    assert!(report.asymmetries.contains(&told_apart), "{:?}", report.asymmetries);
    assert!(!report.is_green());
}

#[test]
fn a_canonical_form_that_forgets_too_much_is_caught() {
    let symmetry: Symmetry<TwoPhaseCommit, Canonical> = Symmetry {
        // A swap of two managers' states alone, without their messages, is no symmetry.
        images: |_, state| {
            let mut image = state.clone();
            image.rms.swap(0, 1);
            vec![image]
        },
        canonical: |model, state| {
            let messages = state.messages.iter().filter(|message| !matches!(message, Messages::Prepared(_)));
            canonical(model, &State { messages: messages.copied().collect(), ..state.clone() })
        },
    };
    let report = search_symmetric(&TwoPhaseCommit::new(3), &symmetry, &Options::single());
    assert!(report.asymmetries.contains(&"symmetric states have different successors".to_owned()));
}

#[test]
fn the_graph_has_every_state_and_every_step() {
    let whole = graph(&TwoPhaseCommit::new(3), usize::MAX);
    let report = search(&TwoPhaseCommit::new(3), &Options::single());
    assert_eq!((whole.states.len(), whole.initial, whole.open), (288, 1, 0));
    assert_eq!(whole.edges.len() as u64, report.transitions);
    assert_eq!(whole.depths.iter().max(), Some(&(report.depth - 1)));
    for edge in &whole.edges {
        let after = TwoPhaseCommit::new(3).next_state(&whole.states[edge.from as usize], edge.action);
        assert_eq!(after.as_ref(), Some(&whole.states[edge.to as usize]));
    }
    let part = graph(&TwoPhaseCommit::new(3), 100);
    assert_eq!(part.states.len(), 100);
    assert!(part.open > 0);
    assert_eq!(part.states, whole.states[..100]);
}
