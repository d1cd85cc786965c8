//! The checks of the production core: refinement in every scope, and the defects planted in it.

use super::{
    history::{Executed, History},
    keeper::Keeper,
    machine::{Core, Paxos},
    marks::marks,
    models::PROTOCOL,
    planted::{
        Defect, Faulty, Forgetful, Lowering, P01, P03, P05, P07, P09, P09Observer, P11, P13, P15, P17, P21,
        P23, P27, Planted, planted,
    },
    refine::Told,
    scopes::{self, Named},
};
use quorate::{
    engine::{Limits, Stop},
    registry::{Check, Expect, Registry, Search},
    trace::Form,
    world::Scope,
};
use quorate_core::paxos::TimerKind;
use quorate_machine::Machine;

use super::refining::refining_with_a_defect;
pub use super::refining::{Refining, executing, refining, refining_by};

/// Adds the refinement checks, and then the planted ones.
pub fn register(registry: &mut Registry) {
    for named in scopes::all() {
        let function = named.scope.name.replace('-', "_");
        registry.add(complete(named).rust(
            &format!("{USES}\nuse quorate_checks::paxos::machine::Core;"),
            &format!("refining::<Core, ()>(scopes::{function}())"),
        ));
    }
    for check in mechanism_checks() {
        registry.add(check);
    }
    for named in scopes::deep() {
        registry.add(complete(named).deep().limits(DEEP));
    }
    let polite = scopes::named_mechanism::<Core>(scopes::polite_quorum_check());
    registry.add(complete(polite).deep().limits(DEEP));
    for kill in kills() {
        registry.add(kill.check);
    }
}

/// What one deep search may take.
const DEEP: Limits =
    Limits { seconds: Some(240.0), bytes: Some(6 << 30), states: None, depth: None, process: None };

/// Every mechanism beside agreement, in the smallest scope that kills what it must.
fn mechanism_checks() -> Vec<Check> {
    // Each line is also the expression from which an exported test rebuilds the model.
    macro_rules! mechanism {
        ($machine:ty, $scope:ident) => {
            complete::<$machine, Executed>(scopes::named_mechanism(scopes::$scope()))
                .rust(
                    MECHANISMS,
                    concat!(
                        "refining::<",
                        stringify!($machine),
                        ", Executed>(scopes::",
                        stringify!($scope),
                        "())"
                    ),
                )
                .into()
        };
    }
    vec![
        mechanism!(Keeper<Core, 1>, snapshot),
        mechanism!(Keeper<Core, 2>, install_crash),
        mechanism!(Core, reads),
        mechanism!(Core, rounds),
        mechanism!(Core, heartbeats),
        mechanism!(Core, quorum_check),
        mechanism!(Core, one_way_links),
        mechanism!(Keeper<Core, 2>, overtaken),
        mechanism!(Keeper<Core, 2>, lost_chunk),
        mechanism!(Keeper<Core, 1>, observer),
        mechanism!(Core, flow),
        mechanism!(Core, pre_vote),
        mechanism!(Core, transfer),
        mechanism!(Core, taught_transfer),
        mechanism!(Core, busy_transfer),
        mechanism!(Core, stop),
    ]
}

/// What an exported test of a mechanism needs in scope.
const MECHANISMS: &str = "use quorate_checks::paxos::{history::Executed, keeper::Keeper, machine::Core, planted::*, refinement::*, scopes};";

fn complete<M: Paxos, D: Told<M>>(named: Named<M, D>) -> Search<Refining<M, D>> {
    check(named.scope, "refinement", named.says, refining).only(named.properties)
}

fn check<M: Paxos, D: Told<M>>(
    scope: Scope<M, History<D>>,
    kind: &str,
    says: &str,
    model: fn(Scope<M, History<D>>) -> Refining<M, D>,
) -> Search<Refining<M, D>> {
    let bounds = scope.to_string();
    let name = scope.name;
    let (campaigns, crashes) = (scope.timers.values().copied().max().unwrap_or(0), scope.crashes);
    let form = Form::serde().marked(marks).beside_specification();
    Search::new(PROTOCOL, "core", model(scope.clone()), form)
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
    let mut kills = agreement_kills();
    kills.extend(mechanism_kills());
    kills
}

// Each line is also the expression from which an exported test rebuilds the model.
macro_rules! kill {
    ($defect:ident, $scope:expr, $steps:expr) => {
        kill!($defect in Planted, (); "refines", $scope, $steps)
    };
    ($defect:ident in $machine:ty, $deeds:ty; $property:expr, $scope:expr, $steps:expr) => {
        kill::<$machine, $deeds>(
            &$defect,
            $scope,
            $property,
            $steps,
            concat!(
                "refining::<",
                stringify!($machine),
                ", ",
                stringify!($deeds),
                ">(planted(&",
                stringify!($defect),
                ", ",
                stringify!($scope),
                "))"
            ),
        )
    };
}

