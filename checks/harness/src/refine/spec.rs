//! The refinement as a specification: its claims, and its remarks on a search or on runs.

use super::model::Refinement;
use super::{Mapping, lifted};
use quorate_spec::{Actor, Again, Claims, Kind, Picture, Remarks, Spec};
use stateright::Model;
use std::fmt;

type State<R> = <<R as Mapping>::Concrete as Model>::State;
type Action<R> = <<R as Mapping>::Concrete as Model>::Action;

fn refines<R: Mapping>(m: &Refinement<R>, before: &State<R>, action: &Action<R>, after: &State<R>) -> bool {
    m.refines(before, action, after)
}

impl<R: Mapping> Spec for Refinement<R> {
    fn kinds(&self) -> Vec<Kind> {
        self.concrete.kinds()
    }

    fn kind(&self, action: &Self::Action) -> Kind {
        self.concrete.kind(action)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always_step(
            "refines",
            "every step of the code is a step of the specification, or none",
            refines,
        );
        lifted::claims(self, claims);
    }

    fn again(&self, state: &Self::State, action: &Self::Action) -> Again<Self::Action> {
        self.concrete.again(state, action)
    }

    fn before_search(&self) {
        self.reset();
        self.concrete.before_search();
    }

    fn after_search(&self, complete: bool) -> Remarks {
        let mut remarks = self.concrete.after_search(complete);
        remarks.lines.push(format!("adequacy: {}", self.adequacy()));
        if remarks.again {
            return remarks;
        }
        // Of a search that was cut or stopped nobody knows what the rest would have named.
        if complete {
            remarks.failures.extend(self.missed());
        }
        // A replay of this search's traces needs little of what was remembered.
        Spec::forget(self);
        remarks
    }

    fn before_runs(&self) {
        self.reset();
        self.concrete.before_runs();
    }

    fn after_runs(&self) -> Remarks {
        let mut remarks = self.concrete.after_runs();
        let adequacy = self.adequacy();
        let counts = adequacy.hits.iter().map(|(kind, hits)| format!("{kind} {hits}"));
        remarks.lines.push(format!("the code performed: {}", counts.collect::<Vec<_>>().join(", ")));
        remarks.failures.extend(self.missed());
        Spec::forget(self);
        remarks
    }

    fn is_void(&self) -> bool {
        self.concrete.is_void()
    }

    fn is_stutter(&self, before: &Self::State, after: &Self::State) -> bool {
        self.concrete.is_stutter(before, after)
    }

    fn forget(&self) {
        Refinement::forget(self);
        self.concrete.forget();
    }

    fn actors(&self, init: &Self::State) -> Vec<Actor> {
        self.concrete.actors(init)
    }

    fn picture(&self, before: &Self::State, action: &Self::Action, after: &Self::State) -> Picture
    where
        Self::Action: fmt::Debug,
    {
        let mut picture = self.concrete.picture(before, action, after);
        picture.refines = Some(self.says(before, action, after));
        picture
    }
}
