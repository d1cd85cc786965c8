//! Where a package's manifest names a dependency.

use crate::tree::Tree;
use cargo_metadata::Package;

/// The package's manifest and the line on which it names the dependency (the first line if none does).
pub(super) fn manifest_line(tree: &Tree, package: &Package, name: &str) -> (String, usize) {
    let manifest = package.manifest_path.as_std_path();
    let root = tree.root.canonicalize().unwrap_or_else(|_| tree.root.clone());
    let relative =
        manifest.strip_prefix(&tree.root).or_else(|_| manifest.strip_prefix(&root)).unwrap_or(manifest);
    let file = relative.to_string_lossy().replace('\\', "/");
    let named = |line: &str| {
        line.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '.', '=']))
    };
    let line = tree.get(&file).and_then(|f| f.text.lines().position(named)).map_or(1, |index| index + 1);
    (file, line)
}
