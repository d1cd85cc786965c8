//! Writes down one run, step by step.

use super::form::model_hash;
use super::format::{
    ACTION_TAKEN, Alternative, Annotation, CheckInfo, Expected, Harness, Lane, PICKS, PropertyRow, SCHEMA,
    Step, Trace,
};
use super::mail::Mail;
use super::marks::Intervals;
use super::record::Recorder;
use super::signature::signature;
use super::states::States;
use super::tokens::{init_token, token_at};
use super::write::fingerprint;
use crate::guard::quietly;
use crate::steps;
use quorate_spec::{Shape, Spec};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Runs with more steps than this are recorded without their alternatives.
const WITH_ALTERNATIVES: usize = 500;

impl<M: Spec> Recorder<'_, M>
where
    M::Action: Clone + Debug,
    M::State: Clone,
{
    /// The trace of the run from `init` over `steps`. `about` says what was asked; what follows from the run itself
    /// (verdict at which step, sentence, model hash, signature) is filled in here.
    ///
    /// Where the model panics while it is asked how a step looks, the trace has a gap there: see [`Recorder::panics`].
    pub fn trace(&self, init: &M::State, steps: &[(M::Action, M::State)], about: CheckInfo) -> Trace {
        let mut pen = Pen::new(self, init, steps.len());
        for (action, after) in steps {
            pen.step(action, after);
        }
        pen.finish(about)
    }
}

pub(crate) struct Pen<'r, 'm, M: Spec> {
    recorder: &'r Recorder<'m, M>,
    now: M::State,
    vars: Vec<String>,
    states: States,
    steps: Vec<Step>,
    mail: Mail,
    lanes: Vec<Lane>,
    values: Vec<String>,
    /// By claim: why it fails, by state.
    whys: Vec<BTreeMap<usize, String>>,
    alternatives: Option<Vec<Vec<Alternative>>>,
    annotations: Vec<Annotation>,
    intervals: Intervals,
    expected: Vec<Option<Expected>>,
    /// The last step of each actor.
    last_of: BTreeMap<String, usize>,
}

