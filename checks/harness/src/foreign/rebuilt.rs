//! A part of a foreign system that can be copied although its type cannot: by telling a new one the same.

use super::past::History;
use crate::engine::fingerprint;
use std::fmt::Debug;
use std::sync::Arc;

/// A deterministic part of a foreign system, one node of a cluster for instance: what it is follows from how it
/// started and what it was told since, in order.
pub trait Part: Sized + Send {
    /// What it starts from: its configuration, and its disk after a crash.
    type Start: Debug + Send + Sync;
    /// One thing that it is told.
    type Input: Debug + Send + Sync;
    /// What it answers: the messages to send, for instance.
    type Output;
    /// What is to be seen of it from outside.
    type View: Send + Sync;

    /// A new one.
    fn start(start: &Self::Start) -> Self;

    /// Tells it something.
    fn tell(&mut self, input: &Self::Input) -> Self::Output;

    /// Looks at it.
    fn view(&self) -> Self::View;
}

/// A [`Part`] that can be copied. A copy shares the list of what the original was told, and runs only once it is told
/// something itself: then a new part is started and told the list. So a fork of a system costs the inputs of the one
/// part that the next event touches, and not the events of the whole system.
pub struct Rebuilt<P: Part> {
    start: Arc<P::Start>,
    told: Option<Arc<History<Arc<P::Input>>>>,
    identity: u128,
    view: Arc<P::View>,
    running: Option<P>,
}

impl<P: Part> Rebuilt<P> {
    /// A part that starts from `start`.
    pub fn new(start: P::Start) -> Self {
        let part = P::start(&start);
        let identity = fingerprint(&format!("{start:?}"));
        let view = Arc::new(part.view());
        Rebuilt { start: Arc::new(start), told: None, identity, view, running: Some(part) }
    }

    /// Tells it something.
    pub fn tell(&mut self, input: P::Input) -> P::Output {
        let input = Arc::new(input);
        let part = self.part();
        let output = part.tell(&input);
        let view = Arc::new(part.view());
        self.identity = fingerprint(&(self.identity, format!("{input:?}")));
        self.view = view;
        self.told = Some(History::after(self.told.take(), input));
        output
    }

    /// The part itself, started and told everything again if it is not running. Do not change it: a copy would not
    /// know.
    pub fn part(&mut self) -> &mut P {
        let Rebuilt { start, told, running, .. } = self;
        running.get_or_insert_with(|| {
            let mut part = P::start(start);
            for input in History::oldest_first(told.as_ref()) {
                part.tell(&input);
            }
            part
        })
    }

    /// What is to be seen of it, without running it.
    pub fn view(&self) -> &P::View {
        &self.view
    }

    /// A fingerprint of how it started and all that it was told since. Two parts with one identity are in one state,
    /// whatever that is, so a projection that holds it leaves nothing out.
    pub fn identity(&self) -> u128 {
        self.identity
    }

    /// A copy, which does not run yet.
    pub fn copy(&self) -> Self {
        Rebuilt {
            start: Arc::clone(&self.start),
            told: self.told.clone(),
            identity: self.identity,
            view: Arc::clone(&self.view),
            running: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds up, and counts how often it was told something.
    struct Sum(u64, u64);

    impl Part for Sum {
        type Start = u64;
        type Input = u64;
        type Output = u64;
        type View = u64;

        fn start(start: &u64) -> Self {
            Sum(*start, 0)
        }

        fn tell(&mut self, input: &u64) -> u64 {
            *self = Sum(self.0 + input, self.1 + 1);
            self.0
        }

        fn view(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn a_copy_is_told_the_same_and_goes_its_own_way() {
        let mut sum: Rebuilt<Sum> = Rebuilt::new(5);
        sum.tell(1);
        sum.tell(2);
        let mut copy = sum.copy();
        assert!(copy.running.is_none());
        assert_eq!((*copy.view(), copy.identity()), (8, sum.identity()));
        assert_eq!((sum.tell(10), copy.tell(20)), (18, 28));
        assert_eq!((sum.part().1, copy.part().1), (3, 3));
        assert_ne!(copy.identity(), sum.identity());
    }

    #[test]
    fn order_and_start_are_part_of_the_identity() {
        let told = |start: u64, inputs: [u64; 2]| {
            let mut sum: Rebuilt<Sum> = Rebuilt::new(start);
            inputs.into_iter().for_each(|input| assert!(sum.tell(input) > 0));
            sum.identity()
        };
        assert_eq!(told(0, [1, 2]), told(0, [1, 2]));
        assert_ne!(told(0, [1, 2]), told(0, [2, 1]));
        assert_ne!(told(0, [1, 2]), told(1, [1, 2]));
    }
}
