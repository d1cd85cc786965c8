//! The twin package of the core, which compiles the same files against loom, agrees with the core's manifest.

use super::{Finding, manifest::manifest_line};
use crate::tree::Tree;
use cargo_metadata::{DependencyKind, Metadata, Package, Target};
use std::collections::BTreeSet;

const RULE: &str = "twin";
const WHY: &str = "what loom looks at is the code that ships";

pub(super) fn check(tree: &Tree, metadata: &Metadata, findings: &mut Vec<Finding>) {
    let find = |name: &str| metadata.workspace_packages().into_iter().find(|p| p.name.as_str() == name);
    let (Some(core), Some(twin)) = (find("quorate-core"), find("quorate-core-loom")) else { return };
    let mut complain = |what: &str| {
        let (file, line) = manifest_line(tree, twin, "path");
        findings.push(Finding { file, line, rule: RULE, what: what.to_string(), why: WHY });
    };
    let (Some(core_lib), Some(twin_lib)) = (library(core), library(twin)) else {
        return complain("one of core and twin has no library");
    };
    if core_lib.src_path.canonicalize_utf8().ok() != twin_lib.src_path.canonicalize_utf8().ok() {
        complain("its [lib] path is not the core's");
    }
    if twin_lib.test || twin_lib.doctest {
        complain("its library is tested twice: set test = false and doctest = false");
    }
    if !twin.features.get("default").is_some_and(|names| names.iter().any(|n| n == "loom")) {
        complain("its default features do not switch loom on");
    }
    let mut wanted = dependencies(core);
    wanted.insert("loom".into());
    let given = dependencies(twin);
    for name in wanted.symmetric_difference(&given) {
        complain(&format!("dependency {name} stands in one of the two manifests only"));
    }
}

fn library(package: &Package) -> Option<&Target> {
    package.targets.iter().find(|target| target.is_lib())
}

fn dependencies(package: &Package) -> BTreeSet<String> {
    package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal).map(|d| d.name.clone()).collect()
}