impl<'r, 'm, M: Spec> Pen<'r, 'm, M>
where
    M::Action: Clone + Debug,
    M::State: Clone,
{
    pub(crate) fn new(recorder: &'r Recorder<'m, M>, init: &M::State, length: usize) -> Self {
        let lanes = recorder.guarded("who acts", || recorder.model.actors(init), |_| Vec::new()).into_iter();
        let mut pen = Pen {
            recorder,
            now: init.clone(),
            vars: Vec::new(),
            states: States::default(),
            steps: Vec::new(),
            mail: Mail::default(),
            lanes: lanes.map(|a| Lane { id: a.id, name: a.name, role: a.role }).collect(),
            values: vec![String::new(); recorder.claims.as_slice().len()],
            whys: vec![BTreeMap::new(); recorder.claims.as_slice().len()],
            alternatives: (length <= WITH_ALTERNATIVES).then(Vec::new),
            annotations: Vec::new(),
            intervals: Intervals::default(),
            expected: Vec::new(),
            last_of: BTreeMap::new(),
        };
        pen.note_beside(None, init);
        let mut vars = recorder.vars(init);
        pen.vars = vars.keys().cloned().chain([ACTION_TAKEN.to_owned(), PICKS.to_owned()]).collect();
        let fp = fingerprint(&vars);
        vars.insert(ACTION_TAKEN.to_owned(), Value::from("init"));
        vars.insert(PICKS.to_owned(), Value::Object(Map::new()));
        let token = init_token(pen.init_position(init, &fp));
        pen.states.push(Value::Object(vars));
        pen.steps.push(Step { token, kind: "init".to_owned(), fp, ..Step::default() });
        pen.note_values(None, init);
        pen
    }

    /// Adds the step over `action` to `after`.
    pub(crate) fn step(&mut self, action: &M::Action, after: &M::State) {
        let recorder = self.recorder;
        let index = self.steps.len();
        let picture = recorder.picture(&self.now, action, after);
        let recv = picture.receives.as_ref().map(|said| self.mail.receive(said, index));
        let drops = picture.drops.iter().map(|said| self.mail.lose(said, index)).collect();
        let sends = picture.sends.iter().map(|said| self.mail.send(said, index)).collect();
        let sent = recv.as_ref().and_then(|id| self.mail.sent(id));
        let previous = picture.actor.as_ref().and_then(|actor| self.last_of.insert(actor.clone(), index));
        let mut causes: Vec<usize> = previous.into_iter().chain(sent).collect();
        causes.sort_unstable();
        causes.dedup();
        if let Some(fault) = &picture.fault {
            self.annotations.push(Annotation {
                at: index,
                actor: picture.actor.clone(),
                text: fault.clone(),
            });
        }
        let text = recorder.text(action);
        let token = self.token(action, &text);
        let mut vars = recorder.vars(after);
        let fp = fingerprint(&vars);
        vars.insert(ACTION_TAKEN.to_owned(), Value::from(recorder.kind(action)));
        let picks = recorder.guarded(
            "the form of an action",
            || recorder.form.picks(recorder.model, action),
            |_| Map::new(),
        );
        vars.insert(PICKS.to_owned(), Value::Object(picks));
        self.states.push(Value::Object(vars));
        self.steps.push(Step {
            token,
            kind: picture.kind,
            label: picture.label,
            action: text,
            actor: picture.actor,
            recv,
            sends,
            drops,
            fault: picture.fault,
            refines: picture.refines,
            causes,
            event: recorder.event(action),
            fp,
            ..Step::default()
        });
        let now = self.now.clone();
        self.note_values(Some((&now, action)), after);
        let marks = || recorder.form.marks.map(|marks| marks(recorder.model, &self.now, action, after));
        let marks = recorder.guarded("what begins and ends with a step", marks, |_| None);
        marks.into_iter().flatten().for_each(|mark| self.intervals.note(mark, index));
        self.note_beside(Some((&now, action)), after);
        self.now = after.clone();
    }

    /// The trace, with what follows from the run filled into `about`.
    pub(crate) fn finish(mut self, mut about: CheckInfo) -> Trace {
        let recorder = self.recorder;
        if let Some(list) = &mut self.alternatives {
            list.push(recorder.offers(&self.now, None).0);
        }
        let claims = recorder.claims.as_slice();
        let properties: Vec<PropertyRow> = claims
            .iter()
            .zip(self.values.iter().zip(&self.whys))
            .map(|(claim, (values, why))| PropertyRow {
                name: claim.id().to_owned(),
                text: claim.text().to_owned(),
                kind: shape_name(claim.shape()).to_owned(),
                values: values.clone(),
                why: why.clone(),
            })
            .collect();
        settle(&mut about, &properties);
        about.model_hash = model_hash(recorder.model, &recorder.form);
        about.fidelity = recorder.form.fidelity.to_owned();
        let why = about.at.and_then(|at| {
            properties.iter().find(|row| row.name == about.property).and_then(|row| row.why.get(&at))
        });
        let description = describe(&about, &self.steps, why);
        let status = match about.verdict.as_str() {
            "violated" | "panicked" => "violation",
            _ => "example",
        };
        let mut harness = Harness {
            schema: SCHEMA.to_owned(),
            check: about,
            actors: self.lanes,
            messages: self.mail.into_messages(),
            steps: self.steps,
            properties,
            alternatives: self.alternatives.unwrap_or_default(),
            annotations: self.annotations,
            ops: self.intervals.ops,
            spans: self.intervals.spans,
            expected: self.expected,
            extra: Map::new(),
        };
        harness.check.signature = signature(&harness);
        Trace {
            source: (recorder.form.names)(recorder.model)[0].to_owned(),
            status: status.to_owned(),
            description,
            vars: self.vars,
            states: self.states,
            harness: Some(harness),
            ..Trace::default()
        }
    }

    /// The place of the initial state: of several that read the same, the one that is the same.
    fn init_position(&self, init: &M::State, fp: &str) -> usize {
        let recorder = self.recorder;
        let states =
            recorder.guarded("the initial states", || steps::initial(recorder.model), |_| Vec::new());
        let reads = |state: &M::State| fingerprint(&recorder.vars(state)) == fp;
        let alike: Vec<_> = states.into_iter().filter(|(_, state)| reads(state)).collect();
        let print = |state: &M::State| quietly(|| (recorder.print)(state)).ok();
        let own = (alike.len() > 1).then(|| print(init)).flatten();
        let same = alike.iter().find(|(_, state)| own.is_some() && print(state) == own);
        same.or_else(|| alike.first()).map_or(0, |(place, _)| *place)
    }

    /// The token of the action taken, and, on the way, what else was on offer.
    fn token(&mut self, action: &M::Action, text: &str) -> String {
        let recorder = self.recorder;
        let token = match &mut self.alternatives {
            Some(list) => {
                let (offers, token) = recorder.offers(&self.now, Some(action));
                list.push(offers);
                token
            }
            None => {
                let (actions, texts) = recorder.on_offer(&self.now);
                let place = recorder.find(&self.now, &actions, &texts, action);
                place.map(|place| token_at(&texts, place))
            }
        };
        token.unwrap_or_else(|| token_at(&[text.to_owned()], 0))
    }

    fn note_beside(&mut self, step: Option<(&M::State, &M::Action)>, state: &M::State) {
        let recorder = self.recorder;
        let Some(beside) = recorder.form.beside else { return };
        let look = || beside(recorder.model, step, state);
        self.expected.push(recorder.guarded("the specification's side of a state", look, |_| None));
    }

    fn note_values(&mut self, step: Option<(&M::State, &M::Action)>, state: &M::State) {
        let recorder = self.recorder;
        let at = self.values.first().map_or(0, String::len);
        let letters = recorder.values(step, state);
        for (place, claim) in recorder.claims.as_slice().iter().enumerate() {
            self.values[place].push(letters[place]);
            if letters[place] == 'F'
                && let Some(why) = recorder.why(claim, step, state)
            {
                self.whys[place].insert(at, why);
            }
        }
    }
}

