//! The server's requests and answers, and the things that it needs to answer.

use super::library::Library;
use crate::registry::Registry;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Mutex;

/// The things that the server answers from.
pub struct Desk<'r> {
    /// The models.
    pub registry: &'r Registry,
    /// The stored runs.
    pub library: Mutex<Library>,
    /// A report on planted defects, if one was written: a JSON file of `title` and `rows`.
    pub report: Option<PathBuf>,
}

/// A request, as far as it matters here.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Is it a `POST`? Anything else is taken for a `GET`.
    pub post: bool,
    /// The path, still escaped, with the query.
    pub url: String,
    /// The header `Host`.
    pub host: String,
    /// The header `Origin`, if there is one.
    pub origin: Option<String>,
    /// Does it carry `X-Board: 1`?
    pub board: bool,
    /// The body.
    pub body: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The content type.
    pub kind: &'static str,
    /// The body.
    pub body: String,
}

impl Answer {
    pub(super) fn json(body: String) -> Self {
        Answer { status: 200, kind: "application/json; charset=utf-8", body }
    }
    pub(super) fn value(value: &Value) -> Self {
        Answer::json(value.to_string())
    }
    pub(super) fn text(status: u16, body: impl Into<String>) -> Self {
        Answer { status, kind: "text/plain; charset=utf-8", body: body.into() }
    }
    pub(super) fn wrong(body: impl Into<String>) -> Self {
        Answer::text(400, body)
    }
    pub(super) fn broken(body: impl Into<String>) -> Self {
        Answer::text(500, body)
    }
    pub(super) fn missing(body: impl Into<String>) -> Self {
        Answer::text(404, body)
    }
}
