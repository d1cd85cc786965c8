//! The obligations of the papers and their tests are one list: `checks/tests/<protocol>/paper.rs` has a table
//! `OBLIGATIONS`, and every test stands in it as every entry names a test.

use super::{Finding, grid};
use crate::{
    scan::{Token, tokens},
    tree::{File, Tree},
};
use std::collections::BTreeSet;

const RULE: &str = "paper";
const WHY: &str = "one test for each obligation of the paper, listed by sentence";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for protocol in grid::protocols(tree) {
        let folder = format!("checks/tests/{protocol}/paper");
        let single = format!("{folder}.rs");
        let files: Vec<&File> =
            tree.rust().filter(|f| f.path == single || f.path.starts_with(&format!("{folder}/"))).collect();
        if !files.is_empty() {
            compare(&files, &mut findings);
        }
    }
    findings
}

fn compare(files: &[&File], findings: &mut Vec<Finding>) {
    let tests: Vec<(&File, String, usize)> =
        files.iter().flat_map(|f| tests(f).into_iter().map(|(name, line)| (*f, name, line))).collect();
    let mut listed: BTreeSet<String> = BTreeSet::new();
    for file in files {
        for (name, line) in entries(file) {
            if !tests.iter().any(|(_, test, _)| *test == name) {
                findings.push(finding(
                    file,
                    line,
                    format!("OBLIGATIONS names {name}, which is no test here"),
                ));
            }
            listed.insert(name);
        }
    }
    if listed.is_empty() {
        findings.push(finding(files[0], 1, "has no table OBLIGATIONS that names tests".into()));
    }
    for (file, name, line) in tests.iter().filter(|(_, name, _)| !listed.contains(name)) {
        findings.push(finding(file, *line, format!("test {name} answers no entry of OBLIGATIONS")));
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

/// What the table names: its strings and words that look like a test's name.
fn entries(file: &File) -> Vec<(String, usize)> {
    let all = tokens(&file.code);
    let Some(start) =
        all.windows(2).position(|w| matches!(w[0].text, "const" | "static") && w[1].text == "OBLIGATIONS")
    else {
        return Vec::new();
    };
    let (first, last) = (all[start].line, table_end(&all[start..]));
    let mut found = Vec::new();
    for (index, line) in file.text.lines().enumerate().take(last).skip(first - 1) {
        let strings = line.split('"').skip(1).step_by(2);
        found.extend(strings.filter(|s| is_test_name(s)).map(|s| (s.to_string(), index + 1)));
    }
    found
}

/// The line on which the declaration ends.
fn table_end(all: &[Token<'_>]) -> usize {
    let mut depth = 0;
    for token in all {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            ";" if depth == 0 => return token.line,
            _ => {}
        }
    }
    all.last().map_or(0, |t| t.line)
}

fn is_test_name(text: &str) -> bool {
    text.contains('_') && text.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn finding(file: &File, line: usize, what: String) -> Finding {
    Finding { file: file.path.clone(), line, rule: RULE, what, why: WHY }
}
