//! The world keeps its contract: crashes lose what was not synced, between any two outputs too; networks lose,
//! duplicate and reorder; codecs and recovery are inside the circle.

mod asked;
mod derived;
mod ledger;
mod links;
mod reduction;
mod remembered;
mod replies;

use ledger::{Ledger, Told};
use quorate::{
    engine::{Ended, Options, Report, search},
    lockstep::{Choices, choice_driven},
    simulate::{Plan, random_runs},
    verdict::Verdict,
    world::{Codec, Comeback, Event, NetworkKind, Persistence, Postcard, Scope, World, WorldModel},
};
use quorate_machine::Machine;
use quorate_spec::Claims;
use stateright::Model;
use std::sync::Arc;

type Ledgers<const EARLY: bool> = WorldModel<Ledger<EARLY>, Told>;

fn acknowledged_is_durable<const EARLY: bool>(
    _: &Ledgers<EARLY>,
    world: &World<Ledger<EARLY>, Told>,
) -> bool {
    let on_disk = |(at, value): &(_, _)| world.node(*at).durable().contains(value);
    world.ghost().acknowledged.iter().all(on_disk)
}

fn something_is_acknowledged<const EARLY: bool>(
    _: &Ledgers<EARLY>,
    world: &World<Ledger<EARLY>, Told>,
) -> bool {
    !world.ghost().acknowledged.is_empty()
}

fn everybody_has_it<const EARLY: bool>(_: &Ledgers<EARLY>, world: &World<Ledger<EARLY>, Told>) -> bool {
    world.nodes().iter().all(|node| node.durable().len() == 2)
}

fn claims<const EARLY: bool>(claims: &mut Claims<Ledgers<EARLY>>) {
    claims
        .always("durable", "what was acknowledged is on disk", acknowledged_is_durable)
        .when(something_is_acknowledged)
        .sometimes("spread", "both values reach every disk", everybody_has_it);
}

fn scope<const EARLY: bool>(persistence: Persistence) -> Scope<Ledger<EARLY>, Told> {
    let mut scope = Scope::new("ledger", 2, 2);
    scope.requests = vec![1, 2];
    scope.crashes = 1;
    scope.persistence = persistence;
    scope
}

fn check<const EARLY: bool>(scope: Scope<Ledger<EARLY>, Told>) -> Report<Ledgers<EARLY>> {
    search(&WorldModel::new(scope).claim(claims::<EARLY>), &Options::default())
}

fn steps_to_violation<const EARLY: bool>(scope: Scope<Ledger<EARLY>, Told>) -> Option<usize> {
    let report = check(scope);
    let finding = report.findings.into_iter().find(|finding| finding.claim.id() == "durable");
    match finding.expect("the claim is judged").verdict {
        Verdict::Violated(run) => Some(run.len()),
        verdict => {
            assert!(verdict.is_green(), "{verdict:?}");
            None
        }
    }
}

#[test]
fn a_ledger_that_waits_for_its_disk_never_loses_what_it_acknowledged() {
    for persistence in [Persistence::Atomic, Persistence::Asynchronous] {
        for comeback in [Comeback::AtOnce, Comeback::Later] {
            for crash_within in [false, true] {
                let scope = Scope { comeback, crash_within, ..scope::<false>(persistence) };
                assert_eq!(steps_to_violation(scope.clone()), None, "{scope}");
            }
        }
    }
}

#[test]
fn acknowledging_before_the_barrier_is_caught_by_a_lost_suffix() {
    // The acknowledgement shows at once what the disk does not hold.
    assert_eq!(steps_to_violation(scope::<true>(Persistence::Asynchronous)), Some(1));
}

#[test]
fn with_atomic_writes_it_takes_a_crash_between_two_outputs() {
    let whole = scope::<true>(Persistence::Atomic);
    assert_eq!(steps_to_violation(whole.clone()), None, "no crash falls inside a step");
    assert_eq!(steps_to_violation(Scope { crash_within: true, ..whole }), Some(1));
}

#[test]
fn a_crash_keeps_any_prefix_of_the_unsynced_writes() {
    let model = WorldModel::new(scope::<false>(Persistence::Asynchronous)).claim(claims::<false>);
    let report = search(&model, &Options::default());
    let crash = report.coverage.iter().find(|(kind, _)| kind.0 == "crash").expect("the scope has crashes");
    assert!(crash.1 > 0, "no crash was taken");
    assert!(matches!(report.ended, Ended::Complete), "nothing cuts this search");
}

#[test]
fn coming_back_at_once_leaves_out_nothing_that_a_claim_can_see() {
    for persistence in [Persistence::Atomic, Persistence::Asynchronous] {
        let later = check(Scope { comeback: Comeback::Later, ..scope::<false>(persistence) });
        let at_once = check(scope::<false>(persistence));
        assert!(later.unique_states > at_once.unique_states, "being down is a state of its own");
        let words = |report: Report<Ledgers<false>>| -> Vec<_> {
            report.findings.iter().map(|finding| (finding.claim.id(), finding.verdict.word())).collect()
        };
        assert_eq!(words(later), words(at_once));
    }
}

