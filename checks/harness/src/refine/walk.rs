//! A walk through the specification, alongside one concrete step.

use quorate_spec::{Claim, Spec, Truth};

/// The specification's state while the actions of one concrete step are taken on it.
pub struct Walk<'m, S: Spec> {
    model: &'m S,
    claims: &'m [Claim<S>],
    state: S::State,
    taken: Vec<S::Action>,
    refused: Option<(S::Action, String)>,
}

impl<'m, S: Spec> Walk<'m, S>
where
    S::State: Clone,
    S::Action: Clone,
{
    /// A walk that starts in `state`; of `claims`, the step claims are checked along the way.
    pub fn new(model: &'m S, claims: &'m [Claim<S>], state: S::State) -> Self {
        Walk { model, claims, state, taken: Vec::new(), refused: None }
    }

    /// The specification.
    pub fn model(&self) -> &'m S {
        self.model
    }

    /// Where the walk is now.
    pub fn state(&self) -> &S::State {
        &self.state
    }

    /// Takes one action. If the specification refuses it, or the step breaks a step claim, the walk ends there and
    /// ignores the rest.
    pub fn take(&mut self, action: S::Action) {
        if self.refused.is_some() {
            return;
        }
        let Some(next) = self.model.next_state(&self.state, action.clone()) else {
            self.refused = Some((action, "its guard does not hold".to_owned()));
            return;
        };
        if let Some(broken) = broken_step_claim(self.model, self.claims, &self.state, &action, &next) {
            self.refused = Some((action, format!("the step breaks {broken}")));
            return;
        }
        self.state = next;
        self.taken.push(action);
    }

    /// The actions taken so far.
    pub fn taken(&self) -> &[S::Action] {
        &self.taken
    }

    /// The action that was refused, and why.
    pub fn refused(&self) -> Option<&(S::Action, String)> {
        self.refused.as_ref()
    }
}

fn broken_step_claim<S: Spec>(
    model: &S,
    claims: &[Claim<S>],
    before: &S::State,
    action: &S::Action,
    after: &S::State,
) -> Option<String> {
    let broken =
        claims.iter().find(|claim| claim.over_step(model, before, action, after) == Truth::Broken)?;
    Some(match broken.why_step(model, before, action, after) {
        Some(why) => format!("{}: {why}", broken.id()),
        None => broken.id().to_owned(),
    })
}

impl<S: Spec> std::fmt::Debug for Walk<'_, S>
where
    S::Action: std::fmt::Debug,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Walk").field("taken", &self.taken).field("refused", &self.refused).finish()
    }
}
