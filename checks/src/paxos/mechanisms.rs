//! What each mechanism beside agreement promises, as claims on steps of a world: they are put to the test where the
//! mechanism acts, so that their triggers count how often it did.

use super::{
    history::{Deeds, Executed, History, QUORUM},
    machine::Paxos,
    refine::Told,
};
use quorate::world::{Event, NetworkKind, Observation, Persistence, Scope, World, WorldModel};
use quorate_core::paxos::{Ballot, Config, Message, Notice, Request, Response, Slot, Standing, Write};
use quorate_machine::NodeId;
use quorate_spec::Claims;
use stateright::Model as _;

type Model<M, D> = WorldModel<M, History<D>>;
type State<M, D> = World<M, History<D>>;
type Claiming<M, D> = fn(&mut Claims<Model<M, D>>);

/// Adds the claims on those mechanisms that the scope has.
pub fn claims<M: Paxos, D: Told<M>>(mut model: Model<M, D>) -> Model<M, D> {
    let scope = model.scope();
    let Config { reads, observers, peer_window, pre_vote, .. } = scope.config;
    let asks = |wanted: fn(&Request<u8>) -> bool| scope.requests.iter().any(wanted);
    let hands_over = asks(|request| matches!(request, Request::Transfer { .. }));
    let stops = asks(|request| *request == Request::Stop);
    let wanted: [(bool, Claiming<M, D>); 8] = [
        (is_small(scope), progress),
        (reads > 0, confirms),
        (observers > 0, observes),
        (peer_window > 0, within_window),
        (pre_vote, asks_first),
        (hands_over || stops, hands_over_when_done),
        (stops, stops_for_good),
        (scope.network != NetworkKind::Monotone, turns_away),
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

fn deeds<M: Paxos, D: Told<M>>(world: &State<M, D>) -> Option<&Executed> {
    D::executed(world.ghost()).map(|history| &history.deeds)
}

/// Whether it costs little to try at every state what may yet happen.
fn is_small<M: Paxos, D: Told<M>>(scope: &Scope<M, History<D>>) -> bool {
    let is_plain = scope.network == NetworkKind::Monotone && scope.crashes == 0;
    is_plain && !scope.config.commit_messages && !D::EXECUTES
}

fn progress<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always(
            "PX-L2",
            "where nothing more can happen, nothing is unlearned below what a quorum voted for",
            no_hole,
        )
        .when(at_rest_with_a_leader);
}

fn at_rest_with_a_leader<M: Paxos, D: Deeds<M>>(model: &Model<M, D>, world: &State<M, D>) -> bool {
    let mut events = Vec::new();
    standing(world).is_some() && {
        model.actions(world, &mut events);
        events.into_iter().all(|event| model.next_state(world, event).is_none_or(|next| next == *world))
    }
}

/// The leader whose ballot nobody has promised away.
fn standing<M: Paxos, D: Deeds<M>>(world: &State<M, D>) -> Option<Slot> {
    let replicas = world.nodes().iter().filter_map(|node| Some(node.driver()?.machine().replica()));
    let highest = replicas.max_by_key(|replica| replica.promised())?;
    (highest.standing() == Standing::Leader).then(|| highest.chosen())
}

/// PX-L2, of the last leader: what a quorum has voted for at any one ballot it has learned, and so all slots below.
fn no_hole<M: Paxos, D: Deeds<M>>(_: &Model<M, D>, world: &State<M, D>) -> bool {
    let Some(chosen) = standing(world) else { return true };
    let votes = &world.ghost().votes;
    votes.keys().all(|(_, slot, ballot)| {
        let voters = votes.keys().filter(|(_, other, at)| (other, at) == (slot, ballot)).count();
        voters < QUORUM || *slot < chosen
    })
}

fn confirms<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step("read-index", "a read is told to see all that was announced before it was asked", covers)
        .when_step(confirmed);
}

fn confirmed<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let is_told = |seen: &Observation<M>| {
        matches!(seen, Observation::Replied { response: Response::Confirmed { .. }, .. })
    };
    seen(model, before, event).iter().any(is_told)
}

