//! The search for an order, over configurations that are each examined once.

use super::Sequential;
use super::history::OperationId;
use super::part::Part;
use foldhash::quality::FixedState;
use hashbrown::HashMap;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What a search came to.
pub(super) enum Found {
    /// An order that explains every response. Operations of unknown outcome stand in it if they took effect.
    Order(Vec<OperationId>),
    /// There is none.
    Nothing {
        /// The longest order that was found, of those that time and the specification allow.
        longest: Vec<OperationId>,
    },
    /// The budget was used up.
    Cut {
        /// The longest order that was found.
        longest: Vec<OperationId>,
    },
}

/// A set of answered operations: all below a word, then bits. Equal sets are equal values.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
struct Done {
    /// Words of ones that are not written down.
    full: usize,
    words: Vec<u64>,
    count: usize,
}

impl Done {
    fn contains(&self, index: usize) -> bool {
        let word = index / 64;
        word < self.full || self.words.get(word - self.full).is_some_and(|bits| bits >> (index % 64) & 1 == 1)
    }

    fn with(&self, index: usize) -> Self {
        let mut set = self.clone();
        let word = index / 64 - set.full;
        if set.words.len() <= word {
            set.words.resize(word + 1, 0);
        }
        set.words[word] |= 1 << (index % 64);
        set.count += 1;
        let ones = set.words.iter().take_while(|bits| **bits == u64::MAX).count();
        set.words.drain(..ones);
        set.full += ones;
        set
    }

    /// The least index that is not in it.
    fn first_missing(&self) -> usize {
        let bits = self.words.first().map_or(0, |bits| bits.trailing_ones() as usize);
        self.full * 64 + bits
    }
}

/// A set of operations of unknown outcome.
type Taken = Box<[u64]>;

fn is_subset(few: &Taken, many: &Taken) -> bool {
    few.iter().zip(many).all(|(few, many)| few & !many == 0)
}

/// What has taken effect so far, and what the object became by it.
struct Configuration<State> {
    done: Done,
    taken: Taken,
    state: State,
    /// Its place in [`Search::trail`]; 0 at the start.
    at: usize,
    /// Have the answered operations that may come next been taken from here?
    answered: bool,
}

/// How promising a configuration is: with the most answered operations, then with the fewest unknown ones.
type Promise = (usize, Reverse<u32>);

impl<State> Configuration<State> {
    fn promise(&self) -> Promise {
        let taken: u32 = self.taken.iter().map(|bits| bits.count_ones()).sum();
        // To take another unknown operation from here is worth as much as what it leads to.
        (self.done.count, Reverse(taken + u32::from(self.answered)))
    }
}

/// How often an operation of unknown outcome may take effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unknowns {
    /// Once at most, as it should be.
    Once,
    /// Any number of times. What has no order then has none at all; and which of them were taken need not be known.
    Often,
}

struct Search<'a, 'h, S: Sequential> {
    object: &'a S,
    part: &'a Part<'h, S::Operation, S::Response>,
    unknowns: Unknowns,
    /// By answered operations and state, the sets of unknown ones with which they were reached.
    seen: HashMap<(Done, S::State), Vec<Taken>, FixedState>,
    /// Each operation that was taken, with the place of the one before it.
    trail: Vec<(usize, OperationId)>,
    /// The most answered operations in any configuration, and where its trail ends.
    longest: (usize, usize),
    examined: u64,
    /// To be examined. The last of the most promising comes first.
    open: BTreeMap<Promise, Vec<Configuration<S::State>>>,
}

/// Searches for an order of `part`, and says how many configurations it looked at, at most `budget`.
pub(super) fn search<S: Sequential>(
    object: &S,
    part: &Part<'_, S::Operation, S::Response>,
    unknowns: Unknowns,
    budget: u64,
) -> (Found, u64) {
    let mut search = Search {
        object,
        part,
        unknowns,
        seen: HashMap::with_hasher(FixedState::default()),
        trail: Vec::new(),
        longest: (0, 0),
        examined: 0,
        open: BTreeMap::new(),
    };
    let taken = vec![0; part.maybe.len().div_ceil(64)].into();
    search.meet(Configuration { done: Done::default(), taken, state: object.init(), at: 0, answered: false });
    let found = search.run(budget);
    (found, search.examined)
}

