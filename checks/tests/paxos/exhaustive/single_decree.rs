//! Lamport's `Paxos`.

use super::{as_expected, orbits, stateright_agrees};
use quorate::engine::{Options, search};
use quorate_model::paxos::single_decree::action::Action;
use quorate_model::paxos::single_decree::planted::{self, Defect};
use quorate_model::paxos::single_decree::property::{agreement, integrity, quorums_intersect};
use quorate_model::paxos::single_decree::state::{Acceptor, Ballot, Proposer, Value, Vote};
use quorate_model::paxos::single_decree::{Paxos, scopes};
use stateright::Model;

#[test]
fn it_has_the_states_of_the_tla_module() {
    let counts: Vec<_> =
        scopes::all().iter().map(|scope| (scope.name, as_expected(scope).unique_states)).collect();
    assert_eq!(counts, [("two-ballots", 3_921), ("restart", 26_634), ("three-ballots", 185_369)]);
}

#[test]
fn it_has_443_and_17153_states_up_to_symmetry() {
    assert_eq!(orbits(&Paxos::new(), Paxos::canonical, Paxos::images), 443);
    // Images were compared with two ballots; here it is the count that matters.
    assert_eq!(orbits(&Paxos { ballots: 3, ..Paxos::new() }, Paxos::canonical, |_, _| Vec::new()), 17_153);
}

#[test]
fn stateright_agrees_on_two_ballots_and_three() {
    for ballots in [2, 3] {
        let model = Paxos { ballots, ..Paxos::new() };
        let report = search(&model, &Options::default());
        stateright_agrees(model, &report);
    }
}

#[test]
fn every_planted_variant_is_caught_by_its_property_in_the_known_number_of_steps() {
    for planted in planted::all() {
        let report = as_expected(&planted.scope);
        let Some(property) = planted.property else { continue };
        let caught = report.finding(property).is_some_and(|finding| finding.verdict.run().is_some());
        assert!(caught, "{} ({}) is not caught by {property}", planted.id, planted.scope.name);
    }
}

#[test]
fn counting_votes_across_ballots_breaks_agreement_with_four_ballots_in_20_steps() {
    let model = Paxos { ballots: 4, planted: Some(Defect::P15b), ..Paxos::new() };
    let vote = |ballot, value| Vote { ballot: Ballot(ballot), value: Value(value) };
    let prepare = |ballot| Action::Prepare { ballot: Ballot(ballot), proposer: Proposer(ballot % 2) };
    let promise = |acceptor, ballot| Action::Promise {
        acceptor: Acceptor(acceptor),
        ballot: Ballot(ballot),
        proposer: Proposer(ballot % 2),
    };
    let propose =
        |ballot, value| Action::Propose { proposer: Proposer(ballot % 2), vote: vote(ballot, value) };
    let accept = |acceptor, ballot, value| Action::Accept {
        acceptor: Acceptor(acceptor),
        proposer: Proposer(ballot % 2),
        vote: vote(ballot, value),
    };
    let run = [
        // Acceptors 1 and 2 promise ballots 0, 1 and 2 before anybody votes, so each may propose what it likes.
        [prepare(0), promise(1, 0), promise(2, 0), propose(0, 1)],
        [prepare(1), promise(1, 1), promise(2, 1), propose(1, 2)],
        [prepare(2), promise(1, 2), promise(2, 2), propose(2, 1)],
        // Acceptor 0 has promised nothing and votes at ballots 0 and 1; acceptor 2 votes at ballot 2.
        [prepare(3), promise(1, 3), accept(0, 0, 1), accept(2, 2, 1)],
        // Ballot 3 hears of no vote and of the one at ballot 1. Now 1 and 2 have votes of two acceptors each.
        [accept(0, 1, 2), promise(0, 3), propose(3, 2), accept(1, 3, 2)],
    ];
    let mut state = model.init_states().remove(0);
    for (number, action) in (1..).zip(run.into_iter().flatten()) {
        assert!(agreement(&model, &state), "agreement falls before step {number}");
        state = model
            .next_state(&state, action)
            .unwrap_or_else(|| panic!("step {number}: {action:?} is impossible"));
    }
    assert!(!agreement(&model, &state));
    assert!(!integrity(&model, &state));
}

#[test]
fn quorums_of_more_than_half_intersect_and_no_smaller_ones_do() {
    for acceptors in 1..=9 {
        for quorum in 1..=acceptors {
            let model = Paxos { acceptors, quorum, ..Paxos::new() };
            assert_eq!(quorums_intersect(&model), quorum > acceptors / 2, "{quorum} of {acceptors}");
        }
    }
}
