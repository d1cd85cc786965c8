//! No two files import each other: of two rooms one is read first.
//!
//! A module and those below it are one room with its door: they may name each other. A name that a module passes on by
//! `pub use` counts for the file in which it stands; a name that comes by a glob counts for the module that passes it on.

use super::{Finding, arrows::module_of};
use crate::{
    scan::{Named, named_paths, tokens},
    tree::{File, Tree},
};
use std::collections::BTreeMap;

const RULE: &str = "mutual";
const WHY: &str = "no two files import each other";

/// Pairs that are still to be parted. One that is parted leaves this list.
const STILL: [(&str, &str); 8] = [
    ("checks/foreign/src/foca/claims.rs", "checks/foreign/src/foca/system.rs"),
    ("checks/foreign/src/omnipaxos/claims.rs", "checks/foreign/src/omnipaxos/system.rs"),
    ("checks/foreign/src/omnipaxos/events.rs", "checks/foreign/src/omnipaxos/system.rs"),
    ("checks/foreign/src/raft/claims.rs", "checks/foreign/src/raft/system.rs"),
    ("checks/foreign/src/raft/events.rs", "checks/foreign/src/raft/system.rs"),
    ("checks/harness/src/world/model.rs", "checks/harness/src/world/reduce.rs"),
    (
        "checks/src/calibration/two_phase_commit/model.rs",
        "checks/src/calibration/two_phase_commit/picture.rs",
    ),
    ("impl/core/src/session.rs", "impl/core/src/shard.rs"),
];

/// One crate's files, by module.
struct Crate<'t> {
    files: BTreeMap<Vec<String>, (&'t File, Vec<Named>)>,
}

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut crates: BTreeMap<&str, Crate<'_>> = BTreeMap::new();
    for file in tree.rust() {
        let Some(root) = root_of(&file.path) else { continue };
        let module = module_of(&file.path);
        let named = named_paths(&tokens(&file.code), &module);
        let of = crates.entry(root).or_insert_with(|| Crate { files: BTreeMap::new() });
        of.files.insert(module, (file, named));
    }
    let found: Vec<Pair> = crates.values().flat_map(Crate::mutual).collect();
    let parted = STILL.iter().filter(|(one, other)| {
        let is_there = tree.get(one).is_some() && tree.get(other).is_some();
        is_there && !found.iter().any(|pair| pair.is(one, other))
    });
    let parted = parted.map(|(one, other)| Finding {
        file: (*one).to_owned(),
        line: 1,
        rule: RULE,
        what: format!("is said to import {other} and to be imported by it, which is so no longer"),
        why: "the list of pairs that are still to be parted grows shorter: take it out of ci/src/tidy/mutual.rs",
    });
    let new = found.iter().filter(|pair| !STILL.iter().any(|(one, other)| pair.is(one, other)));
    new.map(Pair::finding).chain(parted).collect()
}

/// Two files that import each other.
struct Pair {
    one: String,
    other: String,
    /// Where one imports the other, and where it is imported.
    lines: (usize, usize),
}

impl Pair {
    fn is(&self, one: &str, other: &str) -> bool {
        self.one == one && self.other == other
    }

    fn finding(&self) -> Finding {
        let what = format!("imports {}, which imports it on line {}", self.other, self.lines.1);
        Finding { file: self.one.clone(), line: self.lines.0, rule: RULE, what, why: WHY }
    }
}

/// The folder whose files are one crate: sources, or one target of tests.
fn root_of(path: &str) -> Option<&str> {
    if let Some(at) = path.rfind("/src/") {
        return Some(&path[..at + 5]);
    }
    let at = path.rfind("/tests/")? + 7;
    path[at..].find('/').map(|end| &path[..at + end])
}

/// Is `file` the module of `door`, or one below it?
fn is_below(file: &str, door: &str) -> bool {
    let folder = door.trim_end_matches("/mod.rs").trim_end_matches(".rs");
    let folder = folder.trim_end_matches("/lib").trim_end_matches("/main");
    file == door || file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

impl Crate<'_> {
    fn mutual(&self) -> Vec<Pair> {
        let mut imports: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (module, (file, named)) in &self.files {
            for path in named.iter().filter(|path| !path.is_passed_on) {
                let Some(other) = self.target(module, path) else { continue };
                let (one, other) = (&file.path, other);
                if !is_below(one, other) && !is_below(other, one) {
                    imports.entry((one, other)).or_insert(path.line);
                }
            }
        }
        let both =
            imports.iter().filter(|((one, other), _)| one < other && imports.contains_key(&(*other, *one)));
        let pair = |((one, other), line): (&(&str, &str), &usize)| {
            let lines = (*line, imports[&(*other, *one)]);
            Pair { one: (*one).to_owned(), other: (*other).to_owned(), lines }
        };
        both.map(pair).collect()
    }

    /// The file in which what is named stands, if that is one of this crate's.
    fn target(&self, module: &[String], path: &Named) -> Option<&str> {
        let absolute = |segments: &[String]| self.stands(segments, 8);
        if path.in_crate {
            return absolute(&path.segments);
        }
        // A path that begins with a name of the module itself: one of its children.
        let inside: Vec<String> = module.iter().chain(&path.segments).cloned().collect();
        let child = &inside[..=module.len()];
        if self.files.contains_key(child) { absolute(&inside) } else { None }
    }

    /// The file of `segments` from the crate's root, through at most `hops` modules that pass the name on.
    fn stands(&self, segments: &[String], hops: usize) -> Option<&str> {
        let depth = (0..=segments.len()).rev().find(|depth| self.files.contains_key(&segments[..*depth]))?;
        let (module, rest) = segments.split_at(depth);
        let (file, named) = &self.files[module];
        let passed = rest.first().filter(|_| hops > 0).and_then(|name| {
            let is_it = |path: &&Named| {
                path.is_passed_on && path.alias.as_ref().or(path.segments.last()) == Some(name)
            };
            let path = named.iter().find(is_it)?;
            let mut on = if path.in_crate { Vec::new() } else { module.to_vec() };
            on.extend(path.segments.iter().chain(&rest[1..]).cloned());
            self.stands(&on, hops - 1)
        });
        passed.or(Some(&file.path))
    }
}
