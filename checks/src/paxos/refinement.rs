//! The checks of the production core: refinement in every scope, and the defects planted in it.

use super::{
    faults,
    history::History,
    machine::Paxos,
    marks::marks,
    models::PROTOCOL,
    planted::{Defect, P01, P03, P05, P07, P09, P13, P15, P27, Planted},
    quotient::dead,
    refine::RefinesLog,
    scopes::{self, Named},
};
use quorate::{
    engine::{Limits, Report, Stop},
    refine::{OnWorld, Refinement},
    registry::{Check, Expect, Registry, Remarks, Search},
    trace::Form,
    world::{Envelope, Scope, World, WorldModel},
};
use quorate_core::paxos::{Message, Replica, TimerKind};
use serde::Serialize;
use std::collections::BTreeMap;

/// A machine in a world, with the claim that it refines Paxos over slots.
pub type Refining<M> = Refinement<OnWorld<RefinesLog<M>>>;

/// The claim that machines `M` refine Paxos over slots in `scope`.
pub fn refining<M: Paxos>(scope: Scope<M, History>) -> Refining<M> {
    let mapping = RefinesLog::new(scope.replicas, scope.crashes);
    let crashes = scope.crashes > 0;
    let world = WorldModel::new(scope);
    Refinement::new(if crashes { world.claim(faults::claims) } else { world }, OnWorld(mapping))
}

/// Adds the refinement checks, and then the planted ones.
pub fn register(registry: &mut Registry) {
    for named in scopes::all() {
        let function = named.scope.name.replace('-', "_");
        registry.add(complete(named).rust(
            &format!("{USES}\nuse quorate_core::paxos::Replica;"),
            &format!("refining::<Replica<u8>>(lean(scopes::{function}()))"),
        ));
    }
    for named in scopes::deep() {
        registry.add(complete(named).deep().limits(DEEP));
    }
    for kill in kills() {
        registry.add(kill.check);
    }
}

/// What one deep search may take.
const DEEP: Limits = Limits { seconds: Some(240.0), bytes: Some(6 << 30), states: None, depth: None };

fn complete(named: Named) -> Search<Refining<Replica<u8>>> {
    check(named.scope, "refinement", named.says).only(named.properties).after(adequate)
}

/// An action of the specification that no step ever named fails the check, once every state was examined: of a search
/// that was cut nobody knows what the rest would have named.
fn adequate<M: Paxos>(model: &Refining<M>, report: &Report<Refining<M>>) -> Remarks {
    let adequacy = model.adequacy();
    let missed = adequacy.missed().into_iter().map(|kind| format!("no step of the code is ever {kind}"));
    let failures = if report.ended.is_complete() { missed.collect() } else { Vec::new() };
    Remarks { failures, lines: vec![format!("adequacy: {adequacy}")] }
}

fn check<M: Paxos + Serialize>(scope: Scope<M, History>, kind: &str, says: &str) -> Search<Refining<M>> {
    let bounds = scope.to_string();
    let name = scope.name;
    let (campaigns, crashes) = (scope.timers.values().copied().max().unwrap_or(0), scope.crashes);
    let form = Form::serde().marked(marks).beside_specification();
    Search::new(PROTOCOL, "core", refining(scope.clone()), form)
        .kind(kind)
        .scope(name, says)
        .bound("replicas", scope.replicas)
        .bound("campaigns", campaigns)
        .bound("requests", scope.requests.len())
        .bound("crashes", crashes)
        .bound("scope", bounds)
}

/// A planted defect in a scope.
pub struct Kill {
    /// The defect's id.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub what: &'static str,
    /// The scope's name.
    pub scope: &'static str,
    /// Steps of the shortest run that shows it; `None` if it escapes this scope.
    pub steps: Option<u32>,
    /// The check that says so.
    pub check: Check,
}

/// Every planted defect in the scope that kills it, and in scopes one bound lower that it escapes.
pub fn kills() -> Vec<Kill> {
    // Each line is also the expression from which an exported test rebuilds the model.
    macro_rules! kill {
        ($defect:ident, $scope:expr, $steps:expr) => {
            kill::<$defect>(
                $scope,
                $steps,
                concat!("refining::<Planted<", stringify!($defect), ">>(", stringify!($scope), ")"),
            )
        };
    }
    vec![
        kill!(P01, lean(scopes::duel()), Some(8)),
        kill!(P03, lean(scopes::duel()), Some(12)),
        kill!(P03, lean(two_ballots(scopes::duel())), None),
        kill!(P05, lean(scopes::crash()), Some(4)),
        // A prepare below the promise is dead to the core and alive to this defect: nothing is dropped.
        kill!(P07, scopes::duel(), Some(3)),
        kill!(P09, lean(scopes::duel()), Some(2)),
        kill!(P13, lean(scopes::five()), Some(5)),
        // Of three replicas a quorum is oneself and one other: to count the other twice changes nothing.
        kill!(P13, lean(scopes::duel()), None),
        // Of three replicas a leader's own vote and any one other are a quorum already at the ballot of that other vote,
        // so the value was chosen there, and every later ballot proposes it. The models kill this one.
        kill!(P15, keeping_votes(scopes::duel()), None),
        kill!(P27, lean(scopes::gap()), Some(7)),
        // With one slot there is no gap.
        kill!(P27, lean(two_ballots(scopes::duel())), None),
    ]
}

/// What an exported test of a planted core needs in scope.
const USES: &str = "use quorate_checks::paxos::{planted::*, refinement::*, scopes};";

fn kill<D: Defect>(scope: Scope<Planted<D>, History>, steps: Option<u32>, model: &str) -> Kill {
    let name = scope.name;
    let label = format!("{}-{name}", D::ID.to_lowercase());
    let search = check(scope, "planted", D::WHAT).scope(&label, D::WHAT).only(&["refines"]).rust(USES, model);
    let check = match steps {
        Some(_) => search.stop(Stop::FirstViolation).expect("refines", Expect::Violated { steps }).into(),
        None => search.into(),
    };
    Kill { id: D::ID, what: D::WHAT, scope: name, steps, check }
}

/// With dead messages dropped, as the core's own scopes are.
pub fn lean<M: Paxos>(scope: Scope<M, History>) -> Scope<M, History> {
    Scope { dead: Some(dead), ..scope }
}

/// As [`lean`], but votes are kept: the defect reacts to votes that the core is done with.
pub fn keeping_votes<M: Paxos>(scope: Scope<M, History>) -> Scope<M, History> {
    fn dead_but_votes<M: Paxos>(world: &World<M, History>, envelope: &Envelope<Message<u8>>) -> bool {
        !matches!(envelope.message, Message::Accepted { .. }) && dead(world, envelope)
    }
    Scope { dead: Some(dead_but_votes), ..scope }
}

/// One bound lower: one campaign fewer.
pub fn two_ballots<M: Paxos>(scope: Scope<M, History>) -> Scope<M, History> {
    Scope { name: "duel-of-2-ballots", timers: BTreeMap::from([(TimerKind::Election, 2)]), ..scope }
}
