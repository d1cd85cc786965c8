//! The claim that machines refine Paxos over slots, in any scope.

use super::{
    faults,
    history::History,
    machine::{Configures, Paxos},
    mechanisms,
    refine::{RefinesLog, Told},
};
use quorate::{
    refine::{OnWorld, Refinement, Refines, Waiver},
    world::{Scope, WorldModel},
};
use quorate_core::paxos::{Request, TimerKind};
use quorate_spec::Spec;

/// A machine in a world, with the claim that it refines Paxos over slots.
pub type Refining<M, D = ()> = Refinement<OnWorld<RefinesLog<M, D>>>;

/// The claim that machines `M` refine Paxos over slots in `scope`.
pub fn refining<M: Paxos, D: Told<M>>(scope: Scope<M, History<D>>) -> Refining<M, D> {
    let mapping = mapping(&scope);
    refining_by(scope, mapping)
}

fn mapping<M: Paxos, D: Told<M>>(scope: &Scope<M, History<D>>) -> RefinesLog<M, D> {
    let mapping = RefinesLog::new(scope.replicas, scope.crashes);
    if D::EXECUTES { executing(scope, mapping) } else { mapping }
}

/// The same where a defect is planted. Which actions such a core performs, in a scope that may be too small for the
/// defect, is not the question: each is waived.
pub fn refining_with_a_defect<M: Paxos, D: Told<M>>(scope: Scope<M, History<D>>) -> Refining<M, D> {
    let mapping = mapping(&scope);
    let kinds = Refines::specification(&mapping).kinds();
    let waive =
        |mapping: RefinesLog<M, D>, kind| mapping.waive(Waiver { kind, reason: "a defect is planted" });
    refining_by(scope, kinds.into_iter().fold(mapping, waive))
}

/// The same, by this mapping.
pub fn refining_by<M: Paxos, D: Told<M>>(
    scope: Scope<M, History<D>>,
    mapping: RefinesLog<M, D>,
) -> Refining<M, D> {
    let crashes = scope.crashes > 0;
    let world = mechanisms::claims(WorldModel::new(scope));
    Refinement::new(if crashes { world.claim(faults::claims) } else { world }, OnWorld(mapping))
}

/// The mapping for replicas that execute, with what the scope lets them do.
pub fn executing<M: Paxos, D: Told<M>>(
    scope: &Scope<M, History<D>>,
    mapping: RefinesLog<M, D>,
) -> RefinesLog<M, D> {
    let reads = scope.requests.iter().filter(|request| **request == Request::Confirm).count();
    let snapshots = scope.timers.contains_key(&TimerKind::Capture);
    mapping.executing(scope.config.core().observers, snapshots, reads)
}
