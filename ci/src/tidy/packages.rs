//! Which package may depend on which, read from cargo itself.

use super::{Finding, asleep, manifest::manifest_line, twin, unused};
use crate::tree::Tree;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use std::{
    collections::{BTreeMap, VecDeque},
    io,
    path::Path,
};

const RULE: &str = "packages";
const ARROWS: &str = "the arrows between packages run one way: checks -> model -> spec, harness -> spec, machine, core -> machine";

/// What each package of ours may depend on directly, among our own, outside its tests.
const OWN: [(&str, &[&str]); 9] = [
    ("quorate-spec", &[]),
    ("quorate-machine", &[]),
    ("quorate-ci", &[]),
    ("quorate-model", &["quorate-spec"]),
    ("quorate-core", &["quorate-machine"]),
    ("quorate-core-loom", &["quorate-machine"]),
    ("quorate", &["quorate-spec", "quorate-machine"]),
    ("quorate-foreign", &["quorate", "quorate-spec"]),
    ("quorate-node", &["quorate-core", "quorate-machine"]),
];

/// Packages that may have no direct dependency but these.
const ONLY: [(&str, &[&str], &str); 3] = [
    ("quorate-machine", &["serde"], "what a user's production code depends on stays tiny"),
    ("quorate-core", &["quorate-machine", "serde", "thiserror"], "a core is plain data and needs no runtime"),
    (
        "quorate-core-loom",
        &["quorate-machine", "serde", "thiserror", "loom"],
        "the twin is the core and loom",
    ),
];

/// Packages that must not be reached, even through others.
const NEVER: [(&str, &[&str], &str); 3] = [
    (
        "quorate-core",
        &["tokio", "mio", "rand", "rand_core", "getrandom", "loom", "stateright"],
        "a core has no runtime, no randomness and no checker",
    ),
    (
        "quorate-machine",
        &["tokio", "mio", "rand", "rand_core", "getrandom", "loom", "stateright"],
        "the contract has no runtime, no randomness and no checker",
    ),
    (
        "quorate",
        &["loom", "tokio", "omnipaxos", "raft"],
        "the harness is published: users get no peer and no runtime with it",
    ),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    if tree.get("Cargo.toml").is_none() {
        return Vec::new();
    }
    let metadata = match metadata(&tree.root, true) {
        Ok(metadata) => metadata,
        Err(error) => {
            let what = format!("cargo metadata: {error}");
            let why = "without it no arrow between packages can be checked";
            return vec![Finding { file: "Cargo.toml".into(), line: 1, rule: RULE, what, why }];
        }
    };
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        direct(tree, package, &mut findings);
        reached(tree, &metadata, package, &mut findings);
    }
    twin::check(tree, &metadata, &mut findings);
    unused::check(tree, &metadata, &mut findings);
    asleep::check(tree, &metadata, &mut findings);
    findings
}

/// What cargo knows of the workspace at `root`; with `resolved`, of all it depends on as well.
///
/// # Errors
/// If cargo fails; its message is in the error.
pub(crate) fn metadata(root: &Path, resolved: bool) -> io::Result<Metadata> {
    let mut command = MetadataCommand::new();
    command.current_dir(root);
    if !resolved {
        command.no_deps();
    } else if root.join("Cargo.lock").exists() {
        command.other_options(["--locked".to_string()]);
    }
    command.exec().map_err(io::Error::other)
}

fn direct(tree: &Tree, package: &Package, findings: &mut Vec<Finding>) {
    let normal = package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development);
    for dependency in normal {
        let name = dependency.name.as_str();
        let allowed = OWN.iter().find(|(owner, _)| package.name == *owner);
        if allowed.is_some_and(|(_, allowed)| name.starts_with("quorate") && !allowed.contains(&name)) {
            findings.push(finding(
                tree,
                package,
                name,
                format!("{} depends on {name}", package.name),
                ARROWS,
            ));
        }
        let only = ONLY.iter().find(|(owner, ..)| package.name == *owner);
        if let Some((_, allowed, why)) = only.filter(|(_, allowed, _)| !allowed.contains(&name)) {
            let what = format!("{} depends on {name}, not one of {}", package.name, allowed.join(", "));
            findings.push(finding(tree, package, name, what, why));
        }
    }
}

fn reached(tree: &Tree, metadata: &Metadata, package: &Package, findings: &mut Vec<Finding>) {
    for (_, banned, why) in NEVER.iter().filter(|(owner, ..)| package.name == *owner) {
        let chains = chains(metadata, &package.id);
        for (name, chain) in chains.iter().filter(|(name, _)| banned.contains(&name.as_str())) {
            let first = chain.get(1).unwrap_or(name);
            findings.push(finding(
                tree,
                package,
                first,
                format!("reaches {name}: {}", chain.join(" -> ")),
                why,
            ));
        }
    }
}

/// Every package reached from `from` outside tests, with the shortest chain of names that leads to it.
fn chains(metadata: &Metadata, from: &PackageId) -> BTreeMap<String, Vec<String>> {
    let Some(resolve) = &metadata.resolve else { return BTreeMap::new() };
    let mut seen: BTreeMap<&PackageId, Vec<String>> = BTreeMap::new();
    let mut queue = VecDeque::from([(from, vec![metadata[from].name.to_string()])]);
    while let Some((id, chain)) = queue.pop_front() {
        if seen.contains_key(id) {
            continue;
        }
        let node = resolve.nodes.iter().find(|n| n.id == *id);
        for dependency in node.map_or(&[][..], |n| &n.deps) {
            if dependency.dep_kinds.iter().any(|k| k.kind != DependencyKind::Development) {
                let mut longer = chain.clone();
                longer.push(metadata[&dependency.pkg].name.to_string());
                queue.push_back((&dependency.pkg, longer));
            }
        }
        seen.insert(id, chain);
    }
    seen.into_values().map(|chain| (chain.last().cloned().unwrap_or_default(), chain)).collect()
}

fn finding(tree: &Tree, package: &Package, name: &str, what: String, why: &'static str) -> Finding {
    let (file, line) = manifest_line(tree, package, name);
    Finding { file, line, rule: RULE, what, why }
}
