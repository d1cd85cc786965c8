//! That the faults of a scope happen, and are what they claim to be.

use super::{
    history::{Deeds, History},
    machine::{Part, Paxos},
};
use quorate::world::{Event, Observation, World, WorldModel};
use quorate_core::paxos::Durable;
use quorate_spec::Claims;

/// Claims of a scope with crashes.
pub fn claims<M: Paxos, D: Deeds<M>>(claims: &mut Claims<WorldModel<M, History<D>>>) {
    claims
        .sometimes("restarted-leads", "a replica campaigns after a restart", campaigns_after_restart)
        .always_step("suffix-lost", "a crash takes away just what was not synced", loses_the_suffix)
        .when_step(some_suffix_is_lost);
}

fn campaigns_after_restart<M: Paxos, D: Deeds<M>>(
    _: &WorldModel<M, History<D>>,
    world: &World<M, History<D>>,
) -> bool {
    world.ghost().started.values().any(|(_, start)| *start > 1)
}

fn some_suffix_is_lost<M: Paxos, D: Deeds<M>>(
    _: &WorldModel<M, History<D>>,
    before: &World<M, History<D>>,
    event: &Event<M>,
    _: &World<M, History<D>>,
) -> bool {
    matches!(event, Event::Crash { node, keep } if *keep < before.node(*node).unsynced().len())
}

fn loses_the_suffix<M: Paxos, D: Deeds<M>>(
    model: &WorldModel<M, History<D>>,
    before: &World<M, History<D>>,
    event: &Event<M>,
    after: &World<M, History<D>>,
) -> bool {
    let Event::Crash { node, keep } = event else { return true };
    let mut expected: Durable<u8, Part> = Durable::clone(before.node(*node).durable());
    before.node(*node).unsynced().iter().take(*keep).for_each(|write| M::persist(&mut expected, write));
    // What the replica writes when it starts again may be there already.
    let seen = model.observations(before, event);
    for seen in seen.iter().skip_while(|seen| !matches!(seen, Observation::Restarted)) {
        if let Observation::Durable(write) = seen {
            M::persist(&mut expected, write);
        }
    }
    **after.node(*node).durable() == expected
}
