//! The obligations of the papers and their tests are one list. A file `checks/tests/<protocol>/paper.rs`, or one in
//! the folder beside it, that has a table `OBLIGATIONS` stands for a paper: every test in it and in the folder of its
//! name is in the table once, and every row ends in the name of such a test. A row of the table `ELSEWHERE` ends in the
//! reason why there is none.

use super::{Finding, grid};
use crate::{
    scan::tokens,
    tree::{File, Tree},
};
use std::collections::{BTreeMap, BTreeSet};

const RULE: &str = "paper";
const WHY: &str = "one test for each obligation of the paper, listed by sentence";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for protocol in grid::protocols(tree) {
        let folder = format!("checks/tests/{protocol}/paper");
        let single = format!("{folder}.rs");
        let files: Vec<&File> =
            tree.rust().filter(|f| f.path == single || f.path.starts_with(&format!("{folder}/"))).collect();
        for (paper, files) in by_paper(&files) {
            compare(paper, &files, &mut findings);
            reasons(paper, &mut findings);
        }
    }
    findings
}

/// Each file with a table, and the files that belong to it: itself, and those below it that belong to no other. Files
/// that belong to none come with the first of all.
fn by_paper<'a>(files: &[&'a File]) -> Vec<(&'a File, Vec<&'a File>)> {
    let papers: Vec<&File> =
        files.iter().filter(|f| declaration(f, "OBLIGATIONS").is_some()).copied().collect();
    let mut owned: BTreeMap<&str, (&File, Vec<&File>)> = BTreeMap::new();
    for file in files {
        let below = |paper: &&&File| {
            let folder = paper.path.trim_end_matches(".rs");
            paper.path == file.path || file.path.starts_with(&format!("{folder}/"))
        };
        let owner = papers.iter().filter(below).max_by_key(|paper| paper.path.len()).copied();
        let owner = owner.or_else(|| files.iter().min_by_key(|f| f.path.len()).copied()).unwrap_or(file);
        owned.entry(&owner.path).or_insert_with(|| (owner, Vec::new())).1.push(file);
    }
    owned.into_values().collect()
}

fn compare(paper: &File, files: &[&File], findings: &mut Vec<Finding>) {
    let tests: Vec<(&File, String, usize)> =
        files.iter().flat_map(|f| tests(f).into_iter().map(|(name, line)| (*f, name, line))).collect();
    let mut listed: BTreeSet<String> = BTreeSet::new();
    for (row, line) in rows(paper, "OBLIGATIONS") {
        let name = row.last().cloned().unwrap_or_default();
        if !tests.iter().any(|(_, test, _)| *test == name) {
            findings.push(finding(paper, line, format!("OBLIGATIONS names {name}, which is no test here")));
        }
        if !listed.insert(name.clone()) {
            findings.push(finding(paper, line, format!("OBLIGATIONS names {name} twice")));
        }
    }
    if listed.is_empty() {
        findings.push(finding(paper, 1, "has no table OBLIGATIONS that names tests".into()));
    }
    for (file, name, line) in tests.iter().filter(|(_, name, _)| !listed.contains(name)) {
        findings.push(finding(file, *line, format!("test {name} answers no entry of OBLIGATIONS")));
    }
}

/// What a paper asks for and no test here does says why.
fn reasons(paper: &File, findings: &mut Vec<Finding>) {
    for (row, line) in rows(paper, "ELSEWHERE") {
        let why = row.last().map_or("", String::as_str);
        if row.len() < 2 || !why.contains(' ') || !why.ends_with('.') {
            findings.push(finding(paper, line, format!("ELSEWHERE gives no reason but {why:?}")));
        }
    }
}

/// Names and lines of the functions marked `#[test]`.
fn tests(file: &File) -> Vec<(String, usize)> {
    let all = tokens(&file.code);
    let mut found = Vec::new();
    for (at, window) in all.windows(4).enumerate() {
        let texts: Vec<&str> = window.iter().map(|t| t.text).collect();
        if texts == ["#", "[", "test", "]"] {
            let function = all[at..].iter().position(|t| t.text == "fn").and_then(|p| all.get(at + p + 1));
            found.extend(function.map(|name| (name.text.to_string(), name.line)));
        }
    }
    found
}

/// Where the value of this constant begins, in bytes.
fn declaration(file: &File, name: &str) -> Option<usize> {
    let start = file.code.find(&format!("const {name}:"))?;
    file.code[start..].find('=').map(|equals| start + equals)
}

/// The tuples of a table: the strings in each, and the line on which it ends.
fn rows(file: &File, name: &str) -> Vec<(Vec<String>, usize)> {
    let Some(start) = declaration(file, name) else { return Vec::new() };
    let (text, code) = (file.text.as_bytes(), file.code.as_bytes());
    let (mut found, mut row, mut at) = (Vec::new(), Vec::new(), start);
    while at < code.len() && code[at] != b';' {
        // What the mask blanked out and begins with a quotation mark is a string.
        if text[at] == b'"' && code[at] == b' ' {
            let end = string_end(text, at);
            row.push(file.text[at + 1..end].to_string());
            at = end;
        } else if code[at] == b')' {
            found.push((std::mem::take(&mut row), file.line_of(at)));
        }
        at += 1;
    }
    found
}

/// Where the string that begins at `start` has its closing quotation mark.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    at.min(text.len())
}

fn finding(file: &File, line: usize, what: String) -> Finding {
    Finding { file: file.path.clone(), line, rule: RULE, what, why: WHY }
}
