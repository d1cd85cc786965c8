//! Steps that no search tries: the step function knows no bounds, and always has every part of the model.

use quorate_model::paxos::log::Log;
use quorate_model::paxos::log::action::Action::{self, *};
use quorate_model::paxos::log::property;
use quorate_model::paxos::log::state::{
    Acceptor, Ballot, Incarnation, Operation, Replica, Slot, State, Value,
};

#[test]
fn a_step_is_possible_at_ballots_slots_and_commands_that_no_search_tries() {
    let model = Log::one_slot();
    let ballot = Ballot(u64::MAX);
    let start = State::new(3, 2);
    let started =
        model.apply(&start, Prepare { ballot, owner: Incarnation(77) }).expect("any ballot will do");
    let promised =
        model.apply(&started, Promise { acceptor: Acceptor(2), ballot }).expect("it is the highest");
    assert_eq!(promised.promised(Acceptor(2)), ballot);
    assert_eq!(model.apply(&promised, Promise { acceptor: Acceptor(2), ballot }), None, "it changes nothing");
    assert_eq!(model.apply(&start, Prepare { ballot: Ballot::NONE, owner: Incarnation(0) }), None);
    assert_eq!(model.apply(&promised, Prepare { ballot, owner: Incarnation(78) }), None, "it has an owner");
}

/// Three acceptors with slow disks, of which the first executes, and an observer: all parts at once.
fn everything() -> State {
    State::new(3, 0).with_replicas([Replica(0), Replica(3)]).with_disks()
}

/// `state` after `run`, every step of which must be possible.
fn after(model: &Log, mut state: State, run: &[Action]) -> State {
    for (number, action) in (1..).zip(run) {
        state =
            model.apply(&state, *action).unwrap_or_else(|| panic!("step {number}: {action:?} is impossible"));
    }
    state
}

const BALLOT: Ballot = Ballot(1 << 40);
const HIGHER: Ballot = Ballot(1 << 41);
const FIRST: Acceptor = Acceptor(0);
const SECOND: Acceptor = Acceptor(1);
const OBSERVER: Replica = Replica(3);

/// Command 200 is submitted, proposed in slots 0 and 1, voted for by two acceptors, synced, told and decided.
fn decided_twice() -> Vec<Action> {
    let both = |steps: &dyn Fn(Acceptor) -> Vec<Action>| [steps(FIRST), steps(SECOND)].concat();
    let told = |acceptor| vec![Sync { acceptor }, Tell { acceptor }];
    let slots = [Slot(0), Slot(1)];
    let mut run = vec![Submit { command: 200 }, Prepare { ballot: BALLOT, owner: Incarnation(9) }];
    run.extend(both(&|acceptor| vec![Promise { acceptor, ballot: BALLOT }]));
    run.extend(both(&told));
    run.extend(slots.map(|slot| Propose { ballot: BALLOT, slot, value: Value::Command(200) }));
    run.extend(both(&|acceptor| slots.map(|slot| Accept { acceptor, ballot: BALLOT, slot }).to_vec()));
    run.extend(both(&told));
    run.extend(slots.map(|slot| Decide { ballot: BALLOT, slot }));
    run
}

#[test]
fn every_part_takes_steps_together_with_every_other_though_no_search_combines_them() {
    let model = Log::two_slots();
    let mut run = decided_twice();
    let (first, executed) =
        (Replica(0), [Slot(0), Slot(1)].map(|slot| Execute { replica: Replica(0), slot }));
    run.extend(executed);
    run.extend([Slot(0), Slot(1)].map(|slot| Answer { replica: first, slot }));
    run.extend([Capture { replica: first }, Install { replica: OBSERVER, upto: Slot(2) }]);
    run.extend([
        Compact { replica: first, upto: Slot(2) },
        Promise { acceptor: Acceptor(2), ballot: BALLOT },
    ]);
    run.push(Restart { replica: Replica(2) });
    run.push(ReadIndex { read: 99, ballot: BALLOT, index: Slot(2) });
    run.extend([FIRST, SECOND].map(|acceptor| Confirm { read: 99, acceptor }));
    run.push(Read { read: 99, replica: OBSERVER });
    let end = after(&model, everything(), &run);
    let answers = |operation| end.calls[&operation].answers.values().copied().collect::<Vec<_>>();
    assert_eq!(answers(Operation::Command(200)), [0, 0], "the retry has the first reply");
    assert_eq!(answers(Operation::Read(99)), [1]);
    let executing = Log { replicas: 1, observers: 1, ..model };
    assert!(property::executed_prefix(&executing, &end));
    assert!(property::exactly_once(&executing, &end));
    assert!(property::snapshot_exact(&executing, &end));
    assert!(property::acknowledged_is_durable(&executing, &end));
    assert!(property::linearizable(&executing, &end));
    assert!(property::told_is_synced(&executing, &end));
}

