//! What was found in stateright 0.31.0, one test each. It is our second opinion, so we know where not to ask it.

use stateright::util::HashableHashSet;
use stateright::{Checker, Model, Property};

fn changed(what: &str) -> String {
    format!("stateright: {what}. Read its entries in checks/FINDINGS.md, and change them and this test")
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
    assert_eq!(checker.unique_state_count(), 3, "{}", changed("four states are four states"));
    checker.assert_properties();
}

#[test]
fn a_breadth_first_search_reports_the_last_violation_and_not_the_first() {
    let properties = vec![
        Property::always("below 3", |_: &Count, n: &u32| *n < 3),
        Property::sometimes("never", |_: &Count, _: &u32| false),
    ];
    let checker = Count { wraps: false, properties }.checker().spawn_bfs().join();
    let path = checker.discovery("below 3").expect("it is violated");
    assert_eq!(path.into_actions().len(), 50, "{}", changed("the counterexample has 3 steps"));
}

#[test]
fn a_cycle_that_never_gets_there_does_not_break_eventually() {
    let properties = vec![Property::eventually("reaches 99", |_: &Count, n: &u32| *n == 99)];
    let checker = Count { wraps: true, properties }.checker().spawn_bfs().join();
    assert!(checker.discovery("reaches 99").is_none(), "{}", changed("a cycle counts as an end"));
}

#[test]
fn a_search_that_was_cut_passes_for_a_complete_one() {
    let properties = vec![Property::always("below 40", |_: &Count, n: &u32| *n < 40)];
    let checker = Count { wraps: false, properties }.checker().target_max_depth(10).spawn_bfs().join();
    assert!(checker.unique_state_count() < 20);
    checker.assert_properties();
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
    let breadth_first = Pair.checker().symmetry_fn(sorted).spawn_bfs().join().unique_state_count();
    assert_eq!((depth_first, breadth_first), (15, 25), "{}", changed("symmetry is heeded, or refused"));
}
