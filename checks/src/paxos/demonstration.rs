//! A run to look at: the production core under everything at once, and it agrees all the same.
//!
//! The wild scope is too large for a search, so the run is found at random and then shortened, event by event, until
//! each one is needed.

use super::{
    history::{History, Life},
    machine::{Core, Paxos},
    marks::marks,
    models::PROTOCOL,
    refine::RefinesLog,
    refinement::Refining,
    scopes,
};
use quorate::{
    refine::{OnWorld, Refinement},
    registry::{Check, Conclusion, Context, Expect, Identity, Live, Outcome, Property, Registry, Row},
    simulate::Random,
    trace::{CheckInfo, Form, Minimised, minimise},
    verdict::Run,
    world::{Comeback, Event, NetworkKind, Scope, World, WorldModel},
};
use quorate_core::paxos::{Slot, Value};
use quorate_spec::{Again, Claims, Kind, Spec};
use stateright::Model;
use std::{collections::BTreeSet, sync::Arc, time::Instant};

type Wild = Refining<Core>;

const SCOPE: &str = "storm";
const ID: &str = "survives";
const TEXT: &str = "all agree, though messages were lost and copied and a leader lost its memory";

/// The seeds that are tried, in order, until [`FOUND`] of them show it.
const SEEDS: std::ops::Range<u64> = 0..2000;

/// How many runs that show it are compared.
const FOUND: usize = 12;

/// The most events of a random run.
const STEPS: usize = 300;

/// Adds the demonstration.
pub fn register(registry: &mut Registry) {
    let identity = Identity {
        protocol: PROTOCOL.to_owned(),
        kind: "demonstration".to_owned(),
        model: "core".to_owned(),
        scope: SCOPE.to_owned(),
        says: "production code under loss, copies, crashes and a change of leader".to_owned(),
        ..Identity::default()
    };
    let expect = Expect::Reachable { steps: None };
    let listed = vec![Property { id: ID.to_owned(), text: TEXT.to_owned(), expect }];
    let form = Form::serde().marked(marks).beside_specification();
    let live = Live::new(Arc::new(wild()), form, identity.clone());
    let replays = live.replays();
    let run = move |context: &Context, stem: &str| demonstrate(&live, context, stem);
    registry.add(Check::custom(identity, listed, run).replays_in(replays));
}

/// The wild scope, where a replica that crashes stays away for a while, with the claim that it can be survived.
pub fn wild() -> Wild {
    let mut scope: Scope<Core, History> = Scope { name: SCOPE, comeback: Comeback::Later, ..scopes::wild() };
    // Replicas that ask before they campaign hardly ever duel.
    scope.config.pre_vote = false;
    let mapping = RefinesLog::<Core>::new(scope.replicas, scope.crashes);
    Refinement::new(WorldModel::new(scope).claim(claims), OnWorld(mapping))
}

fn claims(claims: &mut Claims<WorldModel<Core, History>>) {
    claims.sometimes(ID, TEXT, survives);
}

/// Messages were lost and copied, two leaders proposed in the first slot, one of them has crashed since, and every
/// replica is up and has learned a command there.
fn survives<M: Paxos>(model: &WorldModel<M, History>, world: &World<M, History>) -> bool {
    let (left, ghost) = (world.left(), world.ghost());
    let NetworkKind::Lossy { drops, duplicates } = model.scope().network else { return false };
    let faults = left.drops < drops && left.duplicates < duplicates;
    let first = Slot(0);
    let proposers: BTreeSet<_> =
        ghost.proposed.keys().filter(|(_, slot)| *slot == first).map(|(ballot, _)| ballot.node).collect();
    let life = |ballot| ghost.started.get(ballot).copied().unwrap_or_default();
    let ended = |(node, start): Life| ghost.starts.get(&node).is_some_and(|now| *now > start);
    let fallen = ghost.proposed.keys().any(|(ballot, slot)| *slot == first && ended(life(ballot)));
    let learned = |id| matches!(ghost.learned.get(&(id, first)), Some(Value::Command(_)));
    let all = model.ids().all(|id| world.node(id).driver().is_some() && learned(id));
    faults && proposers.len() > 1 && fallen && all
}

