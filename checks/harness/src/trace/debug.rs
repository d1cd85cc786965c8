//! Reads the text of `{:?}` and `{:#?}` back into a tree of the trace format.
//!
//! Most models derive only `Debug`. Derived `Debug` is regular enough to read; a hand-written one may not be, and
//! then the text itself becomes the value, so that a reader still sees it. What cannot be known from the text is
//! chosen so that nothing is lost: a name before a brace or a parenthesis is kept as a `tag`, since a struct and a
//! variant look alike, and `{}` is taken for an empty map.

use super::tree::{integer, map, set, tuple, variant};
use serde_json::{Map, Value, json};
use std::fmt::Debug;

/// Deeper nesting than this is not read; the text is shown instead.
const DEPTH: usize = 128;

/// `value` as its derived `Debug` shows it; the text where that cannot be read.
pub fn from_debug(value: &impl Debug) -> Value {
    let text = format!("{value:?}");
    match parse(&text) {
        Some(tree) => tree,
        None => Value::String(format!("{value:#?}")),
    }
}

/// The tree that a `Debug` text shows; `None` where it is not regular.
pub fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text, depth: 0 };
    let tree = reader.value()?;
    reader.space();
    reader.rest.is_empty().then_some(tree)
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn peek(&mut self) -> Option<char> {
        self.space();
        self.rest.chars().next()
    }

    /// Takes `token` if it is next.
    fn take(&mut self, token: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let value = match self.peek()? {
            '"' => self.quoted('"').map(Value::String),
            '\'' => self.quoted('\'').map(Value::String),
            '[' => self.items("[", "]").map(Value::Array),
            '(' => self.items("(", ")").map(tuple),
            '{' => self.braces(),
            c if c.is_ascii_digit() || c == '-' => self.number(),
            c if c.is_alphabetic() || c == '_' => self.named(),
            _ => None,
        };
        self.depth -= 1;
        value
    }

    /// `open item, item, close`, with or without the comma at the end.
    fn items(&mut self, open: &str, close: &str) -> Option<Vec<Value>> {
        if !self.take(open) {
            return None;
        }
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.value()?);
            if !self.take(",") && self.peek() != close.chars().next() {
                return None;
            }
        }
        Some(items)
    }

    /// A map or a set.
    fn braces(&mut self) -> Option<Value> {
        self.take("{");
        let (mut pairs, mut elements) = (Vec::new(), Vec::new());
        while !self.take("}") {
            let first = self.value()?;
            if self.take(":") {
                pairs.push((first, self.value()?));
            } else {
                elements.push(first);
            }
            if !self.take(",") && self.peek() != Some('}') {
                return None;
            }
        }
        match (pairs.is_empty(), elements.is_empty()) {
            (false, false) => None,
            (_, true) => Some(map(pairs)),
            (true, false) => Some(set(elements)),
        }
    }

    fn number(&mut self) -> Option<Value> {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-._".contains(c)));
        let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Some(integer(text));
        }
        text.parse::<f64>().ok().map(|_| json!({ "#unserializable": text }))
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest.chars();
        chars.next();
        loop {
            match chars.next()? {
                c if c == quote => break,
                '\\' => text.push(escape(&mut chars)?),
                c => text.push(c),
            }
        }
        self.rest = chars.as_str();
        Some(text)
    }

    /// A name: alone, before a brace (fields), or before a parenthesis (items).
    fn named(&mut self) -> Option<Value> {
        let name = self.name()?;
        match (name, self.rest.trim_start().chars().next()) {
            ("true", _) => Some(Value::Bool(true)),
            ("false", _) => Some(Value::Bool(false)),
            ("NaN" | "inf", _) => Some(json!({ "#unserializable": name })),
            (_, Some('{')) => Some(variant(name, Value::Object(self.fields()?))),
            (_, Some('(')) => {
                let mut items = self.items("(", ")")?;
                let inner = if items.len() == 1 { items.remove(0) } else { tuple(items) };
                Some(variant(name, inner))
            }
            _ => Some(variant(name, tuple(Vec::new()))),
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '#'));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        (!name.is_empty()).then_some(name)
    }

    fn fields(&mut self) -> Option<Map<String, Value>> {
        self.take("{");
        let mut fields = Map::new();
        while !self.take("}") {
            if self.take("..") {
                continue;
            }
            self.space();
            let name = self.name()?;
            if !self.take(":") {
                return None;
            }
            fields.insert(name.trim_start_matches("r#").to_owned(), self.value()?);
            if !self.take(",") && self.peek() != Some('}') {
                return None;
            }
        }
        Some(fields)
    }
}

/// The character behind a backslash.
fn escape(chars: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match chars.next()? {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        'u' => {
            let digits = chars.as_str().strip_prefix('{')?.split_once('}')?.0;
            chars.nth(digits.len() + 1)?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
        }
        c => c,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tree::to_itf;
    use std::collections::{BTreeMap, BTreeSet};

    #[derive(Debug)]
    #[allow(dead_code)]
    enum Message {
        Prepare,
        Promise { ballot: (u8, u8), value: Option<i64> },
        Accept(u8, &'static str),
    }

    #[test]
    fn both_forms_of_debug_read_the_same() {
        let value = BTreeMap::from([
            (1u8, vec![Message::Prepare, Message::Accept(3, "a \"b\" \u{1} \\")]),
            (2, vec![Message::Promise { ballot: (1, 2), value: Some(-7) }]),
            (3, vec![]),
        ]);
        let short = parse(&format!("{value:?}")).unwrap();
        let long = parse(&format!("{value:#?}")).unwrap();
        assert_eq!(short, long);
        assert_eq!(short["#map"][1][1][0]["tag"], "Promise");
        assert_eq!(short["#map"][1][1][0]["value"]["value"]["value"], json!({ "#bigint": "-7" }));
    }

    #[test]
    fn plain_collections_read_as_serde_shows_them() {
        let value = (vec![1u8, 2], "text", 'c', true, BTreeMap::from([("k", 1u64)]));
        assert_eq!(parse(&format!("{value:?}")), Some(to_itf(&value).unwrap()));
    }

    #[test]
    fn a_set_is_told_from_a_list() {
        let value = BTreeSet::from(["b", "a"]);
        assert_eq!(parse(&format!("{value:?}")), Some(json!({ "#set": ["a", "b"] })));
    }

    #[test]
    fn what_is_not_regular_is_shown_as_text() {
        struct Odd;
        impl Debug for Odd {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("<odd: 3 of 4>")
            }
        }
        assert_eq!(from_debug(&Odd), Value::String("<odd: 3 of 4>".to_owned()));
        assert_eq!(parse(&"[".repeat(10_000)), None, "deep nesting is refused, not followed");
    }
}
