//! Lamport's `Voting`.

use super::{orbits, stateright_agrees};
use quorate::engine::{Induction, Options, inductive, search};
use quorate_model::paxos::voting::Voting;
use quorate_model::paxos::voting::planted;
use quorate_model::paxos::voting::property::{agreement, inductive_invariant, type_ok};
use quorate_model::paxos::voting::state::State;
use quorate_spec::StateFn;
use stateright::Model;

#[test]
fn its_reachable_states_have_every_claim() {
    let report = search(&Voting, &Options::default());
    assert_eq!(report.failures(), Vec::<String>::new());
    assert_eq!(report.unique_states, 6_752);
    assert_eq!(orbits(&Voting, Voting::canonical, Voting::images), 686);
    stateright_agrees(Voting, &report);
}

#[test]
fn all_states_of_the_right_type_are_visited_once() {
    assert_eq!(State::COUNT, 1_259_712);
    assert!((0..State::COUNT).all(|number| State::unpack(number).pack() == number));
}

fn induction(invariant: StateFn<Voting>) -> Induction<Voting> {
    inductive(&Voting, invariant, type_ok, State::all(), 2)
}

#[test]
fn safe_at_is_inductive_and_implies_agreement() {
    let Induction::Inductive { states, satisfying, steps } = induction(inductive_invariant) else {
        panic!("{:?}", induction(inductive_invariant));
    };
    assert_eq!((states, satisfying, steps), (1_259_712, 46_852, 231_192));
    let mut satisfying = State::all().filter(|state| inductive_invariant(&Voting, state));
    assert!(satisfying.all(|state| agreement(&Voting, &state)));
}

#[test]
fn weaker_invariants_hold_wherever_one_gets_and_are_not_inductive() {
    let reachable = search(&Voting, &Options::default());
    assert!(reachable.is_green(), "agreement and the safety of votes hold in every reachable state");
    for weaker in planted::all() {
        let Induction::NotPreserved { before, action, after } = induction(weaker.holds) else {
            panic!("{}: {:?}", weaker.name, induction(weaker.holds));
        };
        assert!((weaker.holds)(&Voting, &before), "{}", weaker.name);
        assert!(!inductive_invariant(&Voting, &before), "{}: the real invariant excludes it", weaker.name);
        assert_eq!(Voting.next_state(&before, action), Some(after));
        assert!(!(weaker.holds)(&Voting, &after), "{}", weaker.name);
    }
}
