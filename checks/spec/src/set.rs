//! Marks a field as a set, for traces.
//!
//! serde shows a `BTreeSet` as a sequence, so a trace writer cannot tell it from a list, and a reader of the trace
//! would compare sets by position. A field marked `#[serde(with = "quorate_spec::set")]` is written as a set in
//! traces and, as ever, as a sequence in JSON:
//!
//! ```
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Acceptor {
//!     #[serde(with = "quorate_spec::set")]
//!     agreed: std::collections::BTreeSet<u8>,
//! }
//! # let text = serde_json::to_string(&Acceptor { agreed: [2, 1].into() }).unwrap();
//! # assert_eq!(text, r#"{"agreed":[1,2]}"#);
//! ```

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::marker::PhantomData;

/// The name under which serde passes a set on. Formats that do not know it write the sequence inside.
pub const NAME: &str = "#set";

struct Elements<'a, C>(&'a C);

impl<'a, C> Serialize for Elements<'a, C>
where
    &'a C: IntoIterator,
    <&'a C as IntoIterator>::Item: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

/// Writes a collection as a set.
///
/// # Errors
/// What the format reports.
pub fn serialize<'a, C, S>(set: &'a C, serializer: S) -> Result<S::Ok, S::Error>
where
    &'a C: IntoIterator,
    <&'a C as IntoIterator>::Item: Serialize,
    S: Serializer,
{
    serializer.serialize_newtype_struct(NAME, &Elements(set))
}

struct Collect<C, T>(PhantomData<(C, T)>);

impl<'de, C: FromIterator<T>, T: Deserialize<'de>> Visitor<'de> for Collect<C, T> {
    type Value = C;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a set, written as a sequence")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<C, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<C, A::Error> {
        std::iter::from_fn(|| elements.next_element().transpose()).collect()
    }
}

/// Reads what [`serialize`] wrote.
///
/// # Errors
/// What the format reports, or that an element does not fit.
pub fn deserialize<'de, C, D>(deserializer: D) -> Result<C, D::Error>
where
    C: IntoIterator + FromIterator<<C as IntoIterator>::Item>,
    C::Item: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_newtype_struct(NAME, Collect(PhantomData))
}