/// Of the first seeds that show it, the one whose run is the shortest once it is shortened: the seed, how long its run
/// was, and the run.
pub fn found(model: &Wild) -> Option<(u64, usize, Run<Wild>)> {
    let shows = |run: &Run<Wild>| survives(model.concrete(), run.last());
    let found = SEEDS.filter_map(|seed| {
        let run = random_run(model, seed, &shows)?;
        let events: Vec<Event<Core>> = run.actions().cloned().collect();
        let kept = minimise(&events, |kept| shows(&follow(model, &run.init, kept)));
        Some((seed, run.len(), follow(model, &run.init, &kept)))
    });
    found.take(FOUND).min_by_key(|(_, _, run)| run.len())
}

/// A random run up to the first state that `shows` it; `None` if none does.
fn random_run(model: &Wild, seed: u64, shows: &impl Fn(&Run<Wild>) -> bool) -> Option<Run<Wild>> {
    let mut random = Random::new(seed);
    let mut run = Run { init: model.init_states().swap_remove(0), steps: Vec::new() };
    let mut events = Vec::new();
    for _ in 0..STEPS {
        events.clear();
        model.actions(run.last(), &mut events);
        if events.is_empty() {
            return None;
        }
        // First the kind, then the event: of crashes within a step there are many, of timers few.
        let mut kinds: Vec<Kind> = events.iter().map(|event| model.kind(event)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let kind = kinds[random.below(kinds.len())];
        events.retain(|event| model.kind(event) == kind);
        let event = events.swap_remove(random.below(events.len()));
        if let Some(next) = model.next_state(run.last(), event.clone()) {
            run.steps.push((event, next));
        }
        if shows(&run) {
            return Some(run);
        }
    }
    None
}

/// The run that takes what is on offer of `events`, in order. A request that has another number by then is not on offer.
fn follow(model: &Wild, init: &World<Core, History>, events: &[Event<Core>]) -> Run<Wild> {
    let mut run = Run { init: init.clone(), steps: Vec::new() };
    for event in events {
        let is_on_offer = match model.again(run.last(), event) {
            Again::Here(again) => again == *event,
            Again::Gone => false,
            Again::Look => {
                let mut offered = Vec::new();
                model.actions(run.last(), &mut offered);
                offered.contains(event)
            }
        };
        if is_on_offer && let Some(next) = model.next_state(run.last(), event.clone()) {
            run.steps.push((event.clone(), next));
        }
    }
    run
}

fn demonstrate(live: &Live<Wild>, context: &Context, stem: &str) -> Outcome {
    let start = Instant::now();
    let mut row = Row::new(live.identity(), ID, TEXT, Expect::Reachable { steps: None });
    row.conclusion = Conclusion::Unreached;
    let mut lines = Vec::new();
    if let Some((seed, from, run)) = found(live.model()) {
        lines.push(format!("seed {seed}: {from} events, shortened to {}", run.len()));
        (row.conclusion, row.triggers) = (Conclusion::Reached, 1);
        (row.trace_steps, row.transitions) = (Some(run.len()), run.len() as u64);
        let about = CheckInfo {
            property: ID.to_owned(),
            expect: "reachable".to_owned(),
            engine: "random runs".to_owned(),
            seed: Some(seed.to_string()),
            minimised: Some(Minimised { from, method: "drop-one".to_owned() }),
            ..live.about()
        };
        let (file, sentence) = live.save(&run, about, context, stem, ID);
        (row.trace, row.sentence) = (file, Some(sentence));
    }
    let elapsed = start.elapsed().as_secs_f64();
    (row.wall_seconds, row.cpu_seconds) = (elapsed, elapsed);
    Outcome { rows: vec![row.judge(false)], lines, ..Outcome::default() }
}
