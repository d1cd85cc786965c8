//! Writes a trace: one state, one step, one message a line, so that two traces can be compared by eye.

use super::TraceError;
use super::format::{ACTION_TAKEN, Harness, PICKS, Trace};
use super::states::Frame;
use super::tree::canonical;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Where the format is described.
const FORMAT_DESCRIPTION: &str = "https://apalache-mc.org/docs/adr/015adr-trace.html";

impl Trace {
    /// The file's text.
    pub fn to_json(&self) -> String {
        let mut meta = Map::from_iter([
            ("format".to_owned(), Value::from("ITF")),
            ("format-description".to_owned(), Value::from(FORMAT_DESCRIPTION)),
        ]);
        for (name, text) in
            [("source", &self.source), ("status", &self.status), ("description", &self.description)]
        {
            meta.insert(name.to_owned(), Value::from(text.as_str()));
        }
        let mut out = format!("{{\n\"#meta\": {},\n\"params\": [],\n", line(&meta));
        out.push_str(&format!("\"vars\": {},\n", line(&self.vars)));
        if let Some(start) = self.loop_start {
            out.push_str(&format!("\"loop\": {start},\n"));
        }
        let whole = self.states.frames().iter().enumerate().filter_map(|(index, frame)| match frame {
            Frame::Whole(state) => Some(file_state(index, state)),
            Frame::Edits(_) => None,
        });
        out.push_str(&format!("\"states\": {}", lines(whole)));
        if let Some(harness) = &self.harness {
            out.push_str(",\n\"harness\": ");
            self.write_harness(harness, &mut out);
        }
        out.push_str("\n}\n");
        out
    }

    /// Writes the file, and the folders that it needs.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), TraceError> {
        let failed = |source| TraceError::Io { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        // Whoever reads the folder meanwhile must not meet half a trace.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let draft = path.with_file_name(format!(".{name}.{}", std::process::id()));
        std::fs::write(&draft, self.to_json()).map_err(failed)?;
        std::fs::rename(&draft, path).map_err(|source| {
            // It is left behind if it cannot be removed either; nobody reads it.
            drop(std::fs::remove_file(&draft));
            failed(source)
        })
    }

    /// The trace's id: 12 hex digits of the hash of what it says. How to replay it is left out, since that names it.
    pub fn id(&self) -> String {
        let mut named = self.clone();
        if let Some(harness) = &mut named.harness {
            harness.check.replay.clear();
        }
        digest(&named.to_json())[..12].to_owned()
    }

    fn write_harness(&self, harness: &Harness, out: &mut String) {
        let Ok(Value::Object(parts)) = serde_json::to_value(harness) else {
            // The parts are maps with text keys, numbers and text: nothing in them can fail to become JSON.
            unreachable!("the harness part of a trace is plain data");
        };
        out.push_str("{\n");
        let first = ["schema", "check"];
        let order = first.into_iter().chain(parts.keys().map(String::as_str).filter(|k| !first.contains(k)));
        for (index, name) in order.enumerate() {
            let comma = if index > 0 { ",\n" } else { "" };
            let text = match &parts[name] {
                Value::Array(items) => lines(items.iter()),
                other => line(other),
            };
            out.push_str(&format!("{comma}{}: {text}", Value::from(name)));
        }
        if self.states.is_compact() {
            let edits = self.states.frames().iter().map(|frame| match frame {
                Frame::Whole(_) => Value::Null,
                Frame::Edits(edits) => serde_json::to_value(edits).unwrap_or(Value::Null),
            });
            out.push_str(&format!(",\n\"deltas\": {}", lines(edits)));
        }
        out.push_str("\n}");
    }
}

/// One state as the file has it: with its `#meta`.
fn file_state(index: usize, state: &Value) -> Value {
    let mut fields = Map::from_iter([("#meta".to_owned(), json!({ "index": index }))]);
    match state {
        Value::Object(vars) => fields.extend(vars.clone()),
        other => drop(fields.insert("state".to_owned(), other.clone())),
    }
    Value::Object(fields)
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| format!("{:?}", error.to_string()))
}

fn lines<T: Serialize>(items: impl Iterator<Item = T>) -> String {
    let items: Vec<String> = items.map(|item| line(&item)).collect();
    if items.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", items.join(",\n")) }
}

/// The BLAKE3 hash of a text, in hex.
pub(crate) fn digest(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// The fingerprint of a state: 16 hex digits of the hash of its canonical text.
pub(crate) fn fingerprint(vars: &Map<String, Value>) -> String {
    let own = vars.iter().filter(|(name, _)| *name != ACTION_TAKEN && *name != PICKS);
    let own: Map<String, Value> = own.map(|(name, value)| (name.clone(), value.clone())).collect();
    digest(&canonical(&Value::Object(own)))[..16].to_owned()
}