#[test]
fn a_lossy_network_takes_every_kind_of_fault() {
    let mut scope = scope::<false>(Persistence::Asynchronous);
    scope.network = NetworkKind::Lossy { drops: 1, duplicates: 1 };
    let report = check(scope);
    for (kind, taken) in &report.coverage {
        assert!(*taken > 0, "{kind} was never taken");
    }
    assert!(report.findings.iter().all(|finding| finding.verdict.is_green()));
}

#[test]
fn codec_and_recovery_change_nothing() {
    let plain = check(scope::<false>(Persistence::Asynchronous));
    let mut scope = scope::<false>(Persistence::Asynchronous);
    scope.codec = Some(Arc::new(Postcard));
    let coded = check(scope);
    assert!(coded.findings.iter().all(|finding| finding.verdict.is_green()));
    assert!(coded.unique_states >= plain.unique_states, "the bytes of a log hold at least its state");
}

/// Forgets the checksum: takes a torn record for a whole one.
struct Careless;

impl<M: Machine<Message = ledger::Copy, Write = u8>> Codec<M> for Careless {
    fn encode_message(&self, message: &ledger::Copy) -> Vec<u8> {
        vec![message.0]
    }
    fn decode_message(&self, bytes: &[u8]) -> Option<ledger::Copy> {
        bytes.first().map(|byte| ledger::Copy(*byte))
    }
    fn append(&self, log: &mut Vec<u8>, write: &u8) {
        log.extend_from_slice(&[*write, 0]);
    }
    fn recover(&self, log: &[u8]) -> (Vec<u8>, usize) {
        (log.iter().copied().step_by(2).collect(), log.len())
    }
}

#[test]
fn recovery_that_takes_a_torn_record_is_caught() {
    let mut scope = scope::<false>(Persistence::Asynchronous);
    scope.codec = Some(Arc::new(Careless));
    let Ended::Panicked { message, run, .. } = check(scope).ended else {
        panic!("the torn record was taken")
    };
    assert!(message.contains("recovery kept"), "{message}");
    assert_eq!(run.len(), 1, "a write, and then the crash that recovery does not survive");
}

#[test]
fn random_runs_and_proptest_find_what_search_finds() {
    let planted = WorldModel::new(scope::<true>(Persistence::Asynchronous)).claim(claims::<true>);
    let sample = random_runs(&planted, &Plan { seeds: 0..20, steps: 10 });
    assert!(sample.broken().next().is_some_and(|(claim, _, _)| claim.id() == "durable"));
    let text = choice_driven(&planted, Choices { cases: 50, longest: 10, seed: 1 }).expect_err("planted");
    assert!(text.starts_with("durable is broken; seed 1"), "{text}");
    assert_eq!(text.lines().count(), 2, "shrunk to one event:\n{text}");

    let sound = WorldModel::new(scope::<false>(Persistence::Atomic)).claim(claims::<false>);
    let sample = random_runs(&sound, &Plan { seeds: 0..50, steps: 20 });
    assert!(sample.broken().next().is_none());
    assert!(sample.vacuous().next().is_none(), "20 steps are enough to reach everything");
    choice_driven(&sound, Choices { cases: 50, longest: 20, seed: 1 }).expect("sound");
}

/// While the network is apart a message from one side to the other is not delivered, and may be lost though nothing else
/// is; once it is whole again the message arrives.
#[test]
fn what_is_sent_across_a_partition_waits_or_is_lost() {
    let network = NetworkKind::Lossy { drops: 0, duplicates: 0 };
    let scope = Scope { network, partitions: 1, crashes: 0, ..scope::<false>(Persistence::Atomic) };
    let model = WorldModel::new(scope.clone());
    let offered = |world: &World<_, _>| {
        let mut events = Vec::new();
        model.actions(world, &mut events);
        let count = |is: fn(&Event<Ledger<false>>) -> bool| events.iter().filter(|event| is(event)).count();
        let arrive = count(|event| matches!(event, Event::Deliver(_)));
        (arrive, count(|event| matches!(event, Event::Drop(_))), events)
    };
    let take = |world: &World<_, _>, is: fn(&Event<Ledger<false>>) -> bool| {
        let event = offered(world).2.into_iter().find(is).expect("it is on offer");
        model.next_state(world, event).expect("it happens")
    };
    let init = model.init_states().remove(0);
    let asked = take(&init, |event| matches!(event, Event::Request { .. }));
    let (arrive, lost, _) = offered(&asked);
    assert!(arrive > 0 && lost == 0, "{arrive} may arrive, {lost} may be lost");
    let apart = take(&asked, |event| matches!(event, Event::Partition(_)));
    assert_eq!((offered(&apart).0, offered(&apart).1), (0, arrive));
    let whole = take(&apart, |event| matches!(event, Event::Heal));
    assert_eq!((offered(&whole).0, offered(&whole).1), (arrive, 0));
    let report = check(scope);
    assert!(report.unhit().is_empty(), "never taken: {:?}", report.unhit());
}
