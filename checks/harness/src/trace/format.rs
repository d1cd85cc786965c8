//! The parts of a trace file, as data.
//!
//! `states` and the keys beside it are pure ITF. Everything else lives under the one extra key `harness`, whose parts
//! are here. A part that a file lacks takes away a row of the board, never the board; a field that this version does
//! not know is kept as it is.

use super::states::States;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The schema that this version writes: name and major version.
pub const SCHEMA: &str = "protocol-trace/1";

/// The variable that holds the kind of the action taken, as Quint names it.
pub const ACTION_TAKEN: &str = "mbt::actionTaken";

/// The variable that holds the parts of the action taken, as Quint names it.
pub const PICKS: &str = "mbt::nondetPicks";

/// One run, with all that was found out about it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Trace {
    /// Where the run comes from: the model, in words.
    pub source: String,
    /// `violation`, `example`, or what a foreign tool wrote.
    pub status: String,
    /// The finding in one sentence.
    pub description: String,
    /// The variables: those of the state, then the two of the action.
    pub vars: Vec<String>,
    /// For a run that repeats for ever: the state to which the last one returns.
    pub loop_start: Option<usize>,
    /// One state per step, and the first.
    pub states: States,
    /// What only this harness writes; `None` for a file of another tool.
    pub harness: Option<Harness>,
    /// What the reader had to say about the file: an unknown schema, for one. Not written.
    pub notices: Vec<String>,
}

/// The extra key: what other readers ignore.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Harness {
    /// [`SCHEMA`].
    pub schema: String,
    /// What was asked, and the answer.
    pub check: CheckInfo,
    /// The lanes, in order.
    #[serde(default)]
    pub actors: Vec<Lane>,
    /// The messages, in the order in which they were sent.
    #[serde(default)]
    pub messages: Vec<Message>,
    /// One entry per state: how it was reached. The first says which initial state it is.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// The value of each property at each state.
    #[serde(default)]
    pub properties: Vec<PropertyRow>,
    /// What else could have happened, per state. Left out of long runs.
    #[serde(default)]
    pub alternatives: Vec<Vec<Alternative>>,
    /// Faults and other remarks, by step.
    #[serde(default)]
    pub annotations: Vec<Annotation>,
    /// What clients asked, from the call to the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ops: Vec<Operation>,
    /// What actors were for a while: leader of a ballot, holder of a lock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// The specification's side of each state, where code is checked against one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Option<Expected>>,
    /// What this version does not know (risk, and what is yet to come), kept as read.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What was asked of which model, and the answer.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckInfo {
    /// The protocol: `paxos`.
    pub protocol: String,
    /// The kind of check: `exhaustive`, `refinement`, `planted`.
    pub kind: String,
    /// The model's name in the registry: `naive-n1`. By it the run is replayed.
    pub model: String,
    /// The scope, in words.
    pub scope: String,
    /// What the check is about, in one sentence: for a planted defect, what is wrong.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub says: String,
    /// What found the run: `quorate search`.
    pub engine: String,
    /// The property's id. Empty for a run that nobody asked about.
    pub property: String,
    /// The property in one sentence.
    pub text: String,
    /// What the check expected: `holds`, `violated` or `reachable`.
    pub expect: String,
    /// `violated`, `reached`, `panicked`, or `open` for a run that answers nothing.
    pub verdict: String,
    /// The state at which the property falls (or is reached).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
    /// The seed of a random run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
    /// The bounds, by name.
    pub config: Map<String, Value>,
    /// Fingerprint of the model's types, fields, kinds and claims, so that an old trace says what changed.
    pub model_hash: String,
    /// `serde`, or `debug` where the states were read from their `Debug` text.
    pub fidelity: String,
    /// The command that replays the run.
    pub replay: Vec<String>,
    /// How the run was made shorter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimised: Option<Minimised>,
    /// Was the space searched to its end?
    pub exhaustive: bool,
    /// Groups the same failure found by several checks: property and causal skeleton.
    pub signature: String,
    /// The message of a panic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panic: Option<String>,
}

