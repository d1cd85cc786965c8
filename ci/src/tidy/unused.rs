//! What a package depends on, it names.

use super::{Finding, manifest::manifest_line};
use crate::{
    scan::tokens,
    tree::{File, Tree},
};
use cargo_metadata::{Metadata, Package};

const RULE: &str = "unused";
const WHY: &str = "a dependency that no source names is weight without use";

pub(super) fn check(tree: &Tree, metadata: &Metadata, findings: &mut Vec<Finding>) {
    for package in metadata.workspace_packages() {
        let sources = sources(tree, package);
        for dependency in &package.dependencies {
            let crate_name = dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_");
            if !sources.iter().any(|file| names(file, &crate_name)) {
                let (file, line) = manifest_line(tree, package, &dependency.name);
                let what = format!("{} depends on {} and never names it", package.name, dependency.name);
                findings.push(Finding { file, line, rule: RULE, what, why: WHY });
            }
        }
    }
}

/// The files in the folders of the package's targets: a library's may lie elsewhere than its manifest.
fn sources<'a>(tree: &'a Tree, package: &Package) -> Vec<&'a File> {
    let root = tree.root.canonicalize().unwrap_or_else(|_| tree.root.clone());
    let folder = |path: &std::path::Path| {
        let path = path.canonicalize().ok()?;
        Some(path.parent()?.strip_prefix(&root).ok()?.to_string_lossy().replace('\\', "/") + "/")
    };
    let folders: Vec<String> =
        package.targets.iter().filter_map(|t| folder(t.src_path.as_std_path())).collect();
    tree.rust().filter(|file| folders.iter().any(|folder| file.path.starts_with(folder.as_str()))).collect()
}

/// In code, or in an example of the documentation.
fn names(file: &File, crate_name: &str) -> bool {
    let example = |line: &str| {
        let line = line.trim_start();
        (line.starts_with("//!") || line.starts_with("///")) && line.contains(&format!("{crate_name}::"))
    };
    tokens(&file.code).iter().any(|token| token.text == crate_name) || file.text.lines().any(example)
}
