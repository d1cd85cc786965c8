//! Does a projection leave out what matters? Asked of a sample.

use super::Foreign;
use super::fickle::differs;
use crate::guard::caught;
use crate::simulate::Random;
use foldhash::quality::FixedState;
use hashbrown::HashMap;
use std::fmt;

/// Two ways to one projection that do not behave alike from there.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference<E> {
    /// The events of one way.
    pub one: Vec<E>,
    /// The events of the other.
    pub other: Vec<E>,
    /// The event after which the projections differ; `None` if already the events that may happen differ.
    pub event: Option<E>,
}

/// What a sample of a projection showed.
#[must_use]
#[derive(Clone, PartialEq, Debug)]
pub struct ProjectionSample<E> {
    /// Distinct projections that were met.
    pub states: u64,
    /// Pairs of different ways to one projection that were compared.
    pub pairs: u64,
    /// Events that were tried after both ways of a pair.
    pub successors: u64,
    /// The first pair that does not behave alike.
    pub difference: Option<Difference<E>>,
    /// The first way after which the system, asked again what may happen, said something else: its events, and what
    /// differed.
    pub fickle: Option<(Vec<E>, String)>,
    /// The first panic of the system: the events before it, and what it said.
    pub panicked: Option<(Vec<E>, String)>,
}

impl<E> ProjectionSample<E> {
    /// Did every pair behave alike, was there one, did the system stand by what it said may happen, and never panic?
    pub fn is_green(&self) -> bool {
        !self.is_over() && self.successors > 0
    }

    /// Is there something that ends the sample?
    fn is_over(&self) -> bool {
        self.difference.is_some() || self.fickle.is_some() || self.panicked.is_some()
    }
}

impl<E> fmt::Display for ProjectionSample<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (states, pairs, successors) = (self.states, self.pairs, self.successors);
        write!(
            f,
            "{states} projections, {pairs} pairs of ways to one of them, {successors} successors compared"
        )
    }
}

/// Walks at random, `walks` times up to `steps` events, and wherever a projection is reached in another way than
/// before, compares what may happen next and what comes of it. If no two ways to any one projection differed, by
/// induction no run could tell them apart; of a sample, that is evidence and not proof.
pub fn sample_projection<F: Foreign>(
    foreign: &F,
    seed: u64,
    walks: u64,
    steps: usize,
) -> ProjectionSample<F::Event> {
    let mut random = Random::new(seed);
    let mut ways: Ways<F> = HashMap::with_hasher(FixedState::default());
    let mut sample = ProjectionSample {
        states: 0,
        pairs: 0,
        successors: 0,
        difference: None,
        fickle: None,
        panicked: None,
    };
    for _ in 0..walks {
        let mut way = Vec::new();
        let walked = caught(|| walk(foreign, &mut way, steps, &mut random, &mut ways, &mut sample));
        if let Err(message) = walked {
            sample.panicked = Some((way, message));
        }
        if sample.is_over() {
            break;
        }
    }
    sample.states = ways.len() as u64;
    sample
}

/// The ways that are known to each projection.
type Ways<F> = HashMap<<F as Foreign>::Projection, Vec<Vec<<F as Foreign>::Event>>, FixedState>;

/// One walk: `way` is what happened in it so far, and what was about to.
fn walk<F: Foreign>(
    foreign: &F,
    way: &mut Vec<F::Event>,
    steps: usize,
    random: &mut Random,
    ways: &mut Ways<F>,
    sample: &mut ProjectionSample<F::Event>,
) {
    let mut live = foreign.start();
    for _ in 0..steps {
        let known = ways.entry(foreign.project(&live)).or_default();
        if !known.contains(way) {
            if let Some(first) = known.first() {
                sample.pairs += 1;
                compare(foreign, first, way, sample);
            }
            known.push(way.clone());
        }
        if sample.is_over() {
            return;
        }
        let events = foreign.events(&live);
        let again = foreign.events(&live);
        sample.fickle = differs(&events, &again).map(|difference| (way.clone(), difference));
        if events.is_empty() || sample.is_over() {
            return;
        }
        let event = &events[random.below(events.len())];
        way.push(event.clone());
        foreign.apply(&mut live, event);
    }
}

fn compare<F: Foreign>(
    foreign: &F,
    one: &[F::Event],
    other: &[F::Event],
    sample: &mut ProjectionSample<F::Event>,
) {
    let differ = |event| Some(Difference { one: one.to_vec(), other: other.to_vec(), event });
    let offered = |way: &[F::Event]| foreign.events(&replay(foreign, way));
    let (events, others) = (offered(one), offered(other));
    if events != others {
        // One way and the other differ only if each is sure of itself.
        let fickle = [(one, &events), (other, &others)]
            .into_iter()
            .find_map(|(way, before)| Some((way.to_vec(), differs(before, &offered(way))?)));
        sample.difference = if fickle.is_some() { None } else { differ(None) };
        sample.fickle = fickle;
        return;
    }
    for event in events {
        let after = |way| {
            let mut live = replay(foreign, way);
            foreign.apply(&mut live, &event);
            foreign.project(&live)
        };
        sample.successors += 1;
        if after(one) != after(other) {
            sample.difference = differ(Some(event));
            return;
        }
    }
}

/// The system after `events`.
pub(super) fn replay<F: Foreign>(foreign: &F, events: &[F::Event]) -> F::Live {
    let mut live = foreign.start();
    for event in events {
        foreign.apply(&mut live, event);
    }
    live
}