/// How a run was made shorter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minimised {
    /// The number of steps before.
    pub from: usize,
    /// `drop-one` or `search`.
    pub method: String,
}

/// One lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Short id.
    pub id: String,
    /// The name that people read.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub role: String,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Received, once per copy sent.
    Delivered,
    /// Not yet received when the run ends.
    InFlight,
    /// Lost on the way.
    Dropped,
    /// Received once more than it was sent.
    Duplicated,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// `m0`, `m1`, …
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its kind and the one field that varies.
    pub label: String,
    /// The sender's id.
    pub src: String,
    /// The receiver's id.
    pub dst: String,
    /// The step that sent it; 0 if it was there from the start.
    pub sent: usize,
    /// The step that received it, or lost it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recv: Option<usize>,
    /// What became of it.
    pub fate: Fate,
}

/// How one state was reached.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// `init` (`init~2` for the third initial state), or the hash of the formatted action.
    pub token: String,
    /// The kind of step.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// What happens, short.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The formatted action: what the token is the hash of.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub action: String,
    /// The actor whose lane the step is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The message that it consumes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recv: Option<String>,
    /// The messages that it sends.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sends: Vec<String>,
    /// The messages that it loses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drops: Vec<String>,
    /// What went wrong, if it is a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The specification's actions that the step is, `stutter`, or why it is none.
    #[serde(rename = "abstract", skip_serializing_if = "Option::is_none")]
    pub refines: Option<String>,
    /// The steps that made it possible: the actor's previous one, and the one that sent its message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<usize>,
    /// The event as its serde value: this is what replays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Value>,
    /// Fingerprint of the state reached.
    pub fp: String,
    /// Does the finding vanish without this step?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub necessary: Option<bool>,
    /// What this version does not know, kept as read.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One property, at every state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyRow {
    /// The property's id.
    pub name: String,
    /// The property in one sentence.
    #[serde(default)]
    pub text: String,
    /// `always`, `always step`, `at end` or `sometimes`.
    pub kind: String,
    /// One letter a state: `T` holds, `F` fails, `?` not evaluated, `.` pending.
    pub values: String,
    /// Why it fails, by state, where the claim says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub why: BTreeMap<usize, String>,
}

/// Something else that could have happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// The hash of the formatted action.
    pub token: String,
    /// What would happen.
    pub label: String,
    /// Is it what did happen?
    #[serde(default)]
    pub taken: bool,
    /// Would the state change?
    #[serde(default)]
    pub effect: bool,
    /// Would the search follow it, or does it lead out of the bounds?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    /// The properties that would fail at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<String>,
}

/// A remark at a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The step.
    pub at: usize,
    /// The actor that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The remark.
    pub text: String,
}

/// One request of a client.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Operation {
    /// Names it within the run.
    pub id: String,
    /// The actor on whose lane it is drawn: who was asked.
    pub actor: String,
    /// What was asked, short.
    pub label: String,
    /// The step of the call.
    pub call: usize,
    /// The step of the answer; `None` while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ret: Option<usize>,
    /// The answer, short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// The step at which it takes effect, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<usize>,
    /// Is it the operation that no order of all of them explains?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<bool>,
}

/// What one actor was for a while.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Span {
    /// The actor.
    pub actor: String,
    /// What it was, short: `leader of 2.1.1`.
    pub label: String,
    /// The step at which it began.
    pub from: usize,
    /// The step at which it ended; `None` if it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<usize>,
}

/// The specification's side of one state of the code.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Expected {
    /// The specification's state: where its own steps lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Value>,
    /// What the code's state stands for, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
    /// The places at which the two differ.
    #[serde(default)]
    pub mismatch: Vec<String>,
    /// The specification's action, where the step does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}
