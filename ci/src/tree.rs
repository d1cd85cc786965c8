//! The files of the repository, read once.

use crate::scan;
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    process::Command,
};

/// One text file.
#[derive(Clone, Debug)]
pub struct File {
    /// Relative to the root, with `/` on every system.
    pub path: String,
    /// All of it.
    pub text: String,
    /// For Rust files, [`scan::mask`] of the text; empty for others.
    pub code: String,
}

impl File {
    /// True for Rust source.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// True for what only tests or benches: a file in a `tests/` or `benches/` folder, or named `tests.rs`.
    pub fn is_test(&self) -> bool {
        let folders = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.split('/').any(|part| part == "tests" || part == "test")
            || folders.ends_with("benches/benches")
            || self.path.ends_with("/tests.rs")
            || self.path.contains(".test.")
    }

    /// Line (from 1) of byte `at`.
    pub fn line_of(&self, at: usize) -> usize {
        self.text.as_bytes()[..at].iter().filter(|&&b| b == b'\n').count() + 1
    }
}

/// All text files that are tracked, or would be at the next commit.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Where it stands on disk.
    pub root: PathBuf,
    files: BTreeMap<String, File>,
}

impl Tree {
    /// Reads the tree at `root`: what git tracks or would track, or everything if `root` is no git checkout.
    ///
    /// # Errors
    /// If the folder cannot be listed.
    pub fn read(root: &Path) -> io::Result<Tree> {
        let names = match listed_by_git(root)? {
            Some(names) => names,
            None => walked(root)?,
        };
        let mut files = BTreeMap::new();
        for path in names {
            // What is listed may have been deleted in the work tree, and binary files have no lines to read.
            let Ok(text) = std::fs::read_to_string(root.join(&path)) else { continue };
            let code = if path.ends_with(".rs") { scan::mask(&text) } else { String::new() };
            files.insert(path.clone(), File { path, text, code });
        }
        Ok(Tree { root: root.to_path_buf(), files })
    }

    /// All files, by path.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.files.values()
    }

    /// All Rust files, by path.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|f| f.is_rust())
    }

    /// One file.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// True if `path` is a file, or `path.rs` is, or `path/mod.rs`.
    pub fn has_module(&self, path: &str) -> bool {
        [format!("{path}.rs"), format!("{path}/mod.rs")].iter().any(|p| self.files.contains_key(p))
    }

    /// True if some file lies under this folder.
    pub fn has_folder(&self, folder: &str) -> bool {
        let prefix = format!("{folder}/");
        self.files.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix))
    }

    /// Names of the folders directly under `folder`, sorted.
    pub fn folders(&self, folder: &str) -> Vec<String> {
        let prefix = format!("{folder}/");
        let inside = self.files.keys().filter_map(|p| p.strip_prefix(&prefix));
        let mut names: Vec<_> =
            inside.filter_map(|p| p.split_once('/')).map(|(name, _)| name.to_string()).collect();
        names.dedup();
        names
    }
}

fn listed_by_git(root: &Path) -> io::Result<Option<Vec<String>>> {
    if !root.join(".git").exists() {
        return Ok(None);
    }
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(arguments).current_dir(root).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let names = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(Some(names.split('\0').filter(|n| !n.is_empty()).map(String::from).collect()))
}

fn walked(root: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let walk = walkdir::WalkDir::new(root).into_iter();
    for entry in
        walk.filter_entry(|e| !["target", "node_modules", ".git"].iter().any(|n| e.file_name() == *n))
    {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(root).expect("walked from the root");
            names.push(
                path.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"),
            );
        }
    }
    Ok(names)
}
