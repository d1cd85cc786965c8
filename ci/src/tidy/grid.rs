//! The grid has no hole: a protocol that exists in one column exists in all, under the same file names.

use super::Finding;
use crate::tree::Tree;

const RULE: &str = "grid";
const WHY: &str = "a protocol has the same name, and the same file names, in every column";

/// Folders of `checks/src` and `checks/tests` that belong to no protocol.
const OUTSIDE: [&str; 3] = ["calibration", "cli", "explorer"];

/// Columns whose folders are protocols.
const COLUMNS: [&str; 4] = ["model/src", "impl/core/src", "checks/src", "checks/tests"];

const MODEL: [&str; 5] = ["state", "action", "step", "property", "planted"];
const CORE: [&str; 5] = ["message", "state", "step", "error", "shared"];
const TESTS: [&str; 8] =
    ["main", "exhaustive", "refinement", "lockstep", "simulation", "paper", "planted", "threads"];

/// The protocols that exist, in at least one column.
pub fn protocols(tree: &Tree) -> Vec<String> {
    let mut names: Vec<String> = COLUMNS.iter().flat_map(|column| tree.folders(column)).collect();
    names.retain(|name| !OUTSIDE.contains(&name.as_str()));
    names.sort();
    names.dedup();
    names
}

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for protocol in protocols(tree) {
        require(tree, &format!("model/src/{protocol}"), &["mod"], &mut findings);
        model_rooms(tree, &protocol, &mut findings);
        require(tree, &format!("impl/core/src/{protocol}"), &["mod"], &mut findings);
        require(tree, &format!("impl/core/src/{protocol}"), &CORE, &mut findings);
        invariants(tree, &protocol, &mut findings);
        require(tree, &format!("checks/src/{protocol}"), &["mod", "refine"], &mut findings);
        require(tree, &format!("checks/tests/{protocol}"), &TESTS, &mut findings);
        require(tree, "benches/benches", &[protocol.as_str()], &mut findings);
    }
    findings
}

fn require(tree: &Tree, folder: &str, names: &[&str], findings: &mut Vec<Finding>) {
    for name in names {
        let path = format!("{folder}/{name}");
        if !tree.has_module(&path) {
            findings.push(hole(format!("{path}.rs"), "is missing".into()));
        }
    }
}

/// A protocol's model is one set of rooms, or several models in folders of their own with a set each.
fn model_rooms(tree: &Tree, protocol: &str, findings: &mut Vec<Finding>) {
    let folder = format!("model/src/{protocol}");
    let models: Vec<String> = tree
        .folders(&folder)
        .into_iter()
        .filter(|name| {
            tree.get(&format!("{folder}/{name}/mod.rs")).is_some() && !MODEL.contains(&name.as_str())
        })
        .map(|name| format!("{folder}/{name}"))
        .collect();
    let own_rooms = MODEL.iter().any(|room| tree.has_module(&format!("{folder}/{room}")));
    if own_rooms || models.is_empty() {
        require(tree, &folder, &MODEL, findings);
    }
    for model in models {
        require(tree, &model, &MODEL, findings);
    }
}

fn invariants(tree: &Tree, protocol: &str, findings: &mut Vec<Finding>) {
    let folder = format!("impl/core/src/{protocol}/");
    let inside = || tree.rust().filter(|f| f.path.starts_with(&folder));
    if inside().next().is_some() && !inside().any(|f| f.code.contains("fn check_invariants")) {
        findings.push(hole(format!("{folder}state.rs"), "defines no check_invariants".into()));
    }
}

fn hole(file: String, what: String) -> Finding {
    Finding { file, line: 1, rule: RULE, what, why: WHY }
}
