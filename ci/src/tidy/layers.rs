//! Which room of a protocol may see which: `message ← state ← roles ← step ← shared` in the core,
//! `state, action ← step` and `state, action ← property` in the model, and one file that knows loom.

use super::{Finding, arrows::module_of, grid};
use crate::{
    scan::{Named, named_paths, tokens},
    tree::{File, Tree},
};
use std::collections::BTreeMap;

const RULE: &str = "layers";
const CORE_WHY: &str = "inside a core: message <- state <- roles <- step <- shared";
const MODEL_WHY: &str = "inside a model: state, action <- step and state, action <- property";
const SYNC_WHY: &str = "only shared.rs imports sync.rs, which alone switches between std and loom";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let module = module_of(&file.path);
        let named = named_paths(&tokens(&file.code), &module);
        if file.path.starts_with("impl/core/src/") {
            sync(file, &named, &mut findings);
        }
    }
    for protocol in grid::protocols(tree) {
        rooms(tree, &format!("impl/core/src/{protocol}"), core_allows, CORE_WHY, &mut findings);
        let model = format!("model/src/{protocol}");
        rooms(tree, &model, model_allows, MODEL_WHY, &mut findings);
        for part in tree.folders(&model) {
            rooms(tree, &format!("{model}/{part}"), model_allows, MODEL_WHY, &mut findings);
        }
    }
    findings
}

/// Checks all files of one folder of rooms: `allows(room, other)` says whether `room` may see `other`.
fn rooms(
    tree: &Tree,
    folder: &str,
    allows: fn(&str, &str) -> bool,
    why: &'static str,
    findings: &mut Vec<Finding>,
) {
    let prefix = format!("{folder}/");
    let Some(root) = tree.get(&format!("{folder}/mod.rs")) else { return };
    let base = module_of(&root.path);
    let exported = re_exports(root, &base);
    for file in tree.rust().filter(|f| f.path.starts_with(&prefix) && f.path != root.path) {
        let inside = file.path[prefix.len()..].trim_end_matches(".rs");
        let room = inside.split('/').next().expect("split yields one part");
        for named in named_paths(&tokens(&file.code), &module_of(&file.path)) {
            let Some(other) = room_of(tree, folder, &named, &base, &exported) else { continue };
            if other != room && !allows(room, &other) {
                let what = format!("room {room} names room {other}");
                findings.push(Finding { file: file.path.clone(), line: named.line, rule: RULE, what, why });
            }
        }
    }
}

/// The room in which a named thing stands, seen through the re-exports of the folder's `mod.rs`.
fn room_of(
    tree: &Tree,
    folder: &str,
    named: &Named,
    base: &[String],
    exported: &BTreeMap<String, String>,
) -> Option<String> {
    let rest = named.segments.strip_prefix(base).filter(|_| named.in_crate)?;
    let first = rest.first()?;
    if tree.has_module(&format!("{folder}/{first}")) {
        return Some(first.clone());
    }
    exported.get(first).cloned()
}

/// Name → room, for what `mod.rs` re-exports from its rooms.
fn re_exports(root: &File, base: &[String]) -> BTreeMap<String, String> {
    let mut exported = BTreeMap::new();
    for named in named_paths(&tokens(&root.code), base).into_iter().filter(|n| n.in_use) {
        let inside = named.segments.strip_prefix(base).filter(|_| named.in_crate).unwrap_or(&named.segments);
        if let [room, .., name] = inside {
            exported.insert(named.alias.clone().unwrap_or_else(|| name.clone()), room.clone());
        }
    }
    exported
}

/// Height in the core; every file with another name is a role.
fn core_height(room: &str) -> u8 {
    match room {
        "message" | "error" => 0,
        "state" => 1,
        "step" => 3,
        "shared" => 4,
        _ => 2,
    }
}

fn core_allows(room: &str, other: &str) -> bool {
    core_height(other) <= core_height(room)
}

fn model_allows(room: &str, other: &str) -> bool {
    match room {
        "state" | "action" => !matches!(other, "step" | "property"),
        "property" => other != "step",
        "step" => other != "property",
        _ => true,
    }
}

/// Immutable data may be shared by `Arc` anywhere: loom has nothing to look at there. What synchronises goes
/// through `sync.rs`, and so does everything in `shared.rs`.
fn sync(file: &File, named: &[Named], findings: &mut Vec<Finding>) {
    let is_sync = file.path == "impl/core/src/sync.rs";
    let is_shared = file.path.ends_with("/shared.rs") || file.path.contains("/shared/");
    for path in named {
        let imports_sync = path.in_crate && path.segments.first().is_some_and(|s| s == "sync");
        let is_arc = path.segments == ["std", "sync", "Arc"] && !is_shared;
        let names_std = path.segments.starts_with(&["std".to_string(), "sync".to_string()]) && !is_arc;
        let names_loom = !path.in_crate && path.segments.first().is_some_and(|s| s == "loom");
        let wrong = (imports_sync && !is_sync && !is_shared) || ((names_std || names_loom) && !is_sync);
        if wrong {
            let what = format!("names {}", path.segments.join("::"));
            findings.push(Finding {
                file: file.path.clone(),
                line: path.line,
                rule: RULE,
                what,
                why: SYNC_WHY,
            });
        }
    }
    if !is_sync {
        for (index, line) in file.code.lines().enumerate().filter(|(_, l)| l.contains("cfg(feature")) {
            let what = format!("switches code by `{}`", line.trim());
            findings.push(Finding {
                file: file.path.clone(),
                line: index + 1,
                rule: RULE,
                what,
                why: SYNC_WHY,
            });
        }
    }
}
