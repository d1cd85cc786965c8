//! Runs that once broke a claim on a correct core. Each decided whether the claim was too strong or the core wrong, and
//! stays here: the core still takes every event of it, the claim is put to the test by the last one, and nothing breaks.
//!
//! | run | what happens | verdict |
//! |---|---|---|
//! | stops | a leader that finishes before it stops hears of a higher ballot, which it does not promise | the claim: it can finish nothing any more, and says so to whoever waits |
//! | stops, unheard | a leader that finishes before it stops is answered by nobody for a period | the claim: the same, without a higher ballot |
//! | hands-over | a leader crashes right after it told its successor to campaign | the claim: it judged by what the restarted replica remembers |
//! | window | a new leader sends from its floor on to a replica that lacks slots below it | the claim: it counted from slot 0 |

use quorate::world::{Event, Scope};
use quorate_checks::paxos::{
    history::{Executed, History},
    machine::Configures,
    refine::RefinesLog,
    refinement::{Refining, executing, refining_by},
    sampled::Everything,
    scopes,
};
use quorate_spec::{Claims, Spec, Truth};
use stateright::Model;

type Sampled = Refining<Everything, Executed>;

/// Takes the events of `run` one after the other: each must be possible, and no claim may break. The last one must put
/// `claim` to the test.
fn replay(run: &str, claim: &str) {
    let mut scope = scopes::wild_mechanisms::<Everything>(1);
    // What the core did not have when these runs were found.
    let config = scope.config.core_mut();
    (config.quorum_check, config.message_bytes, config.pin_bytes) = (false, 0, 0);
    replay_in(&scope, run, claim);
}

/// The same in any scope.
fn replay_in(scope: &Scope<Everything, History<Executed>>, run: &str, claim: &str) {
    let mapping = RefinesLog::new(scope.replicas, scope.crashes);
    let model: Sampled = refining_by(scope.clone(), executing(scope, mapping).without_clients());
    let mut claims = Claims::default();
    model.claims(&mut claims);
    let mut state = model.init_states().remove(0);
    let mut last = Vec::new();
    for (number, line) in run.lines().enumerate() {
        let event: Event<Everything> = serde_json::from_str(line).expect("an event");
        let next = model.next_state(&state, event.clone());
        let next = next.unwrap_or_else(|| panic!("event {number} is not possible: {line}"));
        last.clear();
        for each in claims.as_slice() {
            let truth = each.over_step(&model, &state, &event, &next);
            assert_ne!(truth, Truth::Broken, "{} breaks at event {number}: {line}", each.id());
            assert_ne!(
                each.at_state(&model, &next),
                Truth::Broken,
                "{} breaks after event {number}",
                each.id()
            );
            if truth == Truth::Holds {
                last.push(each.id());
            }
        }
        state = next;
    }
    assert!(last.contains(&claim), "the last event puts only {last:?} to the test");
}

#[test]
fn a_leader_that_is_to_stop_may_be_heard_by_nobody_before_it_has_finished() {
    replay_in(&scopes::wild_mechanisms(1), include_str!("decisive/stops-20377.jsonl"), "stops");
}

#[test]
fn a_leader_that_is_to_stop_may_hear_of_a_higher_ballot_before_it_has_finished() {
    replay(include_str!("decisive/stops-3592.jsonl"), "stops");
    replay(include_str!("decisive/stops-5038.jsonl"), "stops");
    replay(include_str!("decisive/stops-7345.jsonl"), "stops");
}

#[test]
fn a_leader_may_crash_right_after_it_told_its_successor_to_campaign() {
    replay(include_str!("decisive/hands-over-6578.jsonl"), "hands-over");
}

#[test]
fn a_new_leader_counts_windows_from_its_floor() {
    replay(include_str!("decisive/window-4700.jsonl"), "window");
    replay(include_str!("decisive/window-5444.jsonl"), "window");
    replay(include_str!("decisive/window-6639.jsonl"), "window");
}
