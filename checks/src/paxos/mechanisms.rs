//! What each mechanism beside agreement promises, as claims on steps of a world: they are put to the test where the
//! mechanism acts, so that their triggers count how often it did.

mod admission;
mod answers;
mod contact;
mod ends;
mod hand_over;
mod rest;
mod sizes;
mod timers;

use super::{
    history::{Deeds, Executed, History, QUORUM},
    machine::{Configures, Core, Paxos},
    refine::Told,
};
use quorate::world::{Event, NetworkKind, Observation, Persistence, World, WorldModel};
use quorate_core::paxos::{Ballot, Config, Message, Notice, Request, Response, Slot, TimerKind, Write};
use quorate_machine::NodeId;
use quorate_spec::Claims;

type Model<M, D> = WorldModel<M, History<D>>;
type State<M, D> = World<M, History<D>>;
type Claiming<M, D> = fn(&mut Claims<Model<M, D>>);

/// Adds the claims on those mechanisms that the scope has.
pub fn claims<M: Paxos, D: Told<M>>(mut model: Model<M, D>) -> Model<M, D> {
    let scope = model.scope();
    let Config { reads, observers, peer_window, pre_vote, heartbeats, quorum_check, .. } =
        *scope.config.core();
    let Config { message_bytes, pin_bytes, .. } = *scope.config.core();
    let has_one_sender = scope.crashes == 0 && scope.timers.get(&TimerKind::Election) == Some(&1);
    let asks = |wanted: fn(&Request<u8>) -> bool| scope.requests.iter().any(wanted);
    let hands_over = asks(|request| matches!(request, Request::Transfer { .. }));
    let stops = asks(|request| *request == Request::Stop);
    let tells_disks_apart = (scope.disk)(NodeId(0), 0).epoch > 0;
    let (keeps_pins, loses) = (u64::from(pin_bytes) > Config::SLOT, scope.network != NetworkKind::Monotone);
    let wanted: [(bool, Claiming<M, D>); 19] = [
        (rest::is_small(scope) && !D::EXECUTES, rest::progress),
        (rest::is_small(scope) && D::EXECUTES, rest::answers_at_last),
        (D::EXECUTES, answers::owed_by_leaders),
        (heartbeats || reads > 0, timers::rearms),
        (reads > 0, answers::confirms),
        (tells_disks_apart, admission::admits_one_disk),
        (observers > 0, observes),
        (peer_window > 0, within_window),
        (pre_vote, asks_first),
        (quorum_check, contact::checks_quorum),
        (quorum_check && D::EXECUTES && ends::has_links(scope), ends::around_links),
        (message_bytes > 0, sizes::within_weight),
        (pin_bytes > 0, sizes::keeps_little),
        (keeps_pins && has_one_sender, sizes::finishes),
        (keeps_pins && has_one_sender && loses && D::EXECUTES, ends::of_snapshots),
        (hands_over || stops, hand_over::when_done),
        (hands_over, hand_over::gives_up),
        (stops, hand_over::stops_for_good),
        (loses, turns_away),
    ];
    for (is_wanted, claims) in wanted {
        if is_wanted {
            model = model.claim(claims);
        }
    }
    if scope_restarts_executing::<M, D>(&model) { model.claim(resumes) } else { model }
}

fn scope_restarts_executing<M: Paxos, D: Told<M>>(model: &Model<M, D>) -> bool {
    model.scope().crashes > 0 && D::EXECUTES
}

fn seen<M: Paxos, D: Deeds<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
) -> Vec<Observation<M>> {
    model.observations(before, event)
}

/// The core of replica `node`, unless it is down.
fn replica<M: Paxos, D>(world: &State<M, D>, node: NodeId) -> Option<&Core>
where
    D: Deeds<M>,
{
    Some(world.node(node).driver()?.machine().replica())
}

fn deeds<M: Paxos, D: Told<M>>(world: &State<M, D>) -> Option<&Executed> {
    D::executed(world.ghost()).map(|history| &history.deeds)
}

fn observes<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step("observes", "an observer learns and teaches, and does nothing else", only_learns)
        .when_step(observer_learns);
}

