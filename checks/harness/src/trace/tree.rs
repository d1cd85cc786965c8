//! Any serde value as a tree of the Informal Trace Format, in JSON.
//!
//! The rules are those that the format's readers were found to need: integers are `#bigint` (JSON's are cut by some
//! parsers), there is no `null` and no fraction, `Option` and enums are records of `tag` and `value`, tuples are
//! `#tup`, maps `#map`, sets `#set`, and sets and maps are sorted, so that equal values give equal bytes.
//! Source: Apalache's ADR-015, and the `itf` crate, Quint and the editor plug-in as readers.

use serde::Serialize;
use serde::ser;
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::fmt::Display;

/// Why a value has no place in a trace.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct Unfit(String);

impl ser::Error for Unfit {
    fn custom<T: Display>(message: T) -> Self {
        Unfit(message.to_string())
    }
}

/// `value` as a tree of the trace format.
///
/// # Errors
/// What the value's own `Serialize` reports; nothing else fails. What is nested deeper than 300 levels is left out, and
/// `#unserializable` stands in its place.
pub fn to_itf<T: Serialize + ?Sized>(value: &T) -> Result<Value, Unfit> {
    let Some(_level) = Level::enter() else {
        return Ok(json!({ "#unserializable": format!("nested deeper than {LEVELS} levels") }));
    };
    value.serialize(Writer)
}

/// Values inside so many others are not written. Each level is three of JSON at most, which is as deep as traces are
/// read; and a list of a hundred thousand cells, each inside the one before, must not overflow the stack.
const LEVELS: usize = 300;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// One value inside another, while it is written.
struct Level;

impl Level {
    fn enter() -> Option<Level> {
        let depth = DEPTH.get();
        (depth < LEVELS).then(|| DEPTH.set(depth + 1)).map(|()| Level)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// An integer of any size.
pub(crate) fn integer(number: impl Display) -> Value {
    wrapped("#bigint", Value::String(number.to_string()))
}

/// A record of one field. The value is moved there: `json!` would copy it, at every level of a tree once more.
fn wrapped(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

/// The tuple of `items`; the unit is the tuple of none.
pub(crate) fn tuple(items: Vec<Value>) -> Value {
    wrapped("#tup", Value::Array(items))
}

/// The variant `tag` with its content.
pub(crate) fn variant(tag: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([("tag".to_owned(), Value::from(tag)), ("value".to_owned(), value)]))
}

/// The set of `items`, sorted, each once.
pub(crate) fn set(mut items: Vec<Value>) -> Value {
    items.sort_by_cached_key(canonical);
    items.dedup();
    wrapped("#set", Value::Array(items))
}

/// The map of `pairs`, sorted by key.
pub(crate) fn map(mut pairs: Vec<(Value, Value)>) -> Value {
    pairs.sort_by_cached_key(|(key, _)| canonical(key));
    let pairs = pairs.into_iter().map(|(key, value)| Value::Array(vec![key, value]));
    wrapped("#map", pairs.collect())
}

/// The one text of a tree: fields sorted, no spaces. Equal trees have equal texts.
pub fn canonical(tree: &Value) -> String {
    let mut text = String::new();
    write_canonical(tree, &mut text);
    text
}

fn write_canonical(tree: &Value, text: &mut String) {
    match tree {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (index, (name, value)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write_canonical(value, text);
            }
            text.push('}');
        }
        leaf => text.push_str(&leaf.to_string()),
    }
}

/// A field's name: the format keeps names that begin with `#` for itself.
fn field_name(name: &str) -> String {
    if name.starts_with('#') { format!("_{name}") } else { name.to_owned() }
}

struct Writer;

macro_rules! integers {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, number: $type) -> Result<Value, Unfit> {
            Ok(integer(number))
        })*
    };
}

