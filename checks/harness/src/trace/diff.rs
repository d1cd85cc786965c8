//! What changed between two states, leaf by leaf, in words.

use super::tree::canonical;
use serde_json::{Map, Value};

/// One leaf that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where: `servers.s0.epoch`.
    pub path: String,
    /// The value before; `None` if it was absent.
    pub before: Option<String>,
    /// The value after; `None` if it is gone.
    pub after: Option<String>,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = if self.path.is_empty() { "state" } else { &self.path };
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{path}: {before} → {after}"),
            (None, Some(after)) => write!(f, "{path}: + {after}"),
            (Some(before), None) => write!(f, "{path}: − {before}"),
            (None, None) => write!(f, "{path}"),
        }
    }
}

/// The leaves in which two states differ: sets and maps by element, never by position.
pub fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut all = Vec::new();
    compare(before, after, "", &mut all);
    all
}

fn compare(before: &Value, after: &Value, path: &str, all: &mut Vec<Change>) {
    if before == after {
        return;
    }
    match (wrapped(before), wrapped(after)) {
        (Form::Record(old), Form::Record(new)) => compare_fields(old, new, path, all),
        (Form::Variant(old_tag, old), Form::Variant(new_tag, new)) if old_tag == new_tag => {
            compare(old, new, path, all);
        }
        (Form::Set(old), Form::Set(new)) => {
            let missing = |from: &[Value], x: &Value| !from.contains(x);
            old.iter().filter(|x| missing(new, x)).for_each(|x| all.push(gone(path, x)));
            new.iter().filter(|x| missing(old, x)).for_each(|x| all.push(come(path, x)));
        }
        (Form::Map(old), Form::Map(new)) => compare_maps(old, new, path, all),
        (Form::List(old), Form::List(new)) => compare_lists(old, new, path, all),
        _ => {
            let (before, after) = (Some(show(before)), Some(show(after)));
            all.push(Change { path: path.to_owned(), before, after });
        }
    }
}

fn compare_fields(old: &Map<String, Value>, new: &Map<String, Value>, path: &str, all: &mut Vec<Change>) {
    for (name, value) in old {
        match new.get(name) {
            Some(now) => compare(value, now, &join(path, name), all),
            None => all.push(gone(&join(path, name), value)),
        }
    }
    new.iter().filter(|(name, _)| !old.contains_key(*name)).for_each(|(name, value)| {
        all.push(come(&join(path, name), value));
    });
}

/// Equal ends of lists of different lengths are no change, wherever they have moved to.
fn compare_lists(old: &[Value], new: &[Value], path: &str, all: &mut Vec<Change>) {
    let (mut front, mut back) = (0, 0);
    if old.len() != new.len() {
        front = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        back = old[front..].iter().rev().zip(new[front..].iter().rev()).take_while(|(a, b)| a == b).count();
    }
    let (old, new) = (&old[front..old.len() - back], &new[front..new.len() - back]);
    for index in 0..old.len().max(new.len()) {
        let inner = join(path, &(front + index).to_string());
        match (old.get(index), new.get(index)) {
            (Some(a), Some(b)) => compare(a, b, &inner, all),
            (Some(a), None) => all.push(gone(&inner, a)),
            (None, Some(b)) => all.push(come(&inner, b)),
            (None, None) => {}
        }
    }
}

fn compare_maps(old: &[Value], new: &[Value], path: &str, all: &mut Vec<Change>) {
    let find = |pairs: &[Value], key: &Value| pairs.iter().find(|pair| pair.get(0) == Some(key)).cloned();
    for pair in old {
        let (Some(key), Some(value)) = (pair.get(0), pair.get(1)) else { continue };
        let inner = join(path, &show(key));
        match find(new, key) {
            Some(now) => compare(value, &now[1], &inner, all),
            None => all.push(gone(&inner, value)),
        }
    }
    for pair in new {
        let (Some(key), Some(value)) = (pair.get(0), pair.get(1)) else { continue };
        if find(old, key).is_none() {
            all.push(come(&join(path, &show(key)), value));
        }
    }
}

fn gone(path: &str, value: &Value) -> Change {
    Change { path: path.to_owned(), before: Some(show(value)), after: None }
}

fn come(path: &str, value: &Value) -> Change {
    Change { path: path.to_owned(), before: None, after: Some(show(value)) }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A tree by what it stands for.
enum Form<'a> {
    Record(&'a Map<String, Value>),
    Variant(&'a str, &'a Value),
    Set(&'a [Value]),
    Map(&'a [Value]),
    List(&'a [Value]),
    Leaf,
}

fn wrapped(value: &Value) -> Form<'_> {
    match value {
        Value::Array(items) => Form::List(items),
        Value::Object(fields) => {
            let items = |name| fields.get(name).and_then(Value::as_array).map(Vec::as_slice);
            if let Some(items) = items("#set") {
                Form::Set(items)
            } else if let Some(pairs) = items("#map") {
                Form::Map(pairs)
            } else if let Some(items) = items("#tup") {
                Form::List(items)
            } else if let (2, Some(Value::String(tag)), Some(inner)) =
                (fields.len(), fields.get("tag"), fields.get("value"))
            {
                Form::Variant(tag, inner)
            } else if fields.keys().any(|name| name.starts_with('#')) {
                Form::Leaf
            } else {
                Form::Record(fields)
            }
        }
        _ => Form::Leaf,
    }
}

/// A value as people write it.
pub fn show(value: &Value) -> String {
    let all = |items: &[Value]| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match wrapped(value) {
        Form::List(items) if value.is_array() => format!("[{}]", all(items)),
        Form::List(items) => format!("({})", all(items)),
        Form::Set(items) => format!("{{{}}}", all(items)),
        Form::Map(pairs) => {
            let pair = |pair: &Value| format!("{}: {}", show(&pair[0]), show(&pair[1]));
            format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        Form::Variant("None", _) => "none".to_owned(),
        Form::Variant("Some", inner) => show(inner),
        Form::Variant(tag, inner) => match show(inner) {
            inner if inner == "()" => tag.to_owned(),
            inner if inner.starts_with(['(', '{']) => format!("{tag} {inner}"),
            inner => format!("{tag}({inner})"),
        },
        Form::Record(fields) => {
            let field = |(name, value): (&String, &Value)| format!("{name}: {}", show(value));
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        Form::Leaf => match value {
            Value::String(text) => text.clone(),
            Value::Object(fields) if fields.len() == 1 => {
                fields.values().next().and_then(Value::as_str).map_or_else(|| canonical(value), str::to_owned)
            }
            other => canonical(other),
        },
    }
}
