//! Which package may name which, and which protocol.

use super::{Finding, grid};
use crate::{
    scan::{Named, named_paths, tokens},
    tree::{File, Tree},
};

const RULE: &str = "arrows";

/// A folder and the crates that its source must not name.
struct Wall {
    folder: &'static str,
    crates: &'static [&'static str],
    why: &'static str,
}

const TWO_STATEMENTS: &str = "model and core are two independent statements of one protocol";
const SANS_IO: &str = "production code knows nothing of how it is checked";
const NO_PROTOCOL: &str = "the harness is for any protocol and knows none";
const TRACES_ONLY: &str = "the explorer sees traces and models, never a production core's types";

const WALLS: [Wall; 10] = [
    Wall {
        folder: "model/",
        crates: &["quorate_core", "quorate_core_loom", "quorate_machine"],
        why: TWO_STATEMENTS,
    },
    Wall {
        folder: "model/",
        crates: &["quorate", "quorate_checks"],
        why: "a model needs quorate-spec alone",
    },
    Wall { folder: "impl/", crates: &["quorate_model"], why: TWO_STATEMENTS },
    Wall {
        folder: "impl/",
        crates: &["quorate", "quorate_checks", "quorate_spec", "stateright"],
        why: SANS_IO,
    },
    Wall { folder: "impl/machine/", crates: &["quorate_core"], why: "the contract knows no core" },
    Wall {
        folder: "checks/spec/",
        crates: &["quorate", "quorate_model", "quorate_core", "quorate_machine", "quorate_checks"],
        why: "the spec contract stands on its own",
    },
    Wall {
        folder: "checks/harness/",
        crates: &["quorate_model", "quorate_core", "quorate_core_loom", "quorate_checks"],
        why: NO_PROTOCOL,
    },
    Wall {
        folder: "checks/foreign/",
        crates: &["quorate_model", "quorate_core", "quorate_core_loom", "quorate_machine", "quorate_checks"],
        why: "what others publish is checked as a user would, by the harness alone",
    },
    Wall {
        folder: "checks/harness/src/explorer",
        crates: &["quorate_core", "quorate_machine"],
        why: TRACES_ONLY,
    },
    Wall {
        folder: "ci/",
        crates: &["quorate_model", "quorate_core", "quorate"],
        why: "the gate reads text, it runs nothing inside itself",
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let protocols = grid::protocols(tree);
    let mut findings = Vec::new();
    for file in tree.rust() {
        walls(file, &mut findings);
        both_worlds(file, &mut findings);
        for named in named_paths(&tokens(&file.code), &module_of(&file.path)) {
            other_protocol(file, &named, &protocols, &mut findings);
        }
    }
    findings
}

fn walls(file: &File, findings: &mut Vec<Finding>) {
    let walls: Vec<&Wall> = WALLS.iter().filter(|w| file.path.starts_with(w.folder)).collect();
    for token in tokens(&file.code) {
        for wall in walls.iter().filter(|w| w.crates.contains(&token.text)) {
            findings.push(finding(file, token.line, format!("names {}", token.text), wall.why));
        }
    }
}

/// In `checks/`, only a protocol's `refine` knows both the core and the model.
fn both_worlds(file: &File, findings: &mut Vec<Finding>) {
    let is_refinement = file.path.strip_prefix("checks/src/").and_then(|rest| rest.split_once('/'));
    let is_refinement = is_refinement.is_some_and(|(_, rest)| rest.starts_with("refine"));
    if !file.path.starts_with("checks/") || is_refinement {
        return;
    }
    let all = tokens(&file.code);
    let model = all.iter().find(|t| t.text == "quorate_model");
    let core = all.iter().find(|t| t.text == "quorate_core" || t.text == "quorate_core_loom");
    if let (Some(model), Some(core)) = (model, core) {
        let what = format!("names {} here and quorate_model on line {}", core.text, model.line);
        let why = "only checks/src/<protocol>/refine knows both the core and the model";
        findings.push(finding(file, core.line, what, why));
    }
}

/// No protocol names another, and what they share names none.
fn other_protocol(file: &File, named: &Named, protocols: &[String], findings: &mut Vec<Finding>) {
    let Some(owner) = owner(&file.path, protocols) else { return };
    let first = match (named.in_crate, named.segments.first().map(String::as_str)) {
        (true, first) => first,
        (false, Some("quorate_model" | "quorate_core" | "quorate_core_loom" | "quorate_checks")) => {
            named.segments.get(1).map(String::as_str)
        }
        _ => None,
    };
    let Some(other) = first.filter(|name| protocols.iter().any(|p| p == name)) else { return };
    if owner != Some(other) {
        let why = "inside a column no protocol imports another, and shared files import none";
        findings.push(finding(file, named.line, format!("names protocol {other}"), why));
    }
}

/// Whose file it is: a protocol's (`Some(Some(..))`), the protocols' shared ground (`Some(None)`), or no matter of
/// this rule (`None`): crate roots, which declare the protocols, and packages outside the columns.
fn owner<'a>(path: &str, protocols: &'a [String]) -> Option<Option<&'a str>> {
    let columns = ["model/src/", "impl/core/src/", "checks/src/", "checks/tests/"];
    let rest = columns.iter().find_map(|column| path.strip_prefix(column))?;
    let (first, _) = rest.split_once('/').unwrap_or((rest, ""));
    match protocols.iter().find(|p| *p == first) {
        Some(protocol) => Some(Some(protocol.as_str())),
        None if path.starts_with("checks/") => None,
        None if matches!(rest, "lib.rs" | "main.rs") => None,
        None => Some(None),
    }
}

/// The module that `path` is in its crate: `a/src/x/y.rs` is `x::y`, `a/tests/x/y.rs` is `y` of test crate `x`.
pub(super) fn module_of(path: &str) -> Vec<String> {
    let rest = if let Some(at) = path.rfind("/src/") {
        &path[at + 5..]
    } else if let Some(at) = path.rfind("/tests/") {
        path[at + 7..].split_once('/').map_or("", |(_, rest)| rest)
    } else {
        ""
    };
    let mut segments: Vec<String> = rest.trim_end_matches(".rs").split('/').map(String::from).collect();
    if segments.last().is_some_and(|last| ["mod", "lib", "main", ""].contains(&last.as_str())) {
        segments.pop();
    }
    segments
}

fn finding(file: &File, line: usize, what: String, why: &'static str) -> Finding {
    Finding { file: file.path.clone(), line, rule: RULE, what, why }
}