impl ser::Serializer for Writer {
    type Ok = Value;
    type Error = Unfit;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Pairs;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    integers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
              serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128);

    fn serialize_bool(self, v: bool) -> Result<Value, Unfit> {
        Ok(Value::Bool(v))
    }

    fn serialize_f32(self, v: f32) -> Result<Value, Unfit> {
        Ok(json!({ "#unserializable": v.to_string() }))
    }

    fn serialize_f64(self, v: f64) -> Result<Value, Unfit> {
        Ok(json!({ "#unserializable": v.to_string() }))
    }

    fn serialize_char(self, v: char) -> Result<Value, Unfit> {
        Ok(Value::String(v.to_string()))
    }

    fn serialize_str(self, v: &str) -> Result<Value, Unfit> {
        Ok(Value::String(v.to_owned()))
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<Value, Unfit> {
        Ok(v.iter().map(integer).collect())
    }

    fn serialize_none(self) -> Result<Value, Unfit> {
        Ok(variant("None", tuple(Vec::new())))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Unfit> {
        Ok(variant("Some", to_itf(value)?))
    }

    fn serialize_unit(self) -> Result<Value, Unfit> {
        Ok(tuple(Vec::new()))
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Value, Unfit> {
        Ok(tuple(Vec::new()))
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, tag: &'static str) -> Result<Value, Unfit> {
        Ok(variant(tag, tuple(Vec::new())))
    }

    fn serialize_newtype_struct<T>(self, name: &'static str, value: &T) -> Result<Value, Unfit>
    where
        T: Serialize + ?Sized,
    {
        match (name, to_itf(value)?) {
            (quorate_spec::set::NAME, Value::Array(items)) => Ok(set(items)),
            (_, inner) => Ok(inner),
        }
    }

    fn serialize_newtype_variant<T>(
        self,
        _: &'static str,
        _: u32,
        tag: &'static str,
        value: &T,
    ) -> Result<Value, Unfit>
    where
        T: Serialize + ?Sized,
    {
        Ok(variant(tag, to_itf(value)?))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Items, Unfit> {
        Ok(Items::new(Wrap::List, len.unwrap_or(0)))
    }

    fn serialize_tuple(self, len: usize) -> Result<Items, Unfit> {
        Ok(Items::new(Wrap::Tuple, len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items, Unfit> {
        Ok(Items::new(Wrap::Tuple, len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        tag: &'static str,
        len: usize,
    ) -> Result<Items, Unfit> {
        Ok(Items::new(Wrap::Variant(tag), len))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Pairs, Unfit> {
        Ok(Pairs { key: None, pairs: Vec::new() })
    }

    fn serialize_struct(self, _: &'static str, _len: usize) -> Result<Fields, Unfit> {
        Ok(Fields { tag: None, fields: Map::new() })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        tag: &'static str,
        _: usize,
    ) -> Result<Fields, Unfit> {
        Ok(Fields { tag: Some(tag), fields: Map::new() })
    }
}

enum Wrap {
    List,
    Tuple,
    Variant(&'static str),
}

struct Items {
    wrap: Wrap,
    items: Vec<Value>,
}

impl Items {
    fn new(wrap: Wrap, len: usize) -> Self {
        Items { wrap, items: Vec::with_capacity(len.min(1024)) }
    }

    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        self.items.push(to_itf(value)?);
        Ok(())
    }

    fn finish(self) -> Result<Value, Unfit> {
        Ok(match self.wrap {
            Wrap::List => Value::Array(self.items),
            Wrap::Tuple => tuple(self.items),
            Wrap::Variant(tag) => variant(tag, tuple(self.items)),
        })
    }
}

macro_rules! items {
    ($($kind:ident: $method:ident),*) => {
        $(impl ser::$kind for Items {
            type Ok = Value;
            type Error = Unfit;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
                self.add(value)
            }

            fn end(self) -> Result<Value, Unfit> {
                self.finish()
            }
        })*
    };
}

items!(SerializeSeq: serialize_element, SerializeTuple: serialize_element,
       SerializeTupleStruct: serialize_field, SerializeTupleVariant: serialize_field);

struct Pairs {
    key: Option<Value>,
    pairs: Vec<(Value, Value)>,
}

impl ser::SerializeMap for Pairs {
    type Ok = Value;
    type Error = Unfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unfit> {
        self.key = Some(to_itf(key)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        let key = self.key.take().ok_or_else(|| Unfit("a map gave a value before its key".to_owned()))?;
        self.pairs.push((key, to_itf(value)?));
        Ok(())
    }

    fn end(self) -> Result<Value, Unfit> {
        Ok(map(self.pairs))
    }
}

struct Fields {
    tag: Option<&'static str>,
    fields: Map<String, Value>,
}

impl Fields {
    fn add<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Unfit> {
        self.fields.insert(field_name(name), to_itf(value)?);
        Ok(())
    }

    fn finish(self) -> Result<Value, Unfit> {
        let record = Value::Object(self.fields);
        Ok(match self.tag {
            Some(tag) => variant(tag, record),
            None => record,
        })
    }
}

macro_rules! fields {
    ($($kind:ident),*) => {
        $(impl ser::$kind for Fields {
            type Ok = Value;
            type Error = Unfit;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unfit> {
                self.add(name, value)
            }

            fn end(self) -> Result<Value, Unfit> {
                self.finish()
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);