impl<S: Sequential> Search<'_, '_, S> {
    fn run(&mut self, budget: u64) -> Found {
        while let Some(mut configuration) = self.next() {
            if configuration.done.count == self.part.answered.len() {
                return Found::Order(self.order(configuration.at));
            }
            if configuration.answered {
                self.take_unknown(&configuration);
                continue;
            }
            if self.examined >= budget {
                return Found::Cut { longest: self.order(self.longest.1) };
            }
            self.examined += 1;
            self.take_answered(&configuration);
            configuration.answered = true;
            self.open.entry(configuration.promise()).or_default().push(configuration);
        }
        Found::Nothing { longest: self.order(self.longest.1) }
    }

    fn next(&mut self) -> Option<Configuration<S::State>> {
        let mut most = self.open.last_entry()?;
        let configuration = most.get_mut().pop();
        if most.get().is_empty() {
            most.remove();
        }
        configuration
    }

    /// Answered operations that may come next: those invoked before any other that is left had returned. And the
    /// moment of the first such return.
    fn minimal(&self, done: &Done) -> (Vec<usize>, u64) {
        let (mut next, mut first_return) = (Vec::new(), u64::MAX);
        for (index, operation) in self.part.answered.iter().enumerate().skip(done.first_missing()) {
            if operation.invoked > first_return {
                break;
            }
            if !done.contains(index) {
                next.push(index);
                first_return = first_return.min(operation.returned);
            }
        }
        (next, first_return)
    }

    fn take_answered(&mut self, from: &Configuration<S::State>) {
        // What is met last is examined first: the operation that was invoked first.
        for index in self.minimal(&from.done).0.into_iter().rev() {
            let operation = &self.part.answered[index];
            for state in self.object.step(&from.state, operation.asked, Some(operation.response)) {
                self.trail.push((from.at, operation.id));
                let (done, taken, at) = (from.done.with(index), from.taken.clone(), self.trail.len());
                self.meet(Configuration { done, taken, state, at, answered: false });
            }
        }
    }

    fn take_unknown(&mut self, from: &Configuration<S::State>) {
        let first_return = self.minimal(&from.done).1;
        let is_taken = |index: usize| from.taken[index / 64] >> (index % 64) & 1 == 1;
        for (index, operation) in self.part.maybe.iter().enumerate() {
            let later_twin = operation.twin.is_some_and(|twin| !is_taken(twin));
            if operation.invoked > first_return || later_twin || is_taken(index) {
                continue;
            }
            for state in self.object.step(&from.state, operation.asked, None) {
                let mut taken = from.taken.clone();
                if self.unknowns == Unknowns::Once {
                    taken[index / 64] |= 1 << (index % 64);
                }
                self.trail.push((from.at, operation.id));
                let (done, at) = (from.done.clone(), self.trail.len());
                self.meet(Configuration { done, taken, state, at, answered: false });
            }
        }
    }

    /// Opens a configuration, unless what was met before makes it superfluous.
    fn meet(&mut self, configuration: Configuration<S::State>) {
        let key = (configuration.done.clone(), configuration.state.clone());
        let known = self.seen.entry(key).or_default();
        if known.iter().any(|taken| is_subset(taken, &configuration.taken)) {
            // The step that led here stands last on the trail, and nothing refers to it.
            self.trail.pop();
            return;
        }
        known.push(configuration.taken.clone());
        if configuration.done.count > self.longest.0 {
            self.longest = (configuration.done.count, configuration.at);
        }
        self.open.entry(configuration.promise()).or_default().push(configuration);
    }

    fn order(&self, mut at: usize) -> Vec<OperationId> {
        let mut order = Vec::new();
        while at > 0 {
            let (before, id) = self.trail[at - 1];
            order.push(id);
            at = before;
        }
        order.reverse();
        order
    }
}
