//! Tests that no run would reach.

use super::{Finding, manifest::manifest_line};
use crate::tree::Tree;
use cargo_metadata::Metadata;

const RULE: &str = "asleep";
const WHY: &str = "its manifest says `test = false`, so the test never runs: put it into `tests/`";

/// No test stands in the sources of a package of which a library or a program is not compiled for tests.
pub(super) fn check(tree: &Tree, metadata: &Metadata, findings: &mut Vec<Finding>) {
    for package in metadata.workspace_packages().iter().filter(|package| {
        let own = package.targets.iter().filter(|target| target.is_lib() || target.is_bin());
        own.into_iter().any(|target| !target.test)
    }) {
        let (manifest, _) = manifest_line(tree, package, "test");
        let sources = manifest.replace("Cargo.toml", "src/");
        for file in tree.rust().filter(|file| file.path.starts_with(&sources)) {
            for mark in ["#[test]", "#[cfg(test)]"] {
                let Some(at) = file.code.find(mark) else { continue };
                let what = format!("{mark} in {}", package.name);
                let (file, line) = (file.path.clone(), file.line_of(at));
                findings.push(Finding { file, line, rule: RULE, what, why: WHY });
            }
        }
    }
}
