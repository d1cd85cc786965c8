//! Closes the local graph: every local state of every replica, under everything that can happen to it.

use super::super::{
    Checkable, Envelope, Node, Shared,
    node::{Cut, Step, Transition},
    scope::Takes,
};
use super::alive::{Acting, alive};
use super::label::{Budgets, Label, Used};
use super::parts::{Edge, Local, Mail, Surprise, is_idle};
use super::{Place, Reduction, bit};
use quorate_machine::{Driver, Machine, NodeId, RequestId};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Local steps after which a graph is cut; what is open then keeps all its messages.
pub(in super::super) const MOST_STEPS: usize = 2_000_000;

/// Performs a step on a node with so many crashes left; `None` if it panicked.
pub(in super::super) type Perform<'a, M> =
    &'a dyn Fn(NodeId, &Shared<Node<M>>, &Step<M>, u8, Option<Cut>) -> Option<Arc<Transition<M>>>;

/// May the step be taken, as far as the scope's bound can tell from this step alone?
pub(in super::super) type Within<'a, M> = &'a dyn Fn(NodeId, &Transition<M>) -> bool;

/// A local graph under construction.
pub(crate) struct Builder<'a, M: Machine> {
    pub(in super::super) perform: Perform<'a, M>,
    pub(in super::super) within: Within<'a, M>,
    pub(in super::super) timers: Vec<M::TimerKind>,
    /// What clients may ask.
    pub(in super::super) requests: Vec<(RequestId, M::Request)>,
    /// May a crash fall between two outputs?
    pub(in super::super) crash_within: bool,
    /// What a crash takes away.
    pub(in super::super) crash_takes: Takes,
    /// Does a crash of one replica take a crash from all?
    pub(in super::super) shares_crashes: bool,
    /// Local steps after which the graph is cut.
    pub(in super::super) most: usize,
    budgets: Budgets,
    places: Vec<Local<M>>,
    index: HashMap<Place, u32, foldhash::fast::FixedState>,
    of: Vec<Vec<u32>>,
    mail: Vec<Vec<Mail<M>>>,
    mail_index: HashMap<u128, u32, foldhash::fast::FixedState>,
    dirty_places: VecDeque<u32>,
    dirty_mail: VecDeque<(NodeId, u32)>,
    steps: usize,
}

fn set(bits: &mut Vec<u64>, at: u32) {
    let word = at as usize / 64;
    if bits.len() <= word {
        bits.resize(word + 1, 0);
    }
    bits[word] |= 1 << (at % 64);
}

impl<'a, M: Checkable> Builder<'a, M> {
    pub(in super::super) fn new(
        budgets: Budgets,
        replicas: u16,
        perform: Perform<'a, M>,
        within: Within<'a, M>,
    ) -> Self {
        let replicas = usize::from(replicas);
        Builder {
            perform,
            within,
            timers: Vec::new(),
            requests: Vec::new(),
            crash_within: false,
            crash_takes: Takes::Memory,
            shares_crashes: false,
            most: MOST_STEPS,
            budgets,
            places: Vec::new(),
            index: HashMap::default(),
            of: vec![Vec::new(); replicas],
            mail: std::iter::repeat_with(Vec::new).take(replicas).collect(),
            mail_index: HashMap::default(),
            dirty_places: VecDeque::new(),
            dirty_mail: VecDeque::new(),
            steps: 0,
        }
    }

    /// A replica starts like this.
    pub(in super::super) fn root(&mut self, id: NodeId, node: &Shared<Node<M>>, left: &super::super::Left) {
        let label = self.budgets.start(id, left);
        let place = self.place(id, node, left.crashes.of(id));
        self.reach(place, label);
    }

    /// This message is on its way from the start.
    pub(in super::super) fn sent_at_start(&mut self, envelope: &Shared<Envelope<M::Message>>) {
        let nothing = self.budgets.nothing();
        let number = self.letter(envelope);
        self.send(envelope.to, number, nothing);
    }

    /// A search took this step, whatever labels say.
    pub(in super::super) fn force(&mut self, surprise: &Surprise<M>) {
        let nothing = self.budgets.nothing();
        let place = self.place(surprise.id, &surprise.node, surprise.crashes);
        self.reach(place, nothing);
        let message = match &surprise.step {
            Step::Message(envelope) => {
                self.sent_at_start(envelope);
                Some(self.letter(envelope))
            }
            _ => None,
        };
        self.take(place, &surprise.step, Used::default(), message, surprise.cut, true);
    }

    /// Goes on until nothing new can happen, or the graph is too large.
    pub(in super::super) fn close(mut self) -> Reduction<M> {
        while self.steps < self.most {
            if let Some(place) = self.dirty_places.pop_front() {
                self.places[place as usize].is_dirty = false;
                self.visit(place);
            } else if let Some((to, number)) = self.dirty_mail.pop_front() {
                self.mail[usize::from(to.0)][number as usize].is_dirty = false;
                self.deliver_everywhere(to, number);
            } else {
                break;
            }
        }
        self.finish()
    }

