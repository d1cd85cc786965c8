//! The documents say what is so: the README's commands, generated parts and dependency table, links that lead
//! somewhere, and a first line for every package.

use super::{Finding, manifest, packages};
use crate::tree::{File, Tree};
use cargo_metadata::Metadata;
use std::collections::{BTreeMap, BTreeSet};

const RULE: &str = "documents";

/// Lines that the README must hold.
const README: [(&str, &str); 8] = [
    ("cargo run --release --bin quorate -- check", "the first of the two commands"),
    ("cargo test", "the second of the two commands"),
    ("<!-- checked:begin -->", "what was checked, within which bounds, is generated between markers"),
    ("<!-- checked:end -->", "what was checked, within which bounds, is generated between markers"),
    ("<!-- summary:begin -->", "what was measured is generated between markers"),
    ("<!-- summary:end -->", "what was measured is generated between markers"),
    (DEPENDENCIES.0, "the dependency table stands between markers"),
    (DEPENDENCIES.1, "the dependency table stands between markers"),
];
const DEPENDENCIES: (&str, &str) = ("<!-- dependencies:begin -->", "<!-- dependencies:end -->");

/// All that may stand at the top level.
const TOP: [&str; 17] = [
    ".cargo",
    ".ci",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "TRUSTED.md",
    "benches",
    "checks",
    "ci",
    "impl",
    "model",
    "rustfmt.toml",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    top_level(tree, &mut findings);
    for file in tree.files().filter(|f| f.path.ends_with(".md")) {
        links(tree, file, &mut findings);
    }
    if tree.get("Cargo.toml").is_none() {
        return findings;
    }
    // If cargo cannot read the workspace, the rule on packages says so.
    let Ok(metadata) = packages::metadata(&tree.root, false) else { return findings };
    package_docs(tree, &metadata, &mut findings);
    match tree.get("README.md") {
        Some(readme) => readme_says(tree, readme, &metadata, &mut findings),
        None => findings.push(finding("README.md", 1, "is missing".into(), "a newcomer starts there")),
    }
    findings
}

fn top_level(tree: &Tree, findings: &mut Vec<Finding>) {
    let names: BTreeSet<&str> = tree.files().filter_map(|f| f.path.split('/').next()).collect();
    for name in names.into_iter().filter(|name| !TOP.contains(name)) {
        findings.push(finding(
            name,
            1,
            "stands at the top level".into(),
            "the top level holds the columns of the grid and what tools demand",
        ));
    }
}

/// Relative links of a Markdown file lead to a file or folder of the tree.
fn links(tree: &Tree, file: &File, findings: &mut Vec<Finding>) {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for (index, line) in file.text.lines().enumerate() {
        for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or("").trim_end_matches('/');
            let foreign = target.contains("://") || target.starts_with("mailto:");
            if foreign || path.is_empty() || tree.root.join(folder).join(path).exists() {
                continue;
            }
            findings.push(finding(
                &file.path,
                index + 1,
                format!("links to {target}, which is not there"),
                "a link leads somewhere",
            ));
        }
    }
}

/// Every package has a description, and its libraries and programs begin with what they are.
fn package_docs(tree: &Tree, metadata: &Metadata, findings: &mut Vec<Finding>) {
    for package in metadata.workspace_packages() {
        let (manifest, _) = manifest::manifest_line(tree, package, "name");
        if package.description.as_deref().unwrap_or("").trim().is_empty() {
            findings.push(finding(&manifest, 1, "has no description".into(), "a package says what it is"));
        }
        for target in package.targets.iter().filter(|t| t.is_lib() || t.is_bin() || t.is_bench()) {
            let text = std::fs::read_to_string(&target.src_path).unwrap_or_default();
            let path = target.src_path.strip_prefix(&metadata.workspace_root).unwrap_or(&target.src_path);
            if !text.starts_with("//!") {
                findings.push(finding(
                    path.as_str(),
                    1,
                    "begins with no //! line".into(),
                    "a package says what it is",
                ));
            }
        }
    }
}

fn readme_says(tree: &Tree, readme: &File, metadata: &Metadata, findings: &mut Vec<Finding>) {
    for (line, why) in README.iter().filter(|(line, _)| !readme.text.contains(line)) {
        findings.push(finding("README.md", 1, format!("lacks `{line}`"), why));
    }
    let mut used = direct_dependencies(metadata);
    used.extend(npm_dependencies(tree));
    let rows = rows(readme);
    for (name, owner) in used.iter().filter(|(name, _)| !rows.contains_key(*name)) {
        let why = "every direct dependency says what it is for";
        findings.push(finding("README.md", 1, format!("has no row for `{name}`, which {owner} uses"), why));
    }
    for (name, line) in rows.iter().filter(|(name, _)| !used.contains_key(*name)) {
        let why = "the table lists what is used";
        findings.push(finding("README.md", *line, format!("lists `{name}`, which nothing uses"), why));
    }
}

/// Name → one package of ours that uses it.
fn direct_dependencies(metadata: &Metadata) -> BTreeMap<String, String> {
    let mut used = BTreeMap::new();
    for package in metadata.workspace_packages() {
        for dependency in package.dependencies.iter().filter(|d| d.path.is_none()) {
            used.entry(dependency.name.clone()).or_insert_with(|| package.name.to_string());
        }
    }
    used
}

fn npm_dependencies(tree: &Tree) -> BTreeMap<String, String> {
    let path = "checks/explorer/package.json";
    let parsed = tree.get(path).and_then(|f| serde_json::from_str::<serde_json::Value>(&f.text).ok());
    let sections =
        ["dependencies", "devDependencies"].map(|s| parsed.as_ref().and_then(|p| p[s].as_object()));
    let names = sections.into_iter().flatten().flat_map(|section| section.keys());
    names.map(|name| (name.clone(), path.to_string())).collect()
}

/// Name → line, of the rows of the dependency table: lines that begin with a name in backticks in the first cell.
fn rows(readme: &File) -> BTreeMap<String, usize> {
    let lines = readme.text.lines().enumerate();
    let inside = lines.skip_while(|(_, l)| *l != DEPENDENCIES.0).take_while(|(_, l)| *l != DEPENDENCIES.1);
    inside.flat_map(|(index, line)| names_in_row(line).into_iter().map(move |n| (n, index + 1))).collect()
}

/// `| `a`, `b` | what for |` names a and b.
fn names_in_row(line: &str) -> Vec<String> {
    let first_cell = line.strip_prefix('|').and_then(|rest| rest.split('|').next()).unwrap_or("");
    first_cell.split('`').skip(1).step_by(2).map(String::from).collect()
}

fn finding(file: &str, line: usize, what: String, why: &'static str) -> Finding {
    Finding { file: file.into(), line, rule: RULE, what, why }
}
