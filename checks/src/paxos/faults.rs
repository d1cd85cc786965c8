//! That the faults of a scope happen, and are what they claim to be.

use super::{history::History, machine::Paxos};
use quorate::world::{Event, World, WorldModel};
use quorate_core::paxos::Durable;
use quorate_spec::Claims;

/// Claims of a scope with crashes.
pub fn claims<M: Paxos>(claims: &mut Claims<WorldModel<M, History>>) {
    claims
        .sometimes("restarted-leads", "a replica campaigns after a restart", campaigns_after_restart)
        .always_step("suffix-lost", "a crash takes away just what was not synced", loses_the_suffix)
        .when_step(some_suffix_is_lost);
}

fn campaigns_after_restart<M: Paxos>(_: &WorldModel<M, History>, world: &World<M, History>) -> bool {
    world.ghost().started.values().any(|(_, start)| *start > 1)
}

fn some_suffix_is_lost<M: Paxos>(
    _: &WorldModel<M, History>,
    before: &World<M, History>,
    event: &Event<M>,
    _: &World<M, History>,
) -> bool {
    matches!(event, Event::Crash { node, keep } if *keep < before.node(*node).unsynced().len())
}

fn loses_the_suffix<M: Paxos>(
    _: &WorldModel<M, History>,
    before: &World<M, History>,
    event: &Event<M>,
    after: &World<M, History>,
) -> bool {
    let Event::Crash { node, keep } = event else { return true };
    let mut expected: Durable<u8> = Durable::clone(before.node(*node).durable());
    before.node(*node).unsynced().iter().take(*keep).for_each(|write| M::persist(&mut expected, write));
    **after.node(*node).durable() == expected
}
