//! Small rooms: how long a function and a file may be.

use super::Finding;
use crate::{
    scan::{functions, tokens},
    tree::Tree,
};

const RULE: &str = "sizes";
const FUNCTION_LINES: usize = 70;
const SOURCE_LINES: usize = 400;
const TEST_LINES: usize = 600;

/// Endings of the files that are written by hand as code.
const SOURCE: [&str; 6] = [".rs", ".ts", ".tsx", ".mjs", ".js", ".css"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files().filter(|f| SOURCE.iter().any(|ending| f.path.ends_with(ending))) {
        let lines = file.text.lines().count();
        let limit = if file.is_test() { TEST_LINES } else { SOURCE_LINES };
        if lines > limit {
            let what = format!("{lines} lines, the limit is {limit}");
            let why = "split a room by role while it is still small";
            findings.push(Finding { file: file.path.clone(), line: 1, rule: RULE, what, why });
        }
        for function in functions(&tokens(&file.code)).iter().filter(|f| f.lines() > FUNCTION_LINES) {
            let what =
                format!("fn {} has {} lines, the limit is {FUNCTION_LINES}", function.name, function.lines());
            let why = "a parent decides, leaves compute";
            findings.push(Finding {
                file: file.path.clone(),
                line: function.first_line,
                rule: RULE,
                what,
                why,
            });
        }
    }
    findings
}
