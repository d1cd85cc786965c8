//! Reads JSON that may come from anywhere: nested as deep as our own traces are, with integers of any size, in UTF-8 or
//! UTF-16, with or without a byte order mark.
//!
//! The reader keeps a list of the values that are open instead of calling itself, so that no text overflows the stack.
//! What it returns is at most [`LEVELS`] deep, which everything that walks through a trace can bear.

use super::error::TraceError;
use serde_json::{Map, Number, Value, json};

/// The deepest nesting that is read.
pub(super) const LEVELS: usize = 1_000;

/// The text of a file.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, TraceError> {
    let wide = |bytes: &[u8], to_unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| to_unit([pair[0], pair[1]]));
        let text = char::decode_utf16(units).collect::<Result<String, _>>();
        let whole = text.ok().filter(|_| bytes.len().is_multiple_of(2));
        whole.ok_or_else(|| "not UTF-16, as its first bytes say".to_owned())
    };
    let text = if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        wide(rest, u16::from_le_bytes)
    } else if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        wide(rest, u16::from_be_bytes)
    } else {
        String::from_utf8(bytes).map_err(|error| error.utf8_error().to_string())
    };
    text.map_err(|problem| TraceError::NotJson(format!("not text: {problem}")))
}

/// The value that `text` is.
pub(super) fn parse(text: &str) -> Result<Value, TraceError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, at: 0 };
    let mut open: Vec<Open> = Vec::new();
    loop {
        let mut value = match reader.begin(open.len())? {
            Begun::Whole(value) => value,
            Begun::Open(inner) => {
                open.push(inner);
                continue;
            }
        };
        // The value is whole: it goes into what is open around it, and may complete that too.
        loop {
            let Some(outer) = open.pop() else { return reader.end(value) };
            match reader.put(outer, value)? {
                Begun::Open(outer) => {
                    open.push(outer);
                    break;
                }
                Begun::Whole(outer) => value = outer,
            }
        }
    }
}

/// A value whose end has not been read yet.
enum Open {
    List(Vec<Value>),
    /// With the name of the field whose value comes next.
    Record(Map<String, Value>, String),
}