fn covers<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let Some(deeds) = deeds(after) else { return true };
    seen(model, before, event).iter().all(|seen| match seen {
        Observation::Replied { id, response: Response::Confirmed { index } } => {
            deeds.reads.get(&id.0).is_none_or(|read| read.known <= *index)
        }
        _ => true,
    })
}

fn observes<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step("observes", "an observer learns and teaches, and does nothing else", only_learns)
        .when_step(observer_learns);
}

fn observer<M: Paxos, D: Deeds<M>>(model: &Model<M, D>, event: &Event<M>) -> Option<NodeId> {
    event.node().filter(|node| !model.scope().config.members().votes(*node))
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
        | Observation::Restarted => true,
    };
    observer(model, event).is_none() || seen(model, before, event).iter().all(learner)
}

fn within_window<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step(
            "window",
            "nobody is sent more than a window beyond what it has or was taught",
            in_window,
        )
        .when_step(holds_back);
}

/// A proposal goes out, and not to every replica.
fn holds_back<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let is_accept =
        |seen: &&Observation<M>| matches!(seen, Observation::Sent { message: Message::Accept { .. }, .. });
    let sent = seen(model, before, event).iter().filter(is_accept).count();
    sent > 0 && sent < usize::from(model.scope().config.replicas) - 1
}

fn in_window<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let window = u64::from(model.scope().config.peer_window);
    let has = |node: NodeId| {
        let disk = after.node(node).durable();
        let held = (disk.log.offset()..).map(Slot).find(|slot| disk.entry(*slot).is_none());
        let taught = deeds(after).and_then(|deeds| deeds.replica(node)).map(|replica| replica.taught);
        held.max(taught).unwrap_or(Slot(0))
    };
    seen(model, before, event).iter().all(|seen| match seen {
        Observation::Sent { to, message: Message::Accept { first, values, .. } } => {
            let has = has(*to);
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

fn hands_over_when_done<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step("hands-over", "a leader hands over when all that it proposed is chosen", is_done)
        .when_step(hands_over);
}

fn hands_over<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let is_word =
        |seen: &Observation<M>| matches!(seen, Observation::Sent { message: Message::TimeoutNow { .. }, .. });
    seen(model, before, event).iter().any(is_word)
}

fn is_done<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    !hands_over(model, before, event, after) || own_are_chosen(event, after)
}

/// Every slot that this replica proposed at the ballot that it has promised is chosen, as it knows.
fn own_are_chosen<M: Paxos, D: Told<M>>(event: &Event<M>, after: &State<M, D>) -> bool {
    let Some(node) = event.node() else { return true };
    let Some(driver) = after.node(node).driver() else { return true };
    let replica = driver.machine().replica();
    let proposed = after.ghost().proposed.keys().filter(|(ballot, _)| *ballot == replica.promised());
    replica.promised().node != node || proposed.into_iter().all(|(_, slot)| *slot < replica.chosen())
}

fn stops_for_good<M: Paxos, D: Told<M>>(claims: &mut Claims<Model<M, D>>) {
    claims
        .always_step("stops", "who stops has finished, and who was to stop campaigns no more", is_finished)
        .when_step(was_stopped);
}

fn was_stopped<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    _: &State<M, D>,
) -> bool {
    let is_word = |seen: &Observation<M>| matches!(seen, Observation::Published(Notice::Stopped));
    seen(model, before, event).iter().any(is_word)
}

fn is_finished<M: Paxos, D: Told<M>>(
    model: &Model<M, D>,
    before: &State<M, D>,
    event: &Event<M>,
    after: &State<M, D>,
) -> bool {
    let Some(node) = event.node() else { return true };
    let machine =
        |world: &State<M, D>| world.node(node).driver().map(|driver| driver.machine().replica().clone());
    let (Some(was), Some(is)) = (machine(before), machine(after)) else { return true };
    // Its prepare may wait for the disk since before it was to stop.
    let campaigns = was.is_stopped() && is.promised() > was.promised() && is.promised().node == node;
    let led = was.standing() == Standing::Leader;
    !campaigns && (!led || !was_stopped(model, before, event, after) || own_are_chosen(event, after))
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
