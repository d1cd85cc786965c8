//! How the states and actions of one model become data, and how an action is read back.

use super::debug::from_debug;
use super::marks::{BesideFn, MarksFn};
use super::tree::to_itf;
use super::write::digest;
use crate::guard::quietly;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use stateright::Model;
use std::fmt::Debug;

/// Writes a model's states and actions into traces, and reads actions back.
///
/// [`Form::serde`] where the types have serde; [`Form::debug`] where they derive only `Debug`. A plain struct of
/// functions, so that code that records traces needs no serde bound.
pub struct Form<M: Model> {
    /// The names of the model's type, of its states' and of its actions'.
    pub(crate) names: fn(&M) -> [&'static str; 3],
    pub(crate) state: fn(&M, &M::State) -> Value,
    pub(crate) action: fn(&M, &M::Action) -> Value,
    pub(crate) event: fn(&M, &M::Action) -> Option<Value>,
    pub(crate) read_event: fn(&M, &Value) -> Option<M::Action>,
    pub(crate) marks: Option<MarksFn<M>>,
    pub(crate) beside: Option<BesideFn<M>>,
    pub(crate) fidelity: &'static str,
}

impl<M: Model> Clone for Form<M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M: Model> Copy for Form<M> {}

impl<M: Model> Form<M> {
    /// By serde: every field by name, and each event replays from its own value.
    pub fn serde() -> Self
    where
        M::State: Serialize + Debug,
        M::Action: Serialize + DeserializeOwned + Debug,
    {
        Form {
            names,
            state: |_, state| to_itf(state).unwrap_or_else(|_| from_debug(state)),
            action: |_, action| to_itf(action).unwrap_or_else(|_| from_debug(action)),
            event: |_, action| serde_json::to_value(action).ok(),
            read_event: |_, value| serde_json::from_value(value.clone()).ok(),
            marks: None,
            beside: None,
            fidelity: "serde",
        }
    }

    /// By the text of `Debug`: an event replays by finding the action with that text among those on offer.
    pub fn debug() -> Self
    where
        M::State: Debug,
        M::Action: Debug,
    {
        Form {
            names,
            state: |_, state| match from_debug(state) {
                // The name of the state's type says nothing: its fields are the variables.
                Value::Object(mut whole) if whole.contains_key("tag") && whole["value"].is_object() => {
                    whole.remove("value").unwrap_or_default()
                }
                other => other,
            },
            action: |_, action| from_debug(action),
            event: |_, _| None,
            read_event: |_, _| None,
            marks: None,
            beside: None,
            fidelity: "debug",
        }
    }

    /// Also draws intervals: what begins and ends with a step from one state over an action to the next.
    pub fn marked(mut self, marks: MarksFn<M>) -> Self {
        self.marks = Some(marks);
        self
    }

    /// The state as the variables of a trace: its fields, or the one variable `state`.
    pub fn vars(&self, model: &M, state: &M::State) -> Map<String, Value> {
        match (self.state)(model, state) {
            Value::Object(fields) if is_record(&fields) => fields,
            other => Map::from_iter([("state".to_owned(), other)]),
        }
    }

    /// As [`Form::vars`]; where the state cannot be written because its own code panics, that is what is written.
    pub(crate) fn vars_or_panic(&self, model: &M, state: &M::State) -> (Map<String, Value>, Option<String>) {
        match quietly(|| self.vars(model, state)) {
            Ok(vars) => (vars, None),
            Err(message) => {
                (Map::from_iter([("state".to_owned(), format!("panics: {message}").into())]), Some(message))
            }
        }
    }

    /// The parts of an action, by name, as Quint's tools read them.
    pub(crate) fn picks(&self, model: &M, action: &M::Action) -> Map<String, Value> {
        let some = |value: Value| super::tree::variant("Some", value);
        let tree = (self.action)(model, action);
        let inner = match &tree {
            Value::Object(fields) if !is_record(fields) && fields.contains_key("tag") => &fields["value"],
            whole => whole,
        };
        match inner {
            Value::Object(fields) if is_record(fields) => {
                fields.iter().map(|(name, value)| (name.clone(), some(value.clone()))).collect()
            }
            Value::Object(fields) if fields.contains_key("#tup") => {
                let items = fields["#tup"].as_array().into_iter().flatten().enumerate();
                items.map(|(index, value)| (format!("arg{index}"), some(value.clone()))).collect()
            }
            other => Map::from_iter([("arg0".to_owned(), some(other.clone()))]),
        }
    }
}

/// The text of an action; if its own code panics, that is its text.
pub(super) fn text_or_panic<M: Model>(model: &M, action: &M::Action) -> (String, Option<String>)
where
    M::Action: Debug,
{
    match quietly(|| model.format_action(action)) {
        Ok(text) => (text, None),
        Err(message) => (format!("panics: {message}"), Some(message)),
    }
}

fn names<M: Model>(_: &M) -> [&'static str; 3] {
    [std::any::type_name::<M>(), std::any::type_name::<M::State>(), std::any::type_name::<M::Action>()]
}

/// A record, and not one of the format's own wrappers.
fn is_record(fields: &Map<String, Value>) -> bool {
    let variant = fields.len() == 2 && fields.contains_key("tag") && fields.contains_key("value");
    !variant && !fields.keys().any(|name| name.starts_with('#'))
}

/// The fingerprint of a model: its types, their fields, its kinds and its claims. A trace carries it, so that one
/// that no longer replays can say that the model changed. Empty where the model panics when it is asked for them.
pub(crate) fn model_hash<M: quorate_spec::Spec>(model: &M, form: &Form<M>) -> String {
    quietly(|| hash_of(model, form)).unwrap_or_default()
}

fn hash_of<M: quorate_spec::Spec>(model: &M, form: &Form<M>) -> String {
    let mut text = String::new();
    for name in (form.names)(model) {
        text.push_str(name);
        text.push('\n');
    }
    for kind in model.kinds() {
        text.push_str(&format!("{kind}\n"));
    }
    let mut claims = quorate_spec::Claims::default();
    model.claims(&mut claims);
    for claim in claims.as_slice() {
        text.push_str(&format!("{}\n", claim.id()));
    }
    for state in model.init_states() {
        shape(&Value::Object(form.vars(model, &state)), &mut text);
        text.push('\n');
    }
    format!("b3:{}", &digest(&text)[..16])
}

/// The fields of a tree, without its values.
fn shape(tree: &Value, text: &mut String) {
    match tree {
        Value::Object(fields) => {
            text.push('{');
            for (name, value) in fields {
                text.push_str(name);
                text.push(':');
                shape(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            let mut shapes: Vec<String> = items
                .iter()
                .map(|item| {
                    let mut inner = String::new();
                    shape(item, &mut inner);
                    inner
                })
                .collect();
            shapes.sort();
            shapes.dedup();
            text.push_str(&format!("[{}]", shapes.join("|")));
        }
        Value::String(_) => text.push('s'),
        Value::Bool(_) => text.push('b'),
        Value::Number(_) => text.push('n'),
        Value::Null => text.push('0'),
    }
}