enum Begun {
    Whole(Value),
    Open(Open),
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Result<u8, TraceError> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.text.as_bytes().get(self.at).copied().ok_or_else(|| self.cut())
    }

    /// The beginning of a value inside so many others.
    fn begin(&mut self, depth: usize) -> Result<Begun, TraceError> {
        let first = self.peek()?;
        if matches!(first, b'[' | b'{') && depth >= LEVELS {
            let (line, column) = self.position();
            return Err(TraceError::Malformed {
                at: format!("line {line}, column {column}"),
                problem: format!("values are nested deeper than {LEVELS} levels"),
            });
        }
        match first {
            b'[' => {
                self.at += 1;
                if self.peek()? == b']' {
                    self.at += 1;
                    return Ok(Begun::Whole(Value::Array(Vec::new())));
                }
                Ok(Begun::Open(Open::List(Vec::new())))
            }
            b'{' => {
                self.at += 1;
                if self.peek()? == b'}' {
                    self.at += 1;
                    return Ok(Begun::Whole(Value::Object(Map::new())));
                }
                Ok(Begun::Open(Open::Record(Map::new(), self.name()?)))
            }
            b'"' => self.string().map(|text| Begun::Whole(Value::String(text))),
            _ => self.scalar().map(Begun::Whole),
        }
    }

    /// Puts `value` into `outer`: what is open then, or whole.
    fn put(&mut self, outer: Open, value: Value) -> Result<Begun, TraceError> {
        let next = self.peek()?;
        self.at += 1;
        match (outer, next) {
            (Open::List(mut items), b',' | b']') => {
                items.push(value);
                let is_whole = next == b']';
                Ok(if is_whole { Begun::Whole(Value::Array(items)) } else { Begun::Open(Open::List(items)) })
            }
            (Open::Record(mut fields, name), b',' | b'}') => {
                fields.insert(name, value);
                if next == b'}' {
                    return Ok(Begun::Whole(Value::Object(fields)));
                }
                let name = self.name()?;
                Ok(Begun::Open(Open::Record(fields, name)))
            }
            (outer, _) => {
                self.at -= 1;
                let close = if matches!(outer, Open::List(_)) { ']' } else { '}' };
                Err(self.wrong(&format!("expected `,` or `{close}`")))
            }
        }
    }

    /// A field's name, up to and with the colon.
    fn name(&mut self) -> Result<String, TraceError> {
        if self.peek()? != b'"' {
            return Err(self.wrong("expected the name of a field"));
        }
        let name = self.string()?;
        if self.peek()? != b':' {
            return Err(self.wrong("expected `:`"));
        }
        self.at += 1;
        Ok(name)
    }

    fn string(&mut self) -> Result<String, TraceError> {
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => {
                    self.at = bytes.len();
                    return Err(self.cut());
                }
            }
        }
        let text =
            serde_json::from_str(&self.text[self.at..=end]).map_err(|error| self.wrong(&error.to_string()));
        self.at = end + 1;
        text
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<Value, TraceError> {
        let rest = &self.text[self.at..];
        let length =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(rest.len());
        let word = &rest[..length];
        let digits = word.strip_prefix('-').unwrap_or(word);
        let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let value = match serde_json::from_str::<Value>(word) {
            // An integer that has no room in a number would be rounded; the format has a form for it.
            Ok(Value::Number(number)) if is_integer && is_rounded(&number) => json!({ "#bigint": word }),
            Ok(value) => value,
            Err(_) if is_integer && digits.len() > 19 && !digits.starts_with('0') => {
                json!({ "#bigint": word })
            }
            Err(_) if length == rest.len() => {
                self.at = self.text.len();
                return Err(self.cut());
            }
            Err(_) if word.is_empty() => return Err(self.wrong("expected a value")),
            Err(_) => return Err(self.wrong(&format!("{word} is no value"))),
        };
        self.at += length;
        Ok(value)
    }

    /// Nothing may follow the value.
    fn end(mut self, value: Value) -> Result<Value, TraceError> {
        match self.peek() {
            Err(_) => Ok(value),
            Ok(b'{') => Err(self.wrong("a second value begins; a file is one trace")),
            Ok(_) => Err(self.wrong("something follows the value")),
        }
    }

    /// Line and column, from 1.
    fn position(&self) -> (usize, usize) {
        let before = &self.text.as_bytes()[..self.at.min(self.text.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        (line, column)
    }

    fn cut(&self) -> TraceError {
        let (line, column) = self.position();
        TraceError::CutShort { line, column: column - 1 }
    }

    fn wrong(&self, problem: &str) -> TraceError {
        let (line, column) = self.position();
        TraceError::NotJson(format!("{problem} at line {line}, column {column}"))
    }
}

fn is_rounded(number: &Number) -> bool {
    !number.is_i64() && !number.is_u64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(|number: f64| Value::from(number)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 60, 6, |inner| {
            let list = proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from);
            let record = proptest::collection::btree_map(any::<String>(), inner, 0..6);
            prop_oneof![list, record.prop_map(|fields| fields.into_iter().collect::<Value>())]
        })
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_read_as_it_was(value in value(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            prop_assert_eq!(parse(&text).unwrap(), serde_json::from_str::<Value>(&text).unwrap(), "{}", text);
            for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
                let ours = parse(&text[..end]);
                let theirs = serde_json::from_str::<Value>(&text[..end]);
                prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{}", &text[..end]);
            }
        }

        #[test]
        fn serde_and_we_refuse_the_same(text in r#"[\[\]{}:,"\\u0-9a-f.eE+ \n-]{0,12}|(true|null|tru|"a":|[\[\]{},])*"#) {
            let theirs = serde_json::from_str::<Value>(&text);
            prop_assert_eq!(parse(&text).is_ok(), theirs.is_ok(), "{} {:?}", &text, theirs);
        }
    }

    #[test]
    fn deep_nesting_is_read_or_refused_and_never_overflows() {
        let nested =
            |open: &str, levels: usize, close: &str| open.repeat(levels) + "1" + &close.repeat(levels);
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"#set\": [", "]}]")] {
            let each = open.matches(['[', '{']).count();
            assert!(parse(&nested(open, LEVELS / each, close)).is_ok(), "{open}");
            for levels in [LEVELS / each + 1, 5_000, 20_000, 1_000_000] {
                let refused = parse(&nested(open, levels, close)).expect_err(open).to_string();
                assert!(refused.ends_with("values are nested deeper than 1000 levels"), "{refused}");
                assert!(parse(&open.repeat(levels)).is_err());
            }
        }
    }

    #[test]
    fn integers_keep_their_digits() {
        let of = |text: &str| parse(text).unwrap();
        assert_eq!(of("18446744073709551615"), json!(u64::MAX));
        assert_eq!(of("18446744073709551616"), json!({ "#bigint": "18446744073709551616" }));
        assert_eq!(of("-9223372036854775809"), json!({ "#bigint": "-9223372036854775809" }));
        assert_eq!(of("1.5"), json!(1.5));
        let long = "7".repeat(400);
        assert_eq!(of(&long), json!({ "#bigint": long }));
        assert!(parse("007").is_err());
    }

    #[test]
    fn errors_say_where() {
        let of = |text: &str| parse(text).expect_err(text).to_string();
        assert_eq!(of("{\"a\": 1,\n \"b\" 2}"), "not JSON: expected `:` at line 2, column 6");
        assert_eq!(of("[1\n 2]"), "not JSON: expected `,` or `]` at line 2, column 2");
        assert_eq!(of("{} {}"), "not JSON: a second value begins; a file is one trace at line 1, column 4");
        assert_eq!(of("[yes]"), "not JSON: yes is no value at line 1, column 2");
        assert!(of("[1, ").starts_with("the file is cut short: it ends at line 1, column 4"));
    }
}
