//! Mappings of replicas in a world.

use super::{Mapping, Waiver, Walk};
use crate::world::{Checkable, Event, Ghost, Observation, World, WorldModel, digest};
use quorate_machine::{Machine, NodeId};
use quorate_spec::Spec;
use stateright::Model;
use std::{fmt::Debug, hash::Hash};

/// Says how a replicated machine refines a specification.
///
/// The types keep the mapping honest: it is shown disks, history and observations, and never a machine.
pub trait Refines: Sync {
    /// The production code.
    type Machine: Checkable;
    /// The history that the abstraction needs.
    type Ghost: Ghost<Self::Machine>;
    /// The specification.
    type Abstract: Spec<State: Clone + Eq + Hash + Debug + Send + Sync, Action: Clone + Debug + Send + Sync>
        + Sync;

    /// The specification, as configured for this scope.
    fn specification(&self) -> &Self::Abstract;

    /// The specification's state that these disks and this history stand for. `disks` is by replica id.
    fn abstraction(
        &self,
        disks: &[&<Self::Machine as Machine>::Durable],
        ghost: &Self::Ghost,
    ) -> <Self::Abstract as Model>::State;

    /// Names the action, if any, that replica `at` performs by showing `seen`: an exhaustive match, so that a new
    /// kind of observation, write, message or notice without a mapping does not compile.
    /// `ghost` is the history up to, and without, `seen`.
    fn witness(
        &self,
        at: NodeId,
        seen: &Observation<Self::Machine>,
        ghost: &Self::Ghost,
        walk: &mut Walk<'_, Self::Abstract>,
    );

    /// In a walk that the specification leads: does the action that the code named do for the one that was wanted?
    fn same(
        &self,
        wanted: &<Self::Abstract as Model>::Action,
        named: &<Self::Abstract as Model>::Action,
    ) -> bool;

    /// Actions of the specification that this scope need not name, each with its reason.
    fn waived(&self) -> Vec<Waiver> {
        Vec::new()
    }
}

/// Makes a [`Refines`] the [`Mapping`] of a world.
#[derive(Clone, Debug)]
pub struct OnWorld<R>(pub R);

type Of<R> = World<<R as Refines>::Machine, <R as Refines>::Ghost>;

impl<R: Refines> Mapping for OnWorld<R> {
    type Concrete = WorldModel<R::Machine, R::Ghost>;
    type Abstract = R::Abstract;

    fn specification(&self) -> &Self::Abstract {
        self.0.specification()
    }

    fn abstraction(&self, _concrete: &Self::Concrete, world: &Of<R>) -> <R::Abstract as Model>::State {
        let disks: Vec<_> = world.nodes().iter().map(|node| &**node.durable()).collect();
        self.0.abstraction(&disks, world.ghost())
    }

    fn view(&self, _concrete: &Self::Concrete, world: &Of<R>) -> u128 {
        let disks: Vec<u128> = world.nodes().iter().map(|node| node.durable().digest()).collect();
        digest(&(disks, world.ghost().digest()))
    }

    fn witness(
        &self,
        concrete: &Self::Concrete,
        before: &Of<R>,
        event: &Event<R::Machine>,
        _after: &Of<R>,
        walk: &mut Walk<'_, R::Abstract>,
    ) {
        let Some(node) = event.node() else { return };
        let mut ghost: Option<R::Ghost> = None;
        concrete.each_observation(before, event, |seen| {
            let ghost = ghost.get_or_insert_with(|| R::Ghost::clone(before.ghost()));
            self.0.witness(node, seen, ghost, walk);
            ghost.observe(node, seen);
        });
    }

    fn same(&self, wanted: &<R::Abstract as Model>::Action, named: &<R::Abstract as Model>::Action) -> bool {
        self.0.same(wanted, named)
    }

    fn waived(&self) -> Vec<Waiver> {
        self.0.waived()
    }
}
