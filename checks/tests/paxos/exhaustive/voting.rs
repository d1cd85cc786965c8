//! Lamport's `Voting`.

use super::orbits::{images_are_alike, orbits};
use super::stateright_agrees;
use quorate::engine::{Options, search};
use quorate_model::paxos::voting::Voting;
use quorate_model::paxos::voting::planted;
use quorate_model::paxos::voting::property::{agreement, inductive_invariant};
use quorate_model::paxos::voting::state::State;
use quorate_spec::StateFn;
use stateright::Model;

#[test]
fn its_reachable_states_have_every_claim() {
    let report = search(&Voting, &Options::default());
    assert_eq!(report.failures(), Vec::<String>::new());
    assert_eq!(report.unique_states, 6_752);
    assert_eq!(orbits(Voting, Voting::canonical), 686);
    stateright_agrees(Voting, &report);
}

#[test]
fn symmetric_states_have_symmetric_successors_and_the_same_claims() {
    images_are_alike(&Voting, Voting::canonical, Voting::images);
}

/// How many states have the invariant, and how many steps lose it.
fn induction(holds: StateFn<Voting>) -> (usize, usize) {
    let (mut with, mut lost) = (0, 0);
    for state in State::all().filter(|state| holds(&Voting, state)) {
        with += 1;
        lost += Voting.next_states(&state).iter().filter(|next| !holds(&Voting, next)).count();
    }
    (with, lost)
}

#[test]
fn all_states_of_the_right_type_are_visited_once() {
    assert_eq!(State::COUNT, 1_259_712);
    assert!((0..State::COUNT).all(|number| State::unpack(number).pack() == number));
}

#[test]
fn safe_at_is_inductive_and_implies_agreement() {
    assert!(Voting.init_states().iter().all(|state| inductive_invariant(&Voting, state)));
    assert_eq!(induction(inductive_invariant), (46_852, 0));
    let with = State::all().filter(|state| inductive_invariant(&Voting, state));
    assert!(with.into_iter().all(|state| agreement(&Voting, &state)));
}

#[test]
fn weaker_invariants_hold_wherever_one_gets_and_are_not_inductive() {
    let reachable = search(&Voting, &Options::default());
    assert!(reachable.is_green());
    let found: Vec<_> = planted::all().iter().map(|weaker| (weaker.name, induction(weaker.holds))).collect();
    assert_eq!(found, [("agreement-alone", (148_416, 26_928)), ("safe-votes-alone", (123_880, 2_826))]);
}
