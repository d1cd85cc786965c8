//! What clients asked, what they were told, and in which order these things happened.

use serde::{Deserialize, Serialize};
use std::ops::Index;

mod read;

/// An operation of one history, in the order of invocation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct OperationId(u32);

impl OperationId {
    /// Its place among the operations of its history, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What became of an operation.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Outcome<R> {
    /// Its client still waits.
    Pending,
    /// Its client was answered at this moment.
    Completed {
        /// When: a count of the history's events.
        at: u64,
        /// With what.
        response: R,
    },
    /// Its client will not know: it gave up, or the connection broke. The operation may have taken effect at any moment
    /// after its invocation, may still do so, or never will.
    Unknown,
    /// Its client was told at this moment that the operation did not take effect, and never will.
    Failed {
        /// When: a count of the history's events.
        at: u64,
    },
}

/// One operation.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Operation<O, R> {
    /// Who asked. A label for people: a client may have several operations under way.
    pub client: u64,
    /// What was asked.
    pub asked: O,
    /// When: a count of the history's events.
    pub invoked: u64,
    /// What became of it.
    pub outcome: Outcome<R>,
}

impl<O, R> Operation<O, R> {
    /// When it was answered, and with what, if it was.
    pub fn response(&self) -> Option<(u64, &R)> {
        match &self.outcome {
            Outcome::Completed { at, response } => Some((*at, response)),
            Outcome::Pending | Outcome::Unknown | Outcome::Failed { .. } => None,
        }
    }

    /// When its client learned what became of it, if it did: the moment of the response, or of the failure.
    pub fn settled(&self) -> Option<u64> {
        match &self.outcome {
            Outcome::Completed { at, .. } | Outcome::Failed { at } => Some(*at),
            Outcome::Pending | Outcome::Unknown => None,
        }
    }
}

/// What one cannot tell a history.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HistoryError {
    /// The operation is none of this history.
    #[error("operation {} was never invoked in this history", .0.index())]
    Stranger(OperationId),
    /// The operation was answered before, or is known to have failed.
    #[error("operation {} was answered before", .0.index())]
    Answered(OperationId),
}

/// What clients asked and were told. Record events in the order in which they happen: it is the order of time.
///
/// A history is plain data for serde: its operations, and how many events there were. What is read is validated, since
/// a checker that believes an impossible history may call it linearizable. A history is refused, with the number of
/// the operation and the reason, if an operation is answered before it is invoked, if two events have the same moment,
/// or if a moment is not below the count of events; `serde_json` adds line and column. Operations may stand in any
/// order: they are sorted by invocation, and an [`OperationId`] is a place in that order.
///
/// ```
/// use quorate::linear::History;
/// let text = r#"{"events": 2, "operations": [
///     {"client": 1, "asked": "write 7", "invoked": 1, "outcome": {"Completed": {"at": 0, "response": "done"}}}]}"#;
/// let refused = serde_json::from_str::<History<String, String>>(text).expect_err("answered before it was asked");
/// let reason = "operation 0 is answered at moment 0, which is not after its invocation at moment 1";
/// assert!(refused.to_string().starts_with(reason));
/// assert_eq!(refused.line(), 2);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct History<O, R> {
    operations: Vec<Operation<O, R>>,
    events: u64,
}

impl<O, R> Default for History<O, R> {
    fn default() -> Self {
        History { operations: Vec::new(), events: 0 }
    }
}

impl<O, R> History<O, R> {
    /// `client` asks.
    ///
    /// # Panics
    /// After 2^32 operations.
    pub fn invoke(&mut self, client: u64, asked: O) -> OperationId {
        let id = OperationId(u32::try_from(self.operations.len()).expect("a history of fewer operations"));
        let invoked = self.tick();
        self.operations.push(Operation { client, asked, invoked, outcome: Outcome::Pending });
        id
    }

    /// The client of `id` is answered. It may be after it gave up: a late answer still says what happened.
    ///
    /// # Errors
    /// If the operation was answered before, or is none of this history.
    pub fn complete(&mut self, id: OperationId, response: R) -> Result<(), HistoryError> {
        let at = self.events;
        self.open(id)?.outcome = Outcome::Completed { at, response };
        self.tick();
        Ok(())
    }

    /// The client of `id` is told that the operation did not take effect and never will: a definite failure, such as a
    /// request that was refused before it was proposed. Do not use it for a timeout; that is [`History::unknown`].
    ///
    /// # Errors
    /// If the operation was answered before, or is none of this history.
    pub fn failed(&mut self, id: OperationId) -> Result<(), HistoryError> {
        let at = self.events;
        self.open(id)?.outcome = Outcome::Failed { at };
        self.tick();
        Ok(())
    }

    /// The client of `id` gives up: whether the operation takes effect, and when, it will not learn.
    ///
    /// # Errors
    /// If the operation was answered before, or is none of this history.
    pub fn unknown(&mut self, id: OperationId) -> Result<(), HistoryError> {
        self.open(id)?.outcome = Outcome::Unknown;
        Ok(())
    }

    /// Every operation, in the order of invocation.
    pub fn operations(&self) -> impl ExactSizeIterator<Item = (OperationId, &Operation<O, R>)> {
        self.operations.iter().enumerate().map(|(index, operation)| (OperationId(index as u32), operation))
    }

    /// How many operations were invoked.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Was nothing asked?
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The history of these operations alone, at the same moments. Their ids are new.
    ///
    /// # Panics
    /// If one of them is none of this history.
    pub fn only(&self, ids: &[OperationId]) -> Self
    where
        O: Clone,
        R: Clone,
    {
        let mut operations: Vec<_> = ids.iter().map(|id| self[*id].clone()).collect();
        operations.sort_by_key(|operation| operation.invoked);
        History { operations, events: self.events }
    }

    fn open(&mut self, id: OperationId) -> Result<&mut Operation<O, R>, HistoryError> {
        let operation = self.operations.get_mut(id.index()).ok_or(HistoryError::Stranger(id))?;
        match operation.outcome {
            Outcome::Completed { .. } | Outcome::Failed { .. } => Err(HistoryError::Answered(id)),
            Outcome::Pending | Outcome::Unknown => Ok(operation),
        }
    }

    fn tick(&mut self) -> u64 {
        self.events += 1;
        self.events - 1
    }
}

impl<O, R> Index<OperationId> for History<O, R> {
    type Output = Operation<O, R>;

    fn index(&self, id: OperationId) -> &Operation<O, R> {
        &self.operations[id.index()]
    }
}
