//! One node: an unmodified `Foca`, its clock and its timers, told one thing after another.

use foca::{
    AccumulatingRuntime, Config, Foca, Identity, Member, NoCustomBroadcast, OwnedNotification,
    PeriodicParams, PostcardCodec, State, Timer,
};
use quorate::foreign::{Part, caught};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::num::{NonZeroU8, NonZeroUsize};
use std::time::Duration;

/// A member: the node, which is its address, and how often it has changed its identity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Id(pub u8, pub u16);

impl Identity for Id {
    type Addr = u8;

    fn renew(&self) -> Option<Self> {
        Some(Id(self.0, self.1 + 1))
    }

    fn addr(&self) -> u8 {
        self.0
    }

    fn win_addr_conflict(&self, adversary: &Self) -> bool {
        self.1 > adversary.1
    }
}

/// What a node starts from.
#[derive(Clone, Debug)]
pub struct Start {
    /// Its identity.
    pub id: Id,
    /// Does it use what foca adds to SWIM: news for members that are down, and periodic gossip and announcements?
    pub extended: bool,
}

/// What a node is told.
#[derive(Debug)]
pub enum Input {
    /// A packet arrives.
    Deliver(Vec<u8>),
    /// It shall announce itself to that member.
    Announce(Id),
    /// Time passes until its next timer, which fires.
    Fire,
    /// It shall leave the cluster.
    Leave,
}

/// A member as a node knows it: incarnation, and `Alive`, `Suspect` or `Down`.
pub type Known = (u16, &'static str);

/// A node as it is to be seen.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct NodeView {
    /// Its identity.
    pub id: Id,
    /// All members that it knows of, active or not.
    pub knows: BTreeMap<Id, Known>,
    /// The members that are active by its notifications.
    pub notified: Vec<Id>,
    /// What is odd about its notifications.
    pub misled: Option<String>,
    /// The errors that it returned.
    pub errors: Vec<String>,
    /// How many timers are armed.
    pub timers: usize,
    /// Where it panicked. It does nothing any more.
    pub panic: Option<String>,
}

type Core = Foca<Id, PostcardCodec, SmallRng, NoCustomBroadcast>;

/// One node.
pub struct Server {
    core: Core,
    now: Duration,
    timers: Vec<(Duration, Timer<Id>)>,
    notified: Vec<Id>,
    misled: Option<String>,
    errors: Vec<String>,
    panic: Option<String>,
}

fn config(extended: bool) -> Config {
    let often =
        |seconds| PeriodicParams { frequency: Duration::from_secs(seconds), num_members: NonZeroUsize::MIN };
    let period = |seconds| extended.then(|| often(seconds));
    Config {
        probe_period: Duration::from_secs(3),
        probe_rtt: Duration::from_secs(1),
        num_indirect_probes: NonZeroUsize::MIN,
        max_transmissions: NonZeroU8::MIN.saturating_add(3),
        suspect_to_down_after: Duration::from_secs(6),
        remove_down_after: None,
        max_packet_size: NonZeroUsize::MIN.saturating_add(1_399),
        notify_down_members: extended,
        periodic_announce: period(20),
        periodic_announce_to_down_members: period(25),
        periodic_gossip: period(2),
    }
}

impl Server {
    fn handle(&mut self, input: &Input) -> Vec<(Id, Vec<u8>)> {
        let mut runtime = AccumulatingRuntime::new();
        let result = match input {
            Input::Deliver(data) => self.core.handle_data(data, &mut runtime),
            Input::Announce(to) => self.core.announce(*to, &mut runtime),
            Input::Leave => self.core.leave_cluster(&mut runtime),
            Input::Fire => match self.next_timer() {
                Some(timer) => self.core.handle_timer(timer, &mut runtime),
                None => Ok(()),
            },
        };
        if let Err(error) = result {
            self.errors.push(error.to_string());
        }
        while let Some(notification) = runtime.to_notify() {
            self.note(&notification);
        }
        while let Some((after, timer)) = runtime.to_schedule() {
            self.timers.push((self.now + after, timer));
        }
        let mut sends = Vec::new();
        while let Some((to, data)) = runtime.to_send() {
            sends.push((to, data.to_vec()));
        }
        sends
    }

    /// The timer that is due first; of several, the one that comes first in the crate's own order.
    fn next_timer(&mut self) -> Option<Timer<Id>> {
        let first = (0..self.timers.len()).min_by(|a, b| {
            let (a, b) = (&self.timers[*a], &self.timers[*b]);
            a.0.cmp(&b.0).then_with(|| a.1.cmp(&b.1))
        })?;
        let (due, timer) = self.timers.remove(first);
        self.now = due;
        Some(timer)
    }

    /// Follows the notifications, as the documentation says that one can.
    fn note(&mut self, notification: &OwnedNotification<Id>) {
        let odd = match notification {
            OwnedNotification::MemberUp(id) if self.notified.contains(id) => Some("is up twice"),
            OwnedNotification::MemberUp(id) => {
                self.notified.push(*id);
                None
            }
            OwnedNotification::MemberDown(id) => {
                let known = self.notified.iter().position(|known| known == id);
                known.map(|at| self.notified.swap_remove(at)).is_none().then_some("is down and was not up")
            }
            OwnedNotification::Rename(from, to) => {
                self.notified.iter_mut().filter(|id| *id == from).for_each(|id| *id = *to);
                None
            }
            _ => None,
        };
        self.notified.sort_unstable();
        if let Some(odd) = odd {
            self.misled.get_or_insert_with(|| format!("{notification:?} {odd}"));
        }
    }
}

impl Part for Server {
    type Start = Start;
    type Input = Input;
    type Output = Vec<(Id, Vec<u8>)>;
    type View = NodeView;

    fn start(start: &Start) -> Self {
        let seed = u64::from(start.id.0) * 1_000 + u64::from(start.id.1);
        let random = SmallRng::seed_from_u64(seed);
        let core = Foca::new(start.id, config(start.extended), random, PostcardCodec);
        let (timers, notified, errors) = (Vec::new(), Vec::new(), Vec::new());
        Server { core, now: Duration::ZERO, timers, notified, misled: None, errors, panic: None }
    }

    fn tell(&mut self, input: &Input) -> Vec<(Id, Vec<u8>)> {
        if self.panic.is_some() {
            return Vec::new();
        }
        match caught(|| self.handle(input)) {
            Ok(sends) => sends,
            Err(panic) => {
                self.panic = Some(panic);
                Vec::new()
            }
        }
    }

    fn view(&self) -> NodeView {
        let known = |member: &Member<Id>| {
            let state = match member.state() {
                State::Alive => "Alive",
                State::Suspect => "Suspect",
                State::Down => "Down",
            };
            (*member.id(), (member.incarnation(), state))
        };
        NodeView {
            id: *self.core.identity(),
            knows: self.core.iter_membership_state().map(known).collect(),
            notified: self.notified.clone(),
            misled: self.misled.clone(),
            errors: self.errors.clone(),
            timers: self.timers.len(),
            panic: self.panic.clone(),
        }
    }
}
