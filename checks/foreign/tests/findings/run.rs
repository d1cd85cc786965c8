//! A run of a system, step by step, and what a test says when it is no longer what was reported.

use quorate::foreign::{Foreign, Past, Replayed};
use quorate_spec::{Claims, Spec, Truth};
use stateright::Model;

/// A run so far.
pub(crate) struct Run<F: Foreign> {
    finding: &'static str,
    model: Replayed<F>,
    before: Option<(Past<F>, F::Event)>,
    at: Past<F>,
}

impl<F: Foreign> Run<F> {
    /// The run that shows `finding`, at its start.
    pub(crate) fn new(finding: &'static str, system: F) -> Self {
        let model = Replayed::new(system);
        let at = model.init_states().remove(0);
        Run { finding, model, before: None, at }
    }

    /// Lets `event` happen.
    pub(crate) fn does(&mut self, event: F::Event) -> &mut Self {
        let offers = self.offers();
        assert!(
            offers.contains(&event),
            "{}",
            changed(
                self.finding,
                &format!("{event:?} can no longer happen at this point of the run, but {offers:?}")
            )
        );
        if let Some(next) = self.model.next_state(&self.at, event.clone()) {
            self.before = Some((std::mem::replace(&mut self.at, next), event));
        }
        self
    }

    /// Lets the first event happen that `wanted` wants, until there is none.
    pub(crate) fn all(&mut self, wanted: impl Fn(&F::Event) -> bool) -> &mut Self {
        while let Some(event) = self.offers().into_iter().find(&wanted) {
            self.does(event);
        }
        self
    }

    pub(crate) fn view(&self) -> &F::Projection {
        self.at.projection()
    }

    /// Is the claim of that name broken here?
    pub(crate) fn breaks(&self, id: &str) -> bool {
        let mut claims = Claims::default();
        self.model.claims(&mut claims);
        let claim = claims.as_slice().iter().find(|claim| claim.id() == id).expect("it is claimed");
        let over =
            self.before.as_ref().map(|(before, event)| claim.over_step(&self.model, before, event, &self.at));
        claim.at_state(&self.model, &self.at) == Truth::Broken || over == Some(Truth::Broken)
    }

    fn offers(&self) -> Vec<F::Event> {
        let mut events = Vec::new();
        self.model.actions(&self.at, &mut events);
        events
    }
}

/// What to do on the day on which a finding is no longer one.
pub(crate) fn changed(finding: &str, what: &str) -> String {
    format!(
        "finding {finding}: {what}. The crate behaves differently from the version in the report. Read its entry in \
         checks/FINDINGS.md, then change the entry, this test, and what the check in scopes.rs expects"
    )
}
