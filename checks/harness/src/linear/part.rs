//! What the search is given: answered operations, and operations that may have taken effect.

use super::history::{History, OperationId};
use foldhash::quality::FixedState;
use hashbrown::HashMap;
use std::hash::Hash;

/// An answered operation.
pub(super) struct Answered<'h, O, R> {
    pub(super) id: OperationId,
    pub(super) asked: &'h O,
    pub(super) response: &'h R,
    pub(super) invoked: u64,
    pub(super) returned: u64,
}

/// An operation of unknown outcome.
pub(super) struct Maybe<'h, O> {
    pub(super) id: OperationId,
    pub(super) asked: &'h O,
    pub(super) invoked: u64,
    /// The place of the last operation before it that asks the same. Nothing is lost by taking that one first: it may
    /// stand wherever this one may.
    pub(super) twin: Option<usize>,
}

/// Some operations of a history, each kind in the order of invocation.
pub(super) struct Part<'h, O, R> {
    pub(super) answered: Vec<Answered<'h, O, R>>,
    pub(super) maybe: Vec<Maybe<'h, O>>,
}

impl<'h, O: Eq + Hash, R> Part<'h, O, R> {
    /// The operations `ids`, which are in the order of invocation.
    pub(super) fn new(history: &'h History<O, R>, ids: &[OperationId]) -> Self {
        Part::weakened(history, ids, u64::MAX, |_| true)
    }

    /// What was known of `ids` at the moment `until`, when of all outcomes only those of `believed` operations are
    /// taken for true: the others become operations of unknown outcome. Less knowledge excludes fewer orders, so if
    /// this is not linearizable, the whole is not. An operation that is known to have failed took no effect, and is
    /// left out.
    pub(super) fn weakened(
        history: &'h History<O, R>,
        ids: &[OperationId],
        until: u64,
        believed: impl Fn(OperationId) -> bool,
    ) -> Self {
        let mut part = Part { answered: Vec::new(), maybe: Vec::new() };
        let mut last: HashMap<&O, usize, FixedState> = HashMap::with_hasher(FixedState::default());
        for id in ids.iter().copied().filter(|id| history[*id].invoked <= until) {
            let operation = &history[id];
            let (asked, invoked) = (&operation.asked, operation.invoked);
            let known = operation.settled().is_some_and(|at| at <= until && believed(id));
            match (known, operation.response()) {
                (true, None) => {}
                (true, Some((returned, response))) => {
                    part.answered.push(Answered { id, asked, response, invoked, returned });
                }
                (false, _) => {
                    let twin = last.insert(asked, part.maybe.len());
                    part.maybe.push(Maybe { id, asked, invoked, twin });
                }
            }
        }
        part
    }
}