fn agreement_kills() -> Vec<Kill> {
    vec![
        kill!(P01, scopes::duel(), Some(8)),
        kill!(P03, scopes::duel(), Some(12)),
        kill!(P03, two_ballots(scopes::duel()), None),
        kill!(P05 in Planted<Forgetful>, (); "refines", scopes::crash(), Some(4)),
        // A foretold crash is a bound: what falls there falls too where nothing is foretold, with a campaign less.
        kill!(P05 in Planted<Forgetful>, (); "refines", at_any_time(scopes::crash()), Some(7)),
        kill!(P07 in Planted<Lowering>, (); "refines", scopes::duel(), Some(3)),
        kill!(P09, scopes::duel(), Some(2)),
        // It promises what nobody started before anybody else does: there is no bound lower than one campaign.
        kill!(P11, scopes::duel(), Some(1)),
        kill!(P13, scopes::five(), Some(5)),
        // Of three replicas a quorum is oneself and one other: to count the other twice changes nothing.
        kill!(P13, scopes::duel(), None),
        // Of three replicas a leader's own vote and any one other are a quorum already at the ballot of that other vote,
        // so the value was chosen there, and every later ballot proposes it. The models kill this one.
        kill!(P15, scopes::duel(), None),
        kill!(P17 in Planted, (); "PX-L2", scopes::holes(), Some(11)),
        // With one slot there is no hole.
        kill!(P17 in Planted, (); "PX-L2", two_ballots(scopes::duel()), None),
        kill!(P27, scopes::gap(), Some(7)),
        // With one slot there is no gap.
        kill!(P27, two_ballots(scopes::duel()), None),
    ]
}

fn mechanism_kills() -> Vec<Kill> {
    vec![
        kill!(P09Observer in Keeper<Planted, 1>, Executed; "refines", scopes::observer(), Some(1)),
        kill!(P21 in Keeper<Planted, 1>, Executed; "refines", scopes::snapshot(), Some(10)),
        // Nobody asks who has compacted.
        kill!(P21 in Keeper<Planted, 1>, Executed; "refines", one_leader(scopes::snapshot()), None),
        kill!(P23 in Planted, Executed; "PX-S17", scopes::reads(), Some(10)),
        // Whoever leads is the only one who ever did.
        kill!(P23 in Planted, Executed; "PX-S17", one_leader(scopes::reads()), None),
    ]
}

/// What an exported test of a planted core needs in scope.
const USES: &str = "use quorate_checks::paxos::{planted::*, refinement::*, scopes};";

fn kill<M: Paxos + Machine<Config = Faulty>, E: Told<M>>(
    defect: &'static dyn Defect,
    scope: Scope<M, History<E>>,
    property: &str,
    steps: Option<u32>,
    model: &str,
) -> Kill {
    let (id, what, name) = (defect.id(), defect.what(), scope.name);
    let label = format!("{}-{name}", id.to_lowercase());
    let uses = if E::EXECUTES { MECHANISMS } else { USES };
    let search = check(planted(defect, scope), "planted", what, refining_with_a_defect);
    let search = search.scope(&label, what).only(&[property]).rust(uses, model);
    let check = match steps {
        Some(_) if property == "refines" => {
            search.stop(Stop::FirstViolation).expect(property, Expect::Violated { steps }).into()
        }
        Some(_) => search.expect(property, Expect::Violated { steps }).into(),
        None => search.into(),
    };
    Kill { id, what, scope: name, steps, check }
}

/// One bound lower: one campaign fewer.
pub fn two_ballots<M: Paxos>(scope: Scope<M, History>) -> Scope<M, History> {
    Scope { name: "duel-of-2-ballots", ..campaigns(scope, 2) }
}

/// One campaign less, and no crash is foretold.
pub fn at_any_time<M: Paxos>(scope: Scope<M, History>) -> Scope<M, History> {
    Scope { name: "crash-of-2-ballots", foretold: false, ..campaigns(scope, 2) }
}

/// One bound lower: one leader.
pub fn one_leader<M: Paxos, D>(scope: Scope<M, History<D>>) -> Scope<M, History<D>> {
    Scope { name: "one-leader", ..campaigns(scope, 1) }
}

/// So many campaigns.
pub fn campaigns<M: Paxos, D>(mut scope: Scope<M, History<D>>, count: u8) -> Scope<M, History<D>> {
    scope.timers.insert(TimerKind::Election, count);
    scope
}
