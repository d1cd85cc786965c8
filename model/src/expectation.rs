//! What a check of a model is expected to find.

/// What a search should say of one claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expectation {
    /// It holds in the whole state space, and it was put to the test there.
    Holds,
    /// It is broken, and the shortest run that breaks it has this many steps.
    Violated {
        /// Steps of the shortest run.
        steps: u32,
    },
    /// It is reached, after this many steps at the earliest.
    Reached {
        /// Steps of the shortest witness.
        steps: u32,
    },
}

/// A model with fixed bounds and what is expected of it there.
pub struct Scope<M> {
    /// The name of the scope, unique among the scopes of its model.
    pub name: &'static str,
    /// What the scope shows, in one sentence.
    pub says: &'static str,
    /// The model, with its bounds.
    pub model: M,
    /// How many steps deep a search has to go to see all that is named in `expect`. `None`: it has to see everything.
    pub depth: Option<u32>,
    /// Expectations by claim id. If `depth` is `None`, every claim that is not named here holds (or, where its form is
    /// `sometimes`, is reached); else nothing is said of it.
    pub expect: Vec<(&'static str, Expectation)>,
}

impl<M> Scope<M> {
    /// What this scope expects of the claim with this id, if it names the claim.
    pub fn expectation(&self, claim: &str) -> Option<Expectation> {
        self.expect.iter().find(|(id, _)| *id == claim).map(|(_, expectation)| *expectation)
    }
}