fn observer<M: Paxos, D: Deeds<M>>(model: &Model<M, D>, event: &Event<M>) -> Option<NodeId> {
    event.node().filter(|node| !model.scope().config.core().members().votes(*node))
}

fn observer_learns<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let learns = |seen: &Observation<M>| {
        matches!(seen, Observation::Published(Notice::Chosen { .. } | Notice::Installed { .. }))
    };
    observer(model, event).is_some() && seen(model, before, event).iter().any(learns)
}

fn only_learns<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let learner = |seen: &Observation<M>| match seen {
        Observation::Sent { message, .. } => matches!(
            message,
            Message::CatchUp { .. }
                | Message::Fetch { .. }
                | Message::Learn { .. }
                | Message::Snapshot { .. }
        ),
        Observation::Durable(write) => !matches!(write, Write::Promise(_) | Write::Accept { .. }),
        Observation::Published(notice) => !matches!(notice, Notice::Role(_)),
        Observation::Requested { .. }
        | Observation::Replied { .. }
        | Observation::Crashed
        | Observation::DiskLost(_)
        | Observation::Restarted => true,
    };
    observer(model, event).is_none() || seen(model, before, event).iter().all(learner)
}

fn within_window<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step(
            "window",
            "nobody is sent more than a window beyond what it has or was taught, from the floor on",
            in_window,
        )
        .when_step(proposes);
}

/// A proposal goes out. Whether it was held back from somebody is what the claim is about, so that is no trigger.
fn proposes<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let is_accept =
        |seen: &Observation<M>| matches!(seen, Observation::Sent { message: Message::Accept { .. }, .. });
    seen(model, before, event).iter().any(is_accept)
}

fn in_window<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let window = u64::from(model.scope().config.core().peer_window);
    // A leader counts from the floor of its ballot: of the slots below it knows only that they are chosen.
    let has = |node: NodeId, floor: Slot| {
        let disk = after.node(node).durable();
        let held = (disk.log.offset().max(floor.0)..).map(Slot).find(|slot| disk.entry(*slot).is_none());
        let taught = deeds(after).and_then(|deeds| deeds.replica(node)).map(|replica| replica.taught);
        held.max(taught).unwrap_or(floor)
    };
    seen(model, before, event).iter().all(|seen| match seen {
        Observation::Sent { to, message: Message::Accept { floor, first, values, .. } } => {
            let has = has(*to, *floor);
            *first <= has || first.after(values.len()).since(has) <= window
        }
        _ => true,
    })
}

fn asks_first<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step(
            "pre-vote",
            "nobody campaigns unless a quorum missed a leader, or its leader said so",
            is_granted,
        )
        .when_step(campaigns);
}

/// The ballot that a replica starts in this step.
fn started<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
) -> Option<Ballot> {
    seen(model, before, event).iter().find_map(|seen| match seen {
        Observation::Sent { message: Message::Prepare { ballot, .. }, .. } => Some(*ballot),
        _ => None,
    })
}

fn campaigns<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    started(model, before, event).is_some()
}

fn is_granted<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let (Some(ballot), Some(deeds)) = (started(model, before, event), deeds(after)) else { return true };
    // Where disks are slower than memory, the history hears late that a granter had promised somebody else's ballot.
    let is_late = model.scope().persistence == Persistence::Asynchronous;
    let others = deeds.granted.get(&ballot);
    let others = others.map_or(0, |granted| granted.values().filter(|misses| is_late || **misses).count());
    others + 1 >= QUORUM || deeds.heirs.contains(&ballot.node)
}

fn turns_away<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step("full", "a request for which there is no room changes nothing", changes_nothing)
        .when_step(is_full);
}

fn is_full<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let full = |seen: &Observation<M>| matches!(seen, Observation::Replied { response: Response::Full, .. });
    matches!(event, Event::Request { .. }) && seen(model, before, event).iter().any(full)
}

fn changes_nothing<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let Some(node) = event.node() else { return true };
    !is_full(model, before, event, after) || before.node(node).digest() == after.node(node).digest()
}

fn resumes<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims.sometimes("PX-R4", "an acceptor restarts between promise and vote", votes_after_restart);
}

fn votes_after_restart<M: Paxos, D: Told<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    deeds(world).is_some_and(|deeds| deeds.resumed)
}