    fn place(&mut self, id: NodeId, node: &Shared<Node<M>>, crashes: u8) -> u32 {
        let number = self.places.len() as u32;
        let place = *self.index.entry((id.0, node.digest(), crashes)).or_insert(number);
        if place == number {
            self.of[usize::from(id.0)].push(number);
            self.places.push(Local {
                id,
                node: node.clone(),
                crashes,
                labels: Vec::new(),
                is_dirty: false,
                is_begun: false,
                tried: Vec::new(),
                acts: Vec::new(),
                edges: Vec::new(),
            });
        }
        place
    }

    fn letter(&mut self, envelope: &Shared<Envelope<M::Message>>) -> u32 {
        let mail = &mut self.mail[usize::from(envelope.to.0)];
        let number = mail.len() as u32;
        let known = *self.mail_index.entry(envelope.digest()).or_insert(number);
        if known == number {
            mail.push(Mail {
                envelope: envelope.clone(),
                labels: Vec::new(),
                is_dirty: false,
                acts_at: Vec::new(),
            });
        }
        known
    }

    fn reach(&mut self, place: u32, label: Label) {
        let local = &mut self.places[place as usize];
        if self.budgets.add(&mut local.labels, label) && !local.is_dirty {
            local.is_dirty = true;
            self.dirty_places.push_back(place);
        }
    }

    fn send(&mut self, to: NodeId, number: u32, label: Label) {
        let mail = &mut self.mail[usize::from(to.0)][number as usize];
        if self.budgets.add(&mut mail.labels, label) && !mail.is_dirty {
            mail.is_dirty = true;
            self.dirty_mail.push_back((to, number));
        }
    }

    fn visit(&mut self, place: u32) {
        if !self.places[place as usize].is_begun {
            self.places[place as usize].is_begun = true;
            self.begin(place);
        }
        let Local { id, node, .. } = &self.places[place as usize];
        let (id, mut scratch) = (*id, node.driver().cloned());
        for number in 0..self.mail[usize::from(id.0)].len() as u32 {
            self.deliver(place, number, &mut scratch);
        }
        for edge in 0..self.places[place as usize].edges.len() {
            self.follow(place, edge);
        }
    }

    /// Takes every local step that is not a delivery.
    fn begin(&mut self, place: u32) {
        let Local { id, node, crashes, .. } = &self.places[place as usize];
        let (id, node, crashes) = (*id, node.clone(), *crashes);
        if self.shares_crashes && crashes > 0 {
            let to = self.place(id, &node, crashes - 1);
            let edge =
                Edge { message: None, used: Used::default(), to, sends: Box::default(), is_forced: false };
            self.places[place as usize].edges.push(edge);
        }
        let Some(driver) = node.driver() else {
            self.take(place, &Step::Restart, Used::default(), None, None, false);
            return;
        };
        for (at, kind) in self.timers.clone().into_iter().enumerate() {
            if driver.armed().contains(&kind) {
                let used = Used { timer: Some(at), ..Used::default() };
                self.take(place, &Step::Timer(kind), used, None, None, false);
            }
        }
        for (id, request) in self.requests.clone() {
            let used = Used { request: Some(id.0 as usize), ..Used::default() };
            self.take(place, &Step::Request { id, request }, used, None, None, false);
        }
        if driver.writes_to_next_release().is_some() {
            self.take(place, &Step::Sync, Used::default(), None, None, false);
        }
        if crashes > 0 {
            let used = || Used { crash: true, ..Used::default() };
            if self.crash_takes != Takes::Disk {
                for keep in 0..=node.unsynced().len() {
                    self.take(place, &Step::Crash { keep }, used(), None, None, false);
                }
            }
            if self.crash_takes != Takes::Memory {
                self.take(place, &Step::Wipe, used(), None, None, false);
            }
        }
    }

    fn deliver_everywhere(&mut self, to: NodeId, number: u32) {
        for at in 0..self.of[usize::from(to.0)].len() {
            let place = self.of[usize::from(to.0)][at];
            self.deliver(place, number, &mut None);
        }
        for at in 0..self.mail[usize::from(to.0)][number as usize].acts_at.len() {
            let (place, edge) = self.mail[usize::from(to.0)][number as usize].acts_at[at];
            self.follow(place, edge as usize);
        }
    }

    /// Delivers a message in a local state for the first time, if the two can meet. `scratch` is a copy of the driver
    /// there, or nothing yet.
    fn deliver(&mut self, place: u32, number: u32, scratch: &mut Option<Driver<M>>) {
        let Local { id, node, crashes, labels, tried, .. } = &self.places[place as usize];
        if bit(tried, number) || node.driver().is_none() {
            return;
        }
        let mail = &self.mail[usize::from(id.0)][number as usize];
        let meets =
            |here: &Label| mail.labels.iter().any(|sent| self.budgets.join(here, sent, *crashes).is_some());
        if !labels.iter().any(meets) {
            return;
        }
        let envelope = mail.envelope.clone();
        if is_idle(node, &envelope, scratch) {
            self.steps += 1;
            set(&mut self.places[place as usize].tried, number);
        } else {
            self.take(place, &Step::Message(envelope), Used::default(), Some(number), None, false);
        }
    }

