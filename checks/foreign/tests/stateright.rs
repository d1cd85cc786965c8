//! What was found in stateright 0.31.0, one test each. It is our second opinion, so we know where not to ask it.

use quorate::foreign::caught;
use stateright::util::HashableHashSet;
use stateright::{Checker, Model, Property};

/// What to do on the day on which a finding is no longer one.
fn changed(finding: &str, what: &str) -> String {
    format!(
        "finding {finding}: {what}. stateright behaves differently from the version in the report. Read its entry in \
         checks/FINDINGS.md, then change the entry and this test"
    )
}

/// Counts up to 50, or wraps to 0 there; `properties` are what each test is about.
#[derive(Clone)]
struct Count {
    wraps: bool,
    properties: Vec<Property<Count>>,
}

impl Model for Count {
    type State = u32;
    type Action = ();

    fn init_states(&self) -> Vec<u32> {
        vec![0]
    }

    fn actions(&self, n: &u32, actions: &mut Vec<()>) {
        actions.extend((*n < 50 || self.wraps).then_some(()));
    }

    fn next_state(&self, n: &u32, (): ()) -> Option<u32> {
        Some(if *n == 50 { 0 } else { n + 1 })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        self.properties.clone()
    }
}

/// Two sets, to which 1 is added.
struct Sets;

impl Model for Sets {
    type State = [HashableHashSet<u8>; 2];
    type Action = usize;

    fn init_states(&self) -> Vec<Self::State> {
        vec![[HashableHashSet::new(), HashableHashSet::new()]]
    }

    fn actions(&self, sets: &Self::State, actions: &mut Vec<usize>) {
        actions.extend((0..2).filter(|at| sets[*at].is_empty()));
    }

    fn next_state(&self, sets: &Self::State, at: usize) -> Option<Self::State> {
        let mut sets = sets.clone();
        sets[at].insert(1);
        Some(sets)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("the second is never alone", |_, sets: &Self::State| {
            sets[1].is_empty() || !sets[0].is_empty()
        })]
    }
}

#[test]
fn sets_in_a_row_hash_without_their_lengths_so_a_violated_property_reads_as_holding() {
    let checker = Sets.checker().spawn_bfs().join();
    let states = checker.unique_state_count();
    let passes = caught(|| checker.assert_properties());
    let told = format!("{states} of four states are visited, and assert_properties() comes to {passes:?}");
    assert!(states == 3 && passes.is_ok(), "{}", changed("S1", &told));
}

#[test]
fn a_breadth_first_search_reports_the_last_violation_and_not_the_first() {
    let properties = vec![
        Property::always("below 3", |_: &Count, n: &u32| *n < 3),
        Property::sometimes("never", |_: &Count, _: &u32| false),
    ];
    let checker = Count { wraps: false, properties }.checker().spawn_bfs().join();
    let steps = checker.discovery("below 3").expect("it is violated").into_actions().len();
    assert_eq!(
        steps,
        50,
        "{}",
        changed("S2", &format!("the counterexample has {steps} steps; 50 were reported, and 3 do"))
    );
}

#[test]
fn a_cycle_that_never_gets_there_does_not_break_eventually() {
    let properties = vec![Property::eventually("reaches 99", |_: &Count, n: &u32| *n == 99)];
    let checker = Count { wraps: true, properties }.checker().spawn_bfs().join();
    assert!(checker.discovery("reaches 99").is_none(), "{}", changed("S3", "a cycle breaks `eventually`"));
}

#[test]
fn a_search_that_was_cut_passes_for_a_complete_one() {
    let properties = vec![Property::always("below 40", |_: &Count, n: &u32| *n < 40)];
    let checker = Count { wraps: false, properties }.checker().target_max_depth(10).spawn_bfs().join();
    let states = checker.unique_state_count();
    let passes = caught(|| checker.assert_properties());
    let told = format!(
        "a search that was cut visits {states} of 51 states, and assert_properties() comes to {passes:?}"
    );
    assert!(states < 20 && passes.is_ok(), "{}", changed("S4", &told));
}

/// Two counters that are interchangeable.
struct Pair;

impl Model for Pair {
    type State = [u8; 2];
    type Action = usize;

    fn init_states(&self) -> Vec<[u8; 2]> {
        vec![[0, 0]]
    }

    fn actions(&self, pair: &[u8; 2], actions: &mut Vec<usize>) {
        actions.extend((0..2).filter(|at| pair[*at] < 4));
    }

    fn next_state(&self, pair: &[u8; 2], at: usize) -> Option<[u8; 2]> {
        let mut pair = *pair;
        pair[at] += 1;
        Some(pair)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::sometimes("never", |_, _| false)]
    }
}

#[test]
fn a_breadth_first_search_ignores_symmetry_without_a_word() {
    let sorted = |pair: &[u8; 2]| {
        let mut pair = *pair;
        pair.sort_unstable();
        pair
    };
    let depth_first = Pair.checker().symmetry_fn(sorted).spawn_dfs().join().unique_state_count();
    let breadth_first = caught(|| Pair.checker().symmetry_fn(sorted).spawn_bfs().join().unique_state_count());
    let told =
        format!("depth-first search visits {depth_first} states, and breadth-first search {breadth_first:?}");
    assert!(depth_first == 15 && breadth_first == Ok(25), "{}", changed("S5", &told));
}
