//! PX-S23: a replica that lost its disk is refused under its old id.
//!
//! Where disks are told apart, one of each replica at most may ever be admitted, and a replica gives no vote, and nothing
//! that stands for one, before its disk is.

use super::{Claims, Event, Message, Model, Observation, Paxos, State, Told, Write, replica, seen};
use quorate_machine::NodeId;

pub(super) fn admits_one_disk<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always("PX-S23", "of the disks that a replica has had, one at most was admitted", one_was_admitted)
        .when(a_disk_is_lost)
        .always_step(
            "non-voter",
            "a replica that is not admitted gives no vote, and leads nobody",
            is_no_voter,
        )
        .when_step(is_not_admitted)
        .sometimes("admitted", "a replica is admitted", somebody_is_admitted)
        .sometimes("refused", "a replica that lost its disk hears that another one is known", is_refused);
}

fn a_disk_is_lost<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    world.nodes().iter().any(|node| node.disks_lost() > 0)
}

fn one_was_admitted<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    model.ids().all(|id| {
        let first = (model.scope().disk)(id, 0);
        let later = world.ghost().disks.admitted.get(&id).into_iter().flatten();
        let others = later.filter(|epoch| !first.admitted || **epoch != first.epoch).count();
        others + usize::from(first.admitted) <= 1
    })
}

/// The replica that acts, if it is not admitted then.
fn newcomer<M: Paxos, D: Told<M>>(before: &State<M, D>, event: &Event<M>) -> Option<NodeId> {
    event.node().filter(|node| replica(before, *node).is_some_and(|core| !core.is_admitted()))
}

fn is_not_admitted<M: Paxos, D: Told<M>>(
    _: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    newcomer(before, event).is_some()
}

fn is_no_voter<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let votes = |seen: &Observation<M>| match seen {
        Observation::Sent { message, .. } => matches!(
            message,
            Message::Promise { .. }
                | Message::Accepted { .. }
                | Message::Alive { .. }
                | Message::PreGrant { .. }
                | Message::Prepare { .. }
                | Message::PreVote { .. }
                | Message::Accept { .. }
        ),
        Observation::Durable(write) => matches!(write, Write::Promise(_) | Write::Accept { .. }),
        _ => false,
    };
    newcomer(before, event).is_none() || !seen(model, before, event).iter().any(votes)
}

fn somebody_is_admitted<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    !world.ghost().disks.admitted.is_empty()
}

fn is_refused<M: Paxos, D: Told<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    model.ids().any(|id| replica(world, id).is_some_and(|core| core.is_refused()))
}
