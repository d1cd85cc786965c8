//! A check that searches a model: any [`Spec`], a refinement or a world among them.

use super::live::{ClaimInfo, Identity, claims_of};
use super::row::Expect;
use crate::engine::{Limits, Report, Stop};
use crate::trace::Form;
use crate::trace::export::RustModel;
pub use quorate_spec::Remarks;
use quorate_spec::Spec;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::net::SocketAddr;
use std::sync::Arc;

type AfterFn<M> = Box<dyn Fn(&M, &Report<M>) -> Remarks + Send + Sync>;

/// A search of a model, and what is expected of it. Every claim that is not named holds, or, if its form is
/// `sometimes`, is reached.
pub struct Search<M: Spec> {
    pub(super) model: Arc<M>,
    pub(super) form: Form<M>,
    pub(super) identity: Identity,
    pub(super) expect: BTreeMap<String, Expect>,
    pub(super) only: Vec<String>,
    pub(super) deep: bool,
    pub(super) stop: Stop,
    pub(super) limits: Limits,
    pub(super) waived: Vec<(&'static str, &'static str)>,
    pub(super) hash_broken: bool,
    pub(super) after: Option<AfterFn<M>>,
    pub(super) rust: Option<RustModel>,
    pub(super) stateright: Option<fn(&M, SocketAddr)>,
}

impl<M> Search<M>
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Eq + Send + Sync + 'static,
    M::Action: Clone + Debug + Send + Sync + 'static,
{
    /// Searches every state of `model`, known as `name`, of `protocol`. `form` says how its traces are written.
    pub fn new(protocol: &str, name: &str, model: M, form: Form<M>) -> Self {
        let identity = Identity {
            protocol: protocol.to_owned(),
            kind: "exhaustive".to_owned(),
            model: name.to_owned(),
            ..Identity::default()
        };
        Search {
            model: Arc::new(model),
            form,
            identity,
            expect: BTreeMap::new(),
            only: Vec::new(),
            deep: false,
            stop: Stop::Exhausted,
            limits: Limits::default(),
            waived: Vec::new(),
            hash_broken: false,
            after: None,
            rust: None,
            stateright: None,
        }
    }

    /// The kind of check, where it is not `exhaustive`: `refinement`, `planted`, `lockstep`.
    pub fn kind(mut self, kind: &str) -> Self {
        kind.clone_into(&mut self.identity.kind);
        self
    }

    /// The scope: its name, and what it is in one sentence.
    pub fn scope(mut self, name: &str, says: &str) -> Self {
        name.clone_into(&mut self.identity.scope);
        says.clone_into(&mut self.identity.says);
        self
    }

    /// One bound, by name: `ballots`, 3.
    pub fn bound(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.identity.bounds.insert(name.to_owned(), value.into());
        self
    }

    /// What is expected of one property.
    ///
    /// # Panics
    /// If the model has no such property.
    pub fn expect(mut self, property: &str, expect: Expect) -> Self {
        let known = claims_of(&*self.model).iter().any(|claim| claim.id == property);
        assert!(known, "model {} has no property {property}", self.identity.model);
        self.expect.insert(property.to_owned(), expect);
        self
    }

    /// The property is broken, in `steps` steps if that is known.
    pub fn violated(self, property: &str, steps: impl Into<Option<u32>>) -> Self {
        self.expect(property, Expect::Violated { steps: steps.into() })
    }

    /// The property is reached, in `steps` steps if that is known.
    pub fn reached(self, property: &str, steps: impl Into<Option<u32>>) -> Self {
        self.expect(property, Expect::Reachable { steps: steps.into() })
    }

    /// Reports these properties alone: what a planted defect is about.
    pub fn only(mut self, properties: &[&str]) -> Self {
        self.only = properties.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Runs under `--deep` alone, where being cut is allowed and said.
    pub fn deep(mut self) -> Self {
        self.deep = true;
        self
    }

    /// When to end early on purpose.
    pub fn stop(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Where to cut.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The kind of action need not be taken, for a reason that the report repeats.
    pub fn waive(mut self, kind: &'static str, reason: &'static str) -> Self {
        self.waived.push((kind, reason));
        self
    }

    /// The model's `Hash` is known to be broken, and an audit is to say so.
    pub fn hash_broken(mut self) -> Self {
        self.hash_broken = true;
        self
    }

    /// What else is to be said after the search. It is called before any trace is recorded.
    pub fn after(mut self, after: impl Fn(&M, &Report<M>) -> Remarks + Send + Sync + 'static) -> Self {
        self.after = Some(Box::new(after));
        self
    }

    /// How the model is written in Rust, for exported tests: the `use` lines, and an expression.
    pub fn rust(mut self, uses: &str, expression: &str) -> Self {
        self.rust = Some(RustModel { uses: uses.to_owned(), expression: expression.to_owned() });
        self
    }

    /// stateright's own Explorer can be served over the model.
    pub fn stateright(mut self) -> Self
    where
        M: Clone,
        M::State: Debug,
        M::Action: PartialEq,
    {
        self.stateright = Some(|model, address| drop(model.clone().checker().serve(address)));
        self
    }

    pub(super) fn expectation(&self, claim: &ClaimInfo) -> Expect {
        let plain = || match claim.kind {
            "sometimes" => Expect::Reachable { steps: None },
            _ => Expect::Holds,
        };
        self.expect.get(&claim.id).copied().unwrap_or_else(plain)
    }

    pub(super) fn reports(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == id)
    }
}