/// The form of a claim, as a trace names it.
pub(crate) fn shape_name<M: Spec>(shape: Shape<M>) -> &'static str {
    match shape {
        Shape::Always(_) => "always",
        Shape::AlwaysStep(_) => "always step",
        Shape::AtEnd(_) => "at end",
        Shape::Sometimes(_) => "sometimes",
    }
}

/// Fills in what the property's own row says: does it fall, is it reached, and where.
fn settle(about: &mut CheckInfo, properties: &[PropertyRow]) {
    if about.panic.is_some() {
        about.verdict = "panicked".to_owned();
        return;
    }
    let row = properties.iter().find(|row| row.name == about.property);
    let first = |letter| row.and_then(|row| row.values.chars().position(|c| c == letter));
    let sometimes = row.is_some_and(|row| row.kind == "sometimes");
    let (verdict, at) = match (sometimes, first('F'), first('T')) {
        (true, _, Some(at)) => ("reached", Some(at)),
        (false, Some(at), _) => ("violated", Some(at)),
        _ => ("open", None),
    };
    (about.verdict, about.at) = (verdict.to_owned(), at);
    if let Some(row) = row {
        about.text.clone_from(&row.text);
    }
}

/// The finding in one sentence.
fn describe(about: &CheckInfo, steps: &[Step], why: Option<&String>) -> String {
    let CheckInfo { property, text, .. } = about;
    let step = |at: usize| match steps.get(at) {
        Some(step) if at > 0 && !step.label.is_empty() => format!("step {at}, {}", step.label),
        _ => "the first state".to_owned(),
    };
    match (about.verdict.as_str(), about.at) {
        ("violated", Some(at)) => {
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            format!("{property} ({text}) is broken at {}{why}", step(at))
        }
        ("reached", Some(at)) => format!("{property} ({text}) is reached at {}", step(at)),
        ("panicked", _) => {
            format!(
                "the model panics after {} steps: {}",
                steps.len() - 1,
                about.panic.as_deref().unwrap_or("")
            )
        }
        _ => format!("a run of {} steps", steps.len() - 1),
    }
}
