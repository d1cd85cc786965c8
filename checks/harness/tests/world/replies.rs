//! A delivery that only answers a client is no silence, even if it leaves the replica as it is.

use quorate::{
    engine::{Options, Report, search},
    verdict::Verdict,
    world::{Event, Ghost, NetworkKind, Observation, Scope, Shared, World, WorldModel},
};
use quorate_machine::{Effects, Input, Machine, NodeId, RequestId};
use quorate_spec::Claims;
use serde::{Deserialize, Serialize};
use stateright::Model;

/// Replica 0 has a value. Replica 1 is asked for it, keeps the name of that request, asks replica 0, and passes on
/// whatever comes back: what was on its way before the request, too.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Clerk {
    id: NodeId,
    value: u8,
    asked: Option<RequestId>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
enum Note {
    What,
    It(u8),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
enum Ask {
    Read,
    Change,
}

impl Machine for Clerk {
    type Config = ();
    type Message = Note;
    type Write = ();
    type Durable = ();
    type Request = Ask;
    type Response = Option<u8>;
    type Notice = ();
    type TimerKind = ();

    fn recover((): &(), id: NodeId, (): &()) -> Self {
        Clerk { id, value: 1, asked: None }
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        match (input, self.id) {
            (Input::Request { id, request: Ask::Change }, NodeId(0)) => {
                self.value = 2;
                effects.reply(id, Some(2));
            }
            (Input::Request { id, request: Ask::Read }, NodeId(1)) => {
                self.asked = Some(id);
                effects.send(NodeId(0), Note::What);
            }
            (Input::Request { id, .. }, _) => effects.reply(id, None),
            (Input::Message { from, message: Note::What }, _) => effects.send(from, Note::It(self.value)),
            (Input::Message { message: Note::It(value), .. }, _) => {
                if let Some(id) = self.asked {
                    effects.reply(id, Some(value));
                }
            }
            (Input::Start | Input::Timer(()), _) => {}
        }
    }

    fn persist((): &mut (), (): &()) {}
}

/// Which requests change the value, and whether one was answered before the last read began; and an answer to such a read
/// with the value from before.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
struct Answers {
    changes: Vec<RequestId>,
    is_changed: bool,
    /// The last read, if it began after a change was acknowledged.
    late: Option<RequestId>,
    is_stale: bool,
}

impl Ghost<Clerk> for Answers {
    fn observe(&mut self, _: NodeId, seen: &Observation<Clerk>) {
        match seen {
            Observation::Requested { id, request: Ask::Change } => self.changes.push(*id),
            Observation::Requested { id, request: Ask::Read } => self.late = self.is_changed.then_some(*id),
            Observation::Replied { id, response: Some(2) } if self.changes.contains(id) => {
                self.is_changed = true;
            }
            Observation::Replied { id, response: Some(1) } => self.is_stale |= self.late == Some(*id),
            _ => {}
        }
    }
}

type Clerks = WorldModel<Clerk, Answers>;
type In = World<Clerk, Answers>;

fn scope(network: NetworkKind) -> Scope<Clerk, Answers> {
    let mut scope = Scope::new("clerks", 2, ());
    scope.requests = vec![Ask::Read, Ask::Change, Ask::Read];
    scope.network = network;
    scope
}

const LOSSY: NetworkKind = NetworkKind::Lossy { drops: 0, duplicates: 1 };

fn offered(model: &Clerks, world: &In) -> Vec<Event<Clerk>> {
    let mut events = Vec::new();
    model.actions(world, &mut events);
    events
}

/// After the value was asked for, and an answer is on its way to replica 1.
fn on_its_way(model: &Clerks) -> In {
    let asked = |event: &Event<Clerk>| matches!(event, Event::Request { node: NodeId(1), .. });
    let arrives = |event: &Event<Clerk>| matches!(event, Event::Deliver(_));
    let mut world = model.init_states().remove(0);
    for is in [&asked as &dyn Fn(&Event<Clerk>) -> bool, &arrives] {
        let event = offered(model, &world).into_iter().find(is).expect("it is on offer");
        world = model.next_state(&world, event).expect("it happens");
    }
    world
}

#[test]
fn a_delivery_that_only_replies_is_not_idle_and_stays_on_offer() {
    for network in [NetworkKind::Monotone, LOSSY] {
        let model = WorldModel::new(scope(network));
        let world = on_its_way(&model);
        let answer = world.network().messages().iter().find(|sent| sent.to == NodeId(1));
        let answer: Shared<_> = answer.expect("the answer is on its way").clone();
        assert!(!model.idle_delivery(&world, &answer), "{network:?}");
        let deliver = Event::Deliver(answer.clone());
        assert!(offered(&model, &world).contains(&deliver), "{network:?}");
        let is_lossy = network == LOSSY;
        assert_eq!(offered(&model, &world).contains(&Event::Duplicate(answer.clone())), is_lossy);
        let seen = model.observations(&world, &deliver);
        assert_eq!(seen, [Observation::Replied { id: RequestId(0), response: Some(1) }]);
        let next = model.next_state(&world, deliver.clone());
        // What the history does not note leaves all as it was, but for the message of a lossy network.
        assert!(next.is_some_and(|next| next.nodes() == world.nodes()), "{network:?}");
    }
}

fn check(scope: Scope<Clerk, Answers>) -> Report<Clerks> {
    let claims = |claims: &mut Claims<Clerks>| {
        claims
            .always("fresh", "no answer is older than its question", |_, world: &In| !world.ghost().is_stale);
    };
    search(&WorldModel::new(scope).claim(claims), &Options::default())
}

#[test]
fn a_stale_answer_that_is_a_reply_and_nothing_else_is_found() {
    for network in [NetworkKind::Monotone, LOSSY] {
        for reduced in [true, false] {
            let report = check(Scope { reduced, ..scope(network) });
            assert_eq!(report.remarks.failures, Vec::<String>::new());
            let Verdict::Violated(run) = &report.findings[0].verdict else {
                panic!("{network:?}: {:?}", report.failures())
            };
            // It is asked for, the question arrives, it is changed, asked for again, and the old answer arrives.
            assert_eq!(run.len(), 5, "{network:?}, reduced: {reduced}");
        }
    }
}

#[test]
fn a_message_that_only_makes_a_replica_reply_is_never_dropped() {
    let reduced = check(scope(NetworkKind::Monotone));
    let whole = check(Scope { reduced: false, ..scope(NetworkKind::Monotone) });
    assert!(reduced.remarks.reductions[0].contains("dropped 0 times"), "{:?}", reduced.remarks);
    assert_eq!(reduced.unique_states, whole.unique_states);
}