    /// Performs one step of a local state, and all its crashes in between; notes what it leads to.
    fn take(
        &mut self,
        place: u32,
        step: &Step<M>,
        used: Used,
        message: Option<u32>,
        cut: Option<Cut>,
        is_forced: bool,
    ) {
        self.steps += 1;
        let Local { id, node, crashes, .. } = &self.places[place as usize];
        let (id, node, crashes) = (*id, node.clone(), *crashes);
        if let Some(number) = message {
            set(&mut self.places[place as usize].tried, number);
        }
        let transition = (self.perform)(id, &node, step, crashes, cut);
        let possible = transition.filter(|transition| is_forced || (self.within)(id, transition));
        let Some(transition) = possible else {
            // It panics, or leads outside: not idle, and nothing follows. A search that takes it all the same says so.
            if let Some(number) = message {
                set(&mut self.places[place as usize].acts, number);
            }
            return;
        };
        transition.known.store(true, Relaxed);
        if transition.idle && !is_forced {
            return;
        }
        let crashes_after = crashes - u8::from(used.crash || cut.is_some()).min(crashes);
        let to = self.place(id, &transition.node, crashes_after);
        let sends = transition.sends.iter().map(|sent| (sent.to, self.letter(sent))).collect();
        let local = &mut self.places[place as usize];
        let edge = local.edges.len() as u32;
        local.edges.push(Edge { message, used, to, sends, is_forced });
        if let Some(number) = message {
            if !transition.idle {
                set(&mut local.acts, number);
            }
            self.mail[usize::from(id.0)][number as usize].acts_at.push((place, edge));
        }
        self.follow(place, edge as usize);
        if self.crash_within && crashes > 0 && cut.is_none() && !used.crash {
            let used = Used { crash: true, ..used };
            for (outputs, unsynced) in transition.unsynced_at.iter().enumerate().skip(1) {
                for keep in 0..=*unsynced {
                    self.take(place, step, used, message, Some(Cut { outputs, keep }), false);
                }
            }
        }
    }

    /// Carries the pasts of a local state over one of its steps.
    fn follow(&mut self, place: u32, edge: usize) {
        let Local { id, crashes, labels, edges, .. } = &self.places[place as usize];
        let Edge { message, used, to, is_forced, .. } = &edges[edge];
        let (id, to, crashes) = (*id, *to, *crashes);
        let after = self.places[to as usize].crashes;
        let mut pasts = Vec::new();
        let mut add = |past: &Label| {
            pasts.extend(self.budgets.spend(past, id, used, after));
        };
        match message {
            _ if *is_forced => add(&self.budgets.nothing()),
            None => labels.iter().for_each(add),
            Some(number) => {
                let sent = &self.mail[usize::from(id.0)][*number as usize].labels;
                for here in labels {
                    let joins = sent.iter().filter_map(|sent| self.budgets.join(here, sent, crashes));
                    joins.for_each(|past| add(&past));
                }
            }
        }
        for past in pasts {
            if to != place {
                self.reach(to, past);
            }
            for at in 0..self.places[place as usize].edges[edge].sends.len() {
                let (to, number) = self.places[place as usize].edges[edge].sends[at];
                self.send(to, number, past);
            }
        }
    }

    fn finish(self) -> Reduction<M> {
        let is_cut = !self.dirty_places.is_empty() || !self.dirty_mail.is_empty();
        let open: Vec<bool> = self
            .places
            .iter()
            .map(|local| is_cut && (local.is_dirty || !self.dirty_mail.is_empty()))
            .collect();
        let widths: Vec<usize> = self.mail.iter().map(|mail| mail.len().div_ceil(64)).collect();
        let wide = |mut bits: Vec<u64>, id: NodeId| -> Box<[u64]> {
            bits.resize(widths[usize::from(id.0)], 0);
            bits.into()
        };
        let (mut acts, mut successors, mut tried) = (Vec::new(), Vec::new(), Vec::new());
        for (local, open) in self.places.into_iter().zip(&open) {
            let bits = if *open { vec![u64::MAX; widths[usize::from(local.id.0)]] } else { local.acts };
            acts.push(wide(bits, local.id));
            tried.push(wide(local.tried, local.id));
            let mut next: Vec<u32> = local.edges.iter().map(|edge| edge.to).collect();
            next.sort_unstable();
            next.dedup();
            successors.push(next);
        }
        let alive = alive(Acting { acts, successors });
        Reduction {
            places: self.index,
            messages: self.mail_index,
            alive,
            open,
            tried,
            steps: self.steps,
            surprises: Default::default(),
            since_surprise: Default::default(),
        }
    }
}
