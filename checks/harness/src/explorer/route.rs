//! What the server answers, as a function from a request to an answer: no socket is needed to test it.

use super::desk::{Answer, Ask, Desk};
use super::export::{BOARD, MOST_BYTES, page, with_test};
use super::library::Library;
use super::{drive, nearest};
use crate::guard::caught;
use crate::registry::LiveModel;
use crate::trace::Trace;
use serde_json::json;
use std::sync::{Arc, MutexGuard, PoisonError};

impl Desk<'_> {
    /// Answers a request to a server on `port`.
    pub fn answer(&self, ask: &Ask, port: u16) -> Answer {
        if let Some(refusal) = refuse(ask, port) {
            return refusal;
        }
        // A model is a user's code: if it panics, that one answer says so, and the server goes on.
        let answer = caught(|| self.route(ask));
        answer.unwrap_or_else(|said| Answer::broken(format!("the model panicked: {said}")))
    }

    /// The runs; whoever panicked while holding them left them whole, since they are only ever replaced.
    pub(super) fn runs(&self) -> MutexGuard<'_, Library> {
        self.library.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn route(&self, ask: &Ask) -> Answer {
        let (path, query) = ask.url.split_once('?').unwrap_or((&ask.url, ""));
        let parts: Vec<String> = path.split('/').skip(1).map(unescape).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match (ask.post, parts.as_slice()) {
            (false, [""] | ["index.html"]) => {
                Answer { status: 200, kind: "text/html; charset=utf-8", body: BOARD.to_owned() }
            }
            (false, ["api", "runs"]) => self.list(),
            (false, ["api", "t", id]) => self.trace_text(id).map_or_else(|| no_trace(id), Answer::json),
            (false, ["api", "t", id, "page"]) => self.with_trace(id, |trace| Answer {
                status: 200,
                kind: "text/html; charset=utf-8",
                body: page(&with_test(self.registry, trace), MOST_BYTES),
            }),
            (false, ["api", "t", id, "rust"]) => {
                self.with_model(id, |live, trace| match live.to_rust(trace) {
                    Ok(text) => Answer::value(&json!({ "text": text })),
                    Err(error) => Answer::wrong(error.to_string()),
                })
            }
            (false, ["api", "verify", id]) => self.verify(id),
            (false, ["api", "report"]) => self.report(),
            (true, ["api", "t", id, "necessary"]) => self
                .remake(id, |live, trace| live.necessary(trace).map_err(|divergence| divergence.to_string())),
            (true, ["api", "t", id, "risk"]) => {
                self.remake(id, |live, trace| live.risk(trace).map_err(|divergence| divergence.to_string()))
            }
            (true, ["api", "t", id, "minimise"]) => self.remake(id, |live, trace| {
                live.minimise(trace, 100_000).map_err(|divergence| divergence.to_string())
            }),
            (true, ["api", "t", id, "nearest"]) => self.remake(id, |live, trace| {
                nearest::nearest(live, trace).ok_or_else(|| {
                    "Every other way from any state of this run breaks something too.".to_owned()
                })
            }),
            (post, ["api", "m", name, what]) => self.drive(name, what, post, query, &ask.body),
            _ => Answer::missing(format!("There is no {path} here.")),
        }
    }

    fn list(&self) -> Answer {
        let mut runs = self.runs();
        runs.refresh();
        let order = |name: &str| self.registry.protocols().iter().position(|known| known.name == name);
        let mut rows = runs.rows();
        // What the registry shows first comes first; files of other tools come last.
        rows.sort_by_key(|row| order(&row.protocol).unwrap_or(usize::MAX));
        let mut all = json!({
            "folder": runs.place().display().to_string(),
            "version": runs.version(),
            "runs": rows,
            "models": drive::list(self),
        });
        if self.report.as_ref().is_some_and(|path| path.is_file()) {
            all["report"] = json!("report");
        }
        Answer::value(&all)
    }

    fn report(&self) -> Answer {
        let text = self.report.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
        text.map_or_else(|| Answer::missing("There is no report yet."), Answer::json)
    }

    fn trace_text(&self, id: &str) -> Option<String> {
        let mut runs = self.runs();
        runs.text(id).or_else(|| {
            runs.refresh();
            runs.text(id)
        })
    }

    fn with_trace(&self, id: &str, act: impl FnOnce(&Trace) -> Answer) -> Answer {
        let Some(text) = self.trace_text(id) else { return no_trace(id) };
        match Trace::from_json(&text) {
            Ok(trace) => act(&trace),
            Err(error) => Answer::wrong(error.to_string()),
        }
    }

    fn with_model(&self, id: &str, act: impl FnOnce(&dyn LiveModel, &Trace) -> Answer) -> Answer {
        self.with_trace(id, |trace| match self.model_of(trace) {
            Some(live) => act(&**live, trace),
            None => Answer::wrong("No registered model can replay this trace."),
        })
    }

    fn model_of(&self, trace: &Trace) -> Option<&Arc<dyn LiveModel>> {
        self.registry.model_of(&trace.harness.as_ref()?.check)
    }

    /// Whether a trace tells the truth. What cannot be replayed here is neither true nor false.
    fn verify(&self, id: &str) -> Answer {
        let Some(text) = self.trace_text(id) else { return no_trace(id) };
        let unknown = |sentence: &str| {
            Answer::value(&json!({ "verified": false, "unknown": true, "sentence": sentence }))
        };
        let trace = match Trace::from_json(&text) {
            Ok(trace) => trace,
            Err(error) => {
                return Answer::value(&json!({ "verified": false, "sentence": error.to_string() }));
            }
        };
        if trace.harness.is_none() {
            return unknown("a plain trace of another tool has no steps to replay");
        }
        let Some(live) = self.model_of(&trace) else {
            return unknown("no registered model can replay it");
        };
        match live.verify(&trace) {
            Ok(verified) => {
                let mut sentence =
                    format!("all {} steps replay, and everything the file says is so", verified.steps);
                for notice in verified.notices {
                    sentence.push_str("; ");
                    sentence.push_str(&notice);
                }
                Answer::value(&json!({ "verified": true, "sentence": sentence }))
            }
            Err(divergence) => {
                Answer::value(&json!({ "verified": false, "sentence": divergence.to_string() }))
            }
        }
    }

    fn remake(&self, id: &str, make: impl FnOnce(&dyn LiveModel, &Trace) -> Result<Trace, String>) -> Answer {
        self.with_model(id, |live, trace| match make(live, trace) {
            Ok(made) => {
                let steps = made.states.len() - 1;
                let sentence = format!("{steps} of {} steps", trace.states.len() - 1);
                let id = self.runs().keep(&made);
                Answer::value(&json!({ "id": id, "sentence": sentence }))
            }
            Err(problem) => Answer::wrong(problem),
        })
    }

    fn drive(&self, name: &str, what: &str, post: bool, query: &str, body: &str) -> Answer {
        let Some(live) = drive::named(self, name) else {
            return Answer::missing(format!("There is no model {name} here."));
        };
        match (post, what) {
            (true, "path") => drive::path(&**live, body),
            (true, "search") => drive::search(&**live, body),
            (false, "graph") => {
                let cap = query.split('&').find_map(|part| part.strip_prefix("cap=")?.parse().ok());
                drive::graph(&**live, cap.unwrap_or(3000))
            }
            _ => Answer::missing(format!("A model has no {what}.")),
        }
    }
}

fn no_trace(id: &str) -> Answer {
    Answer::missing(format!(
        "There is no trace {id} here. It may have been written again by a later check, under another id."
    ))
}

/// Only pages that this server itself sent may ask: by name, by origin, and, for what changes anything, by header.
pub(super) fn refuse(ask: &Ask, port: u16) -> Option<Answer> {
    let own = [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")];
    if !own.contains(&ask.host) {
        return Some(Answer::text(403, "This server answers to 127.0.0.1 and localhost alone."));
    }
    if ask.origin.as_ref().is_some_and(|origin| !own.iter().any(|own| *origin == format!("http://{own}"))) {
        return Some(Answer::text(403, "This server does not answer other pages."));
    }
    if ask.post && !ask.board {
        return Some(Answer::text(403, "POST needs the header X-Board: 1."));
    }
    None
}

/// Undoes `%XX` in a part of a path; what is no text stays as it is.
fn unescape(part: &str) -> String {
    let bytes = part.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        match (bytes[at], hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| part.to_owned())
}