#[test]
fn a_crash_takes_what_is_not_synced_and_what_is_in_no_snapshot() {
    let model = Log::two_slots();
    let start = everything();
    let promised = after(
        &model,
        start,
        &[Prepare { ballot: BALLOT, owner: Incarnation(9) }, Promise { acceptor: FIRST, ballot: BALLOT }],
    );
    assert_eq!(
        model.apply(&promised, Tell { acceptor: FIRST }),
        None,
        "nothing is synced, so nothing is told"
    );
    let restarted = after(&model, promised, &[Restart { replica: Replica(0) }]);
    assert_eq!(restarted.believed(FIRST), Ballot::NONE);

    let decided = after(&model, everything(), &decided_twice());
    let executed = after(&model, decided, &[Execute { replica: OBSERVER, slot: Slot(0) }]);
    assert_eq!(executed.replicas[&OBSERVER].executed, Slot(1));
    let restarted = after(&model, executed, &[Restart { replica: OBSERVER }]);
    assert_eq!(restarted.replicas[&OBSERVER].executed, Slot(0));
}

#[test]
fn a_compacted_acceptor_counts_for_what_it_reported_before_and_for_nothing_after() {
    let model = Log::two_slots();
    let on_time =
        vec![Prepare { ballot: HIGHER, owner: Incarnation(10) }, Promise { acceptor: FIRST, ballot: HIGHER }];
    let executes = [0, 1].map(|slot| Execute { replica: Replica(0), slot: Slot(slot) });
    let compacts = [Capture { replica: Replica(0) }, Compact { replica: Replica(0), upto: Slot(2) }];
    // Of the other two, the second has votes and the third has none.
    let third = Acceptor(2);
    let rest = [
        Promise { acceptor: third, ballot: HIGHER },
        Sync { acceptor: FIRST },
        Tell { acceptor: FIRST },
        Sync { acceptor: third },
        Tell { acceptor: third },
    ];
    let proposal = Propose { ballot: HIGHER, slot: Slot(1), value: Value::Command(200) };
    let noop = Propose { ballot: HIGHER, slot: Slot(1), value: Value::Noop };

    let before =
        [decided_twice(), executes.to_vec(), on_time.clone(), compacts.to_vec(), rest.to_vec()].concat();
    let promised_before = after(&model, everything(), &before);
    assert!(model.apply(&promised_before, proposal).is_some(), "it had reported its vote");
    assert_eq!(model.apply(&promised_before, noop), None);

    let late = [decided_twice(), executes.to_vec(), compacts.to_vec(), on_time, rest.to_vec()].concat();
    let promised_after = after(&model, everything(), &late);
    assert_eq!(model.apply(&promised_after, proposal), None, "only one acceptor has reported");
    assert_eq!(model.apply(&promised_after, noop), None);
    let deaf = Log { planted: Some(quorate_model::paxos::log::planted::Defect::P21), ..model };
    assert!(deaf.apply(&promised_after, noop).is_some(), "that silence is taken for a report is the defect");
}

#[test]
fn nobody_acts_who_is_not_there() {
    let model = Log::two_slots();
    let state = after(&model, everything(), &decided_twice());
    let nobody = Replica(77);
    let steps = [
        Sync { acceptor: Acceptor(77) },
        Tell { acceptor: Acceptor(77) },
        Restart { replica: nobody },
        Execute { replica: nobody, slot: Slot(0) },
        Answer { replica: nobody, slot: Slot(0) },
        Capture { replica: nobody },
        Install { replica: nobody, upto: Slot(1) },
        Compact { replica: nobody, upto: Slot(1) },
        Compact { replica: OBSERVER, upto: Slot(1) },
        Confirm { read: 1, acceptor: Acceptor(77) },
        Read { read: 1, replica: nobody },
    ];
    for step in steps {
        assert_eq!(model.apply(&state, step), None, "{step:?}");
    }
}
