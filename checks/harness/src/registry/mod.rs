//! The list of what can be checked: protocols, their models, and what is expected of each.
//!
//! ```
//! use quorate::registry::{Context, Registry, Search};
//! # use quorate_spec::*; use stateright::Model; use quorate::trace::Form;
//! # struct Count; impl Model for Count { type State = u8; type Action = u8;
//! # fn init_states(&self) -> Vec<u8> { vec![0] }
//! # fn actions(&self, _: &u8, actions: &mut Vec<u8>) { actions.push(1) }
//! # fn next_state(&self, n: &u8, _: u8) -> Option<u8> { Some((n + 1) % 8) } }
//! # impl Spec for Count { fn kinds(&self) -> Vec<Kind> { vec![Kind("count")] }
//! # fn kind(&self, _: &u8) -> Kind { Kind("count") }
//! # fn claims(&self, claims: &mut Claims<Self>) { claims.always("small", "n is below 7", |_, n| *n < 7); } }
//! let mut registry = Registry::new("my-checks", "Counts, and what must be true of them.");
//! registry.protocol("counting", "one number that goes round");
//! registry.add(
//!     Search::new("counting", "count", Count, Form::serde())
//!         .scope("eight", "one counter, modulo 8")
//!         .violated("small", 7),
//! );
//! let context = Context { traces: None, ..Context::default() };
//! let found = registry.checks()[0].run(&context, "counting-count");
//! assert_eq!(found.rows[0].trace_steps, Some(7));
//! ```
//!
//! [`crate::cli::main`] makes a command line of it.

mod any_live;
mod check;
mod context;
mod explore;
mod induction;
mod live;
mod recorded;
mod risk;
mod row;
mod running;
mod sampling;
mod search;
mod shorten;
mod typed;
mod untyped;

pub use check::{Check, Outcome, Property};
pub use context::{Context, TRACES};
pub use explore::{Edge, Found, Goal, Graph, Node};
pub use induction::{FromAnywhere, Inductive};
pub use live::{ClaimInfo, Identity, LiveModel, Walk};
pub use recorded::Recorded;
pub use row::{Conclusion, Expect, Judgement, Row};
pub use sampling::Sampling;
pub use search::{Remarks, Search};
pub use typed::Live;

use crate::escape::file_name;
use crate::trace::{CheckInfo, digest};
use std::sync::Arc;

/// A protocol, for the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// Its name.
    pub name: String,
    /// What it is, in one sentence.
    pub says: String,
}

/// Everything that can be checked.
pub struct Registry {
    program: &'static str,
    about: &'static str,
    protocols: Vec<Protocol>,
    checks: Vec<Check>,
    recorded: Vec<Recorded>,
}

impl Registry {
    /// An empty one, for a program of that name.
    pub fn new(program: &'static str, about: &'static str) -> Self {
        Registry { program, about, protocols: Vec::new(), checks: Vec::new(), recorded: Vec::new() }
    }

    /// Adds a protocol, or says more of one.
    pub fn protocol(&mut self, name: &str, says: &str) -> &mut Self {
        let said = Protocol { name: name.to_owned(), says: says.to_owned() };
        match self.protocols.iter_mut().find(|known| known.name == name) {
            Some(known) => *known = said,
            None => self.protocols.push(said),
        }
        self
    }

    /// Adds a check.
    ///
    /// # Panics
    /// If there is one of the same protocol, kind, model and scope already; if it does not name its protocol and model;
    /// if one of its properties has no id, or the id of another.
    pub fn add(&mut self, check: impl Into<Check>) -> &mut Self {
        let check = check.into();
        let Identity { protocol, kind, model, scope, .. } = &check.identity;
        let known = self.checks.iter().any(|other| other.identity.is(protocol, kind, model, scope));
        assert!(!known, "{protocol} {model} {kind} {scope} is registered twice");
        let named = !protocol.trim().is_empty() && !model.trim().is_empty();
        assert!(named, "a check names its protocol and its model: {:?}", check.identity);
        for (index, property) in check.properties.iter().enumerate() {
            let id = &property.id;
            assert!(
                !id.trim().is_empty(),
                "{protocol} {model} {kind} {scope}: a property without an id: {property:?}"
            );
            let twin = check.properties[..index].iter().find(|other| other.id == *id);
            assert!(twin.is_none(), "{protocol} {model} {kind} {scope}: two properties are named {id:?}");
        }
        if !self.protocols.iter().any(|known| known.name == *protocol) {
            self.protocols.push(Protocol { name: protocol.clone(), says: String::new() });
        }
        self.checks.push(check);
        self
    }

    /// Adds defects that were killed in runs of their own, for the report.
    pub fn record(&mut self, recorded: impl IntoIterator<Item = Recorded>) -> &mut Self {
        self.recorded.extend(recorded);
        self
    }

    /// The defects that were killed in runs of their own, in order.
    pub fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }

    /// The program's name.
    pub fn program(&self) -> &'static str {
        self.program
    }

    /// What the program is about.
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// The protocols, in order.
    pub fn protocols(&self) -> &[Protocol] {
        &self.protocols
    }

    /// The checks, in order.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The first part of the names of a check's files: protocol and model, and what tells it from others of them.
    pub fn stem(&self, check: &Check) -> String {
        let stem = self.short_stem(check);
        let is_other = |other: &&Check| other.identity != check.identity;
        if self.checks.iter().filter(is_other).all(|other| self.short_stem(other) != stem) {
            return stem;
        }
        // `a-b` of `c` and `a` of `b-c` read the same.
        let Identity { protocol, kind, model, scope, .. } = &check.identity;
        file_name(&[&stem, &digest(&format!("{protocol:?} {kind:?} {model:?} {scope:?}"))[..8]])
    }

    fn short_stem(&self, check: &Check) -> String {
        let own = &check.identity;
        let like =
            |other: &&Check| other.identity.protocol == own.protocol && other.identity.model == own.model;
        let others: Vec<&Check> = self.checks.iter().filter(like).collect();
        let mut parts = vec![own.protocol.as_str(), &own.model];
        if own.kind != "exhaustive" {
            parts.push(&own.kind);
        }
        if others.iter().filter(|other| other.identity.kind == own.kind).count() > 1 {
            parts.push(&own.scope);
        }
        file_name(&parts)
    }

    /// The models that can be looked at, in order.
    pub fn models(&self) -> impl Iterator<Item = &Arc<dyn LiveModel>> {
        self.checks.iter().filter_map(Check::live)
    }

    /// The model in which a trace replays.
    pub fn model_of(&self, about: &CheckInfo) -> Option<&Arc<dyn LiveModel>> {
        let CheckInfo { protocol, kind, model, scope, .. } = about;
        self.models().find(|live| live.identity().is(protocol, kind, model, scope))
    }

    /// The model of that name: `naive-n1`, `paxos/naive-n3/one-crash`, `paxos/exhaustive/naive-n3/one-crash`, or a
    /// protocol, for its first model. Of several that fit, the first.
    pub fn model_named(&self, name: &str) -> Option<&Arc<dyn LiveModel>> {
        let fits = |live: &&Arc<dyn LiveModel>| {
            let Identity { protocol, kind, model, scope, .. } = live.identity();
            let short = [model.clone(), format!("{protocol}/{model}"), format!("{protocol}/{model}/{scope}")];
            short.iter().any(|known| known == name) || format!("{protocol}/{kind}/{model}/{scope}") == name
        };
        self.models().find(fits).or_else(|| self.models().find(|live| live.identity().protocol == name))
    }
}
