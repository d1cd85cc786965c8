//! Makes a run of a model shorter, and keeps what was found in it.

use super::any_live::{AnyLive, Shortened};
use super::explore::{self, Goal};
use super::untyped::{Action, State, Untyped};
use crate::guard::quietly;
use crate::steps;
use crate::trace::{CheckInfo, Recorder, verify};
use crate::verdict::Run;
use quorate_spec::{Again, Spec};

impl AnyLive {
    /// `run` without the steps that what was found does not need, or the shortest one where a search of at most `states`
    /// states finds it. If the shorter run does not show it, or its trace does not replay, the run stays as it is.
    pub(super) fn shortened(&self, about: CheckInfo, run: &Run<Untyped>, states: u64) -> Shortened {
        let property = about.property.clone();
        let is_panic = about.panic.is_some();
        let shows = |run: &Run<Untyped>| match is_panic {
            true => self.panics_at_end(run).map(|_| run.len()),
            false => self.shows(run, &property),
        };
        let whole = |about| {
            let trace = self.record(run, about);
            let astray = verify(&self.model, &self.form, &trace).err();
            Shortened { trace, steps: run.len(), astray }
        };
        let Some(at) = shows(run) else { return whole(about) };
        let actions: Vec<Action> = run.actions().take(at).cloned().collect();
        let goes = |kept: &[Action]| quietly(|| self.take_what_goes(&run.init, kept)).ok();
        let kept =
            crate::trace::minimise(&actions, |kept| goes(kept).is_some_and(|run| shows(&run).is_some()));
        let mut method = "drop-one";
        let Some(mut short) = goes(&kept).filter(|short| shows(short).is_some()) else { return whole(about) };
        let goal = Goal { property: property.clone(), depth: short.len().saturating_sub(1) };
        if states > 0
            && !is_panic
            && let (Some(found), _) = explore::find(&self.model, &self.form, None, &goal, states)
            && found.len() < short.len()
        {
            (short, method) = (found, "search");
        }
        let panic = is_panic.then(|| self.panics_at_end(&short)).flatten();
        let mut retold = self.record(&short, CheckInfo { panic, ..about.clone() });
        if verify(&self.model, &self.form, &retold).is_err() {
            return whole(about);
        }
        if let Some(harness) = &mut retold.harness {
            let from = run.len();
            harness.check.minimised = Some(crate::trace::Minimised { from, method: method.to_owned() });
        }
        Shortened { trace: retold, steps: short.len(), astray: None }
    }

    /// The run that takes what it can of `actions`, in order; what is not on offer, or leaves the boundary, is left out.
    pub(super) fn take_what_goes(&self, init: &State, actions: &[Action]) -> Run<Untyped> {
        let recorder = Recorder::new(&self.model, self.form);
        let mut run = Run { init: init.clone(), steps: Vec::new() };
        for action in actions {
            let here = match self.model.again(run.last(), action) {
                Again::Here(action) => Some(action),
                Again::Gone => None,
                Again::Look => {
                    let (mut offers, texts) = recorder.on_offer(run.last());
                    let place = recorder.find(run.last(), &offers, &texts, action);
                    place.map(|place| offers.swap_remove(place))
                }
            };
            if let Some(action) = here
                && let Some(next) = steps::take(&self.model, run.last(), action.clone())
            {
                run.steps.push((action, next));
            }
        }
        run
    }

    /// Does what was found of `property` show in `run`, and at which state?
    pub(super) fn shows(&self, run: &Run<Untyped>, property: &str) -> Option<usize> {
        let recorder = Recorder::new(&self.model, self.form);
        recorder.found_at(property, &run.init, &run.steps)
    }

    /// The message of the panic that whoever examines the last state of `run` meets.
    pub(super) fn panics_at_end(&self, run: &Run<Untyped>) -> Option<String> {
        Recorder::new(&self.model, self.form).panic_in(run.last())
    }
}
