//! The states of a run: whole, or as keyframes with the edits between them.
//!
//! A state a step does not scale: 10,000 states of 6 kB are 60 MB. Above 500 states only every hundredth is kept
//! whole, and each other one is the list of edits that make it from the one before.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Runs with more states than this are kept as keyframes and edits.
pub const WHOLE: usize = 500;

/// The distance between keyframes.
const KEYFRAME: usize = 100;

/// One place in a tree: a field's name or a position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Place {
    /// A field of an object.
    Field(String),
    /// A position in an array.
    Index(usize),
}

/// One change of a tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Where.
    pub path: Vec<Place>,
    /// For an array of another length: the first position that changes, and how many elements go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub splice: Option<(usize, usize)>,
    /// What comes: the new value, or, for a splice, the array of new elements. Nothing: the field goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// A state as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The state itself.
    Whole(Value),
    /// What to change in the state before it.
    Edits(Vec<Edit>),
}

/// All states of a run, in order.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct States {
    frames: Vec<Frame>,
    last: Value,
}

impl States {
    /// The number of states.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Is there no state?
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Are there keyframes only, with edits between them?
    pub fn is_compact(&self) -> bool {
        self.len() > WHOLE
    }

    /// How the states are kept.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Adds the next state.
    pub fn push(&mut self, state: Value) {
        if self.frames.len() == WHOLE {
            let whole: Vec<Value> = self.iter().collect();
            self.frames.clear();
            for state in whole {
                self.push_compact(state);
            }
        }
        if self.frames.len() < WHOLE {
            self.frames.push(Frame::Whole(state.clone()));
            self.last = state;
        } else {
            self.push_compact(state);
        }
    }

    /// Adds the next state as a file keeps it.
    ///
    /// # Errors
    /// If the edits do not fit the state before; the message says which and why.
    pub fn push_frame(&mut self, frame: Frame) -> Result<(), String> {
        match &frame {
            Frame::Whole(state) => self.last = state.clone(),
            Frame::Edits(_) if self.is_empty() => return Err("the first state is not whole".to_owned()),
            Frame::Edits(edits) => apply_all(&mut self.last, edits)?,
        }
        self.frames.push(frame);
        Ok(())
    }

    /// The last state; `Null` if there is none.
    pub fn last(&self) -> &Value {
        &self.last
    }

    /// State `index`.
    pub fn get(&self, index: usize) -> Option<Value> {
        let tail = self.frames.get(..=index)?;
        let key = tail.iter().rposition(|frame| matches!(frame, Frame::Whole(_)))?;
        Iter { frames: &self.frames[key..=index], at: 0, state: Value::Null }.last()
    }

    /// The states, one after the other.
    pub fn iter(&self) -> Iter<'_> {
        Iter { frames: &self.frames, at: 0, state: Value::Null }
    }

    fn push_compact(&mut self, state: Value) {
        if self.frames.len().is_multiple_of(KEYFRAME) {
            self.frames.push(Frame::Whole(state.clone()));
        } else {
            self.frames.push(Frame::Edits(difference(&self.last, &state)));
        }
        self.last = state;
    }
}

impl FromIterator<Value> for States {
    fn from_iter<I: IntoIterator<Item = Value>>(states: I) -> Self {
        let mut all = States::default();
        states.into_iter().for_each(|state| all.push(state));
        all
    }
}

/// Rebuilds states one after the other.
pub struct Iter<'a> {
    frames: &'a [Frame],
    at: usize,
    state: Value,
}

impl Iterator for Iter<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        match self.frames.get(self.at)? {
            Frame::Whole(state) => self.state = state.clone(),
            // Frames are only ever added after their edits were applied once.
            Frame::Edits(edits) => apply_all(&mut self.state, edits).ok()?,
        }
        self.at += 1;
        Some(self.state.clone())
    }
}

/// The edits that make `after` from `before`.
pub fn difference(before: &Value, after: &Value) -> Vec<Edit> {
    let mut edits = Vec::new();
    walk(before, after, &mut Vec::new(), &mut edits);
    edits
}

fn walk(before: &Value, after: &Value, path: &mut Vec<Place>, edits: &mut Vec<Edit>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in new {
                path.push(Place::Field(name.clone()));
                match old.get(name) {
                    Some(known) => walk(known, value, path, edits),
                    None => edits.push(Edit { path: path.clone(), splice: None, value: Some(value.clone()) }),
                }
                path.pop();
            }
            for name in old.keys().filter(|name| !new.contains_key(*name)) {
                path.push(Place::Field(name.clone()));
                edits.push(Edit { path: path.clone(), splice: None, value: None });
                path.pop();
            }
        }
        (Value::Array(old), Value::Array(new)) => walk_array(old, new, path, edits),
        _ => edits.push(Edit { path: path.clone(), splice: None, value: Some(after.clone()) }),
    }
}

/// Equal ends stay; what is between them is replaced, or compared one by one if there are as many.
fn walk_array(old: &[Value], new: &[Value], path: &mut Vec<Place>, edits: &mut Vec<Edit>) {
    let front = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let back = old[front..].iter().rev().zip(new[front..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (gone, come) = (&old[front..old.len() - back], &new[front..new.len() - back]);
    if gone.len() == come.len() {
        for (offset, (a, b)) in gone.iter().zip(come).enumerate() {
            path.push(Place::Index(front + offset));
            walk(a, b, path, edits);
            path.pop();
        }
    } else {
        let value = Some(Value::Array(come.to_vec()));
        edits.push(Edit { path: path.clone(), splice: Some((front, gone.len())), value });
    }
}

fn apply_all(state: &mut Value, edits: &[Edit]) -> Result<(), String> {
    edits.iter().try_for_each(|edit| apply(state, edit))
}

fn apply(state: &mut Value, edit: &Edit) -> Result<(), String> {
    let nowhere = || format!("no such place: {}", path_text(&edit.path));
    if let Some((at, gone)) = edit.splice {
        let items = resolve(state, &edit.path).and_then(Value::as_array_mut).ok_or_else(nowhere)?;
        let end = at.checked_add(gone).filter(|end| *end <= items.len()).ok_or_else(nowhere)?;
        let come = edit.value.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
        items.splice(at..end, come);
        return Ok(());
    }
    let Some((place, parents)) = edit.path.split_last() else {
        *state = edit.value.clone().ok_or_else(nowhere)?;
        return Ok(());
    };
    match (resolve(state, parents).ok_or_else(nowhere)?, place, &edit.value) {
        (Value::Object(fields), Place::Field(name), Some(value)) => {
            fields.insert(name.clone(), value.clone());
        }
        (Value::Object(fields), Place::Field(name), None) => {
            fields.remove(name).ok_or_else(nowhere)?;
        }
        (Value::Array(items), Place::Index(index), Some(value)) => {
            *items.get_mut(*index).ok_or_else(nowhere)? = value.clone();
        }
        _ => return Err(nowhere()),
    }
    Ok(())
}

fn resolve<'a>(state: &'a mut Value, path: &[Place]) -> Option<&'a mut Value> {
    path.iter().try_fold(state, |value, place| match place {
        Place::Field(name) => value.get_mut(name),
        Place::Index(index) => value.get_mut(*index),
    })
}

/// A path as people read it: `servers.s0.epoch`. The format's own wrappers are left out.
pub fn path_text(path: &[Place]) -> String {
    let parts = path.iter().filter_map(|place| match place {
        Place::Field(name) if name.starts_with('#') || name == "value" => None,
        Place::Field(name) => Some(name.clone()),
        Place::Index(index) => Some(index.to_string()),
    });
    parts.collect::<Vec<_>>().join(".")
}
